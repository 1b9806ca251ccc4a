"""A portal that is all limits: deals to list and update, the documented bucket, working time, batches; over real HTTP.

Times are those of a model: a command that counts its rows, or writes, takes `call_s`, one that does not count takes
`uncounted_s`. Everything that happens is written down. Source: platform.md 2.4, 3.4–3.9; documentation, limits.
"""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from b24app.bitrix.forms import parse_form
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PAGE: Final = 50
EPOCH: Final = 1_790_000_000.0
_REFERENCE: Final = re.compile(r"\$result((?:\[[^\]]*\])+)")
_CONDITION: Final = re.compile(r"^([<>=!@%]*)(.*)$")


class Refusal(Exception):
    """An answer with the key `error`."""

    def __init__(self, code: str, text: str = "", status: int = 400) -> None:
        super().__init__(code)
        self.code, self.text, self.status = code, text, status


@dataclass
class Limits:
    """What the portal lets pass. Zero switches a limit off."""

    rate: float = 2.0
    burst: int = 50
    operating_s: float = 0.0
    basket_s: float = 60.0
    baskets: int = 10
    tells_operating: bool = True


@dataclass
class Seen:
    """What happened."""

    requests: int = 0
    methods: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    refused_rate: int = 0
    refused_operating: int = 0
    server_s: float = 0.0
    longest_s: float = 0.0
    at_once: int = 0
    most_at_once: int = 0
    token_requests: int = 0
    refreshes: int = 0


