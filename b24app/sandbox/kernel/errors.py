"""The one way in which a method refuses: `RestError`, and the refusals everybody needs.

Codes and statuses: platform.md 3.9 (docs page `_includes/system-errors.md`; statuses as the official SDK asserts them).
"""

from typing import Any, Self


class RestError(Exception):
    """A refusal the caller sees: code (may be empty), text, HTTP status, extra keys beside them."""

    def __init__(self, code: str, description: str = "", status: int = 400, **extra: Any) -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description, self.status, self.extra = code, description, status, extra

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        return {"error": self.code, "error_description": self.description, **self.extra}

    @classmethod
    def plain(cls, description: str) -> Self:
        """An old CRM refusal: empty code, only a text (methods.md 0.1)."""
        return cls("", description)

    @classmethod
    def missing(cls, parameter: str) -> Self:
        """A controller's refusal of an absent parameter."""
        return cls("100", f"Could not find value for parameter {{{parameter}}}")


class V3Error(RestError):
    """A refusal of REST 3.0: an object under `error` (platform.md 3.11)."""

    def __init__(
        self, name: str, message: str, status: int = 400, validation: list[dict[str, str]] | None = None
    ) -> None:
        super().__init__(f"BITRIX_REST_V3_EXCEPTION_{name}", message, status)
        self.validation = validation or []

    def body(self) -> dict[str, Any]:
        detail: dict[str, Any] = {"code": self.code, "message": self.description}
        if self.validation:
            detail["validation"] = self.validation
        return {"error": detail}


def access_denied(description: str = "Access denied!", status: int = 403) -> RestError:
    """The caller lacks a right."""
    return RestError("ACCESS_DENIED", description, status)


def wrong_auth_type() -> RestError:
    """A webhook called what needs an application."""
    text = "Current authorization type is denied for this method Application context required"
    return RestError("WRONG_AUTH_TYPE", text, 403)


def bad_argument(name: str, description: str = "") -> RestError:
    """An argument is absent or wrong; the portal names it in `argument`."""
    return RestError("ERROR_ARGUMENT", description or f"Argument '{name}' is null or empty", 400, argument=name)


def core_error(description: str) -> RestError:
    """`ERROR_CORE` with a text."""
    return RestError("ERROR_CORE", description)


def not_found(description: str = "Not found") -> RestError:
    """The new controllers' refusal of an unknown id."""
    return RestError("NOT_FOUND", description)
