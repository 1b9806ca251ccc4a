"""im.notify.*: the bell of each person.

Source: `api-reference/chats/notifications/*.md`.
"""

from datetime import timedelta
from itertools import takewhile
from typing import Any

from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_list, method, to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import people
from b24app.sandbox.messenger.fields import attach

SYSTEM, PERSONAL = 4, 2
MODULE, EVENT = "rest", "rest_notify"
NARROWING = ("SEARCH_TYPE", "SEARCH_TYPES", "SEARCH_DATE", "SEARCH_DATE_FROM", "SEARCH_AUTHORS")
SHORTEST = 3


@method("im.notify.system.add", scope="im")
def system_add(call: Call) -> Any:
    return _add(call, SYSTEM, 0)


@method("im.notify.personal.add", scope="im")
def personal_add(call: Call) -> Any:
    return _add(call, PERSONAL, call.user_id)


@method("im.notify", scope="im")
def notify(call: Call) -> Any:
    personal = str(call.get("TYPE") or "USER").upper() == "USER"
    return _add(call, PERSONAL if personal else SYSTEM, call.user_id if personal else 0)


def _add(call: Call, kind: int, author: int) -> Any:
    user = call.int("USER_ID", "TO")
    if user <= 0:
        raise RestError("USER_ID_EMPTY", "User ID can't be empty")
    text = str(call.get("MESSAGE") or "")
    if not text:
        raise RestError("MESSAGE_EMPTY", "Message can't be empty")
    if not people.is_active(call.portal, user):
        return False
    given = {"TAG": _tag(call, "TAG"), "SUB_TAG": _tag(call, "SUB_TAG"), "ATTACH": attach(call.get("ATTACH"))}
    return ring(call.portal, user, text, TYPE=kind, AUTHOR_ID=author, **given)["ID"]


def ring(portal: Portal, user: int, text: str, **fields: Any) -> Row:
    """Put a notice into somebody's bell; a tag replaces the notice that carries it."""
    table = portal.table("notice")
    if fields.get("TAG"):
        for same in table.where(USER_ID=user, TAG=fields["TAG"]):
            table.delete(same["ID"])
    row = {"USER_ID": user, "TEXT": text, "DATE": portal.iso(), "READ": False, "TYPE": SYSTEM, "AUTHOR_ID": 0,
           "TAG": "", "SUB_TAG": "", "ATTACH": []}  # fmt: skip
    return table.add({**row, **fields})


def _tag(call: Call, name: str) -> str:
    """Tags are kept per application, so nobody can replace another's notices."""
    given = str(call.get(name) or "")
    owner = call.app_id if call.app_id is not None else call.get("CLIENT_ID") or call.caller.webhook
    return f"MP|{owner}|{given}" if given else ""


@method("im.notify.delete", scope="im")
def delete(call: Call) -> Any:
    table = call.portal.table("notice")
    number, tag, sub = call.int("ID"), _tag(call, "TAG"), _tag(call, "SUB_TAG")
    if not (number or tag or sub):
        raise RestError("PARAMS_ERROR", "Incorrect params")
    for row in table:
        same_tag = (tag and row["TAG"] == tag) or (not tag and sub and row["SUB_TAG"] == sub)
        if same_tag or (number and row["ID"] == number):
            table.delete(row["ID"])
    return True


@method("im.notify.read", scope="im")
def read(call: Call) -> Any:
    upto, only = call.int("ID"), str(call.get("ONLY_CURRENT") or "N").upper() == "Y"
    done = str(call.get("ACTION") or "Y").upper() == "Y"
    for row in call.portal.table("notice").where(USER_ID=call.user_id):
        if row["ID"] == upto or (not only and row["ID"] >= upto):
            call.portal.table("notice").update(row["ID"], READ=done)
    return True


@method("im.notify.read.all", scope="im")
def read_all(call: Call) -> Any:
    for row in call.portal.table("notice").where(USER_ID=call.user_id):
        call.portal.table("notice").update(row["ID"], READ=True)
    return {"result": True, "newCounter": 0}


@method("im.notify.read.list", scope="im")
def read_list(call: Call) -> Any:
    """Mark these notices; the first number that is none ends it."""
    ids = call.get("IDS")
    if not isinstance(ids, list | dict):
        raise RestError("PARAMS_ERROR", "No IDS param or it is not an array")
    done = str(call.get("ACTION") or "Y").upper() == "Y"
    for number in takewhile(lambda one: one > 0, (to_int(one) for one in as_list(ids))):
        row = call.portal.table("notice").get(number)
        if row is not None and row["USER_ID"] == call.user_id:
            call.portal.table("notice").update(number, READ=done)
    return True


@method("im.notify.answer", scope="im")
def answer(call: Call) -> Any:
    """An answer to a notice that asks for one; notices of applications ask for none, so it goes nowhere."""
    if call.int("NOTIFY_ID", "ID") <= 0:
        raise RestError("ID_ERROR", "Notification ID can't be empty")
    if not call.get("ANSWER_TEXT"):
        raise RestError("ANSWER_TEXT_ERROR", "ANSWER_TEXT can't be empty")
    return _answered(call, "Ваш ответ отправлен")