@dataclass
class ModelPortal:
    """The portal; `ids` are its deals."""

    ids: list[int] = field(default_factory=list)
    call_s: float = 0.0
    uncounted_s: float = 0.0
    limits: Limits = field(default_factory=lambda: Limits(burst=0))
    others: float = 0.0
    """Requests a second that somebody else sends from the same address."""
    padding: int = 0
    """More bytes in each deal."""
    access: str = "at1"
    refresh: str = "rt1"
    member_id: str = "b1f0"
    origin: str = ""
    seen: Seen = field(default_factory=Seen)
    agents: list[str] = field(default_factory=list)
    """Who called."""
    written: Counter[int] = field(default_factory=Counter)
    faults: deque[Response | Callable[[str, dict[str, Any]], Response | None]] = field(default_factory=deque)
    """Answers given instead of the next requests."""
    token_faults: deque[Response] = field(default_factory=deque)
    """Answers of the authorization server to the next requests for a token."""
    spoiled: dict[str, deque[Refusal | None]] = field(default_factory=dict)
    """Method → what its next commands are refused with, None for those that pass."""
    before: Callable[[str, dict[str, Any]], None] | None = None
    """Called before each command; it may change the parameters."""

    def __post_init__(self) -> None:
        self._level, self._levelled_at = 0.0, float("-inf")
        self._baskets: dict[str, dict[int, float]] = {}

    def app(self) -> Starlette:
        """As an ASGI application."""
        paths = [
            Route("/oauth/token/", self._token, methods=["POST"]),
            Route("/rest/app.info", self._info, methods=["POST"]),
            Route("/rest/{user:int}/{code}/{method}", self._rest, methods=["POST"]),
            Route("/rest/{method}", self._rest, methods=["POST"]),
        ]
        return Starlette(routes=paths)

    # -- authorization ------------------------------------------------------------------------------------------

    async def _token(self, request: Request) -> Response:
        form = parse_form((await request.body()).decode())
        self.seen.token_requests += 1
        if self.token_faults:
            return self.token_faults.popleft()
        if form.get("refresh_token") != self.refresh:
            return _json({"error": "invalid_grant", "error_description": "Invalid refresh token"}, 400)
        self.seen.refreshes += 1
        number = self.seen.refreshes + 1
        self.access, self.refresh = f"at{number}", f"rt{number}"
        pair = {"access_token": self.access, "refresh_token": self.refresh, "expires_in": 3600, "user_id": 1}
        return _json(pair | {"member_id": self.member_id, "client_endpoint": f"{self.origin}/rest/"})

    async def _info(self, request: Request) -> Response:
        form = parse_form((await request.body()).decode())
        if form.get("auth") != self.access:
            return _json({"error": "invalid_client"}, 400)
        install = {
            "member_id": self.member_id,
            "domain": self.origin.partition("//")[2],
            "client_endpoint": f"{self.origin}/rest/",
        }
        return _json({"result": {"client_id": "local.1", "user_id": "1", "install": install}})

    # -- requests -----------------------------------------------------------------------------------------------

    async def _rest(self, request: Request) -> Response:
        method, raw = request.path_params["method"].removesuffix(".json"), await request.body()
        params = orjson.loads(raw or b"{}")
        self.seen.requests += 1
        self.agents.append(request.headers.get("user-agent", ""))
        self.seen.methods[method] += 1
        if self.faults:
            fault = self.faults.popleft()
            answer = fault if isinstance(fault, Response) else fault(method, params)
            if answer is not None:
                return answer
        self.seen.at_once += 1
        self.seen.most_at_once = max(self.seen.most_at_once, self.seen.at_once)
        started = _now()
        try:
            if "code" not in request.path_params:
                self._authorise(params.pop("auth", ""))
            self._pour()
            return _json(await self._answer(method, params))
        except Refusal as refused:
            return _json({"error": refused.code, "error_description": refused.text}, refused.status)
        finally:
            self.seen.at_once -= 1
            self.seen.longest_s = max(self.seen.longest_s, _now() - started)

    def _authorise(self, token: str) -> None:
        if token != self.access:
            raise Refusal("expired_token", "The access token provided has expired", 401)

    def fill(self, level: float) -> None:
        """Somebody else made so many requests a moment ago."""
        self._level, self._levelled_at = level, _now()

    def _pour(self) -> None:
        """The counter falls by the rate once a second; what others send comes on top, as far as it fits."""
        if not self.limits.burst:
            return
        if self._levelled_at == float("-inf"):
            self._levelled_at = _now()
        passed = int(_now() - self._levelled_at)
        fallen = max(self._level - passed * (self.limits.rate - self.others), 0.0)
        self._level = min(fallen, float(self.limits.burst))
        self._levelled_at += passed
        if self._level + 1 > self.limits.burst:
            self.seen.refused_rate += 1
            raise Refusal("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)
        self._level += 1

    async def _answer(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method == "batch":
            return await self._batch(params)
        started = _now()
        body = await self._command(method, params)
        return body | {"time": self._time(method, started)}

    async def _batch(self, params: dict[str, Any]) -> dict[str, Any]:
        cmd = params["cmd"]
        lines = cmd.items() if isinstance(cmd, dict) else [(str(place), one) for place, one in enumerate(cmd)]
        parts: dict[str, dict[str, Any]] = {
            name: {} for name in ("result", "result_error", "result_time", "result_total", "result_next")
        }
        for key, line in lines:
            name, _, query = line.partition("?")
            started = _now()
            try:
                body = await self._command(name, _substitute(parse_form(query), parts["result"]))
            except Refusal as refused:
                parts["result_error"][key] = {"error": refused.code, "error_description": refused.text}
                if int(params.get("halt") or 0):
                    break
                continue
            parts["result"][key] = body["result"]
            parts["result_time"][key] = self._time(name, started)
            for told in body.keys() & {"total", "next"}:
                parts[f"result_{told}"][key] = body[told]
        return {"result": {name: part or [] for name, part in parts.items()}, "time": _plain_time(_now(), _now())}

    async def _command(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        self.seen.commands[name] += 1
        if self.before is not None:
            self.before(name, params)
        self._check_operating(name)
        if (spoiled := self.spoiled.get(name)) and (refused := spoiled.popleft()) is not None:
            raise refused
        match name:
            case "crm.item.list":
                body, cost = self._list({key.lower(): value for key, value in params.items()})
            case "crm.item.update":
                body, cost = self._update(params), self.call_s
            case "profile":
                body, cost = {"result": {"ID": "1", "ADMIN": True}}, self.call_s
            case _:
                raise Refusal("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)
        if cost:
            await asyncio.sleep(cost)
        self._spend(name, cost)
        return body

    def _list(self, params: dict[str, Any]) -> tuple[dict[str, Any], float]:
        start = int(params.get("start") or 0)
        order = {str(key).lower(): str(value).upper() for key, value in (params.get("order") or {}).items()}
        found = self._found(params.get("filter") or {})
        if order.get("id") == "DESC":
            found = found[::-1]
        if start < 0:
            return {"result": {"items": list(map(self.deal, found[:PAGE]))}, "total": 0}, self.uncounted_s
        first = start // PAGE * PAGE
        body: dict[str, Any] = {"result": {"items": list(map(self.deal, found[first : first + PAGE]))}}
        body["total"] = len(found)
        if first + PAGE < len(found):
            body["next"] = first + PAGE
        return body, self.call_s

    def _found(self, conditions: dict[str, Any]) -> list[int]:
        """Ids by conditions on the id; others are taken to hold."""
        low, high = float("-inf"), float("inf")
        for name, value in conditions.items():
            match = _CONDITION.match(name)
            operator, key = match.groups() if match else ("", name)
            if key.lower() != "id":
                continue
            if isinstance(value, dict | list):
                raise Refusal("INVALID_ARG_VALUE", "an array is no id")
            if operator == ">":
                low = max(low, float(value))
            elif operator == "<=":
                high = min(high, float(value))
        return self.ids[_after(self.ids, low) : _after(self.ids, high)]

    def deal(self, number: int) -> dict[str, Any]:
        """One deal, as `crm.item.list` shows it."""
        return {
            "id": number,
            "title": f"Заявка № {number}",
            "stageId": "C5:NEW",
            "categoryId": 5,
            "assignedById": 1 + number % 40,
            "companyId": number % 900,
            "contactId": number % 3000,
            "createdTime": "2026-09-21T17:33:20+03:00",
            "updatedTime": "2026-09-21T17:33:20+03:00",
            "opportunity": 100.5,
            "currencyId": "RUB",
            "comments": "x" * self.padding,
        }

    def _update(self, params: dict[str, Any]) -> dict[str, Any]:
        number = int(params["id"])
        self.written[number] += 1
        return {"result": {"item": {"id": number}}}

    # -- working time -------------------------------------------------------------------------------------------

    def _check_operating(self, name: str) -> None:
        if self.limits.operating_s and self._used(name) > self.limits.operating_s:
            self.seen.refused_operating += 1
            raise Refusal("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)

    def _used(self, name: str) -> float:
        """The sum over the baskets that are not forgotten; a basket lives from its first call on."""
        life = self.limits.basket_s * self.limits.baskets
        kept = {at: spent for at, spent in self._baskets.get(name, {}).items() if at / 1000 + life > _now()}
        self._baskets[name] = kept
        return sum(kept.values())

    def _spend(self, name: str, cost: float) -> None:
        self.seen.server_s += cost
        self._used(name)
        baskets = self._baskets[name]
        newest = max(baskets, default=None)
        if newest is None or newest / 1000 + self.limits.basket_s < _now():
            newest = int(_now() * 1000)
        baskets[newest] = baskets.get(newest, 0.0) + cost

    def _time(self, name: str, started: float) -> dict[str, Any]:
        told = _plain_time(started, _now())
        if self.limits.operating_s and self.limits.tells_operating:
            oldest = min(self._baskets[name], default=int(_now() * 1000)) / 1000
            told["operating"] = self._used(name)
            reset = EPOCH + oldest + self.limits.basket_s * self.limits.baskets
            told["operating_reset_at"] = int(reset) + 1 if self.limits.basket_s >= 1 else reset
        return told


def _after(ids: list[int], bound: float) -> int:
    """Place of the first id that is greater."""
    low, high = 0, len(ids)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if ids[middle] <= bound else (low, middle)
    return low


def _substitute(params: Any, results: dict[str, Any]) -> Any:
    if isinstance(params, dict):
        return {key: _substitute(value, results) for key, value in params.items()}
    found = _REFERENCE.fullmatch(params)
    return _walked(found.group(1)[1:-1].split("]["), results) if found else params


def _walked(path: list[str], value: Any) -> Any:
    """A missing element ends the way at the deepest level there is, whatever stands there (platform.md 3.6.7)."""
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            break
    return str(value) if isinstance(value, int) else value


def _plain_time(started: float, finished: float) -> dict[str, Any]:
    moments = {"date_start": started, "date_finish": finished}
    dates = {name: datetime.fromtimestamp(EPOCH + at, UTC).isoformat() for name, at in moments.items()}
    took = finished - started
    return {"start": EPOCH + started, "finish": EPOCH + finished, "duration": took, "processing": took} | dates


def _json(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def _now() -> float:
    return asyncio.get_running_loop().time()
