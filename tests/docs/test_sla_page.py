"""The worked examples of docs/sla.md: every figure on the page is computed here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from b24app.desk.builtin import built_in_desk
from b24app.desk.document import DeskDocument, parse, read
from b24app.deskfile import read_desk
from b24app.sla import CALENDAR_KEYS, POLICY_KEYS, Clocks, Subject, choose, ledger, open_clocks, whose_time
from b24app.sla.whose import Who

PAGE = (Path(__file__).parents[2] / "docs" / "sla.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(
    r"### \d\. (.+?)\n.*?```yaml\n(.*?)```\n\n```text life\n(.*?)```\n\n```text answer\n(.*?)```", re.DOTALL
)
EXAMPLES = EXAMPLE.findall(PAGE)
MOSCOW = ZoneInfo("Europe/Moscow")
SIDES: tuple[Who, ...] = ("ours", "client", "vendor", "off")


@dataclass
class Life:
    """Plays the lines of an example and answers its questions."""

    document: DeskDocument
    clocks: Clocks = field(default_factory=Clocks)
    answers: list[str] = field(default_factory=list)

    def line(self, text: str) -> None:
        at = datetime.fromisoformat(text[:16]).replace(tzinfo=MOSCOW)
        match text[17:].split():
            case ["arrives", "in", stage]:
                rules = choose(self.document.sla.policies, Subject())
                self.clocks = open_clocks(
                    rules, self.document.calendars, self.document.calendar, at, stage=stage, meaning=stage
                )
            case ["stage", stage]:
                self.clocks = self.clocks.stage_entered(stage, stage, at)
            case ["contract", contract]:
                rules = choose(self.document.sla.policies, Subject(contract=contract))
                self.clocks = self.clocks.ruled(rules, self.document.calendars, self.document.calendar, at)
            case ["why", clock]:
                self.answers.extend(self.why(clock, at))
            case ["whose"]:
                self.answers.append(self.whose(at))
            case words:
                raise AssertionError(words)

    def why(self, clock: str, now: datetime) -> Iterator[str]:
        explained = ledger(self.clocks, clock, now)
        assert explained is not None
        for row in explained.rows:
            marks = ", ".join(("counted",) * bool(row.counted) + ("to come",) * row.planned)
            tail = f"{row.kind:<9}{hours(row.length):>9} {marks}" if row.length else row.kind
            yield f"{row.start.astimezone(MOSCOW):%Y-%m-%d %H:%M} {tail}".rstrip()
        assert explained.due_at is not None
        assert explained.limit is not None
        due = explained.due_at.astimezone(MOSCOW)
        yield f"used {hours(explained.used)} of {hours(explained.limit)}, due {due:%Y-%m-%d %H:%M}"

    def whose(self, now: datetime) -> str:
        divided = whose_time(self.clocks, now)
        return ", ".join(f"{side} {hours(divided.total(side))}" for side in SIDES)


def hours(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def desk_of(text: str) -> DeskDocument:
    return parse({**built_in_desk(), "calendar": "main", **(read_desk(text).data or yaml.safe_load(text))})


@pytest.mark.parametrize(("title", "desk", "life", "answer"), EXAMPLES, ids=[example[0] for example in EXAMPLES])
def test_an_example_is_what_the_clocks_say(title: str, desk: str, life: str, answer: str) -> None:
    lived = Life(desk_of(desk))
    for line in life.splitlines():
        lived.line(line)
    assert lived.answers == answer.splitlines(), "\n".join(lived.answers)


def test_there_are_three_examples() -> None:
    assert len(EXAMPLES) == 3


def test_the_fragments_of_the_page_are_a_sound_document() -> None:
    calendars, policies = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[:2]
    data: dict[str, Any] = {**built_in_desk(), **read_desk(calendars).data, **read_desk(policies).data}
    document, problems = read(data)
    assert problems == ()
    assert document is not None
    assert document.sla.contracts[0].clients == (12, 31)


@pytest.mark.parametrize("key", [*CALENDAR_KEYS, *POLICY_KEYS])
def test_every_key_is_explained(key: str) -> None:
    assert re.search(rf"\b{key}\b", PAGE)
