"""The calculated fields that we keep on the portal's deal: their names there, and what fills them."""

from dataclasses import dataclass
from typing import Final


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


FIELDS: Final = (
    FieldPlan("request_type", "UF_CRM_B24APP_TYPE", "string", "Тип обращения", "Request type"),
    FieldPlan("category", "UF_CRM_B24APP_CATEGORY", "string", "Категория обращения", "Category"),
    FieldPlan("line", "UF_CRM_B24APP_LINE", "string", "Линия поддержки", "Support line"),
    FieldPlan("priority", "UF_CRM_B24APP_PRIORITY", "string", "Приоритет", "Priority"),
    FieldPlan("sla_due", "UF_CRM_B24APP_SLA_DUE", "datetime", "Срок SLA", "SLA due"),
    FieldPlan("sla_policy", "UF_CRM_B24APP_SLA", "string", "Правило SLA", "SLA policy"),
    FieldPlan("channel", "UF_CRM_B24APP_CHANNEL", "string", "Канал обращения", "Channel"),
)
