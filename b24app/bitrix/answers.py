"""What an answer of the portal means. The code decides, not the HTTP status.

Some errors come with 200, and a code may be an empty text, so the presence of the key `error` makes an error. Codes are
compared without regard to case.

Source: platform.md 3.3, 3.8, 3.9; methods.md 0.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from b24app.bitrix.transport import Reply
from b24app.kit.errors import AccessExpired, AccessLost, PortalBusy, PortalError, PortalRefused

RATE: Final = "QUERY_LIMIT_EXCEEDED"
OPERATING: Final = "OPERATION_TIME_LIMIT"
OVERLOAD: Final = "OVERLOAD_LIMIT"
"""The vendor blocked the application by hand: trying again only makes it worse."""

LOST: Final = frozenset(
    {
        "no_auth_found",
        "invalid_token",
        "invalid_credentials",
        "authorization_error",
        "application_not_found",
        "error_oauth",
        "not_installed",
        "user_access_error",
        "payment_required",
        "portal_deleted",
    }
)
"""Nothing works until an administrator acts."""
FAILED: Final = frozenset({"internal_server_error", "error_unexpected_answer"})
"""The portal broke down over the call: it may have been executed."""
NO_REST: Final = "commercial plans"
"""Words of an ACCESS_DENIED that means the plan is without REST."""

_TOO_MANY: Final = 429
_SERVER: Final = 500
_CLIENT: Final = 400


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one command of a batch: a value, or the error that says why not."""

    value: Any = None
    error: PortalError | None = None

    def unwrap(self) -> Any:
        """The value; raises the error."""
        if self.error is not None:
            raise self.error
        return self.value


def checked(reply: Reply) -> dict[str, Any]:
    """The body of a good answer; raises what the bad one means."""
    body = reply.body()
    if not isinstance(body, dict):
        raise _without_json(reply.status)
    if "error" in body:
        raise error_in(body, reply.status)
    if reply.status >= _CLIENT:
        raise _without_code(reply.status, "")
    return body


def error_in(body: Mapping[str, Any], status: int = 200) -> PortalError:
    """The error of a body that has the key `error`, of the second generation or the third."""
    found = body["error"]
    if isinstance(found, Mapping):  # REST 3.0
        return error_of(str(found.get("code") or ""), str(found.get("message") or ""), status)
    return error_of(str(found or ""), str(body.get("error_description") or ""), status)


def error_of(code: str, text: str = "", status: int = 200) -> PortalError:
    """The error a code stands for, whether it came by itself or for one command of a batch."""
    lower = code.lower()
    if lower == "expired_token":
        return AccessExpired(code)
    if lower in LOST or (lower == "access_denied" and NO_REST in text):
        return AccessLost(code, text)
    if lower in {RATE.lower(), OPERATING.lower(), OVERLOAD.lower()}:
        return PortalBusy(code.upper())
    if lower in FAILED:
        return PortalBusy(code.upper(), sent=True)
    if status == _TOO_MANY or (status >= _SERVER and lower in {"", "0"}):
        return _without_code(status, text)
    return PortalRefused(code, text, status=status)


def _without_json(status: int) -> PortalError:
    if status >= _CLIENT:
        return _without_code(status, "the answer is no JSON")
    return PortalBusy("", sent=True)  # a proxy's page, or half an answer: the call may have been executed


def _without_code(status: int, text: str) -> PortalError:
    """Decided by the status alone. A 429 without a code of its own limits the rate (the bot pages say so)."""
    if status == _TOO_MANY:
        return PortalBusy(RATE)
    if status >= _SERVER:
        return PortalBusy("", sent=True)
    return PortalRefused("", f"HTTP {status}{': ' if text else ''}{text}", status=status)
