"""The life of a local application: registered, installed, saved again, deleted.

Source: `local-integrations/local-apps.md`, `settings/app-installation/*`, `settings/app-uninstallation.md`,
`api-reference/common/events/*`; platform.md 1.2-1.5, 1.8.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from b24app.sandbox.clock import wall
from b24app.sandbox.kernel.handlers import check_handler
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row

LANGUAGE = "ru"
OWNED = ("event_binding", "offline_event", "placement", "userfieldtype", "app_option", "user_option")
KEPT_AFTER_EXPIRY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Form:
    """The form «Локальное приложение» as an integrator fills it."""

    name: str
    handler: str = ""  # «Путь вашего обработчика»
    install: str = ""  # «Путь для первоначальной установки»
    scopes: tuple[str, ...] = ()
    menu_title: str = ""
    api_only: bool = False  # «Использует только API»: no page, installed by an event
    mobile: bool = False


def register(portal: Portal, form: Form, user_id: int = 1) -> Row:
    """Save the form: keys are made; without an installation path the application works at once.

    An application that uses the API only is installed by an ONAPPINSTALL event to the installation path; one with
    pages waits for `installFinish` from its installation frame.
    """
    for url in (form.handler, form.install):
        if url:
            check_handler(url)
    waits = bool(form.install) and not form.api_only
    app = portal.apps.add({**_keys(), **_fields(form), "STATUS": "L", "VERSION": 1, "INSTALLED": not waits})
    if form.api_only and form.install:
        _send_install(portal, app, user_id)
    return app


def _keys() -> Row:
    client_id = f"local.{secrets.token_hex(7)[:13]}.{secrets.randbelow(90_000_000) + 10_000_000}"
    secret = secrets.token_urlsafe(64).replace("-", "").replace("_", "")[:50]
    return {"CLIENT_ID": client_id, "CLIENT_SECRET": secret, "TOKEN": secrets.token_hex(16)}


def _fields(form: Form) -> Row:
    return {
        "NAME": form.name, "HANDLER": form.handler, "INSTALL": form.install, "SCOPES": list(form.scopes),
        "MENU_TITLE": "" if form.api_only else form.menu_title, "API_ONLY": form.api_only, "MOBILE": form.mobile,
    }  # fmt: skip


def _send_install(portal: Portal, app: Row, user_id: int) -> None:
    """ONAPPINSTALL straight to the installation path, as the portal's server sends it."""
    auth = portal.auth_block(app, user_id, refresh=True)
    body = {"event": "ONAPPINSTALL", "event_handler_id": "0", "data": _installed(app), "ts": "", "auth": auth}
    portal.post(app, app["INSTALL"], body, "ONAPPINSTALL")


def _installed(app: Row) -> Row:
    return {"VERSION": str(app["VERSION"]), "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": LANGUAGE}


def finish(portal: Portal, app: Row, user_id: int) -> None:
    """`installFinish`: from now on widgets are shown and events delivered; bound ONAPPINSTALL handlers hear of it."""
    portal.apps.update(app["ID"], INSTALLED=True)
    portal.signal("app.installed", app=app, user=user_id)
    portal.raise_event("ONAPPINSTALL", _installed(app), user=user_id, only_app=app["ID"])


def save_again(portal: Portal, app: Row, user_id: int, *, new_token: bool = False, **changes: Any) -> None:
    """The form is saved once more, or a new version comes: handlers of events are removed, ONAPPUPDATE is sent.

    `changes` are fields of the row; `new_token` also replaces the application token, as an update may.
    """
    token = {"TOKEN": secrets.token_hex(16)} if new_token else {}
    previous = app["VERSION"]
    portal.apps.update(app["ID"], VERSION=previous + 1, **token, **changes)
    data = {"VERSION": str(previous + 1), "PREVIOUS_VERSION": str(previous), "LANGUAGE_ID": LANGUAGE}
    portal.raise_event("ONAPPUPDATE", data, user=user_id, only_app=app["ID"])
    dropped = _forget(portal, app, ("event_binding",))
    if dropped:
        portal.tell(f"{dropped} event handlers were removed because the application was saved again", app=app["ID"])


def uninstall(portal: Portal, app: Row, *, clean: bool = True) -> None:
    """The application is deleted for good; its keys never work again."""
    data = {"LANGUAGE_ID": LANGUAGE, "CLEAN": int(clean)}
    portal.raise_event("ONAPPUNINSTALL", data, user=None, only_app=app["ID"])
    _forget(portal, app, OWNED)
    portal.apps.update(app["ID"], DELETED=True, INSTALLED=False)
    portal.signal("app.uninstalled", app=app)


def _forget(portal: Portal, app: Row, tables: tuple[str, ...]) -> int:
    gone = [(portal.table(name), key) for name in tables for key in _keys_of(portal, name, app["ID"])]
    for table, key in gone:
        table.delete(key)
    return len(gone)


def _keys_of(portal: Portal, table: str, app_id: int) -> list[Any]:
    rows = portal.table(table)
    return [key for key in rows.keys() if (rows.get(key) or {}).get("APP_ID") == app_id]  # noqa: SIM118 - a Table


# --- what pages ask


def live(portal: Portal, number: int) -> Row | None:
    """The application, unless it was deleted."""
    app = portal.apps.get(number)
    return None if app is None or app.get("DELETED") or app.get("UNINSTALLED") else app


def handler(app: Row) -> str:
    """«Путь вашего обработчика»."""
    return str(app.get("HANDLER") or "")


def install_path(app: Row) -> str:
    """«Путь для первоначальной установки»."""
    return str(app.get("INSTALL") or handler(app))


def title(app: Row) -> str:
    """What the menu calls it."""
    return str(app.get("MENU_TITLE") or app.get("NAME") or "Приложение")


def start(portal: Portal) -> None:
    """A state file that lived long forgets tokens that expired more than a day ago."""
    for name in ("token", "refresh"):
        table = portal.table(name)
        for key in table.keys():  # noqa: SIM118 - a Table
            if table.get(key)["EXPIRES"] < wall() - KEPT_AFTER_EXPIRY_S:  # type: ignore[index]  # the key was just listed
                table.delete(key)
