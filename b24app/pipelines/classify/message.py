"""A message made ready for the rules: its own words, its subject, and what its headers say."""

from dataclasses import dataclass
from typing import Final

from b24app.pipelines.classify.headers import automatic
from b24app.pipelines.classify.html_text import LOOKS_LIKE_HTML, html_text
from b24app.pipelines.classify.mapped import Mapped
from b24app.pipelines.classify.model import RequestText, Zone
from b24app.pipelines.classify.morphology import Dictionary
from b24app.pipelines.classify.reply import own_words
from b24app.pipelines.classify.scripts import glued_denials, respelled, retyped
from b24app.pipelines.classify.words import Tokens, tokenize

MAX_SOURCE: Final = 120_000
"""Characters of a letter that are looked at; the rest is attachments in disguise."""
MAX_BODY: Final = 60_000
MAX_MATCHED: Final = 12_000
"""Characters of the sender's own words that the rules read."""
MAX_SUBJECT: Final = 500
MAX_NAMES: Final = 20
MAX_NAME: Final = 200

_HTML_START: Final = 2_000


@dataclass(frozen=True, slots=True)
class Message:
    """Tokens of the subject come first, `subject_words` of them."""

    body: Mapped
    zone: Zone
    subject: str
    tokens: Tokens
    subject_words: int
    attachments: str
    """Names, a line each."""
    automatic: str
    """The header that says a program wrote this letter; empty when none does."""
    rewritten: Zone | None = None
    """The part that was read in Russian letters though it is written in Latin ones; of two the body."""

    def place(self, start: int, end: int) -> tuple[Zone, int, int]:
        """Where the words `start`…`end` (exclusive) stand in the original message."""
        first, last = self.tokens.starts[start], self.tokens.ends[end - 1]
        if start < self.subject_words:
            return "subject", first, last
        if start >= self.tokens.zones[1].last:
            return "attachments", first, last
        return self.zone, *self.body.span(first, last)

    def reading(self) -> tuple[str, str]:
        """The rewritten part as it was written and as it was read."""
        zone = self.tokens.zones[0 if self.rewritten == "subject" else 1]
        return self.words(zone.first, zone.last), " ".join(self.tokens.words[zone.first : zone.last])

    def words(self, start: int, end: int) -> str:
        """The words `start`…`end` (exclusive) as the sender wrote them."""
        text = self.subject if start < self.subject_words else self.body.text
        if start >= self.tokens.zones[1].last:
            text = self.attachments
        return text[self.tokens.starts[start] : self.tokens.ends[end - 1]]


def read(request: RequestText, russian: Dictionary) -> Message:
    """Clean a message and split it into words. Everything is capped, so the time is bounded whatever comes in."""
    body, zone = _body(request)
    subject = request.subject[:MAX_SUBJECT]
    own = own_words(body, subject)
    tokens = Tokens()
    rewritten: Zone | None = "subject" if _append(tokens, subject, russian) else None
    subject_words = len(tokens)
    if _append(tokens, own.text[:MAX_MATCHED], russian):
        rewritten = zone
    names = "\n".join(name[:MAX_NAME].replace("\n", " ") for name in request.attachments[:MAX_NAMES])
    if names:
        _append(tokens, names, russian)
    return Message(own, zone, subject, tokens, subject_words, names, automatic(request.headers), rewritten)


def _append(tokens: Tokens, text: str, russian: Dictionary) -> bool:
    """Words of a subject or a body, in Russian letters when they were meant so, denials on their own; whether they were."""
    first = len(tokens)
    typed = retyped(text, russian)
    tokenize(typed, tokens)
    respelt = respelled(tokens.words[first:], russian)
    if respelt is not None:
        tokens.words[first:] = respelt
    for at in reversed(glued_denials(tokens.words[first:], russian)):
        tokens.split(first + at, len("не"))
    return respelt is not None or typed != text


def _body(request: RequestText) -> tuple[Mapped, Zone]:
    if request.text.strip():
        return _text(request.text), "body"
    return _shortened(html_text(request.html[:MAX_SOURCE])), "html"


def _text(text: str) -> Mapped:
    """Blanks at the beginning do not count: a letter that starts with a megabyte of them still says something."""
    start = len(text) - len(text.lstrip())
    if text[start] == "<" and LOOKS_LIKE_HTML.search(text, start, start + _HTML_START):
        found = _shortened(html_text(text[:MAX_SOURCE]))
        if found.text.strip():
            return found
    return Mapped.of([(text[start : start + MAX_BODY], start)])


def _shortened(body: Mapped) -> Mapped:
    return body if len(body.text) <= MAX_BODY else body.lines([(0, MAX_BODY)])
