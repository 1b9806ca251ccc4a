"""Versions of a portal's desk document: draft, published, and every earlier one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.jsontext import dump, load
from b24app.db.tables import desk_version
from b24app.kit.clock import Clock, from_ms, to_ms
from b24app.kit.ids import PortalId, UserId

State = Literal["draft", "published", "past"]


@dataclass(frozen=True, slots=True)
class DeskVersion:
    """One version of the document, as plain data."""

    number: int
    document: Any
    author: UserId | None
    state: State
    comment: str
    created_at: datetime
    published_at: datetime | None


class Desks:
    """Versions of one portal's desk."""

    def __init__(self, session: AsyncSession, portal: PortalId, clock: Clock) -> None:
        self._session, self._portal, self._clock = session, portal, clock

    async def published(self) -> DeskVersion | None:
        """The rules that hold now; None for a portal that has none yet."""
        return await self._first(self._all().where(desk_version.c.state == "published"))

    async def draft(self) -> DeskVersion | None:
        """The latest version that is not published yet."""
        return await self._first(self._all().where(desk_version.c.state == "draft"))

    async def get(self, number: int) -> DeskVersion | None:
        """One version by its number."""
        return await self._first(self._all().where(desk_version.c.number == number))

    async def history(self, *, limit: int = 50) -> list[DeskVersion]:
        """Versions, the newest first."""
        return [_version(row) for row in await self._session.execute(self._all().limit(limit))]

    async def save_draft(self, document: Any, *, author: UserId | None, comment: str = "") -> DeskVersion:
        """Keep a document that does not hold yet; a draft that was there is replaced."""
        await self.drop_draft()
        return await self._add(document, author, "draft", comment)

    async def drop_draft(self) -> None:
        """Forget what was not published."""
        old = (desk_version.c.portal_id == self._portal) & (desk_version.c.state == "draft")
        await self._session.execute(desk_version.delete().where(old))

    async def publish(self, document: Any, *, author: UserId | None, comment: str = "") -> DeskVersion:
        """These rules hold from this commit on. The caller has checked the document."""
        mine = desk_version.c.portal_id == self._portal
        await self._session.execute(desk_version.delete().where(mine, desk_version.c.state == "draft"))
        past = desk_version.update().where(mine, desk_version.c.state == "published").values(state="past")
        await self._session.execute(past)
        return await self._add(document, author, "published", comment)

    async def _add(self, document: Any, author: UserId | None, state: State, comment: str) -> DeskVersion:
        query = select(func.coalesce(func.max(desk_version.c.number), 0))
        last = (await self._session.execute(query.where(desk_version.c.portal_id == self._portal))).scalar_one()
        now = to_ms(self._clock.now())
        values = {
            "portal_id": self._portal,
            "number": last + 1,
            "document": dump(document),
            "author": author,
            "state": state,
            "comment": comment,
            "created_at": now,
            "published_at": now if state == "published" else None,
        }
        await self._session.execute(desk_version.insert().values(values))
        at = from_ms(now)
        return DeskVersion(last + 1, document, author, state, comment, at, at if state == "published" else None)

    def _all(self) -> Select[Any]:
        return (
            select(desk_version).where(desk_version.c.portal_id == self._portal).order_by(desk_version.c.number.desc())
        )

    async def _first(self, query: Select[Any]) -> DeskVersion | None:
        row = (await self._session.execute(query.limit(1))).first()
        return _version(row) if row is not None else None


def _version(row: Any) -> DeskVersion:
    return DeskVersion(
        number=row.number,
        document=load(row.document),
        author=UserId(row.author) if row.author is not None else None,
        state=row.state,
        comment=row.comment,
        created_at=from_ms(row.created_at),
        published_at=from_ms(row.published_at) if row.published_at is not None else None,
    )
