"""The desk a new portal starts with when the installation names no other."""

from typing import Any


def built_in_desk(working_hours: dict[str, Any] | None = None, timezone: str = "Europe/Moscow") -> dict[str, Any]:
    """The document as plain data. `working_hours` are the neutral form's, default Mon–Fri 09:00–18:00.

    Its days off are those of the Russian production calendar.
    """
    week = working_hours or {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    return {
        "version": 1,
        "language": "ru",
        "pipelines": [{"key": "support", "title": "Поддержка", "stages": _stages()}],
        "people": {"dispatchers": [], "deputy": None, "head": None, "departments": []},
        "bot": {"deputy_after": 3, "head_after": 6, "round_the_clock": False, "buttons": 8},
        "calendar": "main",
        "calendars": {"main": {"timezone": timezone, "production": "RU", "working_hours": week}},
        "sla": {"policies": _policies()},
        "routing": None,
        "classification": None,
    }


def _stages() -> list[dict[str, str]]:
    rows = (
        ("triage", "Классификация", "NEW"),
        ("work", "В работе", "WORK"),
        ("waiting", "Ожидание", "WAITING"),
        ("internal", "Внутренний запрос", "INTERNAL"),
        ("feedback", "Интерпретация и обратная связь", "FEEDBACK"),
        ("done", "Успех", "WON"),
        ("fail", "Неуспех", "LOSE"),
    )
    return [{"key": key, "title": title, "meaning": key, "suffix": suffix} for key, title, suffix in rows]


def _policies() -> list[dict[str, Any]]:
    people = {
        "warn": [{"before": "15m", "tell": ["assignee"]}],
        "escalate": [{"after": "0s", "tell": ["assignee"]}, {"after": "30m", "tell": ["head"]}],
    }
    urgent = {"triage": "10m", "work": "2h", "internal": "2h", "feedback": "30m"}
    usual = {"triage": "15m", "work": "4h", "internal": "4h", "feedback": "1h"}
    return [
        {
            "key": "urgent",
            "title": "Срочные",
            "for": {"priority": ["critical", "high"]},
            **people,
            "targets": {"first_response": "30m", "resolution": "4h", "stages": urgent},
        },
        {
            "key": "standard",
            "title": "Стандарт",
            "for": "all",
            **people,
            "targets": {"first_response": "1h", "next_response": "2h", "resolution": "8h", "stages": usual},
        },
    ]
