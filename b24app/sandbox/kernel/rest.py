"""The HTTP face of REST: `/rest/METHOD`, `/rest/USER/SECRET/METHOD`, `/rest/api/…` (platform.md 3.1, 3.3, 3.11)."""

import asyncio
import json
from html import escape
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from b24app.sandbox.clock import monotonic
from b24app.sandbox.kernel.access import Caller, by_token, by_webhook
from b24app.sandbox.kernel.dispatch import Dispatcher
from b24app.sandbox.kernel.errors import RestError, V3Error
from b24app.sandbox.kernel.limits import too_many
from b24app.sandbox.kernel.php import nest, parse_query, tidy
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer
from b24app.sandbox.kernel.v3 import RestV3, refusal

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "origin, content-type, accept",
    "X-Content-Type-Options": "nosniff",
}
BAD_JSON = "\0bad json"


class RestApi:
    """Answers REST requests of one portal."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.dispatcher = portal, Dispatcher(portal)
        self._v3 = RestV3(portal, self.dispatcher)

    async def handle(self, request: Request) -> Response:
        """One HTTP request."""
        if request.method == "OPTIONS":
            return Response(headers=CORS)
        target = Target(request.url.path)
        if response := await self._trouble(target.method):
            return response
        params = await read_params(request, v3=target.v3)
        response = self.answer(request, target, params)
        return await self._late_trouble(request, target.method) or response

    def answer(self, request: Request, target: "Target", params: dict[str, Any]) -> Response:
        """Run the method and print its answer."""
        begun, caller, status = monotonic(), None, 200
        headers: dict[str, str] = {}
        try:
            caller = self._caller(request, target, params)
            self._limit(request, caller)
            answer, headers = self._run(request, target, params, caller)
            body, status = self._envelope(answer, begun, caller, target), answer.status
        except RestError as error:
            shown = refusal(error) if target.v3 else error
            body, status = shown.body(), shown.status
        self._log(request, target, params, caller, outcome={"status": status, "error": body.get("error")})
        self.portal.store.flush()
        return _print(body, status, target.format, headers)

    def _run(
        self, request: Request, target: "Target", params: dict[str, Any], caller: Caller
    ) -> tuple[Answer, dict[str, str]]:
        if self.portal.faults.concerns(target.method) and self.portal.faults.take("overload_times"):
            raise RestError("OVERLOAD_LIMIT", "REST API is blocked due to overload.", 503)
        if BAD_JSON in params:
            raise V3Error("INVALIDJSONEXCEPTION", "Invalid JSON")
        source = source_of(request)
        if target.v3:
            return self._v3.run(target.method, params, caller, source, request.headers)
        return self.dispatcher.run(target.method, params, caller, v3=False, source=source), {}

    def _caller(self, request: Request, target: "Target", params: dict[str, Any]) -> Caller:
        """Who calls; the token is taken out of the parameters."""
        if target.secret:
            return by_webhook(self.portal, target.user, target.secret)
        header = request.headers.get("authorization", "")
        bearer = header[7:] if header.lower().startswith("bearer ") else ""
        token = params.pop("auth", None) or params.pop("access_token", None) or bearer
        if not token and target.v3:
            token = request.query_params.get("auth", "")
        return by_token(self.portal, str(token or ""))

    def _limit(self, request: Request, caller: Caller) -> None:
        faults = self.portal.faults
        if faults.take("http_503_times"):
            raise too_many()
        if not caller.unlimited and not faults.bucket_off:
            self.portal.bucket.take(source_of(request), faults)

    def _envelope(self, answer: Answer, begun: float, caller: Caller, target: "Target") -> dict[str, Any]:
        if answer.extra.get("bare"):
            return dict(answer.result)
        body: dict[str, Any] = {"result": tidy(answer.result)}
        if answer.next is not None:
            body["next"] = answer.next
        if answer.total is not None:
            body["total"] = answer.total
        spent = monotonic() - begun
        return {**body, **answer.extra, "time": self.dispatcher.time_block(begun, spent, caller, target.method)}

    async def _trouble(self, method: str) -> Response | None:
        """Troubles that come before the call is looked at."""
        faults = self.portal.faults
        if faults.slow_s and faults.concerns(method):
            await asyncio.sleep(faults.slow_s)
        if not faults.concerns(method):
            return None
        if faults.down or faults.take("http_502_times"):
            return Response("<html><body>502 Bad Gateway</body></html>", 502, media_type="text/html")
        if faults.take("http_500_times"):
            text = "Internal server error"
            return _print({"error": "INTERNAL_SERVER_ERROR", "error_description": text}, 500, "json")
        return None

    async def _late_trouble(self, request: Request, method: str) -> Response | None:
        """Troubles that come after the call has been done: the answer is lost."""
        faults = self.portal.faults
        if not faults.concerns(method):
            return None
        if faults.take("timeout_times"):
            await _gone(request)
            return Broken()
        return Broken() if faults.take("drop_times") else None

    def _log(
        self, request: Request, target: "Target", params: dict[str, Any], caller: Caller | None, *, outcome: Any
    ) -> None:
        shown = {key: value for key, value in params.items() if key not in ("auth", "access_token")}
        who = {"user": caller.user_id, "app": caller.app_id} if caller else {"user": None, "app": None}
        about = {"method": target.method, "params": shown, "source": source_of(request)}
        self.portal.requests.append({"at": self.portal.iso(), **about, **who, **outcome})


class Broken(Response):
    """An answer that begins and never ends: the server closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the ASGI signature
        """Begin only."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9999")]})


class Target:
    """What a path below /rest means. Double slashes collapse; `.json`, `.xml` and a last slash are cut off."""

    def __init__(self, path: str) -> None:
        parts = [part for part in path.split("/") if part][1:]
        self.v3 = bool(parts) and parts[0] == "api"
        if self.v3:
            parts = parts[1:]
        self.user, self.secret, self.format = "", "", "json"
        if len(parts) >= 2:
            self.user, self.secret, parts = parts[0], parts[1], parts[2:]
        name = parts[0] if parts else ""
        for suffix in ("json", "xml"):
            if not self.v3 and name.endswith(f".{suffix}"):
                name, self.format = name.removesuffix(f".{suffix}"), suffix
        self.method = name


def source_of(request: Request) -> str:
    """The address the request came from, as a front server names it."""
    forwarded = request.headers.get("x-forwarded-for", "").split(",")[0].strip()
    return forwarded or (request.client.host if request.client else "")


async def _gone(request: Request) -> None:
    """Wait until the client has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def read_params(request: Request, *, v3: bool = False) -> dict[str, Any]:
    """Query and body merged, the body wins; JSON counts only when it is an object, else as nothing (v3: an error)."""
    if v3:
        return await _v3_params(request)
    return {**parse_query(request.url.query), **await _body(request)}


