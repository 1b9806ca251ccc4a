"""The dispatcher's story: announced once, reminded until somebody is chosen, one message with live buttons."""

from dataclasses import replace
from datetime import timedelta

import pytest
from b24app.kit.errors import AgentLeft, AlreadyAssigned, NotAllowed, PressOutdated, TicketClosed, TicketUnknown
from b24app.kit.ids import StageCode
from b24app.pipelines.stages import Meaning
from b24app.tickets.model import (
    Announce,
    Assign,
    Browse,
    CloseNotice,
    Comment,
    DeskChanged,
    Gone,
    Move,
    Outcome,
    RefreshAgentNotice,
    RemoveNotice,
    Role,
    Said,
    ShowAgents,
    ShowTeams,
    TellAgent,
    Timer,
    UpdateItem,
    WriteFields,
)
from tests.story import DEPUTY, DISPATCHER, HEAD, IVANOV, LINE_1, PETROVA, SALES, SUPPORT, TICKET, Story, desk


def test_a_new_deal_is_announced_once_classified_and_commented() -> None:
    story = Story()
    story.ticket_arrives()

    assert story.count(Announce) == 1
    assert story.count(WriteFields) == 1
    assert story.count(Comment) == 1
    assert story.known.classification.category == "email"
    assert story.known.is_unassigned


def test_modest_reminds_every_five_minutes_until_somebody_takes_the_ticket() -> None:
    story = Story()
    story.ticket_arrives()

    story.passes(minutes=11)
    assert [effect.nth for effect in story.all(Announce)] == [0, 1, 2]

    story.does(Assign(TICKET, IVANOV, DISPATCHER, story.live()))
    assert story.last(TellAgent).agent == IVANOV

    story.passes(minutes=60)
    assert story.count(Announce) == 3


def test_a_reminder_is_a_new_message_and_the_previous_one_goes() -> None:
    story = Story()
    story.ticket_arrives()
    first = story.live()

    story.passes(minutes=5)

    assert story.last(RemoveNotice).message == first
    assert story.live() != first


def test_after_three_reminders_the_deputy_and_after_six_the_head_get_buttons_too() -> None:
    story = Story()
    story.ticket_arrives()

    story.passes(minutes=15)
    assert {effect.to for effect in story.all(Announce)} == {DISPATCHER}
    story.passes(minutes=5)
    assert {effect.to for effect in story.all(Announce) if effect.nth == 4} == {DISPATCHER, DEPUTY}
    story.passes(minutes=15)
    assert {effect.to for effect in story.all(Announce) if effect.nth == 7} == {DISPATCHER, DEPUTY, HEAD}


def test_no_reminder_at_night_unless_the_desk_says_round_the_clock() -> None:
    story = Story()
    story.now += timedelta(hours=7, minutes=58)  # 17:58 in Moscow
    story.ticket_arrives()
    story.passes(hours=14)
    assert story.count(Announce) == 1
    story.passes(hours=1, minutes=3)
    assert story.count(Announce) == 2

    awake = Story(desk(round_the_clock=True), start=story.now + timedelta(hours=10))
    awake.ticket_arrives()
    awake.passes(minutes=10)
    assert awake.count(Announce) == 3


def test_a_choice_sets_the_responsible_moves_the_stage_and_closes_every_message() -> None:
    story = Story()
    story.ticket_arrives()
    story.passes(minutes=20)  # the deputy has a message too

    story.does(Assign(TICKET, IVANOV, DISPATCHER, story.live(), LINE_1))

    assert story.last(UpdateItem) == UpdateItem(TICKET, IVANOV, StageCode("C5:WORK"))
    closed = [effect for effect in story.all(CloseNotice) if effect.outcome is Outcome.ASSIGNED]
    assert {effect.to for effect in closed} == {DISPATCHER, DEPUTY}
    assert story.known.meaning is Meaning.WORK
    assert Timer.UNASSIGNED not in story.timers


def test_me_assigns_even_if_the_dispatcher_is_the_responsible_already() -> None:
    story = Story()
    story.ticket_arrives()

    story.does(Assign(TICKET, DISPATCHER, DISPATCHER, story.live()))

    assert story.known.assignee == DISPATCHER
    assert story.last(UpdateItem).responsible == DISPATCHER
    assert story.count(TellAgent) == 0


