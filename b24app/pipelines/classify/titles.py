"""The labels of the built-in rules in people's words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

REQUEST_TYPES: Final = ("technical", "service", "none")
KINDS: Final = ("problem", "question", "request", "suggestion", "complaint", "feedback", "noise")
PRIORITIES: Final = ("critical", "high", "normal", "low")
NO_CATEGORY: Final = "none"
"""Category of a message that says nothing."""

_ROWS: Final = (
    ("technical", "Техническая поддержка", "Technical support"),
    ("service", "Клиентский сервис", "Client service"),
    ("none", "Не определено", "Undetermined"),
    ("access", "Доступ и права", "Access and rights"),
    ("telephony", "Телефония", "Telephony"),
    ("crm", "CRM", "CRM"),
    ("automation", "Роботы и бизнес-процессы", "Robots and workflows"),
    ("email", "Почта", "E-mail"),
    ("integration", "Интеграции и 1С", "Integrations"),
    ("messengers", "Чаты и открытые линии", "Chats and open channels"),
    ("sites", "Сайты и формы", "Sites and forms"),
    ("tasks", "Задачи и проекты", "Tasks and projects"),
    ("documents", "Документы и диск", "Documents and drive"),
    ("performance", "Работа портала", "Portal availability"),
    ("mobile", "Мобильное приложение", "Mobile application"),
    ("reports", "Отчёты и аналитика", "Reports"),
    ("billing", "Счета и оплата", "Invoices and payments"),
    ("contract", "Договор", "Contract"),
    ("tariff", "Тариф и лицензии", "Plan and licences"),
    ("hours", "Часы и статус заявок", "Hours and ticket status"),
    ("training", "Обучение", "Training"),
    ("quality", "Качество обслуживания", "Quality of service"),
    ("commercial", "Новые работы и оценка", "Quotes and new work"),
    ("spam", "Спам", "Spam"),
    ("autoreply", "Автоответ", "Auto-reply"),
    ("problem", "Проблема", "Problem"),
    ("question", "Вопрос", "Question"),
    ("request", "Запрос", "Request"),
    ("suggestion", "Предложение", "Suggestion"),
    ("complaint", "Жалоба", "Complaint"),
    ("feedback", "Отзыв", "Feedback"),
    ("noise", "Шум", "Noise"),
    ("critical", "Критический", "Critical"),
    ("high", "Высокий", "High"),
    ("normal", "Обычный", "Normal"),
    ("low", "Низкий", "Low"),
)
TITLES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {label: MappingProxyType({"ru": russian, "en": english}) for label, russian, english in _ROWS}
)


def category_title(name: str, category: Mapping[str, object], language: str = "ru") -> str:
    """People's word for a category given as plain data: an integrator's own, else the built-in in that language."""
    given = str(category.get("title") or "")
    return title(name, language) if not given or given == title(name) else given


def title(label: str, language: str = "ru") -> str:
    """People's word for a label; the label itself when it belongs to an integrator's own rules."""
    words = TITLES.get(label)
    return words.get(language, words["ru"]) if words else label
