"""The rules of a desk as they work together: classification, and the desk's own routing, which has the last word."""

from dataclasses import dataclass, field, replace

from b24app.pipelines.classify.assist import Assistant
from b24app.pipelines.classify.decide import classify
from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.model import Classification, Reason, RequestText
from b24app.pipelines.routing import Routing, route


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules ready to match, and where tickets go."""

    rules: Rules
    routing: Routing = field(default_factory=Routing)
    model: Assistant | None = field(default=None, compare=False, repr=False)
    """What the portal's corrections taught; None: the rules, with the general model where they have it."""

    def classify(self, request: RequestText) -> Classification:
        """The labels a ticket of this desk would get."""
        found = classify(request, self.rules, self.model)
        way = route(found, self.routing)
        if not way.rule:
            return replace(found, line=way.line)
        told = Reason(
            f"Линия {way.line}: правило маршрута {way.rule}", way.rule, 0, 0, "line", role="route", label=str(way.line)
        )
        return replace(found, line=way.line, why=(*(one for one in found.why if one.axis != "line"), told))
