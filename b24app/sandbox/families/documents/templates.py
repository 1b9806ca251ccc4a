"""Templates: `…template.*`. Sources: `crm/document-generator/templates/*.md`, `document-generator/templates/*.md`."""

from typing import Any

from b24app.sandbox.families.documents import docx, sources
from b24app.sandbox.families.documents.faces import (
    CRM,
    FACES,
    Face,
    access_error,
    complete,
    fields,
    may_modify_templates,
    needed,
    opens,
    refused,
    text,
)
from b24app.sandbox.families.drive import links
from b24app.sandbox.families.drive import model as drive
from b24app.sandbox.families.kit.fields import yes_no
from b24app.sandbox.families.kit.names import camel, upper, upper_keys
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_list, as_map, to_int
from b24app.sandbox.kernel.store import Row

TABLE = "doc_template"
SHOWN = ("ID", "NAME", "REGION", "CODE", "ACTIVE", "MODULE_ID", "NUMERATOR_ID", "WITH_STAMPS", "IS_DELETED", "SORT",
         "CREATE_TIME", "UPDATE_TIME")  # fmt: skip
REST_PROVIDER = "bitrix\\documentgenerator\\dataprovider\\rest"


def body(portal: Portal, template: Row) -> str:
    """The template's file."""
    blob = portal.table("disk_blob").get(template["FILE_ID"]) or {}
    return str(blob.get("BODY") or "")


def _file(call: Call, given: Row) -> int | None:
    """The number of the given content; None when no file was given."""
    if given.get("fileId"):
        found = drive.objects(call.portal).get(to_int(given["fileId"]))
        if found is None or found["TYPE"] != drive.FILE:
            raise refused("Missing file content")
        return int(found["FILE_ID"])
    if given.get("file") in (None, "", [], {}):
        return None
    try:
        name, content = drive.content(given["file"])
    except RestError:
        raise refused("Could not save file") from None
    return int(drive.keep(call.portal, content, name or "template.docx")["ID"])


def _kept(call: Call, given: Row) -> Row:
    kept: Row = {name.upper(): str(given[name]) for name in ("name", "region", "code") if given.get(name)}
    for name, cast in (("numeratorId", to_int), ("sort", to_int), ("active", yes_no), ("withStamps", yes_no)):
        if name in given:
            kept[upper(name)] = cast(given[name])
    if "users" in given:
        kept["USERS"] = [str(one) for one in as_list(given["users"])] or [f"U{call.user_id}"]
    if "entityTypeId" in given:
        kept["ENTITY_TYPES"] = [str(one) for one in as_list(given["entityTypeId"])]
    return kept


def make(call: Call, module: str, given: Row, *, hidden: bool = False) -> Row:
    """A new template; a hidden one stands behind an uploaded document."""
    file = _file(call, given)
    if file is None:
        raise refused("Missing file content")
    now = call.portal.iso()
    row = {
        "NAME": "", "REGION": "ru", "CODE": None, "ACTIVE": "Y", "MODULE_ID": module, "NUMERATOR_ID": None,
        "WITH_STAMPS": "N", "IS_DELETED": "Y" if hidden else "N", "SORT": 500, "USERS": [f"U{call.user_id}"],
        "ENTITY_TYPES": [], "FILE_ID": file, "CREATE_TIME": now, "UPDATE_TIME": now, "CREATED_BY": call.user_id,
    }  # fmt: skip
    return call.portal.table(TABLE).add({**row, **_kept(call, given)})


def _printed(call: Call, face: Face, row: Row, names: list[str] | None = None) -> Row:
    shown: Row = {camel(name): text(row[name]) for name in SHOWN if names is None or name in names}
    act = "crm.documentgenerator.template" if face is CRM else "documentgenerator.api.template"
    shown["download"] = (
        f"{links.origin(call)}/bitrix/services/main/ajax.php?action={act}.download&SITE_ID=s1&id={row['ID']}"
    )
    shown["downloadMachine"] = links.download_url(call, row["FILE_ID"], f"{row['NAME']}.docx")
    if names is None or "USERS" in names:
        shown["users"] = list(row["USERS"]) if names else {one: one for one in row["USERS"]}
    if face is CRM and (names is None or "ENTITY_TYPE_ID" in names):
        shown["entityTypeId"] = row["ENTITY_TYPES"]
    if face is not CRM and names is None:
        shown["providers"] = {REST_PROVIDER: REST_PROVIDER}
    return shown


