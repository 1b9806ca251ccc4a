"""What people say of a request holds at once and for good, and everything follows it."""

import pytest
from b24app.kit.errors import AlreadyAssigned, NotAllowed, RuleBroken, TicketUnknown
from b24app.kit.ids import UserId
from b24app.pipelines.stages import Meaning
from b24app.tickets.model import (
    Announce,
    Assign,
    Axis,
    BrowseLabels,
    Comment,
    Correct,
    Happened,
    Labels,
    Move,
    RefreshAgentNotice,
    Remark,
    ShowLabels,
    ShowTeams,
    Source,
    TellAgent,
    Timer,
    WriteFields,
)
from b24app.tickets.terms import resolution_due
from tests.story import DISPATCHER, IVANOV, PETROVA, TICKET, Story

SPAM = (
    "Здравствуйте! Предлагаем продвижение сайта в топ-10 Яндекса, скидка 50 % только сегодня. Отписаться от рассылки."
)


def arrived(**facts: object) -> Story:
    story = Story()
    if facts:
        from dataclasses import replace  # noqa: PLC0415 - used by this branch alone

        story.facts = replace(story.facts, **facts)  # type: ignore[arg-type]  # names are the story's
    story.ticket_arrives()
    return story


def corrects(story: Story, *, by: UserId = DISPATCHER, message: int | None = None, **labels: object) -> None:
    source = Source.MODEST if message is not None else Source.TAB
    story.does(Correct(TICKET, Labels(**labels), by, source, message))  # type: ignore[arg-type]  # axes by name


def test_one_tap_sets_the_category_and_everything_follows() -> None:
    story = arrived()
    policy, written = story.known.policy, story.count(WriteFields)

    corrects(story, message=story.live(), category="integration")

    found = story.known
    assert (found.classification.category, found.line) == ("integration", 2)
    kept = found.correction(Axis.CATEGORY)
    assert kept is not None
    assert (kept.before, kept.label, kept.by, kept.at, kept.source) == (
        "email",
        "integration",
        DISPATCHER,
        story.now,
        Source.MODEST,
    )
    assert kept.rule.startswith("email")
    assert "письма" in kept.reason
    assert story.count(WriteFields) == written + 1
    assert story.last(Comment) == Comment(TICKET, Remark.CORRECTED, (kept,))
    assert story.last(ShowTeams).message == story.live()
    assert story.journal[-1].what is Happened.CORRECTED
    assert found.policy == policy


def test_a_priority_set_by_hand_moves_the_terms() -> None:
    story = arrived()
    before = resolution_due(story.known, story.now)

    corrects(story, priority="critical")

    due = resolution_due(story.known, story.now)
    assert before
    assert due
    assert due < before
    assert Happened.SLA_CHANGED in {entry.what for entry in story.journal}


def test_a_second_tap_changes_and_says_nothing() -> None:
    story = arrived()
    corrects(story, message=story.live(), category="crm")
    said, entries = len(story.effects), len(story.journal)

    corrects(story, message=story.live(), category="crm")

    assert story.effects[said:] == [ShowTeams(TICKET, DISPATCHER, story.live())]  # frees the pressed button
    assert len(story.journal) == entries
    corrects(story, category="crm")
    assert len(story.effects) == said + 1


def test_a_guess_that_a_person_confirms_is_set_by_a_person() -> None:
    story = arrived()
    corrects(story, category="email")
    kept = story.known.correction(Axis.CATEGORY)
    assert kept is not None
    assert kept.before == kept.label == "email"


def test_a_later_text_does_not_touch_what_people_set() -> None:
    story = arrived(text="", subject="№ 7405")
    assert not story.known.is_settled(Axis.CATEGORY)
    corrects(story, category="contract")

    story.portal_shows(text="Не работает телефония: клиенты не могут дозвониться, срочно!")

    found = story.known
    assert found.classification.category == "contract"
    assert found.classification.request_type == "service"
    assert found.classification.priority == "high"  # nobody had set it: the text says so
    assert story.last(WriteFields)


