"""Addresses of applications that the portal is willing to call."""

from urllib.parse import urlsplit

from b24app.sandbox.kernel.errors import RestError


def check_handler(url: str) -> None:
    """Take http(s) and a host with a dot; so `localhost` is refused (platform.md 1.9, 4.3)."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported event handler protocol")
    if "." not in (parts.hostname or ""):
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")