def test_pages_of_buttons_stay_in_the_same_message() -> None:
    story = Story()
    story.ticket_arrives()
    message = story.live()

    story.does(Browse(TICKET, DISPATCHER, message, LINE_1))
    story.does(Browse(TICKET, DISPATCHER, message))

    assert story.last(ShowAgents).message == message
    assert story.last(ShowTeams).message == message


def test_a_late_press_a_foreign_press_and_an_unknown_ticket_are_refused_by_name() -> None:
    story = Story()
    with pytest.raises(TicketUnknown):
        story.does(Assign(TICKET, IVANOV, DISPATCHER, 5))
    story.ticket_arrives()
    with pytest.raises(NotAllowed):
        story.does(Assign(TICKET, IVANOV, PETROVA, story.live()))
    with pytest.raises(PressOutdated):
        story.does(Assign(TICKET, IVANOV, DISPATCHER, 5))
    message = story.live()
    story.does(Assign(TICKET, IVANOV, DISPATCHER, message))
    with pytest.raises(AlreadyAssigned):
        story.does(Assign(TICKET, PETROVA, DISPATCHER, message))
    story.does(Move(TICKET, "done", IVANOV))
    with pytest.raises(TicketClosed):
        story.does(Assign(TICKET, PETROVA, DISPATCHER, message))


def test_somebody_who_left_the_company_cannot_be_chosen() -> None:
    story = Story()
    story.ticket_arrives()
    with pytest.raises(AgentLeft):
        story.does(Assign(TICKET, PETROVA.__class__(999), DISPATCHER, story.live()))


def test_spam_closes_the_ticket_and_every_message() -> None:
    story = Story()
    story.ticket_arrives()

    story.does(Move(TICKET, Meaning.FAIL, DISPATCHER, story.live()))

    assert story.known.meaning is Meaning.FAIL
    assert story.last(CloseNotice).outcome is Outcome.SPAM
    assert story.last(UpdateItem).stage == "C5:LOSE"
    assert story.timers == {}


def test_assignment_by_hand_in_the_card_is_an_assignment() -> None:
    story = Story()
    story.ticket_arrives()

    story.portal_shows(responsible=IVANOV, updated_by=HEAD)

    assert story.known.assignee == IVANOV
    assert story.last(TellAgent).agent == IVANOV
    assert story.last(UpdateItem) == UpdateItem(TICKET, None, StageCode("C5:WORK"))
    assert story.last(CloseNotice).outcome is Outcome.ASSIGNED


def test_moving_the_deal_out_of_triage_by_hand_makes_its_responsible_the_assignee() -> None:
    story = Story()
    story.ticket_arrives()

    story.portal_shows(stage=StageCode("C5:WORK"), moved_by=DISPATCHER)

    assert story.known.assignee == DISPATCHER
    assert story.count(UpdateItem) == 0
    assert story.count(TellAgent) == 0


def test_a_move_and_a_new_responsible_in_one_save_are_both_followed() -> None:
    story = Story()
    story.ticket_arrives()
    story.does(Assign(TICKET, IVANOV, DISPATCHER, story.live()))
    story.portal_shows(stage=StageCode("C5:WAITING"), responsible=PETROVA, updated_by=HEAD)

    assert story.known.meaning is Meaning.WAITING
    assert story.known.assignee == PETROVA


@pytest.mark.parametrize("ending", ["deleted", "left", "closed"])
def test_deletion_leaving_and_closing_stop_the_reminders(ending: str) -> None:
    story = Story()
    story.ticket_arrives()
    match ending:
        case "deleted":
            story.does(Gone(TICKET, "deleted"))
        case "left":
            story.portal_shows(pipeline=SALES, stage=StageCode("NEW"))
        case _:
            story.portal_shows(stage=StageCode("C5:WON"))

    assert story.count(CloseNotice) == 1
    assert story.timers == {}
    story.passes(hours=3)
    assert story.count(Announce) == 1


def test_our_own_change_comes_back_as_an_echo_and_changes_nothing() -> None:
    story = Story()
    story.ticket_arrives()
    story.does(Assign(TICKET, IVANOV, DISPATCHER, story.live()))
    told = story.count(TellAgent)

    story.portal_shows()  # read before our change arrived there
    story.portal_shows(stage=StageCode("C5:WORK"), responsible=IVANOV)

    assert story.known.assignee == IVANOV
    assert story.count(TellAgent) == told


