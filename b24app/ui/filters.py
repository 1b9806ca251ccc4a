"""Moments, durations and countdowns in people's words. Pure: moment, zone and language come in as arguments."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_location
from babel.numbers import format_decimal

NBSP: Final = "\u00a0"
_UNITS: Final = {"ru": ("дн.", "ч", "мин"), "en": ("d", "h", "min")}
_SECONDS: Final = {"ru": "с", "en": "s"}
_DAYS: Final = {"ru": {-1: "вчера", 0: "сегодня", 1: "завтра"}, "en": {-1: "yesterday", 0: "today", 1: "tomorrow"}}
_IN: Final = {"ru": "через", "en": "in"}
_OF: Final = {"ru": "из", "en": "of"}
_FORMS: Final = {"one": 0, "few": 1, "many": 2, "other": 2}


def duration(span: timedelta, language: str = "ru") -> str:
    """«1 ч 22 мин»; whole minutes, rounded down; «0 мин» for less than one. The sign is a minus for negative spans."""
    days_word, hours_word, minutes_word = _UNITS[language]
    minutes = int(abs(span).total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [(days, days_word), (hours, hours_word), (0 if days else left, minutes_word)]
    words = " ".join(f"{number}{NBSP}{word}" for number, word in parts if number) or f"0{NBSP}{minutes_word}"
    return f"−{words}" if span < timedelta() and minutes else words


def exact(span: timedelta, language: str = "ru") -> str:
    """What must add up: seconds are kept and hours not folded into days. «26 с», «51 ч 9 мин 26 с»."""
    minutes, seconds = divmod(int(abs(span).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    _, hours_word, minutes_word = _UNITS[language]
    parts = ((hours, hours_word), (minutes, minutes_word), (seconds, _SECONDS[language]))
    words = " ".join(f"{number}{NBSP}{word}" for number, word in parts if number) or f"0{NBSP}{minutes_word}"
    return f"−{words}" if span < timedelta() else words


def hours_figure(hours: float, language: str = "ru") -> str:
    """«159 ч», «1 972,5 ч»: hours of a month or a year."""
    return f"{format_decimal(round(hours, 2), locale=language)}{NBSP}{_UNITS[language][1]}"


def share(used: timedelta, limit: timedelta, language: str = "ru") -> str:
    """«4 из 15 мин», «38 мин из 2 ч»: time used beside its limit; minutes of an hour are named once."""
    number, _, unit = (whole := duration(used, language)).partition(NBSP)
    if NBSP + unit == duration(limit, language)[-len(unit) - 1 :] and limit < timedelta(hours=1):
        whole = number
    return f"{whole} {_OF[language]} {duration(limit, language)}"


def countdown(span: timedelta) -> str:
    """`1:22:05`, hours are not folded into days; `−0:41:10` past the end."""
    seconds = int(span.total_seconds())
    sign = "−" if seconds < 0 else ""
    hours, rest = divmod(abs(seconds), 3600)
    return f"{sign}{hours}:{rest // 60:02}:{rest % 60:02}"


def moment(at: datetime, now: datetime, zone: str, language: str = "ru") -> str:
    """«сегодня 12:05», «вчера 17:40», «22 нояб., 09:41», another year with the year; in `zone`."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    day = _DAYS[language].get((local.date() - today).days)
    if day:
        return f"{day}{NBSP}{local:%H:%M}"
    pattern = "d MMM" if local.year == today.year else "d MMM y"
    return f"{format_date(local, pattern, locale=language)}, {local:%H:%M}".replace(" ", NBSP)


def ahead(at: datetime, now: datetime, zone: str, language: str = "ru") -> str:
    """«через 2 мин» within the hour (one minute at least), else as `moment`."""
    left = at - now
    if left >= timedelta(hours=1):
        return moment(at, now, zone, language)
    return f"{_IN[language]} {duration(max(left, timedelta(minutes=1)), language)}"


def short_moment(at: datetime, now: datetime, zone: str, language: str = "ru") -> str:
    """Only the time for today, else as `moment`."""
    local = at.astimezone(ZoneInfo(zone))
    same_day = local.date() == now.astimezone(ZoneInfo(zone)).date()
    return f"{local:%H:%M}" if same_day else moment(at, now, zone, language)


def since(at: datetime, now: datetime, zone: str, language: str = "ru") -> str:
    """After «с» and «since»: the time of today, else the day too."""
    local = at.astimezone(ZoneInfo(zone))
    if local.date() == now.astimezone(ZoneInfo(zone)).date():
        return f"{local:%H:%M}"
    return f"{format_date(local, 'd MMMM', locale=language)}, {local:%H:%M}".replace(" ", NBSP)


def city(zone: str, language: str = "ru") -> str:
    """«Москва» for `Europe/Moscow`."""
    return get_timezone_location(zone, locale=language, return_city=True)


def full_moment(at: datetime, zone: str, language: str = "ru") -> str:
    """Date, time and zone, for the `title` of a shortened moment."""
    return format_datetime(at.astimezone(ZoneInfo(zone)), "d MMMM y, HH:mm:ss z", locale=language)


def plural(number: int, forms: str, language: str = "ru") -> str:
    """The form for a number out of `заявка|заявки|заявок` (Russian) or `ticket|tickets` (English)."""
    words = forms.split("|")
    return words[min(_FORMS[Locale.parse(language).plural_form(number)], len(words) - 1)]


def initials(name: str) -> str:
    """«ВП» for «Вадим Петров»: what stands in an avatar."""
    return "".join(word[0] for word in name.split()[:2] if word).upper()
