"""One call at a time: inside the limits, repeated where that is safe, at the address the portal has now."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from b24app.bitrix.answers import OPERATING, OVERLOAD, RATE, checked
from b24app.bitrix.auth import TokenAuth
from b24app.bitrix.throttle import PATIENCE_S, Priority, Throttle
from b24app.bitrix.transport import ANSWER_S, Reply, Transport
from b24app.kit.errors import PortalBusy, PortalRefused, PortalUnreachable

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
PERSON_ANSWER_S: Final = 20.0
"""Nobody watches a button for a minute."""
HOPS: Final = 2

Moved = Callable[[str], Awaitable[str | None]]
"""Asked to confirm the host a renamed portal named; gives the endpoint, or None when it is not the portal's."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a call that failed on its way is sent again, and how long it waits before."""

    attempts: int = 4
    export_attempts: int = 8
    first_s: float = 0.5
    most_s: float = 15.0

    def of(self, priority: Priority) -> int:
        """Attempts of a call; whole lists bear a longer outage than a person does."""
        return self.export_attempts if priority is Priority.EXPORT else self.attempts

    def delay_s(self, attempt: int) -> float:
        """Growing, with jitter: many clients must not come back at one moment."""
        return float(min(self.first_s * 2**attempt, self.most_s) * random.uniform(0.5, 1.0))  # noqa: S311


Make = Callable[[int], dict[str, Any]]


class Caller:
    """Sends calls to one portal."""

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
        self._endpoint = endpoint.rstrip("/")
        self._auth, self._transport, self.throttle = auth, transport, throttle
        self._moved, self.retries = moved, retries or Retries()
        self._moving = asyncio.Lock()

    async def call(
        self,
        name: str,
        params: dict[str, Any],
        priority: Priority,
        *,
        repeat: bool,
        commands: Mapping[str, int] | None = None,
    ) -> dict[str, Any]:
        """The body of a good answer. `repeat`: it may be sent twice; `commands`: what a batch is made of."""
        body, _ = await self._tried(name, lambda _: params, priority, commands or {name: 1}, repeat=repeat)
        return body

    async def grown(
        self, make: Make, priority: Priority, command: str, wanted: int, *, repeat: bool
    ) -> tuple[dict[str, Any], bytes]:
        """A batch of one method's commands: `make` is told how many of the wanted ones the limits let go now.

        Gives the body and the bytes it was parsed from.
        """
        return await self._tried("batch", make, priority, {command: wanted}, repeat=repeat, may_shrink=True)

    async def renew(self) -> None:
        """A command of a batch found the token expired: get the next one."""
        await self._auth.renew(await self._auth.grant())

    async def _tried(
        self,
        name: str,
        make: Make,
        priority: Priority,
        commands: Mapping[str, int],
        *,
        repeat: bool,
        may_shrink: bool = False,
    ) -> tuple[dict[str, Any], bytes]:
        deadline = _now() + PATIENCE_S[priority]
        attempt = 0
        while True:
            # What the throttle itself raises (a limit outlasts the patience) goes to the caller: nothing was sent.
            left_s = deadline - _now()
            async with self.throttle.request(priority, commands, left_s, may_shrink=may_shrink) as granted:
                try:
                    return await self._once(name, make(sum(granted.values())), priority)
                except (PortalBusy, PortalUnreachable) as failure:
                    error = failure
            if (error.sent and not repeat) or self._is_last(error, attempt, priority):
                raise error
            await self._back_off(name, error, attempt, deadline)
            attempt += 1

    def _is_last(self, error: PortalBusy | PortalUnreachable, attempt: int, priority: Priority) -> bool:
        """Limits are waited for until the patience ends, breakdowns are tried a few times, a block by hand never again."""
        code = error.code if isinstance(error, PortalBusy) else ""
        return code == OVERLOAD or (code not in {OPERATING, RATE} and attempt + 1 >= self.retries.of(priority))

    async def _back_off(self, name: str, error: PortalBusy | PortalUnreachable, attempt: int, deadline: float) -> None:
        code = error.code if isinstance(error, PortalBusy) else ""
        delay_s = self.retries.delay_s(attempt)
        if code == OPERATING:
            self.throttle.block(name)
        elif code == RATE:
            await self.throttle.refused(delay_s)
        elif _now() + delay_s > deadline:
            raise error
        else:
            await asyncio.sleep(delay_s)

    async def _once(self, name: str, params: dict[str, Any], priority: Priority) -> tuple[dict[str, Any], bytes]:
        within_s = PERSON_ANSWER_S if priority is Priority.PERSON else ANSWER_S
        for _ in range(HOPS):
            endpoint = self._endpoint
            reply = await self._transport.post(f"{endpoint}/{quote(name)}", params, auth=self._auth, within_s=within_s)
            if reply.status not in REDIRECTS:
                return self._read(name, reply), reply.content
            await self._follow(endpoint, reply.location)
        raise PortalRefused("redirect", "the portal's addresses lead in a circle", status=reply.status)

    def _read(self, name: str, reply: Reply) -> dict[str, Any]:
        body = checked(reply)
        self.throttle.learn(name, body.get("time"))
        return body

    async def _follow(self, left: str, location: str) -> None:
        """A renamed portal answers with its new address. It is believed only when the authorization server confirms it.

        Whoever gets the redirect first asks; the calls beside it find the new address set.
        """
        async with self._moving:
            if self._endpoint != left:
                return
            host = urlsplit(location).netloc
            confirmed = await self._moved(host) if self._moved and host else None
            if confirmed is None:
                raise PortalRefused("redirect", f"the portal moved to an unconfirmed address {host!r}", status=302)
            self._endpoint = confirmed.rstrip("/")


def _now() -> float:
    return asyncio.get_running_loop().time()
