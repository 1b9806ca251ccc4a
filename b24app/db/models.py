"""What was learnt for a portal: the model in use, and how the last training went. One row a portal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from b24app.db.jsontext import dump, load
from b24app.db.lanes import upsert
from b24app.db.tables import learnt_model
from b24app.kit.clock import from_ms, to_ms
from b24app.kit.ids import PortalId
from b24app.pipelines.classify.modelfile import ModelFile


@dataclass(frozen=True, slots=True)
class Training:
    """How the last training went."""

    at: datetime
    correction: int
    """Id of the newest correction it has seen."""
    accepted: bool
    report: tuple[str, ...]
    """For people, in Russian: what was tried on each axis with the figures, and why a model was refused."""


class Models:
    """The model of one portal."""

    def __init__(self, session: AsyncSession, portal: PortalId) -> None:
        self._session, self._portal = session, portal

    async def version(self) -> str:
        """Version of the model in use; empty when there is none. Cheap: asked in every unit."""
        return (await self._session.execute(self._mine(learnt_model.c.version))).scalar_one_or_none() or ""

    async def file(self) -> ModelFile | None:
        """The model in use."""
        row = (await self._session.execute(self._mine(learnt_model.c.header, learnt_model.c.arrays))).first()
        return ModelFile(row.header, row.arrays) if row is not None and row.arrays is not None else None

    async def last(self) -> Training | None:
        """The last training; None before the first."""
        columns = (learnt_model.c.tried_at, learnt_model.c.correction, learnt_model.c.accepted, learnt_model.c.report)
        row = (await self._session.execute(self._mine(*columns))).first()
        if row is None:
            return None
        return Training(from_ms(row.tried_at), row.correction, row.accepted, tuple(load(row.report)))

    async def save(self, training: Training, version: str = "", file: ModelFile | None = None) -> None:
        """Keep how a training went and, when it was accepted, its model instead of the one before."""
        changes: dict[str, Any] = {
            "tried_at": to_ms(training.at),
            "correction": training.correction,
            "accepted": training.accepted,
            "report": dump(list(training.report)),
        }
        if file is not None:
            changes |= {"version": version, "header": file.header, "arrays": file.arrays, "made_at": to_ms(training.at)}
        statement = upsert(self._session, learnt_model).values({"portal_id": self._portal} | changes)
        await self._session.execute(statement.on_conflict_do_update(index_elements=["portal_id"], set_=changes))

    async def forget(self) -> None:
        """Nothing that was learnt from the portal's customers is left."""
        await self._session.execute(learnt_model.delete().where(learnt_model.c.portal_id == self._portal))

    def _mine(self, *columns: Any) -> Any:
        return select(*columns).where(learnt_model.c.portal_id == self._portal)
