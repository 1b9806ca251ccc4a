"""Reads word automata (DAWG) in the format of the dawgdic library: a trie folded into one array of 32-bit units.

From unit `i` the byte `b` leads to unit `i ^ offset ^ b` if that unit carries the label `b`. A dictionary file is the
number of units and the units, then the same for the guide: for each unit its first child and its next sibling.
Source: https://code.google.com/archive/p/dawgdic, the format; the code here is our own.
"""

import sys
from array import array
from binascii import a2b_base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

ROOT: Final = 0
NOWHERE: Final = -1
_LABEL: Final = 0x8000_00FF
_HAS_LEAF: Final = 0x100
_LONG_OFFSET: Final = 0x200
_VALUE: Final = 0x7FFF_FFFF
_HEAD: Final = 4
SEPARATOR: Final = b"\x01"
"""Between a key and its payload."""


@dataclass(frozen=True, slots=True)
class Automaton:
    """Keys of bytes with numbers or with payloads. Read only, so threads may share it."""

    units: "array[int]"
    guide: bytes

    @classmethod
    def of(cls, data: bytes) -> "Automaton":
        """From the bytes of a file; ValueError for a file that is cut off."""
        size = int.from_bytes(data[:_HEAD], "little") * 4
        units = array("I" if array("I").itemsize == _HEAD else "L", data[_HEAD : _HEAD + size])
        if sys.byteorder == "big":
            units.byteswap()
        if len(units) * 4 != size or not units:
            raise ValueError("the automaton is cut off")
        return cls(units, data[2 * _HEAD + size :])

    def follow(self, node: int, key: bytes) -> int:
        """The node after `key`; `NOWHERE` when no key goes on like that."""
        units = self.units
        for byte in key:
            unit = units[node]
            node ^= (unit >> 10) << 8 if unit & _LONG_OFFSET else unit >> 10
            node ^= byte
            if units[node] & _LABEL != byte:
                return NOWHERE
        return node

    def number(self, node: int) -> int:
        """The number of the key that ends at `node`; 0 when none does."""
        unit = self.units[node]
        if not unit & _HAS_LEAF:
            return 0
        return self.units[node ^ ((unit >> 10) << 8 if unit & _LONG_OFFSET else unit >> 10)] & _VALUE

    def payloads(self, node: int) -> Iterator[bytes]:
        """What is stored below `node`, the place after a key and `SEPARATOR`."""
        stack = [(node, b"")]
        while stack:
            here, read = stack.pop()
            if self.units[here] & _HAS_LEAF:
                yield a2b_base64(read)
            stack.extend((child, read + label) for child, label in self._children(here))

    def _children(self, node: int) -> list[tuple[int, bytes]]:
        """The last first, as a stack wants them."""
        found = []
        label = self.guide[2 * node]
        while label:
            child = self.follow(node, bytes((label,)))
            found.append((child, bytes((label,))))
            label = self.guide[2 * child + 1]
        return found[::-1]
