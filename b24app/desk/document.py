"""The desk document: the rules of one portal as plain data (YAML in git, JSON in the database) and as typed values.

`read` checks as it goes and names every problem with its path; `data_of` is its inverse. The document holds no codes of
a portal: stages have keys of ours, `bind` puts the portal's codes and people in and gives the `Desk` that decisions see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from b24app.desk.agreements import Sla, contracts_data, read_calendars, read_sla
from b24app.desk.directory import Directory
from b24app.desk.model import BotRules, Desk, People
from b24app.desk.problems import Problem, Reader, path_of
from b24app.kit.durations import format_duration, parse_duration
from b24app.kit.errors import DeskInvalid
from b24app.kit.ids import DepartmentId, PipelineId, StageCode, UserId
from b24app.pipelines.classify import Rules, rules_from_data
from b24app.pipelines.classify.titles import NO_CATEGORY, PRIORITIES, REQUEST_TYPES
from b24app.pipelines.routing import Routing, routing_from_data, routing_to_data
from b24app.pipelines.stages import Meaning, Pipeline, Stage
from b24app.sla import BusinessCalendar

VERSION: Final = 1
LANGUAGES: Final = ("ru", "en")
DEFAULTS: Final = BotRules()
KEYS: Final = (
    "version",
    "language",
    "pipelines",
    "people",
    "bot",
    "calendar",
    "calendars",
    "sla",
    "classification",
    "routing",
)


@dataclass(frozen=True, slots=True)
class StagePlan:
    """A stage as the document describes it."""

    key: str
    title: str
    meaning: Meaning
    suffix: str
    """What the portal's STATUS_ID ends with when we create the stage: `NEW` gives `C5:NEW`."""


@dataclass(frozen=True, slots=True)
class PipelinePlan:
    """A pipeline as the document describes it."""

    key: str
    title: str
    stages: tuple[StagePlan, ...]


@dataclass(frozen=True, slots=True)
class DeskDocument:
    """The whole document, checked."""

    language: str
    pipelines: tuple[PipelinePlan, ...]
    people: People
    bot: BotRules
    calendar: str
    calendars: Mapping[str, BusinessCalendar]
    calendars_data: Mapping[str, Any]
    """The calendars as they were written: a production calendar stays one word."""
    sla: Sla
    rules: Rules
    rules_data: Any
    """The classification as it was written; None for the built-in rules, which grow with the product."""
    routing: Routing


@dataclass(frozen=True, slots=True)
class BoundPipeline:
    """Where a pipeline of the document lives on one portal."""

    id: PipelineId
    codes: Mapping[str, StageCode]
    """Stage key → STATUS_ID."""


def read(
    data: Any, *, remind_every: timedelta = DEFAULTS.remind_every
) -> tuple[DeskDocument | None, tuple[Problem, ...]]:
    """The document of plain data, and everything that is wrong with it; None when an error forbids using it.

    `remind_every` is the installation's default for what the document leaves unset.
    """
    reader = Reader(data)
    reader.known(*KEYS)
    if reader.raw("version", VERSION) != VERSION:
        reader.complain(f"this version of b24app reads desk version {VERSION}", "version")
    document = _document(reader, remind_every)
    errors = any(problem.severity == "error" for problem in reader.problems)
    return (None if errors else document), tuple(reader.problems)


def parse(data: Any, *, remind_every: timedelta = DEFAULTS.remind_every) -> DeskDocument:
    """As `read`, but raises `DeskInvalid` with all problems."""
    document, problems = read(data, remind_every=remind_every)
    if document is None:
        raise DeskInvalid(tuple(str(problem) for problem in problems))
    return document


def _document(reader: Reader, remind_every: timedelta) -> DeskDocument | None:
    language = reader.text("language", "ru")
    if language not in LANGUAGES:
        reader.complain(f"one of {', '.join(LANGUAGES)}", "language")
    calendars = read_calendars(reader)
    calendar = reader.text("calendar", next(iter(calendars), "main"))
    if calendar not in calendars:
        reader.complain(f"there is no calendar {calendar!r}", "calendar")
    rules = _given(reader, "classification", rules_from_data)
    routing = _given(reader, "routing", routing_from_data)
    pipelines = _pipelines(reader)
    sla = read_sla(reader, calendars, _stage_words(pipelines), _labels(rules) if rules else {})
    people, bot = _people(reader.below("people")), _bot(reader.below("bot"), remind_every)
    if rules is None or routing is None:
        return None
    return DeskDocument(
        language=language,
        pipelines=pipelines,
        people=people,
        bot=bot,
        calendar=calendar,
        calendars=calendars,
        calendars_data=reader.below("calendars").data,
        sla=sla,
        rules=rules,
        rules_data=reader.raw("classification"),
        routing=routing,
    )


def _stage_words(pipelines: tuple[PipelinePlan, ...]) -> set[str]:
    """What policies may call a stage: its key, or what it means."""
    stages = [stage for plan in pipelines for stage in plan.stages]
    return {stage.key for stage in stages} | {stage.meaning.value for stage in stages}


def _labels(rules: Rules) -> dict[str, set[str]]:
    """What the classification can say, by the condition of a policy that asks for it."""
    book = rules.book
    return {
        "category": {NO_CATEGORY, *(category.name for category in book.categories)},
        "type": {*REQUEST_TYPES, *(category.request_type for category in book.categories)},
        "priority": {*PRIORITIES, book.defaults.priority, *(rule.set for rule in book.priority)},
    }


