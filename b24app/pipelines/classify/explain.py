"""Why a label was chosen: one sentence in Russian, with the place of the words that decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from b24app.pipelines.classify.assist import Opinion
from b24app.pipelines.classify.engine import Fired, Rules
from b24app.pipelines.classify.matching import Hit
from b24app.pipelines.classify.message import Message
from b24app.pipelines.classify.model import Reason
from b24app.pipelines.classify.rules import PriorityRule
from b24app.pipelines.classify.scoring import Score

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
        more = [self._words("также", one) for one in best.evidence[1:MAX_EVIDENCE]]
        lost = [self._lost(one) for one in ranked[1:2]]
        return (first, *more, *lost, *self._excluded())

    def found(self, axis: str, label: str, fired: Fired) -> Reason:
        """«Категория «Почта»: решила фраза …»."""
        return self._words(f"{AXES[axis]} «{self.rules.title(label)}»: решила фраза", fired, axis)

    def learnt_category(self, opinion: Opinion, ranked: list[Score], version: str) -> tuple[Reason, ...]:
        """By the model: with the rules, whose reasons come first then, or against them."""
        label = opinion.shares[0][0]
        if ranked and ranked[0].label == label:
            return (*self.category(ranked), *self._model_words("category", opinion, version, "модель согласна"))
        against = [self._lost(one) for one in ranked[:1]]
        return (*self._model("category", opinion, version), *against, *self._excluded())

    def learnt(self, axis: str, opinion: Opinion, by_rules: str, version: str) -> tuple[Reason, ...]:
        """By the model, on another axis than the category."""
        if opinion.shares[0][0] == by_rules:
            return ()
        usual = Reason(f"по правилам было бы «{self.rules.title(by_rules)}»", f"model:{version}", 0, 0, axis)
        return (*self._model(axis, opinion, version), usual)

    def _model(self, axis: str, opinion: Opinion, version: str) -> tuple[Reason, ...]:
        label, share = opinion.shares[0]
        lead = f"{AXES[axis]} «{self.rules.title(label)}»: так решила модель по исправлениям ({share:.0%})"
        return self._model_words(axis, opinion, version, lead)

    def _model_words(self, axis: str, opinion: Opinion, version: str, lead: str) -> tuple[Reason, ...]:
        """The strongest word with the sentence, each further one by itself."""
        rule = f"model:{version}"
        spans = opinion.spans()
        if not spans:
            return (Reason(lead, rule, 0, 0, axis),)
        leads = [f"{lead}, слова", *["и слова"] * (len(spans) - 1)]
        return tuple(self._quoted(one, rule, *span, axis) for one, span in zip(leads, spans, strict=True))

    def header(self) -> Reason:
        """A header of the letter said it."""
        title = self.rules.title("autoreply")
        return Reason(f"Категория «{title}»: так говорит заголовок письма {self.message.automatic}", "header", 0, 0)

    def nothing(self) -> Reason:
        """No rule of any category fired."""
        return Reason("Категория не определена: ни одна фраза правил не встретилась", "", 0, 0)

    def usual(self, axis: str, label: str) -> Reason:
        """Nothing in the text told, the usual label was taken."""
        return Reason(
            f"{AXES[axis]} «{self.rules.title(label)}»: обычное значение, в тексте ничего особого", "", 0, 0, axis
        )

    def priority(self, rule: PriorityRule, fired: Fired | None) -> Reason:
        """By words of the text, or by the labels found before."""
        if fired is not None:
            return self.found("priority", rule.set, fired)
        return Reason(f"Приоритет «{self.rules.title(rule.set)}»: таково правило {rule.id}", rule.id, 0, 0, "priority")

    def line(self, line: int, rule: str) -> Reason:
        """By a routing rule or by the category."""
        source = f"правило маршрута {rule}" if rule else "линия категории по умолчанию"
        return Reason(f"Линия {line}: {source}", rule, 0, 0, "line")

    def _lost(self, score: Score) -> Reason:
        return self._words(f"уступила категория «{self.rules.title(score.label)}», фраза", score.evidence[0])

    def _excluded(self) -> list[Reason]:
        hits = self.rules.engine.exclusions.found(self.hits, self.message.tokens)[:MAX_EXCLUDED]
        return [self._quoted("тема исключена словами", "excluded_topic", hit.start, hit.end) for hit in hits]

    def _words(self, lead: str, fired: Fired, axis: str = "category") -> Reason:
        return self._quoted(lead, fired.rule.id, fired.hit.start, fired.hit.end, axis)

    def _quoted(self, lead: str, rule: str, start: int, end: int, axis: str = "category") -> Reason:
        zone, first, last = self.message.place(start, end)
        words = " ".join(self.message.words(start, end).split())
        shown = words if len(words) <= MAX_QUOTED else f"{words[: MAX_QUOTED - 1]}…"
        return Reason(f"{lead} „{shown}“", rule, first, last, axis, zone)
