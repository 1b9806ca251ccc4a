"""What stands in the YAML files beside this module."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a customer writes it; `after` is what the same person adds later."""

    topic: str
    channel: str
    sender: str
    subject: str
    text: str
    urgency: str = "normal"
    lang: str = "ru"
    after: str = ""
    stranger: str = ""


@cache
def company() -> dict[str, Any]:
    """Departments, people, customers and deals."""
    return _read("company.yaml")


@cache
def requests() -> tuple[Request, ...]:
    """All requests in the order of the file."""
    rows = _read("requests.yaml")["requests"]
    return tuple(
        Request(
            row["topic"], row["channel"], row["from"], row["subject"], row["text"], row.get("urgency", "normal"),
            row.get("lang", "ru"), row.get("after", ""), row.get("sender", ""),
        )
        for row in rows
    )  # fmt: skip


def _read(name: str) -> dict[str, Any]:
    data = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return dict(data)
