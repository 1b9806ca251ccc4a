"""What an application may ask about itself and the portal: `app.info`, options, scopes, methods, features, the time.

Source: `api-reference/common/system/*`, `common/settings/*`; platform.md 1.12, methods.md I.
"""

from typing import Any

from b24app.sandbox.apps.scopes import SCOPES
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.php import Obj
from b24app.sandbox.kernel.registry import REGISTRY, Call, method
from b24app.sandbox.kernel.store import Row

YES = frozenset({"1", "y", "true"})
LICENSE = "ru_pro100"
FEATURES = {"rest_offline_extended", "rest_auth_connector"}


@method("app.info")
def app_info(call: Call) -> Any:
    """A webhook is told its permissions and the plan alone, as the official SDKs read it."""
    if call.app_id is None:
        return {"SCOPE": [name for name in SCOPES if call.caller.may(name)], "LICENSE": LICENSE}
    app = call.app
    return {
        "ID": app["ID"], "CODE": app["CLIENT_ID"], "VERSION": app["VERSION"], "STATUS": app["STATUS"],
        "INSTALLED": app["INSTALLED"], "PAYMENT_EXPIRED": "N", "DAYS": None, "LANGUAGE_ID": "ru",
        "LICENSE": LICENSE, "LICENSE_TYPE": "pro100", "LICENSE_FAMILY": "pro",
    }  # fmt: skip


# --- options


@method("app.option.get")
def app_option_get(call: Call) -> Any:
    if call.app_id is None:
        raise access_denied("Access denied! Application context required")
    return _read(call, "app_option", str(call.app_id))


@method("app.option.set")
def app_option_set(call: Call) -> Any:
    app = _application(call)
    if not call.is_admin:
        raise RestError("AccessException", "Administrator authorization required")
    return _write(call, "app_option", str(app["ID"]))


@method("user.option.get")
def user_option_get(call: Call) -> Any:
    return _read(call, "user_option", f"{_application(call)['ID']}:{call.user_id}")


@method("user.option.set")
def user_option_set(call: Call) -> Any:
    return _write(call, "user_option", f"{_application(call)['ID']}:{call.user_id}")


def _application(call: Call) -> Row:
    if call.app_id is None:
        raise RestError("AccessException", "Application context required")
    return call.app


def _read(call: Call, table: str, key: str) -> Any:
    row = call.portal.table(table).get(key)
    values = row["VALUES"] if row else {}
    name = call.get("option")
    return values if name in (None, "") else values.get(str(name))


def _write(call: Call, table: str, key: str) -> bool:
    given = call.map("options")
    if not given:
        raise RestError("ArgumentNullException", "options is empty")
    row = call.portal.table(table).get(key) or {"APP_ID": call.app_id, "VALUES": {}}
    call.portal.table(table).put(key, {**row, "VALUES": {**row["VALUES"], **given}})
    return True


# --- the portal


@method("scope")
def scope(call: Call) -> Any:
    if str(call.get("full") or "").lower() in YES:
        return list(SCOPES)
    return [name for name in SCOPES if call.caller.may(name)]


@method("methods")
def methods(call: Call) -> Any:
    wanted, full = str(call.get("scope") or ""), str(call.get("full") or "").lower() in YES
    old = call.portal.faults.old_portal
    entries = [entry for entry in REGISTRY if not entry.v3 and not (old and entry.newer)]
    if wanted:
        return [entry.name for entry in entries if wanted in entry.scope.split("|")]
    return [entry.name for entry in entries if full or call.caller.may(entry.scope)]


@method("method.get")
def method_get(call: Call) -> Any:
    entry = REGISTRY.find(str(call.argument("name")))
    known = entry is not None and not (call.portal.faults.old_portal and entry.newer)
    return {"isExisting": known, "isAvailable": bool(known and entry and call.caller.may(entry.scope))}


@method("feature.get")
def feature_get(call: Call) -> Any:
    code = str(call.get("CODE") or "")
    if not code:
        raise RestError("CODE_EMPTY", "CODE can't be empty")
    off = code == "rest_offline_extended" and call.portal.faults.no_offline_extended
    return {"value": "Y" if code in FEATURES and not off else "N"}


@method("server.time")
def server_time(call: Call) -> Any:
    return call.portal.iso()


@method("access.name")
def access_name(call: Call) -> Any:
    """Names of access codes; unknown codes are left out, no codes at all give false."""
    codes = [str(code) for code in call.rows("ACCESS")]
    if not codes:
        return False
    return Obj({code: named for code in codes if (named := _named(call, code))})


def _named(call: Call, code: str) -> Row | None:
    fixed = {"G1": "Администраторы", "G2": "Все посетители", "AU": "Все авторизованные пользователи"}
    if code in fixed:
        return {"provider": "", "name": fixed[code], "provider_id": "other"}
    number = int(code.lstrip("UDRG")) if code.lstrip("UDRG").isdigit() else 0
    if code.startswith("U") and (user := call.portal.users.get(number)):
        name = f"{user.get('NAME', '')} {user.get('LAST_NAME', '')}".strip()
        return {"provider": "Пользователь", "name": name, "provider_id": "user"}
    department = call.portal.table("department").get(number) if code.startswith("D") else None
    return {"provider": "Отдел", "name": department["NAME"], "provider_id": "intranet"} if department else None
