"""The outbox: effects that must reach a portal, put down in the transaction of the change that causes them.

A row is one effect for one recipient. It is rendered into one REST call at its first attempt; the call is kept and
repeated, with its answer. Rows of one stream (a ticket) are delivered in order, streams of a portal side by side.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db import lanes
from b24app.db.engine import NowMs
from b24app.db.jsontext import dump, load
from b24app.db.tables import DROPPED, OUT, PENDING, outbox
from b24app.kit.clock import from_ms
from b24app.kit.ids import PortalId

IdemClass = Literal["natural", "keyed", "read-back", "tolerant"]
"""What may happen when a call is made twice: it sets values (natural), it can be looked up by a key of ours (keyed) or by
a marker among recent things (read-back), or a repetition is harmless (tolerant)."""

IDEM_CLASSES: Final = frozenset(get_args(IdemClass))
URGENT: Final = 0
"""Priority of what a person asked for; larger numbers wait longer."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An effect to deliver. `stream` keeps its order, usually the ticket's id."""

    stream: str
    kind: str
    effect: dict[str, Any]
    idem_class: IdemClass
    priority: int = 1
    key: str = ""
    """Names the effect inside its cause; empty: its number there."""
    v: int = 1


@dataclass(frozen=True, slots=True)
class Call:
    """A rendered REST call."""

    method: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """An earlier doubtful call did work: this is its answer, as if it had come."""

    answer: Any


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An effect on its way."""

    id: int
    portal: PortalId
    stream: str
    kind: str
    v: int
    effect: dict[str, Any]
    call: Call | None
    """The call of the first attempt; None before it."""
    idem_key: str
    idem_class: IdemClass
    priority: int
    attempts: int
    sent_at: datetime | None
    """When an earlier attempt was sent that may have worked; None when there is no doubt."""
    answer: Any
    """The portal's answer when only the work after it failed, else None."""
    answered: bool
    cause: str
    created_at: datetime


class Outbox:
    """Effects of one unit of work. Every row's `idem_key` is derived from the unit's cause, so a repeated unit adds nothing."""

    def __init__(self, session: AsyncSession, portal: PortalId, cause: str) -> None:
        self._session, self._portal, self._cause = session, portal, cause
        self._step = 0
        self.touched: bool | None = None
        """Whether the unit put something down: None for nothing, True when it is urgent."""

    async def put(self, effects: Sequence[Outgoing]) -> None:
        """Deliver these, in this order within their streams, after the commit."""
        if not effects:
            return
        if not self._cause:
            raise ValueError("a unit that has effects needs a cause: repeated effects are known by it")
        rows = [self._values(effect) for effect in effects]
        statement = lanes.upsert(self._session, outbox).values(created_at=NowMs()).on_conflict_do_nothing()
        await self._session.execute(statement, rows)
        self.touched = bool(self.touched) or any(effect.priority == URGENT for effect in effects)

    async def cancel(self, stream: str, kinds: Collection[str]) -> int:
        """Take back what still waits; a call that is on the wire right now ends as it ends. Returns how many."""
        if not kinds:
            return 0
        waiting = (
            (outbox.c.lane == str(self._portal))
            & (outbox.c.stream == stream)
            & outbox.c.kind.in_(list(kinds))
            & (outbox.c.state == PENDING)
        )
        return await lanes.count(self._session, outbox.update().where(waiting).values(state=DROPPED, done_at=NowMs()))

    async def has(self, stream: str, kind: str) -> bool:
        """An effect of this kind waits or is on the wire."""
        waiting = (outbox.c.lane == str(self._portal)) & (outbox.c.stream == stream) & (outbox.c.state == PENDING)
        query = select(outbox.c.id).where(waiting, outbox.c.kind == kind).limit(1)
        return (await self._session.execute(query)).first() is not None

    async def flush_lanes(self) -> bool:
        """Mark the portal's lane as having work; done last, for the lane's row is shared by all of the portal's units."""
        if self.touched is None:
            return False
        await lanes.touch(self._session, OUT, [(self._portal, str(self._portal))], urgent=self.touched)
        return True

    def _values(self, effect: Outgoing) -> dict[str, Any]:
        self._step += 1
        return {
            "portal_id": self._portal,
            "lane": str(self._portal),
            "stream": effect.stream,
            "kind": effect.kind,
            "v": effect.v,
            "effect": dump(effect.effect),
            "idem_key": f"{self._cause}:{effect.key or self._step}",
            "idem_class": effect.idem_class,
            "priority": effect.priority,
            "cause": self._cause,
        }


def row_of(found: Any) -> OutboxRow:
    """A stored row as the drain knows it."""
    return OutboxRow(
        id=found.id,
        portal=PortalId(found.portal_id),
        stream=found.stream,
        kind=found.kind,
        v=found.v,
        effect=load(found.effect),
        call=Call(found.method, load(found.params or "{}")) if found.method else None,
        idem_key=found.idem_key,
        idem_class=found.idem_class,
        priority=found.priority,
        attempts=found.attempts,
        sent_at=from_ms(found.sent_at) if found.sent_at is not None else None,
        answer=load(found.result) if found.result is not None else None,
        answered=found.result is not None,
        cause=found.cause,
        created_at=from_ms(found.created_at),
    )


def heads(lane: str) -> Select[Any]:
    """The first waiting row of each stream of a portal, most urgent first."""
    first = (
        select(func.min(outbox.c.id).label("id"))
        .where(outbox.c.lane == lane, outbox.c.state == PENDING)
        .group_by(outbox.c.stream)
        .subquery()
    )
    return (
        select(outbox, (outbox.c.next_at - NowMs()).label("waits_ms"))
        .join(first, first.c.id == outbox.c.id)
        .order_by(outbox.c.priority, outbox.c.id)
    )
