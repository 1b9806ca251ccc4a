"""The deal's own fields: a person's choice corrects, an echo of ours does not, however late it comes."""

from dataclasses import replace

from b24app.tickets.model import Axis, Comment, Correct, Labels, Source
from tests.story import DISPATCHER, HEAD, TICKET, Story


def corrections(story: Story) -> list[tuple[str, str]]:
    return [(one.axis.value, one.label) for one in story.known.corrected]


def test_an_echo_of_ours_is_no_correction() -> None:
    story = Story()
    story.ticket_arrives()
    story.portal_shows(labels={Axis.CATEGORY: "email", Axis.PRIORITY: "normal", Axis.LINE: "1"})
    assert corrections(story) == []


def test_what_somebody_chooses_in_the_card_is() -> None:
    story = Story()
    story.ticket_arrives()
    story.portal_shows(labels={Axis.CATEGORY: "email", Axis.LINE: "1"})

    story.portal_shows(labels={Axis.CATEGORY: "integration", Axis.LINE: "1"}, updated_by=HEAD)

    (made,) = story.known.corrected
    assert (made.axis, made.label, made.by, made.source) == (Axis.CATEGORY, "integration", HEAD, Source.FIELD)
    assert story.known.line == 2
    said = story.count(Comment)
    story.portal_shows(labels={Axis.CATEGORY: "integration", Axis.LINE: "1"})  # the line is still on its way
    story.portal_shows(labels={Axis.CATEGORY: "integration", Axis.LINE: "2"})
    assert corrections(story) == [("category", "integration")]
    assert story.count(Comment) == said


def test_an_old_value_that_comes_back_while_ours_is_on_its_way_is_an_echo() -> None:
    story = Story()
    story.ticket_arrives()
    story.does(Correct(TICKET, Labels(category="crm"), DISPATCHER, Source.TAB))
    story.does(Correct(TICKET, Labels(category="sites"), DISPATCHER, Source.TAB))
    for late in ("email", "crm", "sites"):
        story.portal_shows(labels={Axis.CATEGORY: late})
        assert story.known.classification.category == "sites"

    story.portal_shows(labels={Axis.CATEGORY: "email"})  # now it is somebody's choice
    assert story.known.classification.category == "email"


def test_a_choice_made_while_nothing_was_set_counts() -> None:
    story = Story()
    story.facts = replace(story.facts, text="", subject="№ 7405")
    story.ticket_arrives()
    story.portal_shows(labels={Axis.CATEGORY: "contract"})
    assert corrections(story) == [("category", "contract")]


def test_a_deal_that_comes_with_old_values_is_not_corrected_by_them() -> None:
    story = Story()
    story.facts = replace(story.facts, labels={Axis.CATEGORY: "crm"})
    story.ticket_arrives()
    story.portal_shows(labels={Axis.CATEGORY: "crm"})
    assert corrections(story) == []


def test_an_element_whose_label_the_rules_have_no_more_changes_nothing() -> None:
    story = Story()
    story.ticket_arrives()
    story.portal_shows(labels={Axis.CATEGORY: "gone_from_the_rules"})
    assert corrections(story) == []
