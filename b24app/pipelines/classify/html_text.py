"""HTML letters to plain text, one pass: quoted parts of mail programs are left out, offsets are kept."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from b24app.pipelines.classify.mapped import Mapped

MAX_TAG: Final = 2_000
"""A tag longer than this is text: broken markup must not swallow the letter."""

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_SPACE: Final = re.compile(r"\s+")
_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tr",
        "ul",
    ]
)
_QUOTE: Final = "blockquote"
_SILENT: Final = frozenset({"script", "style", "head", "title", "noscript", "template"})
_VOID: Final = frozenset({"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base"})
_QUOTE_MARKS: Final = (
    "gmail_quote",
    "gmail_attr",
    "gmail_signature",
    "yahoo_quoted",
    "moz-cite-prefix",
    "moz-signature",
    "js-mail-quote",
    "mailru-blockquote",
    "data-signature-widget",
    "ms-outlook-mobile-signature",
    "protonmail_quote",
    "protonmail_signature",
    "__quoted_text__",
    "__headers__",
)
_REST_MARKS: Final = ("appendonsend", "divrplyfwdmsg", "stopspelling", "mail-editor-reference-message-container")
_OUTLOOK_BORDER: Final = re.compile(
    r"border(?:-top)?:\s{0,3}(?:none;\s{0,3}border-top:\s{0,3})?solid\s#?\w{1,12}\s1[.,]0pt"
)
_FORWARDED: Final = re.compile(r"forwarded message|переслан|пересыл", re.IGNORECASE)
_FORWARDED_WITHIN: Final = 300
LOOKS_LIKE_HTML: Final = re.compile(r"<(?:!doctype html|html|body|div|p|br|table|span|blockquote)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Letter:
    source: str
    keep_quotes: bool
    pieces: list[tuple[str, int]] = field(default_factory=list)
    skipping: str = ""
    """Name of the element whose content is being left out."""
    depth: int = 0
    over: bool = False
    cut: bool = False
    """Something was left out as quoted."""
    ends: dict[str, int] = field(default_factory=dict)
    """Where the next end of a tag or comment stands: broken markup must not be searched again for each `<`."""

    def end_of(self, mark: str, start: int) -> int:
        """Place of the next `mark` from `start` on, -1 when there is none. Linear over the whole letter."""
        known = self.ends.get(mark)
        if known is None or 0 <= known < start:
            known = self.ends[mark] = self.source.find(mark, start)
        return known

    def text(self, start: int, end: int) -> None:
        if start < end and not self.skipping:
            self.pieces.extend(_decoded(self.source[start:end], start))

    def plain(self, start: int, end: int) -> None:
        """Broken markup is kept as it stands."""
        if not self.skipping:
            self.pieces.append((self.source[start:end], start))

    def tag(self, name: str, closing: bool, start: int, end: int) -> None:
        if self.skipping:
            self._inside_skipped(name, closing)
            return
        if name in _BLOCKS:
            self.pieces.append(("\n", start))
        elif name in {"td", "th"}:
            self.pieces.append((" ", start))
        if closing:
            return
        if name in _SILENT:
            self._skip(name)
        elif not self.keep_quotes and (name == _QUOTE or end - start > len(name) + 2):
            self._attributes(name, self.source[start:end].lower(), end)

    def _attributes(self, name: str, words: str, end: int) -> None:
        """A tag with attributes may begin a quote, or all that was written before."""
        if _quotes(name, words) and not self._forwards(end):
            self.cut = True
            self._skip(name)
        elif _ends_letter(words):
            self.cut = self.over = True

    def _forwards(self, start: int) -> bool:
        """What looks like a quote is a letter passed on: whether it is the request is for its words to say."""
        return _FORWARDED.search(self.source, start, start + _FORWARDED_WITHIN) is not None

    def _skip(self, name: str) -> None:
        if name not in _VOID:
            self.skipping, self.depth = name, 1

    def _inside_skipped(self, name: str, closing: bool) -> None:
        if name == self.skipping:
            self.depth += -1 if closing else 1
            if self.depth <= 0:
                self.skipping = ""


def html_text(source: str) -> Mapped:
    """The letter's own text; with everything quoted when nothing else is left."""
    letter = _Letter(source, keep_quotes=False)
    own = _read(letter)
    return _read(_Letter(source, keep_quotes=True)) if letter.cut and not own.text.strip() else own


def _read(letter: _Letter) -> Mapped:
    source, position = letter.source, 0
    while not letter.over:
        start = source.find("<", position)
        if start < 0:
            letter.text(position, len(source))
            break
        letter.text(position, start)
        position = _markup(letter, start)
    return Mapped.of(letter.pieces)


def _markup(letter: _Letter, start: int) -> int:
    """Handle what begins with `<` at `start`; says where reading goes on."""
    source = letter.source
    if source.startswith("<!--", start):
        end = letter.end_of("-->", start)
        return end + 3 if end >= 0 else start + 4
    found = _TAG.match(source, start)
    end = letter.end_of(">", start)
    if not 0 <= end - start < MAX_TAG or (found is None and not source.startswith(("<!", "<?", "</"), start)):
        stop = start + 1 if end >= 0 else len(source)
        letter.plain(start, stop)
        return stop
    if found is not None:
        letter.tag(found.group(2).lower(), bool(found.group(1)), start, end + 1)
    return end + 1


def _decoded(text: str, origin: int) -> Iterator[tuple[str, int]]:
    position = 0
    for found in _ENTITY.finditer(text):
        yield _spaced(text[position : found.start()]), origin + position
        yield html.unescape(found.group()).replace("\xa0", " "), origin + found.start()
        position = found.end()
    yield _spaced(text[position:]), origin + position


def _spaced(text: str) -> str:
    """White space means one blank, but offsets must stay: each white character becomes one blank."""
    return _SPACE.sub(lambda found: " " * len(found.group()), text)


def _quotes(name: str, words: str) -> bool:
    return name == _QUOTE or any(mark in words for mark in _QUOTE_MARKS)


def _ends_letter(words: str) -> bool:
    return any(mark in words for mark in _REST_MARKS) or _OUTLOOK_BORDER.search(words) is not None