def found(call: Call, face: Face, name: str = "id") -> Row:
    """The template of a parameter that the caller may use."""
    row = needed(call, TABLE, name, "Template")
    if row["MODULE_ID"] != face.module:
        raise refused("Template not found")
    if not opens(call, row):
        raise access_error()
    return row


def _methods(face: Face) -> None:
    @face.method("template.add")
    def add(call: Call) -> Any:
        given = fields(call)
        may_modify_templates(call)
        complete(given, "name", "numeratorId", "region", *(("entityTypeId",) if face is CRM else ()))
        return {"template": _printed(call, face, make(call, face.module, given))}

    @face.method("template.get")
    def get(call: Call) -> Any:
        return {"template": _printed(call, face, found(call, face))}

    @face.method("template.update")
    def update(call: Call) -> Any:
        row, given = found(call, face), fields(call)
        may_modify_templates(call)
        kept, file = _kept(call, given), _file(call, given)
        if file is not None:
            kept["FILE_ID"] = file
        row = call.portal.table(TABLE).update(row["ID"], **kept, UPDATE_TIME=call.portal.iso())
        return {"template": _printed(call, face, row)}

    @face.method("template.delete")
    def delete(call: Call) -> Any:
        """Documents live on, so the template only gets out of sight."""
        row = found(call, face)
        may_modify_templates(call)
        call.portal.table(TABLE).update(row["ID"], IS_DELETED="Y", UPDATE_TIME=call.portal.iso())

    @face.method("template.list")
    def list_(call: Call) -> Any:
        return _list(call, face)

    @face.method("template.getfields")
    def get_fields(call: Call) -> Any:
        row = found(call, face)
        if row["IS_DELETED"] == "Y":
            raise RestError.plain("Cannot get fields from deleted template")
        given = {**_source(call, face), **{key: str(value) for key, value in as_map(call.get("values")).items()}}
        codes = dict.fromkeys(["DocumentNumber", "DocumentTitle", "DocumentCreateTime", *_places(call, row)])
        return {"templateFields": {code: sources.described(code, given.get(code), given.get(code)) for code in codes}}


def _source(call: Call, face: Face) -> dict[str, str]:
    kind, number = call.int("entityTypeId"), call.int("entityId")
    row = sources.element(call.portal, kind, number) if face is CRM and number else None
    return sources.values(call.portal, kind, row) if row else {}


def _places(call: Call, row: Row) -> list[str]:
    try:
        return docx.places(body(call.portal, row))
    except docx.BrokenTemplate:
        return []


def _list(call: Call, face: Face) -> Any:
    """Templates keyed by their numbers; deleted ones only when the filter asks for them."""
    lines = query.conditions(upper_keys(call.map("filter")))
    if not any(line.field == "IS_DELETED" for line in lines):
        lines.append(query.condition("IS_DELETED", "N"))
    names = {"ENTITY_TYPE_ID": "ENTITY_TYPES"}
    rows = [row for row in call.portal.table(TABLE).where(MODULE_ID=face.module) if opens(call, row)]
    rows = [
        row
        for row in rows
        if query.passes(row, lines, call.portal.clock, lambda one, name: one.get(names.get(name, name)))
    ]
    order = upper_keys(call.map("order")) or {"ID": "ASC"}
    answer = query.page(query.ordered(rows, order, call.portal.clock), call.get("start"))
    select = [upper(str(one)) for one in as_list(call.get("select"))]
    chosen = None if not select or "*" in select else select
    answer.result = {"templates": {str(row["ID"]): _printed(call, face, row, chosen) for row in answer.result}}
    return answer


for one in FACES:
    _methods(one)
