"""Words for the steps of an installation and their states; all other words stand in the templates."""

from collections.abc import Callable, Mapping
from typing import Final

ENGLISH: Final[Mapping[str, str]] = {
    "Права приложения": "Rights of the application",
    "Сотрудники и отделы": "People and departments",
    "Правила и рабочее время": "Rules and working time",
    "Воронка и стадии": "Pipeline and stages",
    "Поля сделки": "Fields of the deal",
    "Бот Модест": "The bot Modest",
    "События": "Events",
    "Вкладка в сделке": "Tab of the deal",
    "ждёт": "waiting",
    "идёт": "running",
    "готово": "done",
    "не удалось": "failed",
}
STEPS: Final[Mapping[str, str]] = {
    "rights": "Права приложения",
    "people": "Сотрудники и отделы",
    "desk": "Правила и рабочее время",
    "pipeline": "Воронка и стадии",
    "fields": "Поля сделки",
    "bot": "Бот Модест",
    "events": "События",
    "tab": "Вкладка в сделке",
}
STATES: Final[Mapping[str, str]] = {
    "waiting": "ждёт",
    "running": "идёт",
    "done": "готово",
    "failed": "не удалось",
}
ICONS: Final[Mapping[str, str]] = {"waiting": "clock", "running": "refresh", "done": "done", "failed": "alert"}


def words_of(language: str) -> Callable[[str], str]:
    """Says a Russian text in the language of the page."""
    return (lambda text: text) if language == "ru" else (lambda text: ENGLISH.get(text, text))