async def _body(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_part_size=64 * 1024 * 1024) as form:
            return nest([(name, await _part(value)) for name, value in form.multi_items()])
    text = (await request.body()).decode("utf-8", "replace")
    if kind == "application/x-www-form-urlencoded" and not text.lstrip().startswith("{"):
        return parse_query(text)
    try:
        data = json.loads(text) if text else {}
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


async def _part(value: str | UploadFile) -> Any:
    if isinstance(value, str):
        return value
    return {"name": value.filename, "content": (await value.read()).decode("latin-1")}


async def _v3_params(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        data = json.loads(raw) if raw else {}
    except ValueError:
        return {BAD_JSON: True}
    if isinstance(data, list):
        return {str(index): item for index, item in enumerate(data)}
    return data if isinstance(data, dict) else {BAD_JSON: True}


def _print(body: Any, status: int, form: str, headers: dict[str, str] | None = None) -> Response:
    if form == "xml":
        text = f'<?xml version="1.0" encoding="UTF-8"?><response>{_xml(body)}</response>'
        return Response(text, status, media_type="text/xml", headers=CORS)
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, media_type="application/json; charset=utf-8", headers={**CORS, **(headers or {})})


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{_tag(key)}>{_xml(item)}</{_tag(key)}>" for key, item in value.items())
    if isinstance(value, list):
        return "".join(f"<item>{_xml(item)}</item>" for item in value)
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else escape(str(value))


def _tag(key: str) -> str:
    return "item" if key.isdigit() else key