@method("im.notify.confirm", scope="im")
def confirm(call: Call) -> Any:
    if call.int("NOTIFY_ID", "ID") <= 0:
        raise RestError("ID_ERROR", "Notification ID can't be empty")
    if not call.get("NOTIFY_VALUE"):
        raise RestError("NOTIFY_VALUE_ERROR", "Notification Value can't be empty")
    return _answered(call, "Готово")


def _answered(call: Call, text: str) -> Any:
    row = call.portal.table("notice").get(call.int("NOTIFY_ID", "ID"))
    if row is None or row["USER_ID"] != call.user_id:
        return False
    call.portal.tell(f"{call.method}: nobody waits for an answer to notice {row['ID']}")
    return {"result_message": [text]}


@method("im.notify.schema.get", scope="im")
def schema(_: Call) -> Any:
    """Kinds of notices by module; applications' notices are one kind."""
    kinds = [{"ID": f"{MODULE}|{EVENT}", "NAME": "Уведомления приложений"}]
    return {MODULE: {"NAME": "Приложения", "MODULE_ID": MODULE, "LIST": kinds}}


@method("im.notify.history.search", scope="im")
def history(call: Call) -> Any:
    """The bell by text, time and author; the total comes with the first page only."""
    text, last = str(call.get("SEARCH_TEXT") or "").casefold(), call.get("LAST_ID")
    narrowed = any(call.get(name) for name in NARROWING)
    if len(text) < SHORTEST and not narrowed:
        raise RestError("SEARCH_TEXT_ERROR", "SEARCH_TEXT can't be less than 3 symbols")
    if last is not None and not str(last).isdigit():
        raise RestError("LAST_ID_STRING", "Last notification ID can't be string")
    rows = [row for row in call.portal.table("notice").where(USER_ID=call.user_id) if _matches(call, row, text)]
    rows.sort(key=lambda row: int(row["ID"]), reverse=True)
    page = [row for row in rows if last is None or row["ID"] < int(last)][: min(call.int("LIMIT") or 50, 50)]
    authors = dict.fromkeys(row["AUTHOR_ID"] for row in page if row["AUTHOR_ID"])
    found = {"notifications": [_shape(row) for row in page], "users": [people.im(call.portal, one) for one in authors]}
    return {"chat_id": 0, **({"total_results": len(rows)} if last is None else {}), **found}


def _matches(call: Call, row: Row, text: str) -> bool:
    kinds = {str(one) for one in [call.get("SEARCH_TYPE"), *call.rows("SEARCH_TYPES")] if one}
    authors = {to_int(one) for one in call.rows("SEARCH_AUTHORS")}
    if kinds and not kinds & {MODULE, f"{MODULE}|{EVENT}"}:
        return False
    if (authors and row["AUTHOR_ID"] not in authors) or text not in row["TEXT"].casefold():
        return False
    clock, at = call.portal.clock, moments.moment(row["DATE"], call.portal.clock)
    day, begin, end = (moments.moment(call.get(f"SEARCH_{name}"), clock) for name in ("DATE", "DATE_FROM", "DATE_TO"))
    begin, end = (day, day + timedelta(days=1)) if day else (begin, end)
    return at is None or ((begin is None or at >= begin) and (end is None or at <= end))


@method("im.notify.get", scope="im")
def get(call: Call) -> Any:
    """The caller's bell, newest first."""
    last, kind = call.get("LAST_ID"), call.get("LAST_TYPE")
    if (last is None) != (kind is None):
        raise RestError("LAST_ID_AND_LAST_TYPE", "Parameters LAST_ID and LAST_TYPE should be used together.")
    if last is not None and not str(last).isdigit():
        raise RestError("LAST_ID_STRING", "Last notification ID can't be string")
    rows = sorted(call.portal.table("notice").where(USER_ID=call.user_id), key=lambda row: int(row["ID"]), reverse=True)
    if not rows:
        return {"notifications": [], "users": []}
    page = [row for row in rows if last is None or row["ID"] < int(last)][: min(call.int("LIMIT") or 50, 50)]
    return {
        "total_count": len(rows), "total_unread_count": len([row for row in rows if not row["READ"]]), "chat_id": 0,
        "notifications": [_shape(row) for row in page],
        "users": [people.im(call.portal, one) for one in dict.fromkeys(row["AUTHOR_ID"] for row in page) if one],
    }  # fmt: skip


def _shape(row: Row) -> dict[str, Any]:
    return {
        "id": row["ID"], "chat_id": 0, "author_id": row["AUTHOR_ID"], "date": row["DATE"], "notify_type": row["TYPE"],
        "notify_module": MODULE, "notify_event": EVENT, "notify_tag": row["TAG"],
        "notify_sub_tag": row["SUB_TAG"], "notify_title": "", "setting_name": f"{MODULE}|{EVENT}", "text": row["TEXT"],
        "notify_read": "Y" if row["READ"] else "N", "params": {"ATTACH": row["ATTACH"]} if row["ATTACH"] else None,
    }  # fmt: skip
