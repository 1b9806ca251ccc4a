"""BB code of chat messages and timeline comments as safe HTML.

Everything is escaped first; tags are then put back one kind at a time, so a text that came from a customer
can never become markup of the page.

Source: `chat-bots-v2/imbot.v2/messages/message-formatting.md`.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from html import escape, unescape

from markupsafe import Markup

_PAIRS = {"b": "strong", "i": "em", "u": "u", "s": "s"}
_SAFE_URL = re.compile(r"(?:https?://|/|tel:|mailto:)\S*", re.IGNORECASE)
_SAFE_COLOUR = re.compile(r"#[0-9a-f]{3}(?:[0-9a-f]{3})?|[a-z]{3,20}", re.IGNORECASE)
_BARE_URL = re.compile(r"(?<![\"'>=\w/])(https?://[^\s<\[]+)")

_FORMATS = {
    "SHORT_TIME_FORMAT": "%H:%M",
    "LONG_TIME_FORMAT": "%H:%M:%S",
    "SHORT_DATE_FORMAT": "%d.%m.%Y",
    "MEDIUM_DATE_FORMAT": "%d.%m.%Y",
    "LONG_DATE_FORMAT": "%d.%m.%Y",
    "DAY_MONTH_FORMAT": "%d.%m",
    "FULL_DATE_FORMAT": "%d.%m.%Y",
    "DAY_SHORT_MONTH_FORMAT": "%d.%m",
}


def render(text: str, *, zone: tzinfo = UTC) -> Markup:
    """HTML of a message; `[timestamp]` is shown in `zone`, the viewer's own."""
    html = escape(text, quote=True)
    html, kept = _code(html)
    for step in (_quotes, _marks, _links, _people, _pictures, _buttons):
        html = step(html)
    html = _timestamps(html, zone)
    html = re.sub(r"\[br\s*/?\]", "<br>", html, flags=re.IGNORECASE)
    html = html.replace("\n", "<br>")
    for number, block in enumerate(kept):
        html = html.replace(f"\x00{number}\x00", block)
    return Markup(html)  # noqa: S704 - the text is escaped above, only known tags were put back


def plain(text: str, limit: int = 120) -> str:
    """One line without tags: the preview in the list of dialogs."""
    text = re.sub(r"\[timestamp=(\d+)[^\]]*\]", lambda m: _moment(int(m[1]), "SHORT_TIME_FORMAT", UTC), text)
    text = re.sub(r"\[/?[a-z]+(?:=[^\]]*)?(?: [^\]]*)?\]", " ", text, flags=re.IGNORECASE)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _code(html: str) -> tuple[str, list[str]]:
    """What stands in `[code]` is shown as it is, so it is taken out before anything else is looked at."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(f"<pre>{found[1].strip()}</pre>")
        return f"\x00{len(kept) - 1}\x00"

    return re.sub(r"\[code\](.*?)\[/code\]", keep, html, flags=re.IGNORECASE | re.DOTALL), kept


def _quotes(html: str) -> str:
    fence = re.compile(r"^-{54}\n(.*?)\n-{54}$", re.MULTILINE | re.DOTALL)
    html = fence.sub(lambda m: f"<blockquote>{m[1]}</blockquote>", html)
    lines = re.compile(r"(?:^(?:&gt;){2}.*(?:\n|$))+", re.MULTILINE)

    def quote(found: re.Match[str]) -> str:
        rows = [row.removeprefix("&gt;&gt;").strip() for row in found[0].splitlines()]
        return f"<blockquote>{'<br>'.join(rows)}</blockquote>"

    return lines.sub(quote, html)


def _marks(html: str) -> str:
    for tag, name in _PAIRS.items():
        html = _pair(html, tag, _wrapper(name))
    html = _pair(html, "size", _size)
    return _pair(html, "color", _colour)


def _wrapper(name: str) -> Callable[[str, str], str]:
    return lambda _arg, inner: f"<{name}>{inner}</{name}>"


def _size(arg: str, inner: str) -> str:
    return f'<span style="font-size:{min(max(int(arg), 8), 30)}px">{inner}</span>' if arg.isdigit() else inner


def _colour(arg: str, inner: str) -> str:
    return f'<span style="color:{arg}">{inner}</span>' if _SAFE_COLOUR.fullmatch(arg) else inner


def _links(html: str) -> str:
    html = _pair(html, "url", lambda arg, inner: _anchor(arg or inner, inner))
    html = _pair(html, "call", lambda arg, inner: _anchor(f"tel:{arg or inner}", inner))
    return _BARE_URL.sub(lambda m: _anchor(m[1], m[1]), html)


def _anchor(address: str, inner: str) -> str:
    if not _SAFE_URL.fullmatch(unescape(address)):
        return inner
    return f'<a href="{address}" data-chat-link>{inner}</a>'


def _people(html: str) -> str:
    html = re.sub(r"\[user=all\](.*?)\[/user\]", r'<span class="mention">\1</span>', html, flags=re.IGNORECASE)
    html = _pair(html, "user", _person)
    html = _pair(html, "chat", lambda arg, inner: _anchor(f"/online/?IM_DIALOG=chat{arg}", inner))
    return _pair(html, "context", lambda _arg, inner: inner)


def _person(arg: str, inner: str) -> str:
    number = arg.split(maxsplit=1)[0] if arg else ""
    return f'<a class="mention" href="/company/personal/user/{number}/">{inner}</a>' if number.isdigit() else inner


def _pictures(html: str) -> str:
    html = _pair(html, "img", lambda _arg, inner: _anchor(inner.strip(), "изображение"))
    html = re.sub(r"\[icon=[^\]]*?title=([^\]\s]+)[^\]]*\]", r"\1", html, flags=re.IGNORECASE)
    html = re.sub(r"\[icon=[^\]]*\]", "", html, flags=re.IGNORECASE)
    return re.sub(r"\[disk=(\d+)\]", r"файл № \1", html, flags=re.IGNORECASE)


def _buttons(html: str) -> str:
    """`[send]` and `[put]` are links that write into the field, or send, what they carry."""
    for tag in ("send", "put"):
        html = _pair(html, tag, _pseudo_button(tag))
    return html


def _pseudo_button(tag: str) -> Callable[[str, str], str]:
    return lambda arg, inner: f'<button type="button" class="linklike" data-{tag}="{arg or inner}">{inner}</button>'


def _timestamps(html: str, zone: tzinfo) -> str:
    found = re.compile(r"\[timestamp=(\d{1,11})(?:\s+format=([A-Z_]+))?\]", re.IGNORECASE)
    return found.sub(lambda m: f"<time>{_moment(int(m[1]), (m[2] or '').upper(), zone)}</time>", html)


def _moment(stamp: int, name: str, zone: tzinfo) -> str:
    return datetime.fromtimestamp(stamp, zone).strftime(_FORMATS.get(name, "%d.%m.%Y %H:%M"))


def _pair(html: str, tag: str, make: Callable[[str, str], str]) -> str:
    """Replace `[tag=arg]inner[/tag]`, innermost first; an unclosed tag stays as it was typed."""
    found = re.compile(
        rf"\[{tag}(?:=([^\]\s]*)|(?:\s[^\]]*))?(?:\s[^\]]*)?\]((?:(?!\[{tag}[\]=\s]).)*?)\[/{tag}\]",
        re.IGNORECASE | re.DOTALL,
    )
    while True:
        html, count = found.subn(lambda m: make(m[1] or "", m[2]), html)
        if not count:
            return html
