"""What people type on the settings pages, and the desk document's own words: durations, hours, dates, both ways."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from b24app.kit.durations import format_duration, parse_duration

_UNITS: Final = {
    **dict.fromkeys(("s", "sec", "с", "сек"), 1),
    **dict.fromkeys(("m", "min", "м", "мин"), 60),
    **dict.fromkeys(("h", "ч", "час", "часа", "часов"), 3600),
    **dict.fromkeys(("d", "д", "дн", "день", "дня", "дней"), 86_400),
}
_SHOWN: Final = {"ru": ("д", "ч", "мин", "с"), "en": ("d", "h", "min", "s")}
_SIZES: Final = (86_400, 3600, 60, 1)
_PART: Final = re.compile(r"(\d{1,6})\s*([a-zа-яё]+)\.?\s*", re.IGNORECASE)
_INTERVAL: Final = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–—]\s*(\d{1,2})[:.](\d{2})")
_DATE: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")

T = TypeVar("T")


class WrongText(ValueError):
    """A text that is not what the field asks for: `what` is `time`, `date`, `duration`, `number`, `zone` or `name`."""

    def __init__(self, what: str, text: str) -> None:
        super().__init__(text)
        self.what, self.text = what, text


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field of a form and what is wrong with it."""

    field: str
    what: str
    text: str


class Reading:
    """Takes typed values out of a form and remembers what is wrong, field by field."""

    def __init__(self, form: Mapping[str, list[str]]) -> None:
        self.form = form
        self.wrong: list[Wrong] = []

    def text(self, name: str) -> str:
        """One line, without spaces around it."""
        return (self.form.get(name) or [""])[0].strip()

    def chosen(self, name: str) -> list[str]:
        """Values of checkboxes, or the one of a list."""
        return [value for value in self.form.get(name, ()) if value]

    def read(self, name: str, parse: Callable[[str], T]) -> T | None:
        """What a field says; a wrong one is remembered and gives nothing."""
        try:
            return parse(self.text(name))
        except WrongText as wrong:
            self.wrong.append(Wrong(name, wrong.what, wrong.text))
            return None


def span_of(text: str) -> str | None:
    """«1 ч 30 мин», `90m` or bare minutes as the document writes it; None for an empty field."""
    if not text:
        return None
    if text.isdecimal():
        return format_duration(timedelta(minutes=int(text)))
    parts = list(_PART.finditer(text))
    if "".join(part[0] for part in parts) != text or any(part[2].lower() not in _UNITS for part in parts):
        raise WrongText("duration", text)
    return format_duration(timedelta(seconds=sum(int(part[1]) * _UNITS[part[2].lower()] for part in parts)))


def span_text(value: Any, language: str) -> str:
    """A duration of the document in people's words; what it cannot read stays as it is."""
    try:
        rest = int((parse_duration(value) if isinstance(value, str) else timedelta(seconds=value)).total_seconds())
    except (TypeError, ValueError):
        return "" if value is None else str(value)
    shown: list[str] = []
    for size, word in zip(_SIZES, _SHOWN[language], strict=True):
        number, rest = divmod(rest, size)
        if number:
            shown.append(f"{number} {word}")
    return " ".join(shown) or f"0 {_SHOWN[language][2]}"


def hours_of(text: str) -> list[list[str]]:
    """«09:00–13:00, 14:00–18:00» as pairs; nothing for an empty field or a dash."""
    if text in {"", "-", "–", "—"}:
        return []
    pairs: list[list[str]] = []
    for part in re.split(r"\s*[,;]\s*", text):
        match = _INTERVAL.fullmatch(part)
        if match is None:
            raise WrongText("time", part)
        pairs.append([f"{int(match[1]):02}:{match[2]}", f"{int(match[3]):02}:{match[4]}"])
    return pairs


def hours_text(pairs: Any) -> str:
    """The inverse of `hours_of`."""
    return ", ".join(f"{start}–{end}" for start, end in pairs or ())


def date_of(text: str) -> str:
    """31.12.2026 or 2026-12-31 as the document writes it."""
    match = _DATE.fullmatch(text)
    try:
        found = date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(text)
    except ValueError as error:
        raise WrongText("date", text) from error
    return found.isoformat()


def date_text(day: Any, language: str) -> str:
    """31.12.2026 for Russian pages, as it is for others."""
    text = str(day)
    return ".".join(reversed(text.split("-"))) if language == "ru" and re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text


def dates_of(text: str) -> list[str]:
    """Dates on lines or between commas, each once, in order."""
    return sorted({date_of(part) for part in re.split(r"[\s,;]+", text) if part})


def by_date(text: str, parse: Callable[[str], T]) -> dict[str, T]:
    """Lines of a date and what holds on it."""
    found: dict[str, T] = {}
    for line in text.splitlines():
        day, _, rest = line.strip().partition(" ")
        if day:
            found[date_of(day.rstrip(":"))] = parse(rest.strip())
    return dict(sorted(found.items()))


def minutes_of(text: str) -> int:
    """Minutes cut from a day: bare, or as a duration."""
    found = span_of(text)
    if found is None:
        raise WrongText("duration", text)
    return int(parse_duration(found).total_seconds() // 60)


def numbers_of(text: str) -> list[int]:
    """Numbers between commas or spaces."""
    parts = [part for part in re.split(r"[\s,;]+", text) if part]
    for part in parts:
        if not part.isdecimal() or len(part) > 10:  # noqa: PLR2004 - digits of a portal's id
            raise WrongText("number", part)
    return [int(part) for part in parts]


def number_of(text: str) -> int:
    """One number."""
    found = numbers_of(text)
    if len(found) != 1:
        raise WrongText("number", text)
    return found[0]


def lines_text(rows: Iterable[tuple[str, str]]) -> str:
    """Lines for a text field."""
    return "\n".join(" ".join(part for part in row if part) for row in rows)
