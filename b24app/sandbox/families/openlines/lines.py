"""imopenlines.config.*: settings of the lines.

Source: `api-reference/imopenlines/openlines/imopenlines-config-*.md`; methods.md G.2.
"""

from typing import Any

from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.registry import Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger.people import full_name

SCOPE = "imopenlines"
DEFAULTS: Row = {
    "ACTIVE": "Y", "LINE_NAME": "", "CRM": "Y", "CRM_CREATE": "lead", "CRM_CREATE_SECOND": "0", "CRM_CREATE_THIRD": "Y",
    "CRM_FORWARD": "Y", "CRM_CHAT_TRACKER": "Y", "CRM_TRANSFER_CHANGE": "Y", "CRM_SOURCE": "create", "QUEUE_TIME": "60",
    "NO_ANSWER_TIME": "60", "QUEUE_TYPE": "evenly", "CHECK_AVAILABLE": "N", "WATCH_TYPING": "Y",
    "WELCOME_BOT_ENABLE": "N", "WELCOME_MESSAGE": "Y", "WELCOME_MESSAGE_TEXT": "", "VOTE_MESSAGE": "Y",
    "VOTE_TIME_LIMIT": "0", "VOTE_BEFORE_FINISH": "Y", "VOTE_CLOSING_DELAY": "N", "AGREEMENT_MESSAGE": "N",
    "AGREEMENT_ID": "0", "CATEGORY_ENABLE": "N", "CATEGORY_ID": "0", "WELCOME_BOT_JOIN": "always", "WELCOME_BOT_ID": "0",
    "WELCOME_BOT_TIME": "0", "WELCOME_BOT_LEFT": "queue", "NO_ANSWER_RULE": "text", "NO_ANSWER_TEXT": "",
    "WORKTIME_ENABLE": "N", "WORKTIME_FROM": "9", "WORKTIME_TO": "18", "WORKTIME_TIMEZONE": "Europe/Moscow",
    "WORKTIME_HOLIDAYS": [""], "WORKTIME_DAYOFF": ["SA", "SU"], "WORKTIME_DAYOFF_RULE": "text",
    "WORKTIME_DAYOFF_TEXT": "", "CLOSE_RULE": "none", "CLOSE_TEXT": "", "FULL_CLOSE_TIME": "10",
    "AUTO_CLOSE_RULE": "none", "AUTO_CLOSE_TIME": "14400", "AUTO_CLOSE_TEXT": "", "AUTO_EXPIRE_TIME": "86400",
    "MODIFY_USER_ID": "1", "TEMPORARY": "N", "XML_ID": None, "LANGUAGE_ID": "ru", "SESSION_PRIORITY": "0",
    "TYPE_MAX_CHAT": "answered_new", "MAX_CHAT": "0", "OPERATOR_DATA": "profile", "DEFAULT_OPERATOR_DATA": [],
    "QUEUE": [],
}  # fmt: skip
LISTS = frozenset({"WORKTIME_HOLIDAYS", "WORKTIME_DAYOFF"})


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise access_denied("Access denied! You don't have access to this action")


def _given(call: Call) -> Row:
    """Settings of `PARAMS`, unknown ones left out; text lists may come with commas."""
    values = {str(name).upper(): value for name, value in call.map("PARAMS").items()}
    known = {name: value for name, value in values.items() if name in DEFAULTS}
    for name in sorted(set(values) - set(known)):
        call.portal.tell(f"{call.method}: an open line has no setting {name}")
    for name in LISTS & set(known):
        known[name] = known[name].split(",") if isinstance(known[name], str) else as_list(known[name])
    if "QUEUE" in known:
        known["QUEUE"] = [
            to_int(as_map(one).get("ENTITY_ID", one) if isinstance(one, dict) else one)
            for one in as_list(known["QUEUE"])
        ]
    return {name: value if isinstance(value, list) or value is None else str(value) for name, value in known.items()}


@method("imopenlines.config.add", scope=SCOPE)
def add(call: Call) -> Any:
    _admin(call)
    given = _given(call)
    queue = given.get("QUEUE") or [call.user_id]
    number = len(call.portal.table("openline")) + 1
    name = given.get("LINE_NAME") or f"Открытая линия {number}"
    return call.portal.table("openline").add({**DEFAULTS, **given, "QUEUE": queue, "LINE_NAME": name})["ID"]


