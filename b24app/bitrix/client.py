"""The client of one portal: methods as values in, typed answers or named errors out."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from b24app.bitrix import batches
from b24app.bitrix.answers import Outcome
from b24app.bitrix.auth import TokenAuth
from b24app.bitrix.bulk import Bulk
from b24app.bitrix.caller import Caller, Moved, Retries
from b24app.bitrix.commands import unreadable
from b24app.bitrix.listing import Listing
from b24app.bitrix.methods import Method, Walked
from b24app.bitrix.paging import Paging
from b24app.bitrix.throttle import Priority, Throttle
from b24app.bitrix.transport import Transport

__all__ = ["PAGE", "Outcome", "PortalClient"]

A = TypeVar("A")
PAGE: Final = 50


class PortalClient:
    """Calls one portal with the installer's grant, inside its limits."""

    def __init__(
        self,
        endpoint: str,
        auth: TokenAuth,
        transport: Transport,
        throttle: Throttle,
        *,
        moved: Moved | None = None,
        retries: Retries | None = None,
    ) -> None:
        """`endpoint` is the portal's `client_endpoint`; `moved` is asked to confirm a new address of a renamed portal."""
        self._caller = Caller(endpoint, auth, transport, throttle, moved=moved, retries=retries)

    async def __call__(self, method: Method[A], priority: Priority = Priority.EVENT) -> A:
        """Call one method. Raises `PortalError`s of b24app.kit.errors."""
        body = await self._caller.call(method.rest_name, method.params(), priority, repeat=method.repeat_is_safe)
        try:
            return method.read(body.get("result"))
        except ValidationError as strange:
            raise unreadable(method, strange) from strange

    async def raw(self, name: str, params: dict[str, Any], priority: Priority, *, repeat: bool) -> Any:
        """A call that was rendered earlier; gives the bare `result`. `repeat`: it may be sent twice."""
        return (await self._caller.call(name, params, priority, repeat=repeat)).get("result")

    async def batch(
        self, commands: Mapping[str, Method[Any]], priority: Priority = Priority.EVENT
    ) -> dict[str, Outcome]:
        """A few commands, 50 in a request, with an outcome each. They may refer to each other (`$result[key]…`)."""
        return await batches.send(self._caller, commands, priority)

    async def bulk(self, methods: Sequence[Method[Any]], priority: Priority = Priority.EXPORT) -> list[Outcome]:
        """Any number of writes, as fast as the portal bears. An outcome for each, in their order; nothing is raised."""
        outcomes = [Outcome()] * len(methods)
        by_name: dict[str, list[int]] = {}
        for place, method in enumerate(methods):
            by_name.setdefault(method.rest_name, []).append(place)
        for places in by_name.values():
            found = await Bulk(self._caller, [methods[place] for place in places], priority).run()
            for place, outcome in zip(places, found, strict=True):
                outcomes[place] = outcome
        return outcomes

    def listing(
        self, method: Walked[A], priority: Priority = Priority.BACKGROUND, *, after: int | None = None
    ) -> AsyncGenerator[A, None]:
        """Rows of a list in the order of their ids, each once, from behind the id `after`; memory stays bounded.

        `ListInterrupted` when it cannot be read to its end: its `after` is where to go on. Conditions of `method.filter`
        on the id itself are taken over by the walk.
        """
        return Listing(self._caller, method, priority, after).rows()

    async def pages(self, method: Method[list[A]], priority: Priority = Priority.BACKGROUND) -> list[A]:
        """All rows of a list that knows no `>id`: by `start`."""
        return await Paging(self._caller, method, priority).rows()
