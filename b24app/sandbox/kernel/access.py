"""Whose call it is: access tokens and webhooks, checked in the portal's order (platform.md 2.6)."""

from dataclasses import dataclass, field
from typing import Any

from b24app.sandbox.clock import wall
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import FRESH_HOPS, Portal

ALL_SCOPES = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The user and the application or webhook of a call."""

    user_id: int
    app_id: int | None = None
    scopes: frozenset[str] = field(default=ALL_SCOPES)
    token: str = ""
    webhook: str = ""
    unlimited: bool = False
    hops: int = FRESH_HOPS

    def may(self, scope: str) -> bool:
        """Whether one of the method's scopes (`a|b`) was granted."""
        return scope == "_global" or "*" in self.scopes or any(one in self.scopes for one in scope.split("|"))

    @property
    def budget(self) -> str:
        """The key of the operating counters: an application or a webhook."""
        return f"app:{self.app_id}" if self.app_id is not None else f"hook:{self.webhook}"


def by_webhook(portal: Portal, user_id: str, secret: str) -> Caller:
    """The caller behind `/rest/USER/SECRET/`."""
    row = portal.table("webhook").get(secret)
    if row is None or str(row["USER_ID"]) != user_id or not row["ACTIVE"]:
        raise RestError("INVALID_CREDENTIALS", "Invalid request credentials", 401)
    _rest_is_on(portal)
    _user_may(portal, row["USER_ID"])
    return Caller(row["USER_ID"], None, frozenset(row["SCOPES"]), webhook=secret, unlimited=row.get("UNLIMITED", False))


def by_token(portal: Portal, token: str) -> Caller:
    """The caller behind an access token."""
    if not token:
        raise RestError("NO_AUTH_FOUND", "Wrong authorization data", 401)
    row = portal.table("token").get(token)
    if row is None:
        raise RestError("invalid_token", "Unable to get application by token", 401)
    _rest_is_on(portal)
    app = _application(portal, row)
    if row["EXPIRES"] <= wall():
        raise RestError("expired_token", "The access token provided has expired", 401)
    _user_may(portal, row["USER_ID"])
    if row["USER_ID"] in app.get("DENIED_USERS", []):
        raise RestError("user_access_error", "The user does not have access to the application.", 403)
    scopes = frozenset(row.get("SCOPES") or app["SCOPES"])
    unlimited, hops = app.get("UNLIMITED", False), row.get("HOPS", FRESH_HOPS)
    return Caller(row["USER_ID"], app["ID"], scopes, token=token, unlimited=unlimited, hops=hops)


def _rest_is_on(portal: Portal) -> None:
    if portal.faults.no_rest:
        raise RestError("ACCESS_DENIED", "REST (API) is available only on commercial plans", 403)


def _application(portal: Portal, token: dict[str, Any]) -> dict[str, Any]:
    app = portal.apps.get(token["APP_ID"])
    if app is None or app.get("DELETED"):
        raise RestError("APPLICATION_NOT_FOUND", "Application not found", 401)
    if app.get("UNINSTALLED"):
        raise RestError("ERROR_OAUTH", "Application not installed", 401)
    if app.get("PAYMENT_ENDED"):
        raise RestError("PAYMENT_REQUIRED", "The subscription has ended", 401)
    return app


def _user_may(portal: Portal, user_id: int) -> None:
    user = portal.users.get(user_id)
    if user is None or not user["ACTIVE"]:
        raise RestError("authorization_error", "Unable to authorize user", 401)
    if user.get("USER_TYPE") not in (None, "", "employee", "extranet", "bot"):
        raise RestError("ALLOWED_ONLY_INTRANET_USER", "Only intranet users are allowed", 403)
