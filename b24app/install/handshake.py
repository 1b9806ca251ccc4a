"""The POST the portal opens a frame with: read with caps, verified, then and only then believed.

Source: platform.md 1.6; contracts.md (Trust).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from b24app.bitrix.forms import TooMuch, parse_body, parse_form
from b24app.db.portals import Portal
from b24app.kit.errors import Forgery
from b24app.usecases.trust import Malformed, Ticketed, TooLarge, Trust, Verified, claim_of_frame, collect, text_of


@dataclass(frozen=True, slots=True)
class Frame:
    """A verified opening of a frame: whose portal, who looks, from where."""

    portal: Portal
    user: int
    is_admin: bool
    language: str = "ru"
    placement: str = "DEFAULT"
    options: Mapping[str, Any] = field(default_factory=dict)
    access_token: str = field(default="", repr=False)
    """Of the person who opened the frame: for this person's own calls, never stored."""


async def read_request(request: Request) -> dict[str, Any]:
    """Query and body together; the body wins. `TooLarge`, `TooMuch` and `Malformed` before anything else is done."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit():
        raise Malformed("content-length")
    body = parse_body(await collect(request.stream()), request.headers.get("content-type", ""))
    return parse_form(request.url.query) | body


async def trusted_frame(request: Request) -> Frame:
    """Who opened which page of ours on a known portal. `Forgery` when it cannot be proven; the refusal is counted."""
    values = await read_request(request)
    try:
        portal, verified = await trust_of(request).frame(claim_of_frame(values))
    except Forgery:
        trust_of(request).refuse(text_of(values, "member_id"))
        raise
    return frame_of(values, portal, verified)


def frame_of(values: Mapping[str, Any], portal: Portal, verified: Verified) -> Frame:
    """The frame of a request whose claim was verified."""
    claim: Ticketed = claim_of_frame(values)
    return Frame(
        portal=portal,
        user=verified.identity.user,
        is_admin=verified.is_admin,
        language=text_of(values, "LANG") or "ru",
        placement=text_of(values, "PLACEMENT") or "DEFAULT",
        options=options_of(text_of(values, "PLACEMENT_OPTIONS")),
        access_token=claim.access,
    )


def options_of(text: str) -> dict[str, Any]:
    """PLACEMENT_OPTIONS: a JSON text, absent for a plain opening, `[]` when empty."""
    try:
        data = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def status_of(refused: Forgery) -> int:
    """The HTTP status of a refusal."""
    if isinstance(refused, TooLarge):
        return 413
    return 400 if isinstance(refused, TooMuch | Malformed) else 403


def trust_of(request: Request) -> Trust:
    """The verifier of this process."""
    trust: Trust = request.app.state.trust
    return trust
