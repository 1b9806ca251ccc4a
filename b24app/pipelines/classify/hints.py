"""What corrections teach about the rules: phrases no rule knows, rules that mislead, rules that sleep, twins.

Pure counting over tickets whose category is known for certain: corrected by people, or confirmed by an agent who closed
them untouched. Every hint names the tickets it stands on.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Final, NamedTuple

from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.matching import Hit
from b24app.pipelines.classify.message import Message, read
from b24app.pipelines.classify.model import Classification, RequestText
from b24app.pipelines.classify.ruleset import RuleSet
from b24app.pipelines.classify.titles import NO_CATEGORY
from b24app.pipelines.classify.words import normal_forms

LEAST: Final = 3
"""Tickets a hint needs: two may be chance."""
CLEAR: Final = 0.8
"""Share of the tickets with a phrase that went to one category."""
ODDS: Final = 2.0
"""Least log-odds of a phrase: it is seven times as common in its category as elsewhere."""
MOST: Final = 12
"""Hints of a kind: nobody reads more in a week."""
SLEEPING: Final = 100
"""Tickets that must have come in before a rule is said to sleep."""
MAX_WORDS: Final = 120
"""Words of a message that are counted: people name the thing first."""
NEAR: Final = 2
"""Neighbours: the next word, or the one after it."""
_SHORTEST: Final = 3
_SMALL: Final = frozenset(
    "добрый день здравствуйте привет утро вечер пожалуйста спасибо уважение коллеги прошу просим подскажите помогите"  # noqa: SIM905 - a word list reads better as one line
    " это как что где когда почему чтобы если или для при про под над без уже ещё еще нас нам вас вам наш ваш мой"
    " они она оно есть был была было были быть может можно нужно надо очень сейчас сегодня вчера завтра просто также"
    " после перед через только всё все the and for you your our with this that have has not can please hello".split()
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A ticket whose category is certain."""

    ticket: str
    request: RequestText
    category: str
    corrected: bool
    """A person had to correct it."""


@dataclass(frozen=True, slots=True)
class PhraseHint:
    """«отвалился ящик»: 7 of 7 went to one category, and no rule of it knows the words."""

    phrase: str
    category: str
    tickets: tuple[str, ...]
    """Those that went to the category."""
    others: tuple[str, ...]
    odds: float
    place: float = 0
    """Where in the text it stands on average: people name the thing first."""

    @property
    def seen(self) -> int:
        """Tickets with the phrase."""
        return len(self.tickets) + len(self.others)