def test_a_message_that_arrives_after_the_choice_loses_its_buttons_at_once() -> None:
    story = Story()
    story.ticket_arrives()
    story.does(Assign(TICKET, IVANOV, DISPATCHER, story.live()))

    story.does(Said(TICKET, DEPUTY, 999, Role.DEPUTY, 4))

    assert story.last(CloseNotice).message == 999


def test_a_ticket_returned_to_triage_is_unassigned_again() -> None:
    story = Story()
    story.ticket_arrives()
    story.does(Assign(TICKET, IVANOV, DISPATCHER, story.live()))
    story.portal_shows(stage=StageCode("C5:WORK"), responsible=IVANOV)

    story.portal_shows(stage=StageCode("C5:NEW"))

    assert story.known.is_unassigned
    assert story.last(Announce).nth == 0


def test_a_deal_closed_before_we_saw_it_is_no_ticket() -> None:
    story = Story()
    story.portal_shows(stage=StageCode("C5:WON"))
    assert story.ticket is None
    assert story.effects == []


def test_a_deal_that_left_and_came_back_starts_anew_in_its_place() -> None:
    story = Story()
    story.ticket_arrives()
    story.ticket = replace(story.known, version=3)  # as it was stored
    story.portal_shows(pipeline=SALES, stage=StageCode("NEW"))

    story.portal_shows(pipeline=SUPPORT, stage=StageCode("C5:NEW"))

    assert story.known.is_unassigned
    assert story.known.version == 3
    assert [effect.nth for effect in story.all(Announce)] == [0, 0]


def test_who_is_no_dispatcher_any_more_loses_his_message_and_his_right() -> None:
    story = Story()
    story.ticket_arrives()
    before = story.live()
    story.desk = replace(story.desk, people=replace(story.desk.people, dispatchers=(PETROVA,)))

    with pytest.raises(NotAllowed):
        story.does(Assign(TICKET, IVANOV, DISPATCHER, before))
    story.does(DeskChanged(TICKET))

    assert story.last(RemoveNotice).message == before
    assert story.last(Announce).to == PETROVA
    assert {notice.to for notice in story.known.notices} == {PETROVA}


def test_a_message_to_a_former_dispatcher_that_was_still_on_its_way_is_removed() -> None:
    story = Story()
    story.ticket_arrives()
    story.desk = replace(story.desk, people=replace(story.desk.people, dispatchers=(PETROVA,)))
    story.does(DeskChanged(TICKET))

    story.does(Said(TICKET, DISPATCHER, 900, Role.DISPATCHER, 0))

    assert story.last(RemoveNotice).message == 900
    assert {notice.to for notice in story.known.notices} == {PETROVA}


def test_when_the_dispatcher_left_the_company_the_deputy_is_asked() -> None:
    story = Story()
    people = story.desk.directory
    gone = replace(people.agents[DISPATCHER], active=False)
    story.desk = replace(story.desk, directory=replace(people, agents={**people.agents, DISPATCHER: gone}))

    story.ticket_arrives()

    assert story.last(Announce).to == DEPUTY


def test_spam_is_found_by_its_meaning_whatever_the_desk_calls_the_stage() -> None:
    story = Story()
    (pipeline,) = story.desk.pipelines
    renamed = tuple(replace(s, key="junk") if s.meaning is Meaning.FAIL else s for s in pipeline.stages)
    story.desk = replace(story.desk, pipelines=(replace(pipeline, stages=renamed),))
    story.ticket_arrives()

    story.does(Move(TICKET, Meaning.FAIL, DISPATCHER, story.live()))

    assert story.known.stage == "C5:LOSE"


def test_who_hands_over_to_himself_gets_his_message_back() -> None:
    story = Story()
    story.ticket_arrives()
    story.does(Assign(TICKET, IVANOV, DISPATCHER, story.live()))
    message = story.live(IVANOV)

    story.does(Assign(TICKET, IVANOV, IVANOV, message))

    assert story.last(RefreshAgentNotice).message == message
    assert story.live(IVANOV) == message
