"""Text to tokens: words with their offsets, sentence and clause, and the forms under which a word is looked up."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final, NamedTuple

MAX_WORD: Final = 40
"""Longer words are cut before lookup: no rule needs them, and looking words up is not linear in their length."""
MAX_TOKENS: Final = 3_000
"""Words looked at in one message: the request stands in its beginning."""

_INVISIBLE: Final = "\u00ad\u200b-\u200d\u2060\ufeff"
_TOKEN: Final = re.compile(
    r"(?P<skip>https?://[^\s<>]{1,2000}|www\.[^\s<>]{1,500}|[\w.+-]{1,64}@[\w.-]{1,255})"
    rf"|(?P<word>\d{{1,2}}:\d{{2}}(?![:\d])|[^\W_](?:[^\W_]|[\u0300-\u036f{_INVISIBLE}])*)"
    r"|(?P<question>\?)"
    r"|(?P<stop>[.!…](?=\s|$|[\"»)]))"
    r"|(?P<line>\n\s*)"
    r"|(?P<clause>[,;:—–()])"
)
_CONJUNCTIONS: Final = frozenset({"а", "но", "зато", "but"})
_DROP: Final = re.compile(rf"[{_INVISIBLE}\u0301]")
_LATIN: Final = "abcehkmoptxy"
_CYRILLIC: Final = "авсенкмортху"
_TO_CYRILLIC: Final = str.maketrans(_LATIN, _CYRILLIC)
_TO_LATIN: Final = str.maketrans(_CYRILLIC, _LATIN)
_NUMBERED: Final = re.compile(r"(\d+)([abcehkmoptxy])")
_HAS_LATIN: Final = re.compile(r"[a-z]")
_HAS_CYRILLIC: Final = re.compile(r"[а-я]")


class ZoneText(NamedTuple):
    """A subject or a body with its words: tokens `first` to `last` (exclusive)."""

    first: int
    last: int
    text: str


@dataclass(slots=True)
class Tokens:
    """Words of a message in parallel lists; sentence and clause numbers grow over the whole message."""

    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)
    clauses: list[int] = field(default_factory=list)
    zones: list[ZoneText] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.words)

    def add(self, word: str, span: tuple[int, int], sentence: int, clause: int) -> None:
        """One more word."""
        self.words.append(word)
        self.starts.append(span[0])
        self.ends.append(span[1])
        self.sentences.append(sentence)
        self.clauses.append(clause)

    def split(self, at: int, length: int) -> None:
        """Make two words of the word `at`, the first `length` characters long."""
        word, start = self.words[at], self.starts[at]
        self.words[at : at + 1] = [word[:length], word[length:]]
        self.starts.insert(at + 1, start + length)
        self.ends.insert(at, start + length)
        self.sentences.insert(at, self.sentences[at])
        self.clauses.insert(at, self.clauses[at])
        zone = self.zones[-1]
        self.zones[-1] = zone._replace(last=zone.last + 1)


def tokenize(text: str, into: Tokens | None = None) -> Tokens:
    """Words and question marks of `text`, appended to `into` as new sentences. Addresses are passed over.

    A line break ends a sentence unless the next line goes on in small letters, as wrapped letters do.
    """
    tokens = Tokens() if into is None else into
    sentence = tokens.sentences[-1] + 1 if tokens.sentences else 0
    clause = tokens.clauses[-1] + 1 if tokens.clauses else 0
    first = len(tokens)
    words, room = tokens.words, first + MAX_TOKENS
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if kind == "word":
            word = found.group()
            clause += word in _CONJUNCTIONS
            tokens.add(word, found.span(), sentence, clause)
        elif kind == "question":
            tokens.add("?", found.span(), sentence, clause)
            sentence, clause = sentence + 1, clause + 1
        elif kind == "stop" or (kind == "line" and _breaks(found.group(), text[found.end() : found.end() + 1])):
            sentence, clause = sentence + 1, clause + 1
        elif kind == "clause":
            clause += 1
        if len(words) >= room:
            break
    tokens.zones.append(ZoneText(first, len(tokens), text))
    return tokens


def _breaks(gap: str, following: str) -> bool:
    return gap.count("\n") > 1 or not following.islower()


def normal_forms(word: str) -> tuple[str, ...]:
    """Spellings a word is looked up under, the likeliest first: small letters, е for ё, one alphabet.

    A word of two alphabets is read in each one that its foreign letters look like; `1C` is `1С` too.
    """
    plain = unicodedata.normalize("NFKC", _DROP.sub("", word[:MAX_WORD])).casefold().replace("ё", "е")
    if plain.isascii():
        return (plain, plain.translate(_TO_CYRILLIC)) if _NUMBERED.fullmatch(plain) else (plain,)
    plain = unicodedata.normalize("NFC", plain)
    if not (_HAS_LATIN.search(plain) and _HAS_CYRILLIC.search(plain)):
        return (plain,)
    cyrillic, latin = plain.translate(_TO_CYRILLIC), plain.translate(_TO_LATIN)
    read = [one for one in (cyrillic, latin) if not (_HAS_LATIN.search(one) and _HAS_CYRILLIC.search(one))]
    return tuple(read) or (plain,)
