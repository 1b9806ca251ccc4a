"""One JSON line in, one JSON line out: the form of the command `b24app classify`."""

import json
from collections.abc import Mapping
from typing import Any

from b24app.pipelines.classify.assist import Assistant
from b24app.pipelines.classify.decide import classify
from b24app.pipelines.classify.engine import Rules
from b24app.pipelines.classify.model import Classification, Reason, RequestText


def classify_json_line(line: str, rules: Rules, model: Assistant | None = None) -> str:
    """The classification of one JSON line. ValueError for a line that is no object with texts.

    Source: contracts.md, Classification.
    """
    found = classify(request_from_data(json.loads(line)), rules, model)
    return json.dumps(classification_to_data(found), ensure_ascii=False)


def request_from_data(data: Any) -> RequestText:
    """A message of plain data: `text`, optionally `subject`, `html` and `headers`. ValueError names what is wrong."""
    if not isinstance(data, Mapping):
        raise ValueError("an object with `text` is expected")  # noqa: TRY004 - one error for all that a line can lack
    headers = data.get("headers") or {}
    if not isinstance(headers, Mapping):
        raise ValueError("headers: an object is expected")  # noqa: TRY004 - as above
    return RequestText(
        text=_text(data, "text"),
        subject=_text(data, "subject"),
        html=_text(data, "html"),
        headers={str(name): str(value) for name, value in headers.items()},
    )


def classification_to_data(found: Classification) -> dict[str, Any]:
    """Plain data in the order of the contract."""
    return {
        "request_type": found.request_type,
        "category": found.category,
        "kind": found.kind,
        "priority": found.priority,
        "line": found.line,
        "confidence": found.confidence,
        "decision": found.decision,
        "why": [_reason(reason) for reason in found.why],
        "reply": found.reply,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "axis": reason.axis,
        "text": reason.text,
        "rule": reason.rule,
        "zone": reason.zone,
        "start": reason.start,
        "end": reason.end,
        "role": reason.role,
        "label": reason.label,
        "repaired": [{"written": written, "read": read} for written, read in reason.repaired],
    }


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name}: a text is expected")  # noqa: TRY004 - as above
    return sound(value)


def sound(text: str) -> str:
    """Halves of characters, which JSON can carry and nothing can print, become replacement characters one to one."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
