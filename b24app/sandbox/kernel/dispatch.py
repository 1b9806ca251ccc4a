"""Running one method: admission, operating time, the `time` block, the envelope; and `batch` on top of it."""

import re
from typing import Any

from b24app.sandbox.clock import monotonic, wall
from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.php import parse_query, tidy
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import REGISTRY, Answer, Call, Method, Params

BATCH_MAX = 50
# What any call may carry, whatever the method makes of it.
COMMON = frozenset({"auth", "access_token", "auth_connector", "bx24_request_id", "bx24_sdk_ver", "bx24_sdk_type", "start",
                    "halt", "sessid", "bottoken", "client_id", "params"})  # fmt: skip
FALSE = ("", "0", "false", "none", "n")
_REFERENCE = re.compile(r"\$(result|error|total|next)((?:\[[^\[\]]*\])+)")


class Dispatcher:
    """Runs methods for one portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self.operating = portal.operating

    def run(self, name: str, params: dict[str, Any], caller: Caller, *, v3: bool = False, source: str = "") -> Answer:
        """Run a method or a batch; raises `RestError`."""
        if name.lower() == "batch" and not v3:
            return self._batch(params, caller, source)
        return self._one(name, params, caller, v3=v3, source=source, in_batch=False)

    def _one(
        self, name: str, params: dict[str, Any], caller: Caller, *, v3: bool, source: str, in_batch: bool
    ) -> Answer:
        entry = self._find(name, v3=v3)
        call = Call(self._portal, entry.name, Params(params), caller, in_batch, source)
        if not caller.may(entry.scope):
            text = "The request requires higher privileges than provided by the access token"
            raise RestError("insufficient_scope", text, 401)
        if in_batch and not entry.batch:
            raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)
        entry.admit(call)
        if not caller.unlimited:
            self.operating.check(caller.budget, entry.name, self._portal.faults)
        return self._timed(entry, call)

    def _find(self, name: str, *, v3: bool) -> Method:
        entry = REGISTRY.find(name, v3=v3)
        if entry is None or (self._portal.faults.old_portal and entry.newer):
            raise RestError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)
        return entry

    def _timed(self, entry: Method, call: Call) -> Answer:
        begun, portal = monotonic(), self._portal
        before = portal.origin_connector, portal.hops
        portal.origin_connector = str(call.get("auth_connector") or before[0])
        portal.hops = min(call.caller.hops, portal.hops)  # a method may call another one inside the portal
        try:
            result = entry.run(call)
        finally:
            portal.origin_connector, portal.hops = before
            spent = monotonic() - begun + portal.faults.operating_cost_s
            self.operating.add(call.caller.budget, entry.name, spent)
        self._tell_unread(call)
        return result if isinstance(result, Answer) else Answer(result)

    def _tell_unread(self, call: Call) -> None:
        """A parameter nobody looked at is often a misspelt one; told once until the log is forgotten."""
        portal = self._portal
        for name in sorted(call.params.unread) if call.source else ():
            text = f"{call.method} has no parameter {name}: it was ignored"
            if name.lower() not in COMMON and all(row["text"] != text for row in portal.tells):
                portal.tell(text, method=call.method)

    def time_block(self, begun: float, processing: float, caller: Caller | None, name: str) -> dict[str, Any]:
        """The `time` of an answer; with operating counters except on premise."""
        finish = wall()
        start = finish - (monotonic() - begun)
        block: dict[str, Any] = {
            "start": start, "finish": finish, "duration": finish - start, "processing": processing,
            "date_start": self._portal.iso(), "date_finish": self._portal.iso(),
        }  # fmt: skip
        if caller and not self._portal.faults.operating_off:
            spent, reset = self.operating.state(caller.budget, name)
            block |= {"operating_reset_at": reset, "operating": spent}
        return block

    # --- batch (platform.md 3.6)

    def _batch(self, params: dict[str, Any], caller: Caller, source: str) -> Answer:
        cmd = Params(params).find("cmd")
        commands = dict(enumerate(cmd)) if isinstance(cmd, list) else cmd if isinstance(cmd, dict) else {}
        halt = str(Params(params).find("halt", default="0")).lower() not in FALSE
        box = _Results({key: params[key] for key in ("auth_connector",) if key in params})
        for index, (key, line) in enumerate(commands.items()):
            try:
                self._command(box, str(key), line, index, caller=caller, source=source)
            except RestError as error:
                box.errors[str(key)] = error.body()
                if halt:
                    break
        return Answer(box.as_result())

    def _command(self, box: "_Results", key: str, line: Any, index: int, *, caller: Caller, source: str) -> None:
        if index >= BATCH_MAX:
            raise RestError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
        name, params = box.prepare(line)
        if name.lower() == "batch":
            raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)
        begun = monotonic()
        answer = self._one(name, params, caller, v3=False, source=source, in_batch=True)
        box.keep(key, answer, self.time_block(begun, monotonic() - begun, caller, name))


class _Results:
    """What the commands of a batch answered so far, and the references into it."""

    def __init__(self, shared: dict[str, Any]) -> None:
        self._shared = shared
        self.results: dict[str, Any] = {}
        self.errors: dict[str, Any] = {}
        self.totals: dict[str, Any] = {}
        self.nexts: dict[str, Any] = {}
        self.times: dict[str, Any] = {}

    def keep(self, key: str, answer: Answer, time: dict[str, Any]) -> None:
        self.results[key] = tidy(answer.result)
        if answer.total is not None:
            self.totals[key] = answer.total
        if answer.next is not None:
            self.nexts[key] = answer.next
        self.times[key] = time

    def as_result(self) -> dict[str, Any]:
        return {"result": self.results, "result_error": self.errors, "result_total": self.totals,
                "result_next": self.nexts, "result_time": self.times}  # fmt: skip

    def prepare(self, line: Any) -> tuple[str, dict[str, Any]]:
        """Name and parameters of a command: a query string, or (JSON SDKs) a map with `method` and `params`."""
        if isinstance(line, dict):
            return str(line.get("method", "")), {**self._shared, **self._substitute(dict(line.get("params") or {}))}
        name, _, query = str(line).partition("?")
        return name.strip().removesuffix(".json").removesuffix(".xml"), {
            **self._shared,
            **self._substitute(parse_query(query)),
        }

    def _substitute(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._in_text(str(key)): self._substitute(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._substitute(item) for item in value]
        if isinstance(value, str) and "$" in value:
            whole = _REFERENCE.fullmatch(value)
            return self._look_up(whole, value) if whole else self._in_text(value)
        return value

    def _in_text(self, text: str) -> str:
        """Inside a longer text only plain values are put in."""

        def replaced(match: re.Match[str]) -> str:
            found = self._look_up(match, match.group(0))
            return str(found) if isinstance(found, str | int | float) else match.group(0)

        return _REFERENCE.sub(replaced, text) if "$" in text else text

    def _look_up(self, match: re.Match[str], default: Any) -> Any:
        """Follow the path; where an element is missing, the deepest existing level is taken."""
        source = {"result": self.results, "error": self.errors, "total": self.totals, "next": self.nexts}
        path = re.findall(r"\[([^\[\]]*)\]", match.group(2))
        node: Any = source[match.group(1)]
        for depth, key in enumerate(path):
            found, node = _step(node, key)
            if not found:
                return default if depth == 0 else node
        return node


def _step(node: Any, key: str) -> tuple[bool, Any]:
    if isinstance(node, dict) and key in node:
        return True, node[key]
    if isinstance(node, list) and key.isdigit() and int(key) < len(node):
        return True, node[int(key)]
    return False, node
