"""docs/sandbox.md names every route of the control API and every switch."""

import re
from pathlib import Path

from b24app.sandbox.app import make_portal, parts
from b24app.sandbox.kernel.faults import Faults
from starlette.routing import Route

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_every_route_of_the_control_api_is_described_with_its_verbs() -> None:
    portal = make_portal(origin="http://portal.test", oauth_origin="http://portal.test")
    described: dict[str, set[str]] = {}
    for verbs, path in re.findall(r"^\| ((?:`[A-Z]+`, )*`[A-Z]+) (/_sandbox/[^`]*)`", PAGE, re.MULTILINE):
        described.setdefault(path, set()).update(re.findall(r"[A-Z]+", verbs))
    served: dict[str, set[str]] = {}
    found = [route for part in parts() if (make := getattr(part, "routes", None)) for route in make(portal)]
    for route in found:
        if not isinstance(route, Route) or not route.path.startswith("/_sandbox/"):
            continue
        path = route.path.replace(":int", "")
        served.setdefault(path, set()).update((route.methods or set()) - {"HEAD"})
    assert described == served


def test_every_switch_is_described() -> None:
    assert [name for name in Faults().as_dict() if f"`{name}`" not in PAGE] == []
