"""What is wrong with a desk document, and where: a path that the file room turns into line and column."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Path = tuple[str | int, ...]
Severity = Literal["error", "warning"]
_STEP: Final = re.compile(r"\[(\d+)\]|[^.\[\]]+")
_PATH: Final = re.compile(r"([\w-]+(?:\.[\w-]+|\[\d+\])*): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Problem:
    """One remark of the check. An error forbids publishing, a warning does not."""

    path: Path
    text: str
    severity: Severity = "error"
    kind: str = ""
    """Which remark it is, for pages that say it in people's words; empty: only `text` does."""
    names: tuple[str, ...] = ()
    """What the remark speaks of."""

    def __str__(self) -> str:
        place = ".".join(str(step) for step in self.path) or "document"
        return f"{place}: {self.text}"


def path_of(problem: str) -> tuple[Path, str]:
    """«categories.email.rules[0].any[2]: why» as a path and the words; no path where none stands in front."""
    found = _PATH.fullmatch(problem)
    if found is None:
        return (), problem
    return tuple(int(step[1]) if step[1] else step[0] for step in _STEP.finditer(found[1])), found[2]


class Reader:
    """Walks plain data, takes typed values out of it and remembers every complaint with its path."""

    def __init__(self, data: Any, path: Path = (), problems: list[Problem] | None = None) -> None:
        self._path = path
        self.problems: list[Problem] = problems if problems is not None else []
        self._data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        if not isinstance(data, Mapping):
            self.complain("must be a mapping")

    def complain(
        self,
        text: str,
        *below: str | int,
        severity: Severity = "error",
        kind: str = "",
        names: tuple[str, ...] = (),
    ) -> None:
        """Remember a problem at (or below) this place."""
        self.problems.append(Problem((*self._path, *below), text, severity, kind, names))

    def known(self, *names: str) -> None:
        """Name every key that is not one of these: a misspelt key must not be ignored in silence."""
        for key in self._data:
            if key not in names:
                self.complain(f"unknown key; known here: {', '.join(names)}", str(key))

    def raw(self, name: str, default: Any = None) -> Any:
        """The value as it stands."""
        return self._data.get(name, default)

    def text(self, name: str, default: str | None = None) -> str:
        """A string; without a default it is required."""
        value = self._data.get(name, default)
        if isinstance(value, str) and (value or default is not None):
            return value
        self.complain("a text is needed", name)
        return default or ""

    def number(self, name: str, default: int) -> int:
        """A whole number ≥ 0."""
        value = self._data.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.complain("a whole number is needed", name)
        return default

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self._data.get(name, default)
        if isinstance(value, bool):
            return value
        self.complain("true or false is needed", name)
        return default

    def user(self, name: str) -> int | None:
        """An id of the portal, or nothing."""
        value = self._data.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
            return value
        self.complain("an id of the portal is needed (a number)", name)
        return None

    def ids(self, name: str) -> tuple[int, ...]:
        """A list of ids of the portal."""
        value = self._data.get(name) or ()
        if isinstance(value, Sequence) and not isinstance(value, str) and all(type(item) is int for item in value):
            return tuple(dict.fromkeys(value))
        self.complain("a list of ids is needed", name)
        return ()

    def below(self, name: str) -> "Reader":
        """The mapping under a key; an absent one is empty."""
        value = self._data.get(name)
        return Reader({} if value is None else value, (*self._path, name), self.problems)

    def items(self, name: str) -> list["Reader"]:
        """The mappings of a list under a key."""
        value = self._data.get(name) or []
        if not isinstance(value, Sequence) or isinstance(value, str):
            self.complain("a list is needed", name)
            return []
        return [Reader(item, (*self._path, name, place), self.problems) for place, item in enumerate(value)]

    def entries(self, name: str) -> list[tuple[str, "Reader"]]:
        """The named mappings under a key."""
        reader = self.below(name)
        return [
            (str(key), Reader(value, (*self._path, name, str(key)), self.problems)) for key, value in reader.pairs()
        ]

    def pairs(self) -> list[tuple[str, Any]]:
        """All keys with their values."""
        return [(str(key), value) for key, value in self._data.items()]

    @property
    def data(self) -> Mapping[str, Any]:
        """The mapping itself."""
        return self._data

    @property
    def path(self) -> Path:
        """Where this reader stands."""
        return self._path
