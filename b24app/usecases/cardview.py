"""A ticket as its card shows it. Pure: the ticket, the desk, who looks and when."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from b24app.db.journal import Line
from b24app.desk.model import Desk
from b24app.kit.ids import UserId
from b24app.pipelines.stages import Meaning, Stage
from b24app.sla import Clocks, view
from b24app.tickets import reasons
from b24app.tickets.model import Axis, Ticket
from b24app.usecases import people
from b24app.usecases.slaview import sla_of
from b24app.usecases.sorting import label_title, sorting_of
from b24app.usecases.views import (
    Actions,
    Card,
    Happening,
    History,
    MoveTo,
    Named,
    Parameters,
    Step,
    Viewer,
)

TO_MOVE: Final = (Meaning.WORK, Meaning.WAITING)
"""Stages one click away; the others have forms of their own."""
LETTER: Final = "letter"


def card_of(ticket: Ticket, desk: Desk, viewer: Viewer, now: datetime, *, silent_since: datetime | None = None) -> Card:
    """The whole card at a moment of the domain clock."""
    pipeline = desk.pipeline(ticket.pipeline)
    stage = pipeline.by_code(ticket.stage) if pipeline else None
    return Card(
        ticket=ticket.id,
        number=ticket.number,
        subject=ticket.subject,
        stage=stage.title if stage else ticket.stage,
        meaning=ticket.meaning,
        is_closed=ticket.is_closed,
        closed_at=ticket.closed_at,
        seen=people.seen_of(ticket),
        track=tuple(_track(ticket.clocks, pipeline.stages if pipeline else (), now)),
        sla=sla_of(ticket, desk, now),
        parameters=_parameters(ticket, desk, viewer.language),
        sorting=sorting_of(ticket, desk, viewer),
        actions=actions_of(ticket, desk, viewer),
        silent_since=silent_since,
    )


def actions_of(ticket: Ticket, desk: Desk, viewer: Viewer) -> Actions:
    """What this viewer may do now; a closed ticket can only be opened again."""
    pipeline = desk.pipeline(ticket.pipeline)
    if pipeline is None or not people.may_act(ticket, desk, viewer):
        return Actions()
    if ticket.is_closed:
        # Somebody has to hold a ticket in work; one that never had an assignee is asked about again.
        stage = pipeline.stage(Meaning.WORK if ticket.assignee is not None else Meaning.TRIAGE)
        return Actions(moves=(MoveTo(stage.key, stage.title, stage.meaning),))
    known = {stage.meaning for stage in pipeline.stages}
    targets = (pipeline.stage(meaning) for meaning in TO_MOVE if meaning in known and meaning is not ticket.meaning)
    return Actions(assign=True, moves=tuple(MoveTo(stage.key, stage.title, stage.meaning) for stage in targets))


def _track(clocks: Clocks, stages: Sequence[Stage], now: datetime) -> Iterator[Step]:
    for stage in stages:
        if not stage.is_final:
            yield _step(clocks, stage, now)


def _step(clocks: Clocks, stage: Stage, now: datetime) -> Step:
    clock, policy = f"stage:{stage.key}", clocks.policy
    visits = [figure for figure in clocks.done if figure.clock == clock]
    present = view(clocks, clock, now) if clocks.stage == stage.key else None
    used = sum((figure.used for figure in visits), timedelta()) + (present.used if present else timedelta())
    target = policy.target(clock, stage.meaning.value) if policy else None
    return Step(
        key=stage.key,
        title=stage.title,
        state="current" if clocks.stage == stage.key else "past" if visits else "future",
        pauses=policy is not None and policy.pauses(stage.key, stage.meaning.value),
        used=used if visits or present else None,
        limit=target.limit if target else None,
        late=present.late if present else any(figure.late for figure in visits),
    )


def _parameters(ticket: Ticket, desk: Desk, language: str) -> Parameters:
    found, directory = ticket.classification, desk.directory
    title = desk.rules.title
    team = directory.departments.get(ticket.team) if ticket.team is not None else None
    return Parameters(
        request_type=title(found.request_type, language),
        category=title(found.category, language),
        kind=title(found.kind, language),
        priority=title(found.priority, language),
        priority_level=found.priority,
        line=ticket.line,
        assignee=Named(ticket.assignee, directory.name(ticket.assignee)) if ticket.assignee is not None else None,
        team=team.name if team else "",
        company=ticket.company,
        requester=ticket.requester,
        channel=ticket.channel,
        is_settled=ticket.is_settled(Axis.CATEGORY),
        is_unsorted=reasons.is_unsorted(ticket),
    )


def history_of(
    ticket: Ticket, lines: Sequence[Line], desk: Desk, language: str, *, only: Literal["all", "system"], limit: int
) -> History:
    """The newest entries first; the request itself stands at the beginning of everything, unless `only` the system's."""
    made = [_happening(line, desk, language) for line in lines]
    if only == "all" and ticket.text:
        author = ticket.requester.name if ticket.requester else ""
        made.append(Happening(0, LETTER, ticket.opened_at, author, {}, ticket.text))
    return History(tuple(made[:limit]), limit, len(made) > limit, only)


def _happening(line: Line, desk: Desk, language: str) -> Happening:
    by = desk.directory.name(line.by) if line.by is not None else ""
    made = Happening(line.id, line.what, line.at, by, dict(line.data))
    match line.what:
        case "assigned":
            agent = desk.directory.name(UserId(int(line.data["agent"])))
            return replace(made, data={"agent": agent, "is_self": line.data["agent"] == line.by})
        case "classified":
            known = desk.rules.title(str(made.data.get("category") or ""), language)
            return replace(made, data=made.data | {"title": known})
        case "corrected":
            words = {key: label_title(desk, made.data, key, language) for key in ("before", "label")}
            return replace(made, data=made.data | words)
        case "stage" | "closed" | "reopened":
            return replace(made, data=made.data | {"before": _stage_title(desk, str(line.data.get("from") or ""))})
        case "warned" | "breached":
            return replace(made, data=made.data | _clock(str(line.data.get("clock") or ""), desk))
        case _:
            return made


def _stage_title(desk: Desk, code: str) -> str:
    known = (stage for pipeline in desk.pipelines for stage in pipeline.stages if stage.code == code)
    return next((stage.title for stage in known), "")


def _clock(name: str, desk: Desk) -> dict[str, str]:
    kind, _, key = name.partition(":")
    known = (stage for pipeline in desk.pipelines for stage in pipeline.stages if stage.key == key)
    return {"kind": kind, "stage": next((stage.title for stage in known), key) if kind == "stage" else ""}
