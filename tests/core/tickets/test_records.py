"""Clocks follow the portal's records: letters both ways, and the stages of a deal whose events were lost."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from b24app.kit.ids import StageCode
from b24app.sla import HistoryItem, ledger, view, whose_time
from b24app.tickets.model import Assign, Happened, WarnSla, Word
from tests.core.tickets.test_terms import desk_of
from tests.story import DISPATCHER, IVANOV, MORNING, SUPPORT, TICKET, Story

ANSWERS = {"key": "p", "for": {"channel": ["E-mail"]}, "targets": {"first_response": "1h", "next_response": "30m"}}
STAGES = {"key": "p", "for": {"channel": ["E-mail"]}, "targets": {"resolution": "8h", "stages": {"work": "2h"}}}
NEW, WORK, WAITING, DONE = (StageCode(f"C5:{suffix}") for suffix in ("NEW", "WORK", "WAITING", "WON"))


def at(minutes: float) -> datetime:
    return MORNING + timedelta(minutes=minutes)


def history(*rows: tuple[float, StageCode], pipeline: int = SUPPORT, first: int = 1) -> tuple[HistoryItem, ...]:
    return tuple(
        HistoryItem(place, 2 if place > 1 else first, code, at(minutes), pipeline)
        for place, (minutes, code) in enumerate(rows, 1)
    )


def test_a_letter_of_ours_meets_the_first_response_at_its_own_moment() -> None:
    story = Story(desk_of(ANSWERS))
    story.ticket_arrives()
    story.passes(minutes=90)
    story.portal_shows(words=(Word(1, ours=False, at=at(0)), Word(2, ours=True, at=at(40))))
    first = view(story.known.clocks, "first_response", story.now)
    assert first is not None
    assert (first.state, first.used, first.late) == ("met", timedelta(minutes=40), False)
    assert [entry.what for entry in story.journal][-1] is Happened.ANSWERED

    story.portal_shows(words=(Word(1, ours=False, at=at(0)), Word(2, ours=True, at=at(40))))
    assert [entry.what for entry in story.journal].count(Happened.ANSWERED) == 1


def test_the_letter_a_ticket_was_made_from_awaits_no_next_response() -> None:
    story = Story(desk_of(ANSWERS))
    story.facts = replace(story.facts, words=(Word(7, ours=False, at=at(0.3)),))
    story.ticket_arrives()
    assert view(story.known.clocks, "next_response", story.now) is None


def test_a_ticket_made_from_a_call_is_answered_already() -> None:
    story = Story(desk_of(ANSWERS))
    story.facts = replace(story.facts, words=(Word(7, ours=True, at=at(-0.3)),))
    story.ticket_arrives()
    first = view(story.known.clocks, "first_response", story.now)
    assert first is not None
    assert (first.state, first.used) == ("met", timedelta())


def test_a_letter_of_the_client_asks_for_the_next_response_until_we_answer() -> None:
    story = Story(desk_of(ANSWERS))
    story.ticket_arrives()
    story.passes(minutes=60)
    said = (Word(1, ours=True, at=at(10)), Word(2, ours=False, at=at(30)))
    story.portal_shows(words=said)
    waiting = view(story.known.clocks, "next_response", story.now)
    assert waiting is not None
    assert (waiting.state, waiting.due_at) == ("warn", at(60))

    story.portal_shows(words=(*said, Word(3, ours=True, at=at(50))))
    assert view(story.known.clocks, "next_response", story.now) is None
    assert [figure.used for figure in story.known.clocks.done if figure.clock == "next_response"] == [
        timedelta(minutes=20)
    ]


def seen_all(story: Story) -> Story:
    story.ticket_arrives()
    for minutes, code in ((60, WORK), (90, WAITING), (150, WORK)):
        story.passes(minutes=minutes - (story.now - MORNING).total_seconds() / 60)
        story.portal_shows(stage=code)
    story.passes(minutes=30)
    return story


def test_stages_whose_events_were_lost_are_measured_as_if_they_had_been_seen() -> None:
    seen = seen_all(Story(desk_of(STAGES)))
    lost = Story(desk_of(STAGES))
    lost.ticket_arrives()
    lost.passes(minutes=180)
    rows = history((0, NEW), (60, WORK), (90, WAITING), (150, WORK))
    lost.portal_shows(stage=WORK, moved_at=at(150), passed=rows)

    assert figures(lost) == figures(seen)
    assert whose_time(lost.known.clocks, lost.now) == whose_time(seen.known.clocks, seen.now)
    assert [entry.data for entry in lost.journal if entry.what is Happened.REBUILT] == [{"stages": 4}]


def figures(story: Story) -> list[Any]:
    clocks = story.known.clocks
    stage, whole = view(clocks, "stage:work", story.now), view(clocks, "resolution", story.now)
    return [stage, whole, [figure for figure in clocks.done if figure.clock.startswith("stage:")]]


def test_a_row_the_portal_forgot_is_marked_as_estimated() -> None:
    story = Story(desk_of(STAGES))
    story.passes(minutes=120)
    story.portal_shows(stage=WORK, moved_at=at(100), passed=history((0, NEW), (60, WAITING)))
    explained = ledger(story.known.clocks, "resolution", story.now)
    assert explained is not None
    assert explained.estimated
    assert [(row.kind, row.start, row.estimated) for row in explained.rows[1:4]] == [
        ("work", at(0), False),
        ("client", at(60), True),
        ("work", at(100), True),
    ]


def test_a_change_of_ours_on_its_way_is_no_gap() -> None:
    story = Story(desk_of(STAGES))
    story.ticket_arrives()
    story.does(Assign(TICKET, agent=IVANOV, by=DISPATCHER))
    story.portal_shows(passed=history((0, NEW)))
    assert story.known.clocks.stage == "work"
    assert Happened.REBUILT not in [entry.what for entry in story.journal]


def test_nobody_is_warned_twice_because_the_beginning_of_a_stage_moved() -> None:
    told = {"escalate": [{"after": "0s", "tell": ["assignee"]}]}
    story = Story(desk_of({**STAGES, **told}))
    story.ticket_arrives()
    story.does(Assign(TICKET, agent=IVANOV, by=DISPATCHER))
    story.passes(minutes=150)
    assert [effect.clock for effect in story.all(WarnSla)] == ["stage:work"]

    rows = history((0, NEW), (0.1, WAITING), (0.2, WORK))
    story.portal_shows(stage=WORK, moved_at=at(0.2), passed=rows)
    story.passes(minutes=30)
    assert [effect.clock for effect in story.all(WarnSla)] == ["stage:work"]


def test_a_deal_of_a_sale_made_a_ticket_is_no_older_than_its_entry() -> None:
    story = Story(desk_of(STAGES))
    story.facts = replace(
        story.facts,
        created_at=at(-60 * 24 * 30),
        passed=(HistoryItem(1, 1, "NEW", at(-60 * 24 * 30), 0), HistoryItem(9, 5, NEW, at(-5), SUPPORT)),
    )
    story.ticket_arrives()
    assert story.known.opened_at == at(-5)
    assert story.known.clocks.opened_at == at(-5)
