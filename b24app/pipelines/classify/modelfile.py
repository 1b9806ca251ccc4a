"""A stored model in its two parts, apart from what reads them (numpy) and what keeps them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model as it is stored; `learning.storage` reads and writes it."""

    header: str
    arrays: bytes
