"""Codes and tokens as the authorization server deals in them: a code lives 30 seconds, a refresh token once.

Source: `settings/oauth/index.md`, `auto-renewal.md`, `error-codes.md`; platform.md 2.2-2.5.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from b24app.sandbox.clock import wall
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row

CODE_LIFE_S = 30


def take_back(portal: Portal, app: Row, user: int | None = None, *, expire: bool = False) -> int:
    """Make an application's tokens unknown, all or those of `user`; `expire` lets access tokens expire instead.

    Tells how many there were.
    """
    count = 0
    for name in ("token",) if expire else ("token", "refresh"):
        table = portal.table(name)
        for key in table.keys():  # noqa: SIM118 - a Table
            row = table.get(key) or {}
            if row["APP_ID"] == app["ID"] and user in (None, row["USER_ID"]):
                count += 1
                _ = table.update(key, EXPIRES=0) if expire else table.delete(key)
    return count


class Bare(RestError):
    """A refusal of the authorization server that comes without a description."""

    def body(self) -> dict[str, Any]:
        """The code alone."""
        return {"error": self.code}


def new_code(portal: Portal, app: Row, user_id: int) -> str:
    """A code for one exchange."""
    code = secrets.token_hex(20)
    portal.table("oauth_code").put(code, {"APP_ID": app["ID"], "USER_ID": user_id, "EXPIRES": wall() + CODE_LIFE_S})
    return code


def grant(portal: Portal, params: Mapping[str, str]) -> Row:
    """The answer to a request for tokens; raises `RestError`."""
    kind = params.get("grant_type", "")
    if kind not in {"authorization_code", "refresh_token"}:
        raise RestError("invalid_request", 'No "grant_type" parameter found' if not kind else "Unsupported grant type")
    app = _client(portal, params)
    user_id = _by_code(portal, app, params) if kind == "authorization_code" else _by_refresh(portal, app, params)
    return portal.token_answer(app, portal.issue_tokens(app, user_id))


def _client(portal: Portal, params: Mapping[str, str]) -> Row:
    """The application that asks; keys first, then whether it may have tokens at all."""
    for name in ("client_id", "client_secret"):
        if not params.get(name):
            raise RestError("invalid_request", f'No "{name}" parameter found')
    app = portal.app_by_client(params["client_id"])
    if app is None:
        raise Bare("wrong_client", status=200)  # a good status indeed
    if not secrets.compare_digest(app["CLIENT_SECRET"].encode(), params["client_secret"].encode()):
        raise Bare("invalid_client")
    if app.get("DELETED") or app.get("UNINSTALLED"):
        raise RestError("NOT_INSTALLED", "Application not installed", 401)
    if app.get("PAYMENT_ENDED"):
        raise RestError("PAYMENT_REQUIRED", "Payment required", 401)
    wanted = {one for one in params.get("scope", "").replace(",", " ").split() if one}
    if wanted - set(app["SCOPES"]) and "*" not in app["SCOPES"]:
        raise RestError("invalid_scope", "The requested scope exceeds the scope of the application", 403)
    return app


def _by_code(portal: Portal, app: Row, params: Mapping[str, str]) -> int:
    return _used_up(portal, "oauth_code", app, params, "code")


def _by_refresh(portal: Portal, app: Row, params: Mapping[str, str]) -> int:
    """The old refresh token dies with its use: whoever keeps it, or uses it twice, gets `invalid_grant`."""
    return _used_up(portal, "refresh", app, params, "refresh_token")


def _used_up(portal: Portal, table: str, app: Row, params: Mapping[str, str], name: str) -> int:
    value = params.get(name, "")
    if not value:
        raise RestError("invalid_request", f'No "{name}" parameter found')
    row = portal.table(table).get(value)
    if row is None or row["APP_ID"] != app["ID"]:
        raise Bare("invalid_grant")
    portal.table(table).delete(value)
    if row["EXPIRES"] <= wall():
        raise Bare("invalid_grant")
    return int(row["USER_ID"])