def test_a_text_that_comes_late_is_classified() -> None:
    story = arrived(text="", subject="№ 7405")
    story.portal_shows(text="Не отправляются письма, ошибка SMTP.")
    assert story.known.classification.category == "email"
    assert story.last(ShowTeams).message == story.live()

    story.portal_shows(text="The agent's notes about telephony instead of the request")
    assert story.known.classification.category == "email"


def test_the_assignee_corrects_in_his_message_others_are_refused() -> None:
    story = arrived()
    with pytest.raises(NotAllowed):
        corrects(story, by=PETROVA, message=story.live(), category="crm")
    first = story.live()
    story.does(Assign(TICKET, IVANOV, DISPATCHER, first))
    with pytest.raises(AlreadyAssigned):
        corrects(story, message=first, category="crm")

    corrects(story, by=IVANOV, message=story.live(IVANOV), category="crm")

    assert story.known.classification.category == "crm"
    assert story.last(RefreshAgentNotice).message == story.live(IVANOV)


def test_a_closed_ticket_can_be_corrected_but_its_clocks_stand() -> None:
    story = arrived()
    story.does(Assign(TICKET, IVANOV, DISPATCHER))
    story.does(Move(TICKET, Meaning.DONE, IVANOV))
    assert story.known.closed_by == IVANOV
    clocks = story.known.clocks

    corrects(story, by=IVANOV, category="crm", priority="critical")

    assert story.known.clocks == clocks
    assert story.known.classification.category == "crm"
    assert story.last(WriteFields)


def test_words_the_rules_do_not_have_cannot_be_set() -> None:
    story = arrived()
    for labels in (Labels(category="nonsense"), Labels(priority="urgent"), Labels(kind="x"), Labels(line=9)):
        with pytest.raises(RuleBroken):
            story.does(Correct(TICKET, labels, DISPATCHER, Source.TAB))
    with pytest.raises(TicketUnknown):
        Story().does(Correct(TICKET, Labels(category="crm"), DISPATCHER, Source.TAB))


def test_the_labels_to_choose_from_come_into_the_same_message() -> None:
    story = arrived()
    story.does(BrowseLabels(TICKET, DISPATCHER, story.live(), Axis.PRIORITY))
    assert story.last(ShowLabels) == ShowLabels(TICKET, DISPATCHER, story.live(), Axis.PRIORITY)


def test_the_button_spam_teaches_too() -> None:
    story = arrived()
    story.does(Move(TICKET, Meaning.FAIL, DISPATCHER, story.live()))
    kept = story.known.correction(Axis.CATEGORY)
    assert kept is not None
    assert (kept.label, kept.by) == ("spam", DISPATCHER)
    assert story.known.classification.request_type == "none"


def test_spam_is_shown_once_and_reminds_nobody_until_somebody_says_it_is_a_request() -> None:
    story = arrived(text=SPAM, subject="Продвижение сайта")
    assert story.known.classification.category == "spam"
    if not story.known.quiet:  # the classifier was not sure enough: a person says so
        corrects(story, message=story.live(), category="spam")
    assert story.timers == {}
    story.passes(hours=3)
    assert story.count(Announce) == 1

    corrects(story, message=story.live(), category="sites")

    story.passes(minutes=11)
    assert story.count(Announce) == 3
    assert Timer.SLA in story.timers


def test_a_ticket_brought_back_from_spam_is_reminded_of() -> None:
    story = arrived()
    story.does(Move(TICKET, Meaning.FAIL, DISPATCHER, story.live()))
    story.does(Move(TICKET, Meaning.TRIAGE, DISPATCHER))
    story.passes(minutes=6)
    assert story.last(Announce).nth == 1
    assert story.count(TellAgent) == 0


def test_a_title_that_the_portal_made_up_decides_nothing() -> None:
    story = arrived(subject="Заполнение CRM-формы «Обратная связь»", is_named_by_portal=True)
    assert story.known.classification.category == "email"  # by the text alone
    assert story.known.asked == ""
    silent = arrived(subject="Новое обращение", text="", is_named_by_portal=True)
    assert silent.known.classification.decision == "none"
