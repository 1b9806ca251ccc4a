"""Which agreement a ticket falls under, and what happens when that changes: by the desk, the client, the line."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from b24app.chatbot.agent import warning
from b24app.chatbot.briefing import Briefing
from b24app.desk.builtin import built_in_desk
from b24app.desk.document import BoundPipeline, bind, parse
from b24app.desk.model import Desk
from b24app.kit.ids import StageCode
from b24app.sla import view
from b24app.tickets.model import Assign, DeskChanged, Happened, Party, WarnSla, WriteFields
from tests.story import DEPUTY, DISPATCHER, HEAD, IVANOV, MORNING, SUPPORT, TICKET, Story, company

WEEK = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
LAST = {"key": "usual", "title": "Стандарт", "for": "all", "targets": {"resolution": "8h"}}


def desk_of(*policies: dict[str, Any], contracts: dict[str, Any] | None = None, revision: int = 1) -> Desk:
    data = built_in_desk()
    data["people"] = {"dispatchers": [DISPATCHER], "deputy": DEPUTY, "head": None, "departments": []}
    data["calendars"]["late"] = {
        "timezone": "Europe/Moscow",
        "working_hours": {day: [["12:00", "21:00"]] for day in WEEK},
    }
    data["sla"] = {"contracts": contracts or {}, "policies": [*policies, LAST]}
    document = parse(data)
    codes = {stage.key: StageCode(f"C5:{stage.suffix}") for stage in document.pipelines[0].stages}
    return bind(document, {"support": BoundPipeline(SUPPORT, codes)}, company(), revision=revision)


def due_hours(story: Story) -> float:
    shown = view(story.known.clocks, "resolution", story.now)
    assert shown is not None
    assert shown.due_at is not None
    return (shown.due_at - MORNING) / timedelta(hours=1)


def test_the_agreement_of_a_client_counts_before_the_usual_one() -> None:
    gold = {"key": "gold", "for": {"contract": ["gold"]}, "targets": {"resolution": "2h"}}
    story = Story(desk_of(gold, contracts={"gold": {"clients": [12]}}))
    story.ticket_arrives()
    assert story.known.policy == "gold"
    assert due_hours(story) == 2


def test_a_client_named_later_moves_the_open_term_and_the_history_says_so() -> None:
    gold = {"key": "gold", "title": "Золотой", "for": {"client": [12]}, "targets": {"resolution": "2h"}}
    story = Story(desk_of(gold))
    story.facts = replace(story.facts, company=None)
    story.ticket_arrives()
    assert (story.known.policy, due_hours(story)) == ("usual", 8)

    story.passes(minutes=30)
    story.portal_shows(company=Party(12, "ООО «Северный ветер»"))
    assert (story.known.policy, due_hours(story)) == ("gold", 2)
    assert [entry.data for entry in story.journal if entry.what is Happened.SLA_CHANGED] == [{"policy": "Золотой"}]
    assert story.count(WriteFields) == 2


def test_a_team_with_hours_of_its_own_gets_its_tickets_measured_by_them() -> None:
    late = {"key": "west", "for": {"team": [10]}, "calendar": "late", "targets": {"resolution": "8h"}}
    story = Story(desk_of(late))
    story.ticket_arrives()
    assert due_hours(story) == 8

    story.passes(hours=1)
    story.does(Assign(TICKET, agent=IVANOV, by=DISPATCHER))
    assert story.known.policy == "west"
    assert due_hours(story) == 9  # one hour used by 11:00, seven left from 12:00


def test_another_desk_moves_open_terms_and_keeps_what_was_used() -> None:
    story = Story(desk_of())
    story.ticket_arrives()
    story.passes(hours=2)
    story.desk = desk_of({"key": "short", "for": {"priority": ["normal", "high"]}, "targets": {"resolution": "3h"}})
    story.does(DeskChanged(TICKET))
    shown = view(story.known.clocks, "resolution", story.now)
    assert shown is not None
    assert shown.used == timedelta(hours=2)
    assert due_hours(story) == 3
    assert story.does(DeskChanged(TICKET)).effects == ()


def test_when_the_assignee_left_the_dispatcher_hears_of_the_term() -> None:
    warn = {"warn": [{"before": "30m", "tell": ["assignee"]}], "escalate": []}
    story = Story(
        desk_of({"key": "p", "for": {"priority": ["normal", "high"]}, "targets": {"resolution": "2h"}, **warn})
    )
    story.ticket_arrives()
    story.does(Assign(TICKET, agent=IVANOV, by=DISPATCHER))
    story.desk = replace(story.desk, directory=story.desk.directory.seen_anew([], people={IVANOV}))

    story.passes(hours=2)

    told = story.last(WarnSla)
    assert told.to == DISPATCHER
    said = warning(Briefing(story.known, story.desk, story.now), told).text
    assert "Ответственный: Вадим Иванов, больше не работает. Назначьте другого в карточке." in said


def test_warnings_go_to_everybody_the_agreement_names_once() -> None:
    people = {
        "warn": [{"before": "30m", "tell": ["assignee", "dispatcher"]}],
        "escalate": [{"after": "0s", "tell": ["assignee", "deputy"]}, {"after": "1h", "tell": ["head", 99]}],
    }
    story = Story(
        desk_of({"key": "p", "for": {"priority": ["normal", "high"]}, "targets": {"resolution": "2h"}, **people})
    )
    story.ticket_arrives()
    story.does(Assign(TICKET, agent=IVANOV, by=DISPATCHER))
    story.passes(hours=6)
    told = [(effect.to, effect.offset_s) for effect in story.all(WarnSla)]
    assert told == [(IVANOV, -1800), (DISPATCHER, -1800), (IVANOV, 0), (DEPUTY, 0), (HEAD, 3600), (99, 3600)]
    assert [entry.what for entry in story.journal].count(Happened.BREACHED) == 1


def test_a_waiting_ticket_warns_nobody() -> None:
    story = Story(
        desk_of(
            {
                "key": "p",
                "for": {"channel": ["E-mail"]},
                "targets": {"resolution": "1h"},
                "escalate": [{"after": "0s", "tell": ["head"]}],
            }
        )
    )
    story.ticket_arrives()
    story.does(Assign(TICKET, agent=IVANOV, by=DISPATCHER))
    story.portal_shows(stage=StageCode("C5:WAITING"))
    story.passes(days=3)
    assert story.all(WarnSla) == []


def test_a_warning_counts_working_time_and_names_every_clock() -> None:
    lines = {"lines": {"1": "1h", "2": "1h", "3": "1h"}, "vendor": "1h"}
    rules = {"key": "p", "for": {"channel": ["E-mail"]}, "targets": lines, "vendor_stages": ["internal"]}
    people = {"warn": [{"before": "45m", "tell": ["dispatcher"]}]}
    story = Story(desk_of({**rules, **people}))
    story.now = MORNING + timedelta(hours=7, minutes=30)  # half an hour before closing time
    story.facts = replace(story.facts, created_at=story.now)
    story.ticket_arrives()
    story.portal_shows(stage=StageCode("C5:INTERNAL"))
    story.passes(minutes=15)

    said = {
        effect.clock: warning(Briefing(story.known, story.desk, story.now), effect) for effect in story.all(WarnSla)
    }
    assert set(said) == {f"line:{story.known.line}", "vendor"}
    texts = [message.text.replace("\u00a0", " ") for message in said.values()]
    assert all("45 мин" in text for text in texts), texts
    assert any(f"Работа {story.known.line}-й линии" in text for text in texts)
    assert any("Ответ подрядчика" in text for text in texts)
