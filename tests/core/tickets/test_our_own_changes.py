"""What the card shows while a change of our own is on its way is nobody's word; afterwards it is."""

from dataclasses import replace

from b24app.tickets.model import Assign, Mirrored, Observed, TellAgent
from tests.story import DISPATCHER, IVANOV, PETROVA, TICKET, Story


def confirm(story: Story) -> None:
    """The portal took our change."""
    assert story.known.assignee is not None
    story.does(Mirrored(TICKET, story.known.stage, story.known.assignee))


def shows(story: Story, **shown: object) -> Observed:
    """The card as it is read."""
    return Observed(TICKET, replace(story.facts, **shown))  # type: ignore[arg-type] # names are the test's


def two_quick_assignments() -> Story:
    """Both are decided before the portal has confirmed the first."""
    story = Story()
    story.ticket_arrives()
    story.does(Assign(TICKET, agent=IVANOV, by=DISPATCHER))
    story.does(Assign(TICKET, agent=PETROVA, by=DISPATCHER))
    return story


def test_the_echo_of_the_first_of_two_quick_assignments_is_no_change_by_hand() -> None:
    story = two_quick_assignments()

    story.does(replace(shows(story, responsible=IVANOV), under_way=True))

    assert story.known.assignee == PETROVA
    assert story.known.look_again
    assert story.count(TellAgent) == 2


def test_a_reading_older_than_our_latest_change_is_no_change_by_hand() -> None:
    story = two_quick_assignments()
    began = story.known.confirmed
    confirm(story)

    story.does(replace(shows(story, responsible=IVANOV), confirmed=began))

    assert story.known.assignee == PETROVA
    assert story.known.look_again


def test_a_person_who_takes_our_change_back_afterwards_is_believed() -> None:
    story = two_quick_assignments()
    confirm(story)

    story.does(replace(shows(story, responsible=IVANOV), confirmed=story.known.confirmed))

    assert story.known.assignee == IVANOV
    assert not story.known.look_again


def test_a_stage_of_ours_on_its_way_is_not_taken_for_a_move_back() -> None:
    story = Story()
    story.ticket_arrives()
    before = story.facts.stage
    story.does(Assign(TICKET, agent=IVANOV, by=DISPATCHER))

    story.does(replace(shows(story, stage=before, responsible=IVANOV), under_way=True))

    assert story.known.assignee == IVANOV
