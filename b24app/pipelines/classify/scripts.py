"""Russian written with the wrong letters: in Latin transliteration, or with the keyboard left in English.

Decided for a whole text, never word by word: «test» and «stop» are words in two languages, a sentence is not.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, product
from typing import Final

from b24app.pipelines.classify.english import COMMON
from b24app.pipelines.classify.morphology import Dictionary

LOOKED_AT: Final = 600
SAMPLE: Final = 100
MAX_LINES: Final = 200
"""Characters that are enough to tell what a text is written in."""
SHORTEST: Final = 3
MOSTLY: Final = 0.6
LONG_ENOUGH: Final = 5
"""A single word must be as long as this to decide alone."""
MAX_VARIANTS: Final = 64
"""Spellings of one word that are tried."""

_LATIN: Final = re.compile(r"[a-z]", re.IGNORECASE)
_CYRILLIC: Final = re.compile(r"[а-яё]", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['`][^\W\d_]+)?")
_KEYS: Final = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./"
_LETTERS: Final = "ёйцукенгшщзхъфывапролджэячсмитьбю."
_SHIFTED_KEYS: Final = '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>&?'
_SHIFTED_LETTERS: Final = "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ?,"
_LAYOUT: Final = str.maketrans(_KEYS + _SHIFTED_KEYS, _LETTERS + _SHIFTED_LETTERS)
_SOUNDS: Final = (
    ("shch", ("щ",)), ("sch", ("щ", "сч")), ("zh", ("ж",)), ("kh", ("х",)), ("ch", ("ч",)), ("sh", ("ш",)), ("ts", ("ц", "тс")),
    ("yu", ("ю",)), ("ya", ("я",)), ("yo", ("е", "йо")), ("ye", ("е", "ые")), ("iy", ("ий",)), ("yi", ("ый",)), ("ju", ("ю",)), ("ja", ("я",)),
    ("jo", ("е",)), ("je", ("е",)), ("ia", ("ия", "я")), ("iu", ("ию", "ю")), ("ks", ("кс",)), ("x", ("х", "кс")), ("w", ("в",)),
    ("q", ("к",)), ("c", ("ц", "к", "с")), ("h", ("х", "")), ("j", ("й", "ж")), ("y", ("ы", "й", "и")), ("i", ("и", "й")),
    ("'", ("ь",)), ("`", ("ь",)), ("a", ("а",)), ("b", ("б",)), ("v", ("в",)), ("g", ("г",)), ("d", ("д",)), ("e", ("е", "э")),
    ("z", ("з",)), ("k", ("к",)), ("l", ("л", "ль")), ("m", ("м",)), ("n", ("н", "нь")), ("o", ("о",)), ("p", ("п",)), ("r", ("р", "рь")), ("s", ("с",)),
    ("t", ("т", "ть")), ("u", ("у",)), ("f", ("ф",)),
)  # fmt: skip


def retyped(text: str, russian: Dictionary) -> str:
    """The text as it would have been with the Russian keyboard, when it is Russian typed blindly; else unchanged.

    Every character is replaced by one, so places stay what they were. Line by line: a greeting may be typed well.
    """
    if _LATIN.search(text) is None:
        return text
    lines = text.split("\n", MAX_LINES)
    return "\n".join([*(_retyped_line(line, russian) for line in lines[:MAX_LINES]), *lines[MAX_LINES:]])


def _retyped_line(text: str, russian: Dictionary) -> str:
    if not _is_latin(text):
        return text
    sample = text[:LOOKED_AT].translate(_LAYOUT)
    words = [word for word in _words(sample) if len(word) >= SHORTEST]
    if _convincing(words, sum(map(russian.known, words))) and not _is_english(text):
        return text.translate(_LAYOUT)
    return text


def respelled(words: Sequence[str], russian: Dictionary) -> list[str] | None:
    """Cyrillic words of a text whose Latin words are transliterated; None when they are not."""
    latin = [word for word in words[:SAMPLE] if word.isascii()]
    sample = " ".join(latin)
    if not _is_latin(sample) or _is_english(sample):
        return None
    long = [word for word in _words(sample) if len(word) >= SHORTEST]
    if len(latin) < len(words[:SAMPLE]) and len(long) < SHORTEST:
        return None  # a few names among Russian words
    if not _convincing(long, sum(russian.known(cyrillic(word, russian)) for word in long)):
        return None
    return [cyrillic(word, russian) if word.isascii() and word.isalpha() else word for word in words]


@lru_cache(maxsize=8_192)
def cyrillic(word: str, russian: Dictionary) -> str:
    """The likeliest Russian spelling of a transliterated word: one the dictionary knows, else letter by letter."""
    parts = list(_parts(word.lower()))
    plain = "".join(part[0] for part in parts)
    if russian.known(plain):
        return plain
    spellings = islice(map("".join, product(*parts)), MAX_VARIANTS)
    return next((one for one in spellings if russian.known(one)), plain)


def _parts(word: str) -> Iterator[tuple[str, ...]]:
    at = 0
    while at < len(word):
        for latin, spellings in _SOUNDS:
            if word.startswith(latin, at):
                yield spellings
                at += len(latin)
                break
        else:
            yield (word[at],)
            at += 1


def _is_latin(text: str) -> bool:
    sample = text[:LOOKED_AT]
    latin = len(_LATIN.findall(sample))
    return latin >= SHORTEST and latin > 3 * len(_CYRILLIC.findall(sample))


def _is_english(text: str) -> bool:
    words = [word for word in _words(text[:LOOKED_AT]) if len(word) > 1]
    return 3 * sum(word in COMMON for word in words) >= len(words)


def _words(text: str) -> list[str]:
    return [word.replace("ё", "е") for word in _WORD.findall(text.lower())]


def _convincing(words: Sequence[str], known: int) -> bool:
    enough = known >= 2 or any(len(word) >= LONG_ENOUGH for word in words)  # noqa: PLR2004 - two words make a text
    return enough and known >= MOSTLY * len(words)


def glued_denials(words: Iterable[str], russian: Dictionary) -> list[int]:
    """Places of «неработает» and the like: denials written together with their word, which no dictionary knows."""
    return [
        at
        for at, word in enumerate(words)
        if word[:2].lower() == "не" and _is_glued(word.lower().replace("ё", "е"), russian)
    ]


@lru_cache(maxsize=4_096)
def _is_glued(word: str, russian: Dictionary) -> bool:
    rest = word[2:]
    return len(rest) > SHORTEST and not russian.known(word) and russian.known(rest)
