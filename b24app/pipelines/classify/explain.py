"""Why a label was chosen: one sentence in Russian, with the place of the words that decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from b24app.pipelines.classify.assist import Opinion
from b24app.pipelines.classify.engine import Fired, Rules
from b24app.pipelines.classify.hearing import AUTOREPLY
from b24app.pipelines.classify.matching import Hit
from b24app.pipelines.classify.message import Message
from b24app.pipelines.classify.model import Reason, Role
from b24app.pipelines.classify.rules import PriorityRule
from b24app.pipelines.classify.scoring import Score
from b24app.pipelines.classify.titles import NO_CATEGORY

MAX_QUOTED: Final = 80
MAX_EVIDENCE: Final = 3
MAX_EXCLUDED: Final = 3
AXES: Final = {
    "category": "Категория",
    "request_type": "Тип обращения",
    "kind": "Вид обращения",
    "priority": "Приоритет",
    "line": "Линия",
}


@dataclass(frozen=True, slots=True)
class Explainer:
    """Makes the reasons of one message."""

    message: Message
    rules: Rules
    hits: Sequence[Hit]

    def category(self, ranked: list[Score]) -> tuple[Reason, ...]:
        """The deciding phrase, those that support it, the label that lost, and topics that were excluded."""
        best = ranked[0]
        first = self.found("category", best.label, best.evidence[0])
        more = [self._words("также", one, "category", "supports") for one in best.evidence[1:MAX_EVIDENCE]]
        lost = [self._lost(one) for one in ranked[1:2]]
        return (first, *more, *lost, *self._excluded())

    def found(self, axis: str, label: str, fired: Fired) -> Reason:
        """«Категория «Почта»: решила фраза …»."""
        return self._words(f"{AXES[axis]} «{self.rules.title(label)}»: решила фраза", fired, axis, "decided")

    def reading(self) -> tuple[Reason, ...]:
        """The text was typed with the wrong keyboard, or in Latin letters: how it was read, said once."""
        if self.message.rewritten is None:
            return ()
        written, read = (_short(words) for words in self.message.reading())
        zone = self.message.rewritten
        return (Reason(f"прочитано как „{read}“", "", 0, 0, zone=zone, role="read", repaired=((written, read),)),)

    def learnt_category(self, opinion: Opinion, ranked: list[Score]) -> tuple[Reason, ...]:
        """By the model: with the rules, whose reasons come first then, or against them.

        That the general model agrees with the built-in rules goes without saying.
        """
        label = opinion.shares[0][0]
        if ranked and ranked[0].label == label:
            said = self.category(ranked)
            if opinion.is_general:
                return said
            return (*said, *self._model_words("category", opinion, ("модель согласна", "agrees")))
        if label == NO_CATEGORY and not ranked:
            return (self.nothing(),)
        against = [self._lost(one) for one in ranked[:1]]
        return (*self._model("category", opinion), *against, *self._excluded())

    def learnt(self, axis: str, opinion: Opinion, by_rules: str) -> tuple[Reason, ...]:
        """By the model, on another axis than the category."""
        if opinion.shares[0][0] == by_rules:
            return ()
        text = f"по правилам было бы «{self.rules.title(by_rules)}»"
        usual = Reason(text, f"model:{opinion.version}", 0, 0, axis, role="overruled", label=by_rules)
        return (*self._model(axis, opinion), usual)

    def _model(self, axis: str, opinion: Opinion) -> tuple[Reason, ...]:
        label, share = opinion.shares[0]
        lead = f"{AXES[axis]} «{self.rules.title(label)}»: так решила обученная модель ({share:.0%})"
        return self._model_words(axis, opinion, (lead, "model"))

    def _model_words(self, axis: str, opinion: Opinion, told: tuple[str, Role]) -> tuple[Reason, ...]:
        """The strongest word with the sentence, each further one by itself."""
        rule, (lead, role), label = f"model:{opinion.version}", told, opinion.shares[0][0]
        spans = opinion.spans()
        if not spans:
            return (Reason(lead, rule, 0, 0, axis, role=role, label=label),)
        first = self._quoted(f"{lead}, слова", rule, spans[0], axis, role, label=label)
        more = [self._quoted("и слова", rule, span, axis, "supports", label=label) for span in spans[1:]]
        return (first, *more)

    def header(self) -> Reason:
        """A header of the letter said it."""
        text = f"Категория «{self.rules.title(AUTOREPLY)}»: так говорит заголовок письма {self.message.automatic}"
        return Reason(text, "header", 0, 0, role="header", label=AUTOREPLY)

    def nothing(self) -> Reason:
        """No rule of any category fired."""
        return Reason("Категория не определена: ни одна фраза правил не встретилась", "", 0, 0, role="nothing")

    def usual(self, axis: str, label: str) -> Reason:
        """Nothing in the text told, the usual label was taken."""
        text = f"{AXES[axis]} «{self.rules.title(label)}»: обычное значение, в тексте ничего особого"
        return Reason(text, "", 0, 0, axis, role="usual", label=label)

    def priority(self, rule: PriorityRule, fired: Fired | None) -> Reason:
        """By words of the text, or by the labels found before."""
        if fired is not None:
            return self.found("priority", rule.set, fired)
        text = f"Приоритет «{self.rules.title(rule.set)}»: таково правило {rule.id}"
        return Reason(text, rule.id, 0, 0, "priority", role="labels", label=rule.set)

    def line(self, line: int, rule: str) -> Reason:
        """By a routing rule or by the category."""
        source = f"правило маршрута {rule}" if rule else "линия категории по умолчанию"
        return Reason(f"Линия {line}: {source}", rule, 0, 0, "line", role="route", label=str(line))

    def _lost(self, score: Score) -> Reason:
        lead = f"уступила категория «{self.rules.title(score.label)}», фраза"
        return self._words(lead, score.evidence[0], "category", "lost")

    def _excluded(self) -> list[Reason]:
        hits = self.rules.engine.exclusions.found(self.hits, self.message.tokens)[:MAX_EXCLUDED]
        lead, rule = "тема исключена словами", "excluded_topic"
        return [self._quoted(lead, rule, (hit.start, hit.end), "category", "excluded") for hit in hits]

    def _words(self, lead: str, fired: Fired, axis: str, role: Role) -> Reason:
        """The words of a hit, and which of them counted only because they were read as others."""
        hit, tokens = fired.hit, self.message.tokens
        found = self.rules.engine.index.repairs(hit, tokens)
        repaired = tuple((self.message.words(at, at + 1), read) for at, read in found)
        told = self._quoted(lead, fired.rule.id, (hit.start, hit.end), axis, role, label=fired.rule.label)
        return replace(told, text=f"{told.text} ({_said(repaired)})", repaired=repaired) if repaired else told

    def _quoted(self, lead: str, rule: str, span: tuple[int, int], axis: str, role: Role, *, label: str = "") -> Reason:
        zone, first, last = self.message.place(*span)
        return Reason(f"{lead} „{_short(self.message.words(*span))}“", rule, first, last, axis, zone, role, label)


def _short(words: str) -> str:
    """On one line, cut when long."""
    plain = " ".join(words.split())
    return plain if len(plain) <= MAX_QUOTED else f"{plain[: MAX_QUOTED - 1]}…"


def _said(repaired: Iterable[tuple[str, str]]) -> str:
    return "исправлено: " + ", ".join(f"{written} → {read}" for written, read in repaired)
