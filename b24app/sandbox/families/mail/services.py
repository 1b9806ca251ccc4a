"""mailservice.*: the catalogue of IMAP services. Source: `api-reference/mailservice/*.md`."""

from typing import Any

from b24app.sandbox.families.kit.fields import Described, Field, Kind
from b24app.sandbox.kernel.errors import core_error
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.kernel.store import Row, Table

SCOPE = "mailservice"
SERVICE = Described([
    Field("ID", Kind.INT, "ID", readonly=True), Field("SITE_ID", title="Сайт", default="s1", readonly=True),
    Field("ACTIVE", Kind.FLAG, "Активность", default="Y"), Field("NAME", title="Название", default="", required=True),
    Field("SERVER", title="Адрес сервера"), Field("PORT", Kind.INT, "Порт"),
    Field("ENCRYPTION", Kind.FLAG, "Защищённое соединение"), Field("LINK", title="Адрес веб-интерфейса"),
    Field("ICON", title="Логотип"), Field("SORT", Kind.INT, "Сортировка", default=100),
])  # fmt: skip
OUTGOING: Row = {
    "SMTP_SERVER": None, "SMTP_PORT": None, "SMTP_LOGIN_AS_IMAP": "N", "SMTP_PASSWORD_AS_IMAP": "N",
    "SMTP_ENCRYPTION": None, "UPLOAD_OUTGOING": None,
}  # fmt: skip
KNOWN = (("gmail", "imap.gmail.com", "https://mail.google.com/"), ("yandex", "imap.yandex.ru", "https://mail.yandex.ru/"),
         ("mail.ru", "imap.mail.ru", "https://e.mail.ru/"))  # fmt: skip


def _rows(portal: Portal) -> Table:
    return portal.table("mailservice")


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise core_error("Access denied")


def _found(call: Call) -> Row:
    if not call.int("ID"):
        raise core_error("Mail service ID not specified")
    row = _rows(call.portal).get(call.int("ID"))
    if row is None:
        raise core_error("Mail service not found")
    return row


def _given(call: Call) -> Row:
    """Fields of a write; they stand flat beside each other."""
    kept, _ = SERVICE.clean({str(name).upper(): value for name, value in call.params.items()}, call.portal.clock)
    if kept.get("SERVER"):
        kept["SERVER"] = str(kept["SERVER"]).lower()
    return kept


def _shown(row: Row) -> Row:
    found = {name: row.get(name) for name in SERVICE.fields}
    return {**{name: None if value is None else str(value) for name, value in found.items()}, **OUTGOING}


@method("mailservice.fields", scope=SCOPE)
def fields(_: Call) -> Any:
    return {name: one.title for name, one in SERVICE.fields.items()}


@method("mailservice.list", scope=SCOPE)
def list_(call: Call) -> Any:
    rows = sorted(_rows(call.portal).where(ACTIVE="Y"), key=lambda row: row["SORT"])
    if not rows:
        raise core_error("No mail services found")
    return [_shown(row) for row in rows]


@method("mailservice.get", scope=SCOPE)
def get(call: Call) -> Any:
    return _shown(_found(call))


@method("mailservice.add", scope=SCOPE)
def add(call: Call) -> Any:
    _admin(call)
    given = _given(call)
    if not given.get("NAME"):
        raise core_error('Required field "Name" not filled')
    return _rows(call.portal).add({**SERVICE.defaults(), **given})["ID"]


@method("mailservice.update", scope=SCOPE)
def update(call: Call) -> Any:
    _admin(call)
    _rows(call.portal).update(_found(call)["ID"], **_given(call))
    return True


@method("mailservice.delete", scope=SCOPE)
def delete(call: Call) -> Any:
    _admin(call)
    _rows(call.portal).delete(_found(call)["ID"])
    return True


def start(portal: Portal) -> None:
    """The services a portal knows from the start."""
    for name, server, link in KNOWN if not len(_rows(portal)) else ():
        about = {"NAME": name, "SERVER": server, "PORT": 993, "ENCRYPTION": "Y", "LINK": link}
        _rows(portal).add({**SERVICE.defaults(), **about})
