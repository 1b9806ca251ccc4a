"""The calculated fields that we keep on the portal's deal: their names there, what fills them, what people may choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from b24app.chatbot.texts import say
from b24app.pipelines.classify import Rules
from b24app.pipelines.classify.titles import KINDS, NO_CATEGORY, PRIORITIES
from b24app.pipelines.routing import LINES
from b24app.tickets.model import Axis


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One user field of the deal."""

    key: str
    name: str
    """Full name on the portal."""
    type: str
    """USER_TYPE_ID of the portal."""
    ru: str
    en: str

    @property
    def is_chosen(self) -> bool:
        """People choose its value from a list: then it is a correction."""
        return self.type == "enumeration"


FIELDS: Final = (
    FieldPlan("request_type", "UF_CRM_B24APP_TYPE", "string", "Тип обращения", "Request type"),
    FieldPlan("category", "UF_CRM_B24APP_CATEGORY", "enumeration", "Категория обращения", "Category"),
    FieldPlan("kind", "UF_CRM_B24APP_KIND", "enumeration", "Вид обращения", "Kind of request"),
    FieldPlan("line", "UF_CRM_B24APP_LINE", "enumeration", "Линия поддержки", "Support line"),
    FieldPlan("priority", "UF_CRM_B24APP_PRIORITY", "enumeration", "Приоритет", "Priority"),
    FieldPlan("sla_due", "UF_CRM_B24APP_SLA_DUE", "datetime", "Срок SLA", "SLA due"),
    FieldPlan("sla_policy", "UF_CRM_B24APP_SLA", "string", "Правило SLA", "SLA policy"),
    FieldPlan("channel", "UF_CRM_B24APP_CHANNEL", "string", "Канал обращения", "Channel"),
)
OURS: Final = tuple(plan.name for plan in FIELDS if plan.is_chosen)
"""Names of the fields that people correct labels in."""


def labels_of(key: str, rules: Rules, language: str) -> Mapping[str, str]:
    """Label → title of everything a list field can hold, in the rules' order."""
    match Axis(key):
        case Axis.CATEGORY:
            known = [category.name for category in rules.book.categories]
            return {NO_CATEGORY: say(language, "unsorted")} | {one: rules.title(one, language) for one in known}
        case Axis.KIND:
            return {one: rules.title(one, language) for one in dict.fromkeys([*rules.book.kinds, *KINDS])}
        case Axis.PRIORITY:
            return {one: rules.title(one, language) for one in PRIORITIES}
        case Axis.LINE:
            return {str(line): say(language, "line", line=line) for line in LINES}


def read_labels(shown: Mapping[str, str], choices: Mapping[str, Mapping[str, int]]) -> dict[Axis, str]:
    """What the deal's own fields say, by axis; blank ones and elements that are not ours are left out.

    `shown` are raw values by the portal's field names, `choices` the ids of the elements on this portal.
    """
    found: dict[Axis, str] = {}
    for plan in FIELDS:
        value = shown.get(plan.name, "")
        label = next((label for label, number in choices.get(plan.key, {}).items() if str(number) == value), "")
        if plan.is_chosen and label and label != NO_CATEGORY:
            found[Axis(plan.key)] = label
    return found
