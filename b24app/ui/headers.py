"""Security headers of every page (no inline script or style, nothing foreign)."""

from typing import Final
from urllib.parse import urlsplit

NO_FRAME: Final = "'none'"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)


def page_headers(ancestors: str = NO_FRAME) -> dict[str, str]:
    """Headers of an HTML answer. `ancestors` is the origin that may frame it, never taken from the request itself.

    There is no X-Frame-Options: it cannot name a portal, and any value of it would break the frame.
    """
    return {
        "Content-Security-Policy": _POLICY.format(ancestors=ancestors),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def origin_of(endpoint: str) -> str:
    """The origin of a portal by the REST address of its verified installation; `'none'` when that is no address."""
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return NO_FRAME
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"
