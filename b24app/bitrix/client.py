"""The client of one portal: methods as values in, typed answers or named errors out."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from b24app.bitrix.auth import TokenAuth
from b24app.bitrix.methods import ListMethod, Method
from b24app.bitrix.throttle import Priority, Throttle
from b24app.bitrix.transport import Reply, Transport
from b24app.kit.errors import AccessExpired, AccessLost, PortalBusy, PortalError, PortalRefused, PortalUnreachable

A = TypeVar("A")
PAGE: Final = 50
BATCH: Final = 50
ATTEMPTS: Final = 4
LOST: Final = frozenset(
    {
        "no_auth_found",
        "authorization_error",
        "application_not_found",
        "error_oauth",
        "user_access_error",
        "payment_required",
        "portal_deleted",
        "invalid_token",
    }
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one command of a batch: a value, or the error that says why not."""

    value: Any = None
    error: PortalError | None = None

    def unwrap(self) -> Any:
        """The value; raises the error."""
        if self.error is not None:
            raise self.error
        return self.value


class PortalClient:
    """Calls one portal with the installer's grant, inside its limits."""

    def __init__(
        self,
        endpoint: str,
        auth: TokenAuth,
        transport: Transport,
        throttle: Throttle,
        *,
        moved: Callable[[str], Awaitable[str | None]] | None = None,
    ) -> None:
        """`endpoint` is the portal's `client_endpoint`; `moved` is asked to confirm a new address of a renamed portal."""
        self._endpoint = endpoint.rstrip("/")
        self._auth, self._transport, self._throttle = auth, transport, throttle
        self._moved = moved

    async def __call__(self, method: Method[A], priority: Priority = Priority.EVENT) -> A:
        """Call one method. Raises `PortalError`s of b24app.kit.errors."""
        body = await self._call(method.rest_name, method.params(), priority, repeat=method.repeat_is_safe)
        return method.read(body.get("result"))

    async def raw(self, name: str, params: dict[str, Any], priority: Priority, *, repeat: bool) -> Any:
        """A call that was rendered earlier; gives the bare `result`. `repeat`: it may be sent twice."""
        return (await self._call(name, params, priority, repeat=repeat)).get("result")

    async def _call(self, name: str, params: dict[str, Any], priority: Priority, *, repeat: bool) -> dict[str, Any]:
        for attempt in range(ATTEMPTS):
            await self._throttle.enter(priority, name)
            try:
                return await self._once(name, params)
            except PortalBusy as busy:
                if attempt + 1 == ATTEMPTS or busy.code == "OVERLOAD_LIMIT" or (busy.sent and not repeat):
                    raise
                await self._back_off(name, busy, attempt)
            except PortalUnreachable as gone:
                if attempt + 1 == ATTEMPTS or (gone.sent and not repeat):
                    raise
                await asyncio.sleep(_delay(attempt))
        raise PortalBusy("attempts")  # pragma: no cover - the loop always ends above

    async def _back_off(self, name: str, busy: PortalBusy, attempt: int) -> None:
        match busy.code:
            case "OPERATION_TIME_LIMIT":
                self._throttle.block(name)
            case "QUERY_LIMIT_EXCEEDED":
                await self._throttle.bucket.refused(_delay(attempt))
            case _:
                await asyncio.sleep(_delay(attempt))

    async def _once(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        reply = await self._transport.post(f"{self._endpoint}/{quote(name)}", params, auth=self._auth)
        if reply.status in {301, 302, 307, 308}:
            await self._follow(reply.location)
            reply = await self._transport.post(f"{self._endpoint}/{quote(name)}", params, auth=self._auth)
        body = _checked(reply)
        self._throttle.learn(name, body.get("time"))
        return body

    async def _follow(self, location: str) -> None:
        """A renamed portal answers with its new address. It is believed only when the authorization server confirms it."""
        host = urlsplit(location).netloc
        confirmed = await self._moved(host) if self._moved and host else None
        if confirmed is None:
            raise PortalRefused("redirect", f"the portal moved to an unconfirmed address {host!r}", status=302)
        self._endpoint = confirmed.rstrip("/")

    async def batch(
        self, commands: Mapping[str, Method[Any]], priority: Priority = Priority.EVENT
    ) -> dict[str, Outcome]:
        """Up to any number of independent commands, 50 in a request. Every command has its own outcome."""
        keys = list(commands)
        outcomes: dict[str, Outcome] = {}
        for first in range(0, len(keys), BATCH):
            part = {key: commands[key] for key in keys[first : first + BATCH]}
            outcomes |= await self._batch(part, priority)
        return outcomes

    async def _batch(self, commands: Mapping[str, Method[Any]], priority: Priority) -> dict[str, Outcome]:
        cmd = {key: command_line(method) for key, method in commands.items()}
        repeat = all(method.repeat_is_safe for method in commands.values())
        body = await self._call("batch", {"halt": 0, "cmd": cmd}, priority, repeat=repeat)
        result = body.get("result") or {}
        values, errors, times = (_map(result.get(name)) for name in ("result", "result_error", "result_time"))
        for key, method in commands.items():
            self._throttle.learn(method.rest_name, times.get(key))
        return {key: _outcome(method, values, errors, key) for key, method in commands.items()}

    async def listing(self, method: ListMethod[A], priority: Priority = Priority.BACKGROUND) -> AsyncIterator[A]:
        """Rows of a list in the order of their ids, each once: paging by `>id` without counting."""
        last: int | None = None
        key = method.id_field
        while True:
            condition = dict(method.filter or {}) | ({f">{key}": last} if last is not None else {})
            page = method.model_copy(update={"filter": condition, "order": {key: "ASC"}, "start": -1})
            rows = await self(page, priority)
            for row in rows:
                yield row
            if len(rows) < PAGE:
                return
            last = _id(rows[-1], key)

    async def pages(self, method: Method[list[A]], priority: Priority = Priority.BACKGROUND) -> list[A]:
        """All rows of a list that knows no `>id`: by `start`, until a page is not full."""
        rows: list[A] = []
        while True:
            page = await self(method.model_copy(update={"start": len(rows)}), priority)
            rows += page
            if len(page) < PAGE:
                return rows


def command_line(method: Method[Any]) -> str:
    """A command of a batch: the query string PHP parses, values encoded."""
    query = urlencode(list(_flat(method.params())))
    return f"{method.rest_name}?{query}" if query else method.rest_name


def _flat(value: Any, prefix: str = "") -> list[tuple[str, str]]:
    """PHP's bracket notation."""
    if isinstance(value, Mapping):
        pairs = value.items()
    elif isinstance(value, list | tuple):
        pairs = {str(place): item for place, item in enumerate(value)}.items()
    else:
        return [(prefix, "" if value is None else str(int(value) if isinstance(value, bool) else value))]
    return [pair for key, item in pairs for pair in _flat(item, f"{prefix}[{key}]" if prefix else str(key))]


def _map(value: Any) -> dict[str, Any]:
    """PHP prints a map with keys 0…n-1 as a list and an empty one as []."""
    if isinstance(value, list):
        return {str(place): item for place, item in enumerate(value)}
    return dict(value) if isinstance(value, Mapping) else {}


def _outcome(method: Method[Any], values: dict[str, Any], errors: dict[str, Any], key: str) -> Outcome:
    if key in errors:
        error = errors[key]
        code, text = (str(error.get(name, "")) for name in ("error", "error_description"))
        return Outcome(error=_error(200, code, text))
    if key not in values:
        return Outcome(error=PortalBusy("command not executed"))
    return Outcome(method.read(values[key]))


def _checked(reply: Reply) -> dict[str, Any]:
    """The body of a good answer. The key `error` decides, not the status: some errors come with 200."""
    if not isinstance(reply.body, dict):
        if reply.status >= 500 or reply.status == 429:  # noqa: PLR2004 - HTTP statuses
            raise PortalBusy("", sent=reply.status >= 500)  # noqa: PLR2004
        raise PortalRefused("", f"no JSON, HTTP {reply.status}", status=reply.status)
    if "error" in reply.body:
        raise _error(reply.status, str(reply.body["error"] or ""), str(reply.body.get("error_description", "")))
    if reply.status >= 400:  # noqa: PLR2004 - HTTP status
        raise PortalRefused("", f"HTTP {reply.status}", status=reply.status)
    return reply.body


def _error(status: int, code: str, text: str) -> PortalError:
    lower = code.lower()
    if lower == "expired_token":
        return AccessExpired(code)
    if lower in LOST:
        return AccessLost(code, text)
    if lower in {"query_limit_exceeded", "operation_time_limit", "overload_limit"}:
        return PortalBusy(code.upper())
    if status == 429 or lower in {"internal_server_error", "error_unexpected_answer"}:  # noqa: PLR2004
        return PortalBusy(code.upper(), sent=status >= 500)  # noqa: PLR2004
    return PortalRefused(code, text, status=status)


def _id(row: Any, key: str) -> int:
    value: Any = row[key] if isinstance(row, Mapping) else row.id
    return int(value)


def _delay(attempt: int) -> float:
    """Growing, with full jitter: many clients must not come back at one moment."""
    return float(min(0.5 * 2**attempt, 8.0) * (0.5 + random.random() / 2))  # noqa: S311 - jitter is no secret
