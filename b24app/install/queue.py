"""The queue as the page draws it: who holds how much. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from b24app.usecases.appview import QueueRow


@dataclass(frozen=True, slots=True)
class Load:
    """Open tickets of one person."""

    name: str
    open: int
    late: int


def load_of(rows: Sequence[QueueRow]) -> tuple[Load, ...]:
    """Everybody who holds something, the busiest first."""
    held = Counter(row.assignee for row in rows if row.assignee)
    late = Counter(row.assignee for row in rows if row.clock and row.clock.state == "bad")
    return tuple(
        Load(name, count, late[name]) for name, count in sorted(held.items(), key=lambda one: (-one[1], one[0]))
    )
