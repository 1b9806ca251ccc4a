"""Pipelines and stages: what a step means to the rules, whatever the portal calls it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from b24app.kit.ids import PipelineId, StageCode


class Meaning(StrEnum):
    """What a stage means to the rules (style guide, "Words")."""

    TRIAGE = "triage"
    WORK = "work"
    WAITING = "waiting"
    INTERNAL = "internal"
    FEEDBACK = "feedback"
    DONE = "done"
    FAIL = "fail"

    @property
    def is_final(self) -> bool:
        """Closed, with or without a result."""
        return self in _FINAL


_FINAL: Final = frozenset({Meaning.DONE, Meaning.FAIL})


UNBOUND: Final = StageCode("")


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a pipeline as the portal knows it."""

    key: str
    """Our name inside the desk document, for instance `work`."""
    title: str
    meaning: Meaning
    code: StageCode = UNBOUND
    """The portal's STATUS_ID (`C5:NEW`); empty until the pipeline is bound to a portal."""

    @property
    def is_final(self) -> bool:
        """Closed, with or without a result."""
        return self.meaning.is_final


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A process: its stages in the order people see them."""

    id: PipelineId
    title: str
    stages: tuple[Stage, ...]

    def stage(self, meaning: Meaning) -> Stage:
        """The first stage with this meaning; KeyError when the pipeline has none (the desk check refuses that)."""
        return _first((stage for stage in self.stages if stage.meaning is meaning), meaning)

    def by_code(self, code: StageCode) -> Stage | None:
        """The stage the portal calls `code`, None for one the desk does not know."""
        return next((stage for stage in self.stages if stage.code == code), None)

    def by_key(self, key: str) -> Stage | None:
        """The stage the desk document calls `key`."""
        return next((stage for stage in self.stages if stage.key == key), None)


def _first(stages: Iterable[Stage], meaning: Meaning) -> Stage:
    for stage in stages:
        return stage
    raise KeyError(meaning)
