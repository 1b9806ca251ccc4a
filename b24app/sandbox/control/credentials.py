"""Ways into the portal, made without clicking: webhooks, a ready application, tokens good and bad."""

import secrets
from datetime import UTC, datetime
from typing import Any

from b24app.sandbox.apps.lifecycle import Form, register, uninstall
from b24app.sandbox.apps.scopes import SCOPES
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.org.people import add_user

READY = "Готовое приложение"


def webhook(portal: Portal, user_id: int, scopes: tuple[str, ...] = SCOPES, *, unlimited: bool = False) -> str:
    """The secret of a new incoming webhook of this user."""
    secret = secrets.token_hex(8)
    row = {"USER_ID": user_id, "ACTIVE": True, "SCOPES": list(scopes), "UNLIMITED": unlimited}
    portal.table("webhook").put(secret, row)
    return secret


def ready_application(portal: Portal) -> Row:
    """The application that is installed from the start: all scopes, no page, no handler."""
    known = portal.apps.first(NAME=READY, DELETED=None)
    return known or register(portal, Form(READY, scopes=SCOPES, api_only=True))


def first_webhook(portal: Portal) -> str:
    """The administrator's webhook of this portal; the same one after a restart."""
    known = portal.setting("first_webhook")
    if known in portal.table("webhook"):
        return str(known)
    secret = webhook(portal, 1)
    portal.set_setting("first_webhook", secret)
    return secret


def tokens_of_everybody(portal: Portal, app: Row) -> list[Row]:
    """New tokens of the application for each active employee."""
    people = portal.users.where(lambda user: user["ACTIVE"] and user.get("USER_TYPE") in (None, "", "employee"))
    return [_user(portal, app, user) for user in people]


def _user(portal: Portal, app: Row, user: Row) -> Row:
    token = portal.issue_tokens(app, user["ID"])
    name = f"{user['NAME']} {user['LAST_NAME']}".strip()
    return {"id": user["ID"], "name": name, "access_token": token["ACCESS"], "refresh_token": token["REFRESH"]}


# --- for suites written against a real portal


def for_suites(portal: Portal) -> dict[str, Any]:
    """Credentials of all scopes without a limit of requests, and one refused caller of each documented kind.

    The suites reach the portal by TLS under a name of their own, so the addresses in answers are that name's.
    """
    app = _suite_application(portal, "Официальный SDK")
    token = portal.issue_tokens(app, 1)
    portal.set_setting("moved", {**portal.setting("moved", {}), SUITE_OLD_HOST: SUITE_ORIGIN})
    return {
        "webhook": {"user_id": 1, "secret": webhook(portal, 1, unlimited=True)},
        "oauth": {
            "client_id": app["CLIENT_ID"], "client_secret": app["CLIENT_SECRET"], "access_token": token["ACCESS"],
            "refresh_token": token["REFRESH"], "expires_in": token["LIFE"], "expires": _moment(token),
        },
        "negative": {**_refused(portal, app), "old_domain": True},
        "ids": {"user": 1, "department": next(iter(portal.table("department")))["ID"]},
    }  # fmt: skip


SUITE_ORIGIN = "https://fidelity.bitrix24.test"
SUITE_OLD_HOST = "fidelity-old.bitrix24.test"
SUITE_OAUTH = "https://oauth.bitrix24.tech"


def _suite_application(portal: Portal, name: str, **fields: Any) -> Row:
    app = register(portal, Form(name, scopes=SCOPES, api_only=True))
    return portal.apps.update(app["ID"], ORIGIN=SUITE_ORIGIN, OAUTH_ORIGIN=SUITE_OAUTH, UNLIMITED=True, **fields)


def _moment(token: Row) -> str:
    return datetime.fromtimestamp(token["EXPIRES"], UTC).isoformat()


def _refused(portal: Portal, app: Row) -> dict[str, str]:
    fired = add_user(portal, NAME="Уволенный", LAST_NAME="Сотрудник", EMAIL="fired@example.com", ACTIVE=False)
    guest = add_user(portal, NAME="Внешний", LAST_NAME="Пользователь", EMAIL="guest@example.com", USER_TYPE="email")
    closed = _suite_application(portal, "Недоступное сотруднику", DENIED_USERS=[2])
    gone = _suite_application(portal, "Не установленное", UNINSTALLED=True)
    deleted = _suite_application(portal, "Удалённое")
    ended = _suite_application(portal, "Неоплаченное", PAYMENT_ENDED=True)
    answer = {
        "expired_access_token": portal.issue_tokens(app, 1, life_s=-60)["ACCESS"],
        "profile_only_webhook": f"1/{webhook(portal, 1, ())}",
        "external_user_webhook": f"{guest['ID']}/{webhook(portal, guest['ID'])}",
        "restricted_user_access_token": portal.issue_tokens(closed, 2)["ACCESS"],
        "fired_user_access_token": portal.issue_tokens(app, fired["ID"])["ACCESS"],
        "app_not_installed_access_token": portal.issue_tokens(gone, 1)["ACCESS"],
        "app_not_found_access_token": portal.issue_tokens(deleted, 1)["ACCESS"],
        "subscription_ended_access_token": portal.issue_tokens(ended, 1)["ACCESS"],
    }
    uninstall(portal, deleted)
    return answer
