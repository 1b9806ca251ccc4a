"""crm.timeline.logmessage.*, crm.timeline.icon.*, crm.timeline.logo.*: records of an application in the timeline.

Source: `crm/timeline/logmessage/`. Lists come by ten.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from b24app.sandbox.crm import items, owners, query, timeline
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.registry import Answer, Call, method, to_int
from b24app.sandbox.kernel.store import Row

PAGE = 10
COLUMNS = {"id": query.Column("ID", "integer"), "created": query.Column("CREATED", "datetime")}
ICONS = ("info", "call", "call-completed", "IM", "attention", "camera", "channel", "circle-check", "comment", "complete",
         "document", "mail", "pipeline", "stage-change", "task", "wallet", "sms")  # fmt: skip
LOGOS = ("call", "call-incoming", "call-outgoing", "comment", "document", "mail", "notification", "task", "channel-chat",
         "calendar", "bank-card", "list")  # fmt: skip


@method("crm.timeline.logmessage.add", scope="crm")
def add(call: Call) -> Any:
    call.need("fields")
    fields = call.map("fields")
    for name in ("entityTypeId", "entityId", "title", "text", "iconCode"):
        if fields.get(name) in (None, ""):
            raise RestError.missing(name)
    kind, number = owners.existing(call, to_int(fields["entityTypeId"]), to_int(fields["entityId"]))
    code = str(fields["iconCode"])
    if code not in ICONS and call.portal.table("crm_timeline_icon").get(code) is None:
        call.portal.tell(f"icon {code} is unknown: the timeline shows the default one", method=call.method)
    row = timeline.table(call.portal).add({
        "TYPE": timeline.LOG, "BINDINGS": [[kind.number, number]], "CREATED": call.portal.iso(), "AUTHOR_ID": call.user_id,
        "TITLE": str(fields["title"]), "TEXT": str(fields["text"]), "ICON": code, "APP_ID": call.app_id,
    })  # fmt: skip
    items.touch(call.portal, kind, number, call.user_id)
    return {"logMessage": shown(row)}


@method("crm.timeline.logmessage.get", scope="crm")
def get(call: Call) -> Any:
    return {"logMessage": shown(_found(call))}


@method("crm.timeline.logmessage.list", scope="crm")
def listing(call: Call) -> Any:
    place = [to_int(call.need("entityTypeId")), to_int(call.need("entityId"))]
    rows = [row for row in timeline.table(call.portal) if row["TYPE"] == timeline.LOG and place in row["BINDINGS"]]
    order = call.map("order") or {"id": "desc"}
    page = query.Query(call.portal, COLUMNS).page(rows, {}, order, call.get("start", default=0), size=PAGE)
    return Answer([shown(row) for row in page.result], page.total, page.next)


@method("crm.timeline.logmessage.delete", scope="crm")
def delete(call: Call) -> Any:
    row = _found(call)
    if row["APP_ID"] != call.app_id:
        raise RestError("REMOVING_DISABLED", "Запись создана другим приложением")
    timeline.table(call.portal).delete(row["ID"])
    return True


def shown(row: Row) -> Row:
    """A record in an answer."""
    return {"id": row["ID"], "created": row["CREATED"], "authorId": row["AUTHOR_ID"], "title": row["TITLE"],
            "text": row["TEXT"], "iconCode": row["ICON"]}  # fmt: skip


def _found(call: Call) -> Row:
    number = to_int(call.need("id"))
    row = timeline.table(call.portal).get(number)
    if row is None or row["TYPE"] != timeline.LOG:
        raise RestError("NOT_FOUND", f"Timeline logmessage not found for id {number}")
    return row


# --- pictures


class Pictures:
    """Icons or logos: system ones, and those that administrators added."""

    def __init__(self, name: str, system: tuple[str, ...]) -> None:
        self.name, self.system = name, system

    def add(self, call: Call) -> Any:
        """A picture of one's own."""
        _admin(call)
        code, content = str(call.need("code")), str(call.need("fileContent"))
        if code in self.system or call.portal.table(self._table).get(code):
            raise RestError("INVALID_ARG_VALUE", f"{self.name.capitalize()} with code {code} already exists")
        try:
            base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            raise RestError("INVALID_ARG_VALUE", "Неверное содержимое файла") from None
        row = {"code": code, "isSystem": False, "fileUri": f"/upload/crm/{self.name}/{code}.png"}
        return {self.name: call.portal.table(self._table).put(code, row)}

    def get(self, call: Call) -> Any:
        """One picture."""
        return {self.name: self._found(call)}

    def list(self, call: Call) -> Any:
        """All pictures, system ones first."""
        rows = [*(self._system(code) for code in self.system), *call.portal.table(self._table)]
        return Answer({f"{self.name}s": rows}, len(rows))

    def delete(self, call: Call) -> Any:
        """Remove a picture of one's own."""
        _admin(call)
        row = self._found(call)
        if row["isSystem"]:
            raise RestError("REMOVING_DISABLED", "Системный элемент нельзя удалить")
        call.portal.table(self._table).delete(row["code"])
        return True

    @property
    def _table(self) -> str:
        return f"crm_timeline_{self.name}"

    def _found(self, call: Call) -> Row:
        code = str(call.need("code"))
        row = self._system(code) if code in self.system else call.portal.table(self._table).get(code)
        if row is None:
            raise owners.not_found()
        return row

    @staticmethod
    def _system(code: str) -> Row:
        return {"code": code, "isSystem": True, "fileUri": ""}


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise access_denied("Доступ запрещён", 400)


def _register(family: Pictures) -> None:
    acts: dict[str, Callable[[Call], Any]] = {
        "add": family.add,
        "get": family.get,
        "list": family.list,
        "delete": family.delete,
    }
    for act, run in acts.items():
        method(f"crm.timeline.{family.name}.{act}", scope="crm")(run)


_register(Pictures("icon", ICONS))
_register(Pictures("logo", LOGOS))
