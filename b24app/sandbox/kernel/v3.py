"""REST 3.0 around the methods: keys against doubles, batch, refusals in its own form (`api-reference/rest-v3.md`)."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.dispatch import Dispatcher
from b24app.sandbox.kernel.errors import RestError, V3Error
from b24app.sandbox.kernel.php import tidy
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import REGISTRY, Answer, Call, method

KEY, REPLAYED = "Idempotency-Key", "Idempotent-Replayed"
KEPT_S = 24 * 3600
READS = {"get", "list", "tail", "openapi", "documentation", "search", "thread", "senders"}
BATCH_MAX = 50
_PRINTABLE = re.compile(r"[\x21-\x7e]{1,255}")
BY_CODE = {"insufficient_scope": ("INSUFFICIENTSCOPEEXCEPTION", 403), "ACCESS_DENIED": ("ACCESSDENIEDEXCEPTION", 403)}


def refusal(error: RestError) -> V3Error:
    """A refusal of the portal in the form of version 3."""
    if isinstance(error, V3Error):
        return error
    if error.code in BY_CODE:
        name, status = BY_CODE[error.code]
        return V3Error(name, error.description, status)
    plain = V3Error("", error.description, error.status)
    plain.code = error.code
    return plain


class RestV3:
    """Runs calls of version 3."""

    def __init__(self, portal: Portal, dispatcher: Dispatcher) -> None:
        self._portal, self._dispatcher = portal, dispatcher

    def run(
        self, name: str, params: dict[str, Any], caller: Caller, source: str, headers: Mapping[str, str]
    ) -> tuple[Answer, dict[str, str]]:
        """The answer and the headers that go with it; raises `V3Error`."""
        key = headers.get(KEY.lower(), headers.get(KEY))
        if key is None or name.rpartition(".")[2].lower() in READS:
            return self._plain(name, params, caller, source), {}
        if not _PRINTABLE.fullmatch(key):
            text = "Idempotency key must be a string of 1 to 255 printable ASCII characters"
            raise V3Error("INVALIDIDEMPOTENCYKEYEXCEPTION", text)
        return self._once(name, params, caller, source=source, key=key)

    def _once(
        self, name: str, params: dict[str, Any], caller: Caller, *, source: str, key: str
    ) -> tuple[Answer, dict[str, str]]:
        """Run a call under a key, or give the kept answer of the same call; another body under it is refused."""
        place = f"{caller.budget}:{caller.user_id}:{name.lower()}:{key}"
        body = hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()
        table, now = self._portal.table("idempotency"), self._portal.clock.unix()
        kept = table.get(place)
        if kept and now - kept["AT"] < KEPT_S:
            if kept["BODY"] != body:
                text = "Idempotency key was already used with a different request body"
                raise V3Error("IDEMPOTENCYKEYREUSEDEXCEPTION", text, 422)
            return Answer(kept["RESULT"]), {KEY: key, REPLAYED: "true"}
        answer = self._plain(name, params, caller, source)
        table.put(place, {"BODY": body, "RESULT": tidy(answer.result), "AT": now})
        return answer, {KEY: key}

    def _plain(self, name: str, params: dict[str, Any], caller: Caller, source: str) -> Answer:
        try:
            if name.lower() == "batch":
                return _Batch(self._dispatcher, caller, source).run(params)
            return self._dispatcher.run(name, params, caller, v3=True, source=source)
        except RestError as error:
            raise refusal(error) from None


class _Batch:
    """A root array of `{"method", "query", "as"?}`: in order, the first refusal is the refusal of all."""

    def __init__(self, dispatcher: Dispatcher, caller: Caller, source: str) -> None:
        self._dispatcher, self._caller, self._source = dispatcher, caller, source
        self._named: dict[str, Any] = {}

    def run(self, params: dict[str, Any]) -> Answer:
        items = [params[key] for key in sorted((key for key in params if key.isdigit()), key=int)]
        if not items or "cmd" in params or not all(isinstance(item, dict) and item.get("method") for item in items):
            raise V3Error("INVALIDSELECTEXCEPTION", "Unable to recognize select expression")
        if len(items) > BATCH_MAX:
            raise RestError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
        return Answer([self._one(index, item) for index, item in enumerate(items)])

    def _one(self, index: int, item: dict[str, Any]) -> Any:
        query = self._filled(item.get("query") or {})
        answer = self._dispatcher.run(str(item["method"]), query, self._caller, v3=True, source=self._source)
        self._named[str(item.get("as") or index)] = tidy(answer.result)
        return answer.result

    def _filled(self, value: Any) -> Any:
        """Put results of earlier calls where `{"$ref": "alias.item.id"}` and `{"$refArray": "alias.items.id"}` stand."""
        if isinstance(value, dict):
            if set(value) == {"$ref"}:
                return _reached(self._named, str(value["$ref"]).split("."))
            if set(value) == {"$refArray"}:
                found = _reached(self._named, str(value["$refArray"]).split("."))
                return found if isinstance(found, list) else [found]
            return {key: self._filled(item) for key, item in value.items()}
        return [self._filled(item) for item in value] if isinstance(value, list) else value


def _reached(node: Any, path: list[str]) -> Any:
    """Follow a path; over a list, the rest of the path is followed in each of its members."""
    if not path:
        return node
    if isinstance(node, list) and not path[0].isdigit():
        return [_reached(one, path) for one in node]
    if isinstance(node, list):
        return _reached(node[int(path[0])], path[1:]) if int(path[0]) < len(node) else None
    return _reached(node.get(path[0]), path[1:]) if isinstance(node, dict) else None


@method("rest.documentation.openapi", "documentation", v3=True)
def openapi(_: Call) -> Answer:
    """The methods of version 3 in OpenAPI form, without the usual envelope."""
    entries = [entry for entry in REGISTRY if entry.v3]
    tags = sorted({entry.name.partition(".")[0] for entry in entries})
    document = {
        "openapi": "3.0.0", "info": {"title": "Bitrix24 REST V3 API", "version": "1.0.0"},
        "tags": [{"name": tag, "description": f"{tag} module methods"} for tag in tags],
        "paths": {f"/{entry.name}": {"post": _operation(entry.name)} for entry in entries},
        "components": {"schemas": {}},
    }  # fmt: skip
    return Answer(document, extra={"bare": True})


def _operation(name: str) -> dict[str, Any]:
    ok = {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {"operationId": name, "tags": [name.partition(".")[0]], "responses": {"200": ok}}


@method("rest.scope.list", v3=True)
def scopes(_: Call) -> dict[str, Any]:
    """Names of methods under their scopes."""
    found: dict[str, list[str]] = {}
    for entry in REGISTRY:
        if entry.v3:
            found.setdefault(entry.scope.split("|")[0], []).append(entry.name)
    return found
