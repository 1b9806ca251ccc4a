"""bizproc.robot.* and bizproc.activity.*: what an application adds to the designer. One code for both.

Sources: `bizproc/bizproc-robot/*.md`, `bizproc/bizproc-activity/*.md`.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from b24app.sandbox.families.kit.fields import flag
from b24app.sandbox.families.kit.names import upper_keys
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

TABLE = "bp_part"
ROBOT, ACTIVITY = "robot", "activity"
WORD = {ROBOT: "Robot", ACTIVITY: "Robot"}
TYPES = {"bool", "date", "datetime", "double", "file", "int", "select", "string", "text", "user"}
_CODE, _KEY = re.compile(r"[A-Za-z0-9._-]+"), re.compile(r"[A-Za-z][A-Za-z0-9_]*")
NOT_FOUND = RestError("ERROR_ACTIVITY_NOT_FOUND", "Activity or Robot not found!")


def wrong(text: str) -> RestError:
    """A refusal of the description."""
    return RestError("ERROR_ACTIVITY_VALIDATION_FAILURE", text)


def _application(call: Call) -> int:
    if call.app_id is None:
        raise access_denied("Access denied! Application context required")
    if not call.is_admin:
        raise access_denied("Access denied!")
    return call.app_id


def _code(call: Call) -> str:
    code = str(call.get("CODE") or "")
    if not code:
        raise wrong("Empty activity code!")
    if not _CODE.fullmatch(code):
        raise wrong("Wrong activity code!")
    return code


def _found(call: Call, kind: str) -> Row:
    owner, code = _application(call), _code(call)
    row = call.portal.table(TABLE).first(APP_ID=owner, CODE=code, KIND=kind)
    if row is None:
        raise NOT_FOUND
    return row


def _kept(given: Row) -> Row:
    """The fields of a description, checked."""
    kept: Row = {}
    if "HANDLER" in given:
        kept["HANDLER"] = _address(str(given["HANDLER"]))
    if "NAME" in given:
        kept["NAME"] = _named(given["NAME"], "Empty activity NAME!")
    for name in ("PROPERTIES", "RETURN_PROPERTIES"):
        if name in given:
            kept[name] = _properties(given[name])
    if "FILTER" in given:
        kept["FILTER"] = _filter(given["FILTER"])
    if "DOCUMENT_TYPE" in given:
        kept["DOCUMENT_TYPE"] = _document_type(given["DOCUMENT_TYPE"])
    if "USE_SUBSCRIPTION" in given:
        given_flag = given["USE_SUBSCRIPTION"]
        kept["USE_SUBSCRIPTION"] = "" if given_flag in (None, "") else "Y" if flag(given_flag) else "N"
    kept |= {name: given[name] for name in ("DESCRIPTION", "USE_PLACEMENT", "PLACEMENT_HANDLER") if name in given}
    return {**kept, "AUTH_USER_ID": to_int(given["AUTH_USER_ID"])} if "AUTH_USER_ID" in given else kept


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported handler protocol")
    if not parts.hostname or "." not in parts.hostname:
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")
    return url


def _named(value: Any, text: str) -> Any:
    if not value:
        raise wrong(text)
    return value


def _properties(given: Any) -> Row:
    if given in (None, "", []):
        return {}
    if not isinstance(given, dict):
        raise wrong("Wrong properties array!")
    for key, value in given.items():
        if not _KEY.fullmatch(key):
            raise wrong(f"Wrong property key {key}!")
        if not isinstance(value, dict):
            raise wrong("Wrong properties array!")
        _named(upper_keys(value).get("NAME"), f"Empty property NAME {key}!")
    return {key: {name.upper(): one for name, one in value.items()} for key, value in given.items()}


def _filter(given: Any) -> Any:
    if given in (None, "", [], {}):
        return {}
    if not isinstance(given, dict) or set(upper_keys(given)) - {"INCLUDE", "EXCLUDE", "MIN_API_VERSION"}:
        raise wrong("Wrong activity FILTER!")
    return given


def _document_type(given: Any) -> list[str]:
    parts = [str(one) for one in as_list(given)]
    if parts and (len(parts) != 3 or not all(parts)):
        raise wrong("Wrong activity DOCUMENT_TYPE!")
    return parts


def _methods(kind: str) -> None:
    @method(f"bizproc.{kind}.add", scope="bizproc")
    def add(call: Call) -> Any:
        owner, given = _application(call), upper_keys(call.params)
        if not {"CODE", "HANDLER", "NAME"} & given.keys():
            raise wrong("Empty data!")
        code = _code(call)
        _named(given.get("NAME"), "Empty activity NAME!")
        kept = _kept({**given, "HANDLER": given.get("HANDLER") or ""})
        if call.portal.table(TABLE).first(APP_ID=owner, CODE=code):
            raise RestError("ERROR_ACTIVITY_ALREADY_INSTALLED", "Activity or Robot already installed!")
        made = {"APP_ID": owner, "CODE": code, "KIND": kind, "PROPERTIES": {}, "RETURN_PROPERTIES": {}, "FILTER": {}}
        call.portal.table(TABLE).add({**made, "AUTH_USER_ID": 0, "USE_SUBSCRIPTION": "", "DOCUMENT_TYPE": [], **kept})
        return True

    @method(f"bizproc.{kind}.update", scope="bizproc")
    def update(call: Call) -> Any:
        row = _found(call, kind)
        kept = _kept(upper_keys(as_map(call.get("FIELDS"))))
        if not kept:
            raise wrong("No fields to update")
        call.portal.table(TABLE).update(row["ID"], **kept)
        return True

    @method(f"bizproc.{kind}.list", scope="bizproc")
    def list_(call: Call) -> Any:
        return [row["CODE"] for row in call.portal.table(TABLE).where(APP_ID=_application(call), KIND=kind)]

    @method(f"bizproc.{kind}.delete", scope="bizproc")
    def delete(call: Call) -> Any:
        call.portal.table(TABLE).delete(_found(call, kind)["ID"])
        return True


for one in (ROBOT, ACTIVITY):
    _methods(one)


def start(portal: Portal) -> None:
    """What an application added leaves with it."""

    def gone(app: Row) -> None:
        for row in portal.table(TABLE).where(APP_ID=app["ID"]):
            portal.table(TABLE).delete(row["ID"])

    portal.listen("app.uninstalled", gone)
