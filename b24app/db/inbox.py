"""The inbox: events are rows before they are acknowledged.

One-shot events (a button press, a message, an installation) carry a natural key: the same one twice is one row.
Events that only say "entity N changed" carry none and are always kept, since two real changes of one second look alike;
they are coalesced when the lane is worked on.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db import lanes
from b24app.db.engine import NowMs
from b24app.db.jsontext import dump, load
from b24app.db.tables import DEAD, DONE, DROPPED, IN, PENDING, inbox, lane
from b24app.kit.clock import from_ms
from b24app.kit.ids import PortalId, TicketId

_KEPT: Final = 2_000
"""Characters of an error that are worth keeping."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event to keep. `key` is the natural key of a one-shot event, empty for one that only says what changed."""

    portal: PortalId
    lane: str
    kind: str
    body: dict[str, Any]
    key: str = ""
    v: int = 1


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An event that waits to be handled."""

    id: int
    portal: PortalId
    lane: str
    kind: str
    v: int
    body: dict[str, Any]
    key: str
    """The natural key of a one-shot event, else empty."""
    received_at: datetime
    attempts: int


def ticket_lane(portal: PortalId, ticket: TicketId) -> str:
    """The mailbox of one ticket: its events are handled in the order they came."""
    return f"{portal}:{ticket}"


def portal_lane(portal: PortalId, name: str = "") -> str:
    """The mailbox of a portal itself: installation, people, settings; `name` makes a separate one."""
    return f"{portal}:{name}" if name else str(portal)


async def put(session: AsyncSession, events: Iterable[Incoming]) -> None:
    """Keep events inside the caller's transaction. A one-shot event that is there already stays one."""
    rows = [_values(event) for event in events]
    if not rows:
        return
    statement = lanes.upsert(session, inbox).values(received_at=NowMs())
    await session.execute(statement.on_conflict_do_nothing(), rows)
    await lanes.touch(session, IN, ((row["portal_id"], row["lane"]) for row in rows))


def _values(event: Incoming) -> dict[str, Any]:
    return {
        "portal_id": event.portal,
        "lane": event.lane,
        "kind": event.kind,
        "dedup_key": event.key or f"~{uuid4().hex}",
        "one_shot": bool(event.key),
        "v": event.v,
        "body": dump(event.body),
    }


async def pending(session: AsyncSession, lane: str, limit: int) -> list[InboxRow]:
    """The first events of a mailbox, oldest first."""
    query = select(inbox).where(inbox.c.lane == lane, inbox.c.state == PENDING).order_by(inbox.c.id).limit(limit)
    return [_row(found) for found in await session.execute(query)]


def _row(found: Any) -> InboxRow:
    return InboxRow(
        id=found.id,
        portal=PortalId(found.portal_id),
        lane=found.lane,
        kind=found.kind,
        v=found.v,
        body=load(found.body),
        key=found.dedup_key if found.one_shot else "",
        received_at=from_ms(found.received_at),
        attempts=found.attempts,
    )


async def waiting(session: AsyncSession, mailboxes: Collection[str]) -> set[str]:
    """Those of these mailboxes that have events to handle."""
    query = select(lane.c.key).where(lane.c.kind == IN, lane.c.key.in_(list(mailboxes)))
    return set((await session.execute(query)).scalars()) if mailboxes else set()


async def complete(session: AsyncSession, rows: Sequence[InboxRow], *, ignored: bool = False) -> None:
    """These events are handled, or were none of our business."""
    await _end(session, rows, DROPPED if ignored else DONE, "")


async def bury(session: AsyncSession, rows: Sequence[InboxRow], error: str) -> None:
    """These events cannot be handled: they wait for a person, the lane goes on."""
    await _end(session, rows, DEAD, error)


async def _end(session: AsyncSession, rows: Sequence[InboxRow], state: int, error: str) -> None:
    chosen = inbox.c.id.in_([row.id for row in rows])
    await session.execute(
        inbox.update()
        .where(chosen, inbox.c.state == PENDING)
        .values(state=state, last_error=error[:_KEPT], done_at=NowMs())
    )


async def note_failure(session: AsyncSession, rows: Sequence[InboxRow], error: str) -> None:
    """One more attempt failed; the events stay."""
    chosen = inbox.c.id.in_([row.id for row in rows])
    await session.execute(inbox.update().where(chosen).values(attempts=inbox.c.attempts + 1, last_error=error[:_KEPT]))
