"""Text cut out of another text, which still knows where each character came from."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Mapped:
    """`text`, and where its pieces begin here (`starts`) and in the original (`origins`); pieces run one to one."""

    text: str
    starts: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)

    @classmethod
    def of(cls, pieces: Iterable[tuple[str, int]]) -> Self:
        """Text joined of pieces, each with its place in the original."""
        texts: list[str] = []
        starts: list[int] = []
        origins: list[int] = []
        length = 0
        for text, origin in pieces:
            if text:
                texts.append(text)
                starts.append(length)
                origins.append(origin)
                length += len(text)
        return cls("".join(texts), tuple(starts) or (0,), tuple(origins) or (0,))

    def origin(self, position: int) -> int:
        """Where the character at `position` stood in the original."""
        piece = bisect_right(self.starts, position) - 1
        return self.origins[piece] + position - self.starts[piece]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of this text in offsets of the original."""
        return (self.origin(start), self.origin(end - 1) + 1) if end > start else (self.origin(start),) * 2

    def lines(self, spans: Iterable[tuple[int, int]]) -> "Mapped":
        """Some lines of this text, joined by line breaks, blank ones at both ends left out."""
        kept = list(spans)
        while kept and not self.text[slice(*kept[-1])].strip():
            kept.pop()
        first = next((number for number, span in enumerate(kept) if self.text[slice(*span)].strip()), len(kept))
        pieces: list[tuple[str, int]] = []
        for start, end in kept[first:]:
            if pieces:
                pieces.append(("\n", max(start - 1, 0)))
            pieces.extend(self._pieces(start, end))
        return Mapped.of(pieces)

    def _pieces(self, start: int, end: int) -> Iterable[tuple[str, int]]:
        piece = bisect_right(self.starts, start) - 1
        while start < end:
            border = self.starts[piece + 1] if piece + 1 < len(self.starts) else end
            stop = min(end, max(border, start))
            yield self.text[start:stop], self.origins[piece] + start - self.starts[piece]
            start, piece = stop, piece + 1