def _given(reader: Reader, name: str, parse_data: Any) -> Any:
    try:
        return parse_data(reader.raw(name))
    except DeskInvalid as invalid:
        for problem in invalid.problems:
            path, text = path_of(problem)
            reader.complain(text, *(path if path[:1] == (name,) else (name, *path)))
    except (TypeError, ValueError) as error:
        reader.complain(str(error), name)
    return None


def _people(reader: Reader) -> People:
    reader.known("dispatchers", "deputy", "head", "departments")
    deputy, head = reader.user("deputy"), reader.user("head")
    return People(
        dispatchers=tuple(UserId(user) for user in reader.ids("dispatchers")),
        deputy=UserId(deputy) if deputy else None,
        head=UserId(head) if head else None,
        departments=tuple(DepartmentId(team) for team in reader.ids("departments")),
    )


def _bot(reader: Reader, remind_every: timedelta) -> BotRules:
    reader.known("remind_every", "deputy_after", "head_after", "round_the_clock", "buttons")
    step = remind_every
    if reader.raw("remind_every") is not None:
        step = _duration(reader, "remind_every") or remind_every
    return BotRules(
        remind_every=step,
        deputy_after=reader.number("deputy_after", DEFAULTS.deputy_after),
        head_after=reader.number("head_after", DEFAULTS.head_after),
        round_the_clock=reader.flag("round_the_clock", default=False),
        buttons=max(reader.number("buttons", DEFAULTS.buttons), 1),
    )


def _duration(reader: Reader, name: str) -> timedelta | None:
    try:
        span = parse_duration(reader.text(name))
    except ValueError as error:
        reader.complain(str(error), name)
        return None
    if not span:
        reader.complain("must be longer than nothing", name)
    return span or None


def _pipelines(reader: Reader) -> tuple[PipelinePlan, ...]:
    plans = tuple(_pipeline(entry) for entry in reader.items("pipelines"))
    if not plans:
        reader.complain("at least one pipeline is needed", "pipelines")
    return plans


def _pipeline(reader: Reader) -> PipelinePlan:
    reader.known("key", "title", "stages")
    stages = tuple(stage for entry in reader.items("stages") if (stage := _stage(entry)))
    meanings = [stage.meaning for stage in stages]
    for needed in (Meaning.TRIAGE, Meaning.WORK, Meaning.WAITING, Meaning.DONE, Meaning.FAIL):
        if needed not in meanings:
            reader.complain(f"no stage means {needed.value}", "stages")
    for name in ("key", "suffix"):
        values = [getattr(stage, name) for stage in stages]
        if len(set(values)) != len(values):
            reader.complain(f"two stages have the same {name}", "stages")
    return PipelinePlan(reader.text("key", "support"), reader.text("title"), stages)


def _stage(reader: Reader) -> StagePlan | None:
    reader.known("key", "title", "meaning", "suffix")
    word = reader.text("meaning")
    if word not in list(Meaning):
        reader.complain(f"one of {', '.join(Meaning)}", "meaning")
        return None
    key = reader.text("key", word)
    return StagePlan(key, reader.text("title"), Meaning(word), reader.text("suffix", key.upper()))


def data_of(document: DeskDocument) -> dict[str, Any]:
    """The document as plain data, in the order people read it."""
    return {
        "version": VERSION,
        "language": document.language,
        "pipelines": [_pipeline_data(plan) for plan in document.pipelines],
        "people": {
            "dispatchers": list(document.people.dispatchers),
            "deputy": document.people.deputy,
            "head": document.people.head,
            "departments": list(document.people.departments),
        },
        "bot": {
            "remind_every": format_duration(document.bot.remind_every),
            "deputy_after": document.bot.deputy_after,
            "head_after": document.bot.head_after,
            "round_the_clock": document.bot.round_the_clock,
            "buttons": document.bot.buttons,
        },
        "calendar": document.calendar,
        "calendars": dict(document.calendars_data),
        "sla": _sla_data(document.sla),
        "routing": routing_to_data(document.routing),
        "classification": document.rules_data,
    }


def _sla_data(sla: Sla) -> dict[str, Any]:
    contracts = {"contracts": contracts_data(sla.contracts)} if sla.contracts else {}
    return {**contracts, "policies": [policy.to_dict() for policy in sla.policies]}


def _pipeline_data(plan: PipelinePlan) -> dict[str, Any]:
    stages = [
        {"key": stage.key, "title": stage.title, "meaning": stage.meaning.value, "suffix": stage.suffix}
        for stage in plan.stages
    ]
    return {"key": plan.key, "title": plan.title, "stages": stages}


def bind(document: DeskDocument, places: Mapping[str, BoundPipeline], directory: Directory, *, revision: int) -> Desk:
    """The desk that decisions see: the document with this portal's codes and people."""
    return Desk(
        revision=revision,
        language=document.language,
        pipelines=tuple(_bound(plan, places[plan.key]) for plan in document.pipelines if plan.key in places),
        people=document.people,
        bot=document.bot,
        rules=document.rules,
        routing=document.routing,
        policies=document.sla.policies,
        contracts=document.sla.contracts,
        calendars=document.calendars,
        calendar_name=document.calendar,
        directory=directory,
    )


def _bound(plan: PipelinePlan, place: BoundPipeline) -> Pipeline:
    stages = tuple(
        Stage(stage.key, stage.title, stage.meaning, place.codes[stage.key])
        for stage in plan.stages
        if stage.key in place.codes
    )
    return Pipeline(place.id, plan.title, stages)
