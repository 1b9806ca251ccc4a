"""Numerators: `…numerator.*` and the next number. Sources: `crm/document-generator/numerator/*.md`."""

from typing import Any

from b24app.sandbox.families.documents.faces import FACES, Face, complete, fields, may_modify_templates
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_map, to_int
from b24app.sandbox.kernel.store import Row

GENERATOR = "Bitrix_Main_Numerator_Generator_SequentNumberGenerator"
DEFAULTS: Row = {"start": 1, "step": 1, "length": 0, "padString": "0", "periodicBy": None, "timezone": None,
                 "isDirectNumeration": False}  # fmt: skip
PERIODS = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
TABLE = "doc_numerator"


def next_number(portal: Portal, numerator: int) -> str:
    """The next number in the form of the numerator; the counter starts anew with its period."""
    row = portal.table(TABLE).get(numerator)
    if row is None:
        return str(portal.table("doc_number").next_id())
    settings, now = row["SETTINGS"], portal.clock.local()
    period = now.strftime(PERIODS[settings["periodicBy"]]) if settings["periodicBy"] in PERIODS else ""
    fresh = row["LAST"] is None or row["PERIOD"] != period
    value = to_int(settings["start"], 1) if fresh else row["LAST"] + to_int(settings["step"], 1)
    portal.table(TABLE).update(numerator, LAST=value, PERIOD=period)
    digits = str(value).rjust(to_int(settings["length"]), str(settings["padString"] or "0")[0])
    words = {"NUMBER": digits, "YEAR": now.strftime("%Y"), "MONTH": now.strftime("%m"), "DAY": now.strftime("%d")}
    made = str(row["TEMPLATE"])
    for word, text in words.items():
        made = made.replace(f"{{{word}}}", text)
    return made


def _settings(given: Any, old: Row) -> Row:
    wanted = as_map(as_map(given).get(GENERATOR)) or as_map(given)
    return {**old, **{name: wanted[name] for name in DEFAULTS if name in wanted}}


def _shown(row: Row, *, new: bool = False) -> Row:
    number = row["ID"] if new else str(row["ID"])
    head = {"id": number, "name": row["NAME"], "template": row["TEMPLATE"], "code": None}
    return {**head, "settings": {GENERATOR: row["SETTINGS"]}}


def _row(call: Call) -> Row:
    if not call.params.has("id"):
        raise RestError("100", "Bitrix\\Main\\Numerator\\Numerator constructor must be is public")
    row = call.portal.table(TABLE).get(call.int("id"))
    if row is None:
        raise RestError("100", "Could not construct parameter {numerator}")
    return row


def _methods(face: Face) -> None:
    @face.method("numerator.add")
    def add(call: Call) -> Any:
        given = fields(call)
        may_modify_templates(call)
        complete(given, "name", "template")
        made = {"NAME": str(given["name"]), "TEMPLATE": str(given["template"]), "LAST": None, "PERIOD": ""}
        row = call.portal.table(TABLE).add({**made, "SETTINGS": _settings(given.get("settings"), DEFAULTS)})
        return {"numerator": _shown(row, new=True)}

    @face.method("numerator.get")
    def get(call: Call) -> Any:
        return {"numerator": _shown(_row(call))}

    @face.method("numerator.list")
    def list_(call: Call) -> Any:
        may_modify_templates(call)
        answer = query.page(list(call.portal.table(TABLE)), call.get("start"))
        answer.result = {"numerators": [_shown(row) for row in answer.result]}
        return answer

    @face.method("numerator.update")
    def update(call: Call) -> Any:
        row, given = _row(call), fields(call)
        may_modify_templates(call)
        kept = {name.upper(): str(given[name]) for name in ("name", "template") if given.get(name)}
        settings = _settings(given.get("settings"), row["SETTINGS"])
        return _shown(call.portal.table(TABLE).update(row["ID"], **kept, SETTINGS=settings))

    @face.method("numerator.delete")
    def delete(call: Call) -> Any:
        row = _row(call)
        may_modify_templates(call)
        call.portal.table(TABLE).delete(row["ID"])


for one in FACES:
    _methods(one)
