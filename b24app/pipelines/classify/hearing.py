"""What the rules heard in one message, and what they say on each axis. Rules and the learnt model both start from it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from b24app.pipelines.classify.assist import Shares
from b24app.pipelines.classify.engine import Fired, Rules
from b24app.pipelines.classify.matching import Hit, Known
from b24app.pipelines.classify.message import Message, read
from b24app.pipelines.classify.model import RequestText
from b24app.pipelines.classify.rules import PriorityRule
from b24app.pipelines.classify.scoring import Score, scores, shares
from b24app.pipelines.classify.titles import KINDS, NO_CATEGORY

AUTOREPLY: Final = "autoreply"
NOT_A_TICKET: Final = "none"
NOISE: Final = "noise"
TALKED_OF: Final = frozenset(KINDS) - {NOISE}
"""Kinds of requests that somebody answers."""
USUAL: Final = 0.5
"""Share of a label that no words told: the usual one of a category."""
PLAIN: Final = 5.0
"""Score from which on a kind is believed in a message about nothing known: «можно вопрос?» asks nothing yet."""
RULED: Final = 0.8
"""Share of a priority that a rule set."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What priority rules and routing look at."""

    request_type: str
    category: str
    kind: str
    priority: str
    line: int


@dataclass(frozen=True, slots=True)
class Hearing:
    """One message with the rules that fired in it."""

    message: Message
    rules: Rules
    words: Sequence[Known]
    """What the rules know of each word."""
    hits: Sequence[Hit]
    fired: Sequence[Fired]
    ranked: Sequence[Score]
    """Categories that something speaks for, the best first."""

    def categories(self) -> Shares:
        """What the rules say of the category; empty when they heard nothing."""
        return tuple(zip((one.label for one in self.ranked), shares(list(self.ranked)), strict=True))

    def kinds(self, category: str) -> list[Score]:
        """Kinds that words speak for and that the category can have, the best first."""
        known = self.rules.book.category(category)
        allowed = known.kinds if known is not None else ()
        ranked = scores("kind", self.fired, self.rules.engine, self.rules.book.defaults)
        least = PLAIN if known is None else 0.0
        return [one for one in ranked if one.total >= least and (not allowed or one.label in allowed)]

    def usual_kind(self, category: str) -> str:
        """The kind of a request whose words tell none."""
        known = self.rules.book.category(category)
        return self.rules.book.defaults.kind if known is None else known.kind

    def kind_shares(self, category: str) -> Shares:
        """What the rules say of the kind, given the category. The first one is the rules' answer."""
        return self.shares_of_kinds(self.kinds(category), category)

    def shares_of_kinds(self, ranked: list[Score], category: str) -> Shares:
        """The same, of the scores of `kinds`."""
        if not ranked:
            return ((self.usual_kind(category), USUAL),)
        return tuple(zip((one.label for one in ranked), shares(ranked), strict=True))

    def priority_rule(self, labels: Labels) -> PriorityRule | None:
        """The first priority rule that fits, those that win before all others."""
        heard = self.priority_words()
        rules = sorted(self.rules.book.priority, key=lambda one: not one.wins)
        return next((rule for rule in rules if _fits(rule, labels, heard)), None)

    def priority_words(self) -> Mapping[str, Fired]:
        """Priority rules whose words stand in the text, by id, each with its first words."""
        return {one.rule.id: one for one in reversed(self.fired) if one.rule.axis == "priority"}

    def labels(self, category: str, kind: str) -> Labels:
        """Labels as far as they are known before the priority."""
        book = self.rules.book
        known = book.category(category)
        line = book.defaults.line if known is None or known.line is None else known.line
        return Labels(self.request_type(category), category, kind, book.defaults.priority, line)

    def request_type(self, category: str) -> str:
        """Derived from the category; nothing is known of foreign ones."""
        known = self.rules.book.category(category)
        return known.request_type if known is not None else NOT_A_TICKET

    def priority_shares(self, category: str, kind: str) -> Shares:
        """What the rules say of the priority, given category and kind."""
        labels = self.labels(category, kind)
        return self.shares_of_priority(self.priority_rule(labels), labels)

    def shares_of_priority(self, rule: PriorityRule | None, labels: Labels) -> Shares:
        """The same, of the rule that fits."""
        return ((labels.priority, USUAL),) if rule is None else ((rule.set, RULED),)

    def shares(self, axis: str, chosen: Mapping[str, str]) -> Shares:
        """What the rules say on an axis, given the labels chosen before: category, then kind, then priority."""
        category, kind = chosen.get("category", NO_CATEGORY), chosen.get("kind", "")
        match axis:
            case "category":
                return self.categories()
            case "request_type":
                return self._types()
            case "kind":
                return self.kind_shares(category)
            case "priority":
                return self.priority_shares(category, kind)
            case _:
                raise ValueError(axis)

    def allowed(self, axis: str, chosen: Mapping[str, str]) -> Collection[str] | None:
        """Labels that can be, given those chosen before; None when any can. What the rules heard is about something."""
        if axis == "category":
            return self.rules.book.names if self.ranked else {NO_CATEGORY, *self.rules.book.names}
        known = self.rules.book.category(chosen.get("category", "")) if axis == "kind" else None
        if known is None:
            return None
        return known.kinds or (None if known.request_type == NOT_A_TICKET else TALKED_OF)

    def is_own(self, axis: str, shares: Shares) -> bool:
        """The best label of the rules was told by a rule that the desk wrote or changed."""
        own, best = self.rules.own, shares[0][0] if shares else ""
        return bool(own) and any(
            one.rule.id in own and one.rule.axis == axis and one.rule.label == best and not one.excluded
            for one in self.fired
        )

    def _types(self) -> Shares:
        found: dict[str, float] = {}
        for category, share in self.categories():
            name = self.request_type(category)
            found[name] = found.get(name, 0.0) + share
        return tuple(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def hear(request: RequestText, rules: Rules) -> Hearing:
    """Read a message and let the rules speak."""
    message = read(request, rules.words)
    words = rules.engine.index.words(message.tokens)
    hits = rules.engine.index.find(message.tokens, words)
    fired = rules.engine.fire(hits, message.tokens, request)
    return Hearing(message, rules, words, hits, fired, scores("category", fired, rules.engine, rules.book.defaults))


def _fits(rule: PriorityRule, labels: Labels, heard: Mapping[str, Fired]) -> bool:
    if rule.any and rule.id not in heard:
        return False
    return all(getattr(labels, axis) in wanted for axis, wanted in rule.when)