@dataclass(frozen=True, slots=True)
class WrongRule:
    """A rule whose word decided, and was wrong more often than right."""

    rule: str
    category: str
    wrong: tuple[str, ...]
    right: tuple[str, ...]
    instead: str
    """Where most of the wrong ones belonged."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """Two categories the rules mistake for each other."""

    given: str
    right: str
    tickets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hints:
    """Everything there is to say about the rules."""

    phrases: tuple[PhraseHint, ...] = ()
    wrong: tuple[WrongRule, ...] = ()
    sleeping: tuple[str, ...] = ()
    """Own rules that none of the tickets woke."""
    confused: tuple[Confusion, ...] = ()
    lessons: int = 0
    corrected: int = 0
    looked: int = 0
    """Tickets the sleeping rules had their chance on."""

    @property
    def is_empty(self) -> bool:
        """There is nothing to say."""
        return not (self.phrases or self.wrong or self.sleeping or self.confused)

    def names(self) -> tuple[str, ...]:
        """Names the hints, to know whether they were told before."""
        return tuple(
            sorted(
                [f"phrase:{one.category}:{one.phrase}" for one in self.phrases]
                + [f"wrong:{one.rule}" for one in self.wrong]
                + [f"sleeping:{one}" for one in self.sleeping]
                + [f"confused:{one.given}:{one.right}" for one in self.confused]
            )
        )


def hints_of(
    lessons: Iterable[Lesson],
    past: Iterable[RequestText],
    desk: RuleSet,
    own_rules: frozenset[str] = frozenset(),
    go_on: Callable[[], bool] = lambda: True,
) -> Hints:
    """What the lessons and the latest requests say about these rules; `go_on` ends the reading when time is up."""
    heard = [one for lesson in lessons if go_on() and (one := _hear(lesson, desk)) is not None]
    sleeping, looked = _sleeping(past, desk.rules, own_rules, go_on)
    return Hints(
        phrases=tuple(_phrases(heard))[:MOST],
        wrong=tuple(_wrong(heard))[:MOST],
        sleeping=sleeping[:MOST],
        confused=tuple(_confused(heard))[:MOST],
        lessons=len(heard),
        corrected=sum(one.lesson.corrected for one in heard),
        looked=looked,
    )


class Gram(NamedTuple):
    """One or two neighbouring words of a message, by lemma."""

    key: tuple[str, ...]
    start: int
    end: int
    shown: str


@dataclass(frozen=True, slots=True)
class _Heard:
    lesson: Lesson
    found: Classification
    grams: Mapping[tuple[str, ...], Gram]
    covered: frozenset[int]
    """Words that rules of the right category know."""

    @property
    def is_right(self) -> bool:
        return self.found.category == self.lesson.category


def _hear(lesson: Lesson, desk: RuleSet) -> _Heard | None:
    rules = desk.rules
    if lesson.category != NO_CATEGORY and rules.book.category(lesson.category) is None:
        return None
    message = read(lesson.request, rules.words)
    hits = rules.engine.index.find(message.tokens)
    grams = {gram.key: gram for gram in reversed(list(_grams(message, rules)))}
    return _Heard(lesson, desk.classify(lesson.request), grams, frozenset(_known(hits, lesson.category, rules)))


def _known(hits: Sequence[Hit], category: str, rules: Rules) -> Iterator[int]:
    for hit in hits:
        owners = rules.engine.owners.get(hit.phrase, ())
        if any(rule.axis == "category" and rule.label == category for rule in owners):
            yield from range(hit.start, hit.end)


def _grams(message: Message, rules: Rules) -> Iterator[Gram]:
    """Words that mean something, alone and with those near them: as a phrase of a rule would find them."""
    before: list[tuple[int, str]] = []
    for at in range(min(len(message.tokens), MAX_WORDS)):
        lemma = _lemma(message.tokens.words[at], rules)
        if lemma is None:
            continue
        yield Gram((lemma,), at, at + 1, message.words(at, at + 1).lower())
        before = [one for one in before if _together(message, one[0], at)]
        for first, known in before:
            shown = f"{message.words(first, first + 1)} {message.words(at, at + 1)}".lower()
            yield Gram((known, lemma), first, at + 1, shown)
        before.append((at, lemma))


def _together(message: Message, first: int, second: int) -> bool:
    """In one clause with at most one small word between, as the gap of rules allows."""
    return message.tokens.clauses[first] == message.tokens.clauses[second] and second - first <= NEAR


def _lemma(word: str, rules: Rules) -> str | None:
    form = normal_forms(word)[0]
    if len(form) < _SHORTEST or not form.isalpha() or form in _SMALL:
        return None
    atoms = [atom for atom in rules.engine.index.lexicon.conditions(form) if atom.kind in {"lemma", "stem"}]
    lemma = min((atom.text for atom in atoms), default=form)
    return None if lemma in _SMALL else lemma


@dataclass(slots=True)
class _Count:
    by_category: dict[str, list[_Heard]] = field(default_factory=lambda: defaultdict(list))
    shown: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(map(len, self.by_category.values()))


def _phrases(heard: Sequence[_Heard]) -> Iterator[PhraseHint]:
    """The strongest first; of phrases that stand on the same tickets the longest one."""
    counts: dict[tuple[str, ...], _Count] = defaultdict(_Count)
    sizes = Counter(one.lesson.category for one in heard)
    for one in heard:
        for key, gram in one.grams.items():
            counts[key].by_category[one.lesson.category].append(one)
            counts[key].shown[gram.shown] += 1
    found = [hint for key, count in counts.items() if (hint := _phrase(key, count, sizes)) is not None]
    taken: dict[str, set[str]] = defaultdict(set)
    for hint in sorted(
        found, key=lambda one: (-len(one.tickets), -len(one.phrase.split()), -one.odds, one.place, one.phrase)
    ):
        if not set(hint.tickets) <= taken[hint.category]:
            taken[hint.category] |= set(hint.tickets)
            yield hint


def _phrase(key: tuple[str, ...], count: _Count, sizes: Mapping[str, int]) -> PhraseHint | None:
    category, own = max(count.by_category.items(), key=lambda item: (len(item[1]), item[0]))
    if category == NO_CATEGORY or len(own) < LEAST or len(own) / count.total < CLEAR:
        return None
    helped = [one for one in own if not one.is_right]
    covered = sum(not one.covered.isdisjoint(range(one.grams[key].start, one.grams[key].end)) for one in own)
    odds = _odds(len(own), sizes[category], count.total - len(own), sum(sizes.values()) - sizes[category])
    if len(helped) < LEAST or 2 * covered >= len(own) or odds < ODDS:
        return None
    others = [one.lesson.ticket for name, some in count.by_category.items() if name != category for one in some]
    shown = max(count.shown.items(), key=lambda item: (item[1], item[0]))[0]
    place = sum(one.grams[key].start for one in own) / len(own)
    return PhraseHint(shown, category, _tickets(own), tuple(others), round(odds, 2), round(place, 1))


def _odds(within: int, all_within: int, without: int, all_without: int) -> float:
    """Log-odds of the phrase in its category against elsewhere, half a ticket added everywhere."""
    return log((within + 0.5) / (all_within - within + 0.5)) - log((without + 0.5) / (all_without - without + 0.5))


def _wrong(heard: Sequence[_Heard]) -> Iterator[WrongRule]:
    decided: dict[tuple[str, str], tuple[list[_Heard], list[_Heard]]] = defaultdict(lambda: ([], []))
    for one in heard:
        first = next((reason for reason in one.found.why if reason.axis == "category" and reason.rule), None)
        if first is not None and one.found.category != NO_CATEGORY:
            decided[first.rule, one.found.category][one.is_right].append(one)
    for (rule, category), (wrong, right) in sorted(decided.items(), key=lambda item: (-len(item[1][0]), item[0])):
        if len(wrong) >= LEAST and len(wrong) > len(right):
            instead = Counter(one.lesson.category for one in wrong).most_common(1)[0][0]
            yield WrongRule(rule, category, _tickets(wrong), _tickets(right), instead)


def _confused(heard: Sequence[_Heard]) -> Iterator[Confusion]:
    pairs: dict[tuple[str, str], list[_Heard]] = defaultdict(list)
    for one in heard:
        if not one.is_right and one.found.category != NO_CATEGORY:
            pairs[one.found.category, one.lesson.category].append(one)
    for (given, right), some in sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0])):
        if len(some) >= LEAST:
            yield Confusion(given, right, _tickets(some))


def _sleeping(
    past: Iterable[RequestText], rules: Rules, own: frozenset[str], go_on: Callable[[], bool]
) -> tuple[tuple[str, ...], int]:
    woken: set[str] = set()
    looked = 0
    for request in past if own else ():
        if not go_on():
            break
        looked += 1
        message = read(request, rules.words)
        hits = rules.engine.index.find(message.tokens)
        woken |= {one.rule.id for one in rules.engine.fire(hits, message.tokens, request)}
    return (tuple(sorted(own - woken)) if looked >= SLEEPING else ()), looked


def _tickets(heard: Iterable[_Heard]) -> tuple[str, ...]:
    return tuple(one.lesson.ticket for one in heard)
