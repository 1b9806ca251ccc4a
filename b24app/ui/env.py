"""The pages' Jinja environment: escaping, words in two languages, filters for moments and durations.

A template is rendered for a `Scene`: whose language and zone, and what the time is. Rooms bring folders of their own:
`Templates(static, {"cardtab": folder})` makes `cardtab/page.html` known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from babel.messages.pofile import read_po
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from b24app.ui import filters
from b24app.ui.static import Static

HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("ru", "en")
_RUSSIAN: Final = ("ru", "kz", "by", "ua")


def language_of(code: str) -> str:
    """The language of our pages for the portal's `LANG`: Russian for `ru` and its neighbours, any other gets English."""
    return "ru" if code.lower() in _RUSSIAN else "en"


@dataclass(frozen=True, slots=True)
class Scene:
    """For whom a page is drawn. `now` is the domain clock's."""

    language: str
    zone: str
    now: datetime
    session: str = ""
    """The signed session of a frame; empty outside of one."""
    host: str = "tab"
    """`tab`, `page`, `slider` or `top`: what CSS and JS may do (see `base.html`)."""


class Templates:
    """Renders templates. One for the process; immutable after it is made."""

    def __init__(self, static: Static, folders: Mapping[str, Path] | None = None) -> None:
        self._environments = {
            language: _environment(static, folders or {}, language, _words(language)) for language in LANGUAGES
        }

    def render(self, template: str, scene: Scene, **values: Any) -> str:
        """The text of a page or of a fragment."""
        return self._environments[scene.language].get_template(template).render(scene=scene, **values)

    def names(self) -> list[str]:
        """Every template, for tests."""
        return [name for name in self._environments["ru"].list_templates() if name.endswith(".html")]


def _words(language: str) -> Mapping[str, str]:
    """Russian is the language of the templates; another one is a catalogue beside."""
    if language == "ru":
        return {}
    with (HERE / "locale" / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}


def _environment(static: Static, folders: Mapping[str, Path], language: str, words: Mapping[str, str]) -> Environment:
    rooms = PrefixLoader({room: FileSystemLoader(folder) for room, folder in folders.items()})
    made = Environment(
        loader=ChoiceLoader([rooms, FileSystemLoader(HERE / "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    translate = _translator(words)
    made.install_gettext_callables(translate, _no_ngettext, newstyle=True)  # type: ignore[attr-defined] # i18n adds it
    made.globals |= {"static": static.url, "plural": _plural(translate, language)}
    made.filters |= {
        "moment": _moment,
        "short_moment": _short_moment,
        "full_moment": _full_moment,
        "duration": _duration,
        "exact": _exact,
        "hours_figure": _hours_figure,
        "since": _since,
        "ahead": _ahead,
        "share_of": _share_of,
        "city": _city,
        "countdown": filters.countdown,
        "initials": filters.initials,
    }
    return made


def _translator(words: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: words.get(text, text)


def _no_ngettext(one: str, many: str, number: int) -> str:
    """Russian has three forms, so templates use `plural(n, 'a|b|c')`."""
    raise NotImplementedError(one)


def _plural(translate: Callable[[str], str], language: str) -> Callable[[int, str], str]:
    return lambda number, forms: filters.plural(number, translate(forms), language)


def _scene(context: Context) -> Scene:
    scene = context["scene"]
    assert isinstance(scene, Scene)  # noqa: S101 - `render` put it there
    return scene


@pass_context
def _moment(context: Context, at: datetime) -> str:
    scene = _scene(context)
    return filters.moment(at, scene.now, scene.zone, scene.language)


@pass_context
def _short_moment(context: Context, at: datetime) -> str:
    scene = _scene(context)
    return filters.short_moment(at, scene.now, scene.zone, scene.language)


@pass_context
def _full_moment(context: Context, at: datetime) -> str:
    scene = _scene(context)
    return filters.full_moment(at, scene.zone, scene.language)


@pass_context
def _exact(context: Context, span: timedelta) -> str:
    return filters.exact(span, _scene(context).language)


@pass_context
def _hours_figure(context: Context, hours: float) -> str:
    return filters.hours_figure(hours, _scene(context).language)


@pass_context
def _since(context: Context, at: datetime) -> str:
    scene = _scene(context)
    return filters.since(at, scene.now, scene.zone, scene.language)


@pass_context
def _ahead(context: Context, at: datetime) -> str:
    scene = _scene(context)
    return filters.ahead(at, scene.now, scene.zone, scene.language)


@pass_context
def _share_of(context: Context, used: timedelta, limit: timedelta) -> str:
    return filters.share(used, limit, _scene(context).language)


@pass_context
def _city(context: Context, zone: str) -> str:
    return filters.city(zone, _scene(context).language)


@pass_context
def _duration(context: Context, span: timedelta) -> str:
    return filters.duration(span, _scene(context).language)
