"""What corrections say about the rules: only what several tickets show, and each hint with its tickets."""

from b24app.pipelines.classify import Hints, Lesson, RequestText, RuleSet, hints_of, rules_from_data

RULES = RuleSet(
    rules_from_data(
        {
            "categories": {
                "email": {"request_type": "technical", "rules": [{"id": "mail", "weight": 3, "any": ["письмо"]}]},
                "crm": {
                    "request_type": "technical",
                    "rules": [{"id": "deal", "weight": 3, "any": ["сделка", "менеджер"]}],
                },
                "sites": {"request_type": "technical", "rules": [{"id": "own-site", "any": ["лендинг"]}]},
            }
        }
    )
)
BOXES = (
    "С утра отвалился ящик у менеджера",
    "Ящик опять... отвалился ящик бухгалтера, помогите",
    "У директора отвалился почтовый ящик",
    "Отвалился ящик поддержки после обеда",
)


def lessons(category: str, *texts: str, corrected: bool = True, first: int = 1) -> list[Lesson]:
    return [
        Lesson(f"2-{number}", RequestText(text), category, corrected) for number, text in enumerate(texts, start=first)
    ]


def noise(number: int = 12) -> list[Lesson]:
    texts = [f"Пропала сделка {place}, менеджер ждёт" for place in range(number)]
    return lessons("crm", *texts, corrected=False, first=100)


def test_a_phrase_no_rule_knows_is_offered_with_its_tickets() -> None:
    found = hints_of([*lessons("email", *BOXES), *noise()], [], RULES)
    (hint,) = [one for one in found.phrases if "ящик" in one.phrase]
    assert (hint.phrase, hint.category) == ("отвалился ящик", "email")
    assert hint.tickets == ("2-1", "2-2", "2-3", "2-4")
    assert (hint.seen, hint.others) == (4, ())
    assert (found.lessons, found.corrected) == (16, 4)


def test_two_tickets_may_be_chance_and_mixed_ones_say_nothing() -> None:
    assert hints_of([*lessons("email", *BOXES[:2]), *noise()], [], RULES).phrases == ()
    mixed = [*lessons("email", *BOXES[:2]), *lessons("sites", *BOXES[2:], first=20), *noise()]
    assert [one for one in hints_of(mixed, [], RULES).phrases if "ящик" in one.phrase] == []


def test_what_a_rule_knows_already_is_not_offered() -> None:
    known = ["Не приходит письмо от банка"] * 4
    assert hints_of([*lessons("email", *known), *noise()], [], RULES).phrases == ()


def test_a_rule_more_often_wrong_than_right_is_named_and_the_categories_it_confuses() -> None:
    wrong = lessons("email", *["Менеджер не получает почту"] * 4, first=1)
    right = lessons("crm", *["Менеджер не видит карточку"] * 2, first=50)
    found = hints_of([*wrong, *right], [], RULES)
    (rule,) = found.wrong
    assert (rule.rule, rule.category, rule.instead) == ("deal", "crm", "email")
    assert (len(rule.wrong), len(rule.right)) == (4, 2)
    (confused,) = found.confused
    assert (confused.given, confused.right, confused.tickets) == ("crm", "email", rule.wrong)
    assert hints_of([*wrong, *lessons("crm", *["Менеджер"] * 4, first=60)], [], RULES).wrong == ()


def test_own_rules_that_never_fired_are_named_only_after_enough_tickets() -> None:
    own = frozenset({"own-site", "mail"})
    past = [RequestText("Не приходит письмо")] * 99
    assert hints_of([], past, RULES, own).sleeping == ()
    found = hints_of([], [*past, RequestText("Пропала сделка")], RULES, own)
    assert (found.sleeping, found.looked) == (("own-site",), 100)


def test_nothing_to_say_is_nothing_said_and_time_ends_the_counting() -> None:
    assert hints_of(noise(), [], RULES).is_empty
    assert hints_of([], [], RULES) == Hints()
    assert hints_of(lessons("email", *BOXES), [], RULES, go_on=lambda: False).is_empty
    assert hints_of([*lessons("gone", *BOXES), *noise()], [], RULES).lessons == 12


def test_hints_have_names_to_be_known_again() -> None:
    found = hints_of([*lessons("email", *BOXES), *noise()], [], RULES)
    assert "phrase:email:отвалился ящик" in found.names()
