"""What is told only to say what is different: «сделка создаётся, робот пишет, но сообщение не уходит» is about messages."""

from collections.abc import Collection
from typing import Final

from b24app.pipelines.classify.words import Tokens

CONTRAST: Final = frozenset({"но", "а", "однако", "зато", "только", "but", "however", "yet"})
TURNS: Final = frozenset({"но", "однако", "but", "however", "yet"})
FACTOR: Final = 0.5
"""What a word before the contrast counts; neither can it be the first mention."""


def asides(tokens: Tokens, told: Collection[int]) -> frozenset[int]:
    """Words that stand before a contrast, when only behind it something is broken or asked for (at the words `told`)."""
    if CONTRAST.isdisjoint(map(str.lower, tokens.words)):
        return frozenset()
    found: set[int] = set()
    first = 0
    for at in range(1, len(tokens) + 1):
        if at == len(tokens) or tokens.sentences[at] != tokens.sentences[first]:
            found.update(_before(tokens, range(first, at), [one for one in told if first <= one < at]))
            first = at
    return frozenset(found)


def _before(tokens: Tokens, sentence: range, told: Collection[int]) -> range:
    """Up to the last contrast before the first of `told`; when nothing is told, a «но» itself says what matters."""
    first, words = (min(told), CONTRAST) if told else (sentence.stop, TURNS)
    turns = [at for at in sentence if at < first and tokens.words[at].lower() in words]
    return range(sentence.start, max(turns, default=sentence.start))