@method("imopenlines.config.update", scope=SCOPE)
def update(call: Call) -> Any:
    _admin(call)
    line = _line(call)
    call.portal.table("openline").update(line["ID"], **_given(call), MODIFY_USER_ID=str(call.user_id))
    return True


@method("imopenlines.config.delete", scope=SCOPE)
def delete(call: Call) -> Any:
    _admin(call)
    line = _line(call)
    call.portal.table("openline").delete(line["ID"])
    for row in call.portal.table("connector_line").where(LINE=line["ID"]):
        call.portal.table("connector_line").delete(f"{row['CONNECTOR']}:{line['ID']}")
    call.portal.raise_event("ONIMCONNECTORLINEDELETE", line["ID"], user=call.user_id)
    return True


def _line(call: Call) -> Row:
    line = call.portal.table("openline").get(call.int("CONFIG_ID"))
    if line is None:
        raise RestError("CONFIG_ID_EMPTY", "Config ID can't be empty")
    return line


@method("imopenlines.config.get", scope=SCOPE)
def get(call: Call) -> Any:
    if call.int("CONFIG_ID") <= 0:
        raise RestError("CONFIG_ID_EMPTY", "Config ID can't be empty")
    line = call.portal.table("openline").get(call.int("CONFIG_ID"))
    return _printed(call, line) if line else False


def _printed(call: Call, line: Row) -> Row:
    queue = [str(one) for one in line["QUEUE"]]
    people = {one: {"USER_NAME": full_name(call.portal, int(one)), "USER_WORK_POSITION": None, "USER_AVATAR": "",
                    "USER_AVATAR_ID": None} for one in queue}  # fmt: skip
    return {**DEFAULTS, **line, "ID": str(line["ID"]), "QUEUE": queue, "QUEUE_USERS_FIELDS": people,
            "CONFIG_QUEUE": [{"ENTITY_ID": one, "ENTITY_TYPE": "user"} for one in queue]}  # fmt: skip


@method("imopenlines.config.list.get", scope=SCOPE)
def listing(call: Call) -> Any:
    """Lines by `PARAMS` (select, order, filter, limit, offset)."""
    params, options, clock = call.map("PARAMS"), call.map("OPTIONS"), call.portal.clock
    rows = [_printed(call, line) for line in call.portal.table("openline")]
    lines = query.conditions({str(name).upper(): value for name, value in as_map(params.get("filter")).items()})
    rows = [row for row in rows if query.passes(row, lines, clock)]
    order = {str(name).upper(): way for name, way in as_map(params.get("order")).items()} or {"ID": "ASC"}
    rows = query.ordered(rows, order, clock)
    offset, limit = to_int(params.get("offset")), to_int(params.get("limit")) or len(rows)
    names = [str(one).upper() for one in as_list(params.get("select"))]
    extra = {name for name in ("QUEUE", "CONFIG_QUEUE") if str(options.get(name) or "N").upper() == "Y"}
    return [_selected(row, names, extra) for row in rows[offset : offset + limit]]


def _selected(row: Row, names: list[str], extra: set[str]) -> Row:
    shown = {name: row[name] for name in names if name in row} if names else {
        name: value for name, value in row.items() if name not in {"QUEUE", "QUEUE_USERS_FIELDS", "CONFIG_QUEUE"}}  # fmt: skip
    if "QUEUE" in extra:
        shown |= {"QUEUE": row["QUEUE"], "QUEUE_USERS_FIELDS": row["QUEUE_USERS_FIELDS"]}
    return {**shown, "CONFIG_QUEUE": row["CONFIG_QUEUE"]} if "CONFIG_QUEUE" in extra else shown


@method("imopenlines.config.path.get", scope=SCOPE)
def path(call: Call) -> Any:
    return {"SERVER_ADDRESS": call.portal.origin, "PUBLIC_PATH": "/contact_center/"}


@method("imopenlines.revision.get", scope=SCOPE)
def revision(_: Call) -> Any:
    return {"rest": 2, "web": 1, "mobile": 1}
