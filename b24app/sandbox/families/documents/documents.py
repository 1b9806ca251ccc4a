"""Documents: `…document.*`. Sources: `crm/document-generator/documents/*.md`, `document-generator/*.md`.

PDF and picture come half a minute after the document, as on the portal, where another server makes them.
"""

from datetime import timedelta
from typing import Any

from b24app.sandbox.crm import kinds
from b24app.sandbox.families.documents import docx, numerators, sources, templates
from b24app.sandbox.families.documents.faces import (
    CRM,
    FACES,
    Face,
    access_error,
    complete,
    fields,
    needed,
    opens,
    refused,
    text,
)
from b24app.sandbox.families.drive import links
from b24app.sandbox.families.drive import model as drive
from b24app.sandbox.families.kit.fields import flag
from b24app.sandbox.families.kit.names import camel, upper, upper_keys
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.moments import moment
from b24app.sandbox.kernel.registry import Call, as_list, as_map
from b24app.sandbox.kernel.store import Row, Table

TABLE = "doc_document"
CONVERSION = timedelta(seconds=30)
PROVIDER = "Bitrix\\DocumentGenerator\\DataProvider\\Rest"
FIELDS = ("ID", "TITLE", "NUMBER", "CREATE_TIME", "UPDATE_TIME", "CREATED_BY", "UPDATED_BY", "TEMPLATE_ID")


def _table(call: Call) -> Table:
    return call.portal.table(TABLE)


def _value(call: Call, face: Face, kind: int, number: Any) -> dict[str, str]:
    """The values the source gives; refuses a source there is not."""
    if face is not CRM:
        return {}
    row = sources.element(call.portal, kind, int(number))
    return sources.values(call.portal, kind, row) if row else {}


def _source(call: Call, face: Face) -> tuple[int, Any]:
    if face is not CRM:
        if call.get("value") in (None, ""):
            raise refused('Empty required parameter "value"')
        return 0, str(call.get("value"))
    return _owner(call, call.int("entityTypeId"), call.int("entityId"))


def _owner(call: Call, kind: int, number: int) -> tuple[int, int]:
    known = kinds.find(call.portal, kind)
    if known is None:
        raise refused("No provider for entityTypeId")
    if not number:
        raise refused('Empty required parameter "value"')
    if number not in known.rows(call.portal):
        raise access_error()
    return kind, number


def _render(call: Call, row: Row) -> int:
    """Fill the template and keep the file."""
    template = call.portal.table(templates.TABLE).get(row["TEMPLATE_ID"]) or {}
    own = sources.document_values(call.portal, number=row["NUMBER"], title=row["TITLE"], created=row["CREATE_TIME"])
    given = {key: str(value) for key, value in row["VALUES"].items() if isinstance(value, str | int | float)}
    face = CRM if row["MODULE_ID"] == CRM.module else FACES[1]
    values = {**_value(call, face, row["ENTITY_TYPE_ID"], row["ENTITY_ID"] if face is CRM else 0), **own, **given}
    try:
        made = docx.filled(templates.body(call.portal, template), values)
    except docx.BrokenTemplate:
        raise refused("DOCUMENT_FILE_NOT_PROCESSABLE_ERROR") from None
    return int(drive.keep(call.portal, made, f"{row['TITLE']}.docx")["ID"])


def _add(call: Call, face: Face) -> Row:
    template = templates.found(call, face, "templateId")
    if template["IS_DELETED"] == "Y":
        raise refused("Cannot create document on deleted template")
    kind, number = _source(call, face)
    given = as_map(call.get("values"))
    own = str(given.get("DocumentNumber") or numerators.next_number(call.portal, template["NUMERATOR_ID"] or 0))
    title = str(given.get("DocumentTitle") or f"{template['NAME']} {own}")
    row = _new(call, face, (kind, number), TEMPLATE_ID=template["ID"], NUMBER=own, TITLE=title)
    values = {
        "productsTableVariant": "",
        "_creationMethod": "rest",
        "stampsEnabled": flag(call.get("stampsEnabled")),
        **given,
    }
    row = _table(call).update(row["ID"], VALUES=values, STAMPS=flag(call.get("stampsEnabled")))
    return _table(call).update(row["ID"], FILE_ID=_render(call, row))


def _new(call: Call, face: Face, source: tuple[int, Any], **about: Any) -> Row:
    now = call.portal.iso()
    row = {
        "MODULE_ID": face.module, "ENTITY_TYPE_ID": source[0], "ENTITY_ID": source[1], "CREATE_TIME": now,
        "UPDATE_TIME": now, "CREATED_BY": call.user_id, "UPDATED_BY": None, "FILE_ID": None, "PUBLIC": None,
        "VALUES": {}, "STAMPS": False, "PDF_ID": None, "IMAGE_ID": None,
    }  # fmt: skip
    return _table(call).add({**row, **about})


def _found(call: Call, face: Face) -> Row:
    row = needed(call, TABLE, "id", "Document")
    if row["MODULE_ID"] != face.module:
        raise RestError.plain("Document not found")
    template = call.portal.table(templates.TABLE).get(row["TEMPLATE_ID"])
    if row["CREATED_BY"] != call.user_id and template and not opens(call, template):
        raise access_error()
    return row


def _converted(call: Call, row: Row) -> Row:
    """PDF and picture, once their time has come."""
    changed = moment(row["UPDATE_TIME"], call.portal.clock)
    if row["PDF_ID"] or changed is None or call.portal.now() - changed < CONVERSION:
        return row
    pdf = drive.keep(call.portal, docx.pdf(row["TITLE"]), f"{row['TITLE']}.pdf")
    image = drive.keep(call.portal, docx.picture(), f"{row['TITLE']}.png")
    return _table(call).update(row["ID"], PDF_ID=pdf["ID"], IMAGE_ID=image["ID"])


def _urls(call: Call, face: Face, row: Row) -> Row:
    act = "crm.documentgenerator.document" if face is CRM else "documentgenerator.api.document"
    base = f"{links.origin(call)}/bitrix/services/main/ajax.php?action={act}"
    found = {"downloadUrl": ("FILE_ID", "download", "docx"), "pdfUrl": ("PDF_ID", "getPdf", "pdf"),
             "imageUrl": ("IMAGE_ID", "getImage", "png")}  # fmt: skip
    shown: Row = {}
    for name, (field, verb, tail) in found.items():
        if row[field]:
            shown[name] = f"{base}.{verb}&SITE_ID=s1&id={row['ID']}"
            shown[f"{name}Machine"] = links.download_url(call, row[field], f"{row['TITLE']}.{tail}")
    return shown


def _printed(call: Call, face: Face, row: Row, fresh: tuple[str, ...] = ()) -> Row:
    """A document; `fresh` names the fields this call has set, which come as numbers."""
    plain = {camel(name): row[name] if name in fresh else text(row[name]) for name in FIELDS}
    owner: Row = {"entityId": str(row["ENTITY_ID"]), "entityTypeId": str(row["ENTITY_TYPE_ID"])} if face is CRM else {
        "value": row["ENTITY_ID"], "provider": PROVIDER,
    }  # fmt: skip
    stamps = "В шаблоне нет печатей и подписей"
    return {
        "changeStampsEnabled": False, "changeStampsDisabledReason": stamps, "changeQrCodeEnabled": False,
        "qrCodeEnabled": False, "changeQrCodeDisabledReason": "В шаблоне нет QR-кода", **_products(call, row),
        **_urls(call, face, row), "publicUrl": row["PUBLIC"], **plain, "stampsEnabled": row["STAMPS"],
        "isTransformationError": False, "values": row["VALUES"], "pullTag": f"TRANSFORMDOCUMENT{row['ID']}",
        "emailDiskFile": row["FILE_ID"], **owner,
    }  # fmt: skip


def _products(call: Call, row: Row) -> Row:
    source = sources.element(call.portal, row["ENTITY_TYPE_ID"], row["ENTITY_ID"]) if row["ENTITY_TYPE_ID"] else None
    if source is None:
        return {}
    total = f"{float(source.get('OPPORTUNITY') or 0):.2f}"
    return {"products": {"currencyId": source.get("CURRENCY_ID"), "totalSum": total, "totalRows": 0}}


def _told(call: Call, face: Face, act: str, row: Row) -> None:
    if face is CRM:
        data = {
            "FIELDS": {
                "ID": str(row["ID"]),
                "ENTITY_TYPE_ID": str(row["ENTITY_TYPE_ID"]),
                "ENTITY_ID": str(row["ENTITY_ID"]),
            }
        }
        call.portal.raise_event(f"ONCRMDOCUMENTGENERATORDOCUMENT{act}", data, user=call.user_id)


def _methods(face: Face) -> None:
    @face.method("document.add")
    def add(call: Call) -> Any:
        row = _add(call, face)
        _told(call, face, "ADD", row)
        return {"document": _printed(call, face, row, ("ID", "CREATED_BY"))}

    @face.method("document.get")
    def get(call: Call) -> Any:
        return {"document": _printed(call, face, _converted(call, _found(call, face)))}

    @face.method("document.update")
    def update(call: Call) -> Any:
        row = _found(call, face)
        values = {**row["VALUES"], **as_map(call.get("values"))}
        kept: Row = {
            "VALUES": values,
            "UPDATED_BY": call.user_id,
            "UPDATE_TIME": call.portal.iso(),
            "PDF_ID": None,
            "IMAGE_ID": None,
        }
        kept |= {
            name: str(values[code])
            for name, code in (("NUMBER", "DocumentNumber"), ("TITLE", "DocumentTitle"))
            if code in values
        }
        if call.params.has("stampsEnabled"):
            kept["STAMPS"] = flag(call.get("stampsEnabled"))
        row = _table(call).update(row["ID"], **kept)
        row = _table(call).update(row["ID"], FILE_ID=_render(call, row))
        _told(call, face, "UPDATE", row)
        return {"document": _printed(call, face, row, ("UPDATED_BY",))}

    @face.method("document.delete")
    def delete(call: Call) -> Any:
        row = _found(call, face)
        _table(call).delete(row["ID"])
        _told(call, face, "DELETE", row)

    @face.method("document.list")
    def list_(call: Call) -> Any:
        return _list(call, face)


def _more(face: Face) -> None:
    @face.method("document.getfields")
    def get_fields(call: Call) -> Any:
        row = _found(call, face)
        given = as_map(call.get("values"))
        source = _value(call, face, row["ENTITY_TYPE_ID"], row["ENTITY_ID"] if face is CRM else 0)
        own = sources.document_values(call.portal, number=row["NUMBER"], title=row["TITLE"], created=row["CREATE_TIME"])
        known = {**source, **own, **row["VALUES"]}
        template = call.portal.table(templates.TABLE).get(row["TEMPLATE_ID"]) or {}
        codes = dict.fromkeys([*own, *docx.places(templates.body(call.portal, template)), *given])
        shown = {code: sources.described(code, given.get(code, known.get(code)), known.get(code)) for code in codes}
        return {"documentFields": shown}

    @face.method("document.enablepublicurl")
    def public(call: Call) -> Any:
        """Switch the public address on or off; the address stays the same."""
        row, on = _found(call, face), flag(call.get("status", default=1))
        code = row.get("CODE") or "".join(call.portal.random.choices("abcdefghjkmnpqrstuvwxyz23456789", k=5))
        url = f"{links.origin(call)}/~{code}" if on else None
        _table(call).update(row["ID"], PUBLIC=url, CODE=code)
        return {"publicUrl": url}


def _list(call: Call, face: Face) -> Any:
    select = [upper(str(one)) for one in as_list(call.get("select"))]
    if "ENTITY_TYPE_ID" in select:
        model = "\\Bitrix\\DocumentGenerator\\Model\\Document"
        raise RestError("100", f"Unknown field definition ENTITY_TYPE_ID (ENTITY_TYPE_ID) for {model} Entity")
    lines = query.conditions(upper_keys(call.map("filter")))
    rows = [row for row in _table(call).where(MODULE_ID=face.module) if query.passes(row, lines, call.portal.clock)]
    order = upper_keys(call.map("order")) or {"ID": "ASC"}
    answer = query.page(query.ordered(rows, order, call.portal.clock), call.get("start"))
    answer.result = {"documents": [_row(call, face, row, select) for row in answer.result]}
    return answer


def _row(call: Call, face: Face, row: Row, select: list[str]) -> Row:
    shown = _printed(call, face, _converted(call, row))
    shown |= {"fileId": text(row["FILE_ID"]), "pdfId": text(row["PDF_ID"]), "imageId": text(row["IMAGE_ID"])}
    if not select or "*" in select:
        return shown
    return {key: value for key, value in shown.items() if upper(key) in select or key.startswith("download")}


@CRM.method("document.upload")
def upload(call: Call) -> Any:
    """A ready file becomes a document of an element; a hidden template stands behind it."""
    given = fields(call)
    complete(given, "entityTypeId", "fileContent", "region", "entityId")
    if call.app_id is None:
        raise refused("Application not found")
    kind, number = _owner(call, int(given["entityTypeId"]), int(given["entityId"]))
    title = str(given.get("title") or "Документ")
    file = {"file": [f"{title}.docx", str(given["fileContent"])], "name": title, "region": given["region"]}
    template = templates.make(call, CRM.module, file, hidden=True)
    own = str(given.get("number") or call.portal.table("doc_number").next_id())
    row = _new(call, CRM, (kind, number), TEMPLATE_ID=template["ID"], NUMBER=own, TITLE=title)
    kept: Row = {"FILE_ID": template["FILE_ID"], "VALUES": {"productsTableVariant": "", "_creationMethod": "rest"}}
    for field, name, tail in (("PDF_ID", "pdfContent", "pdf"), ("IMAGE_ID", "imageContent", "png")):
        if given.get(name):
            kept[field] = drive.keep(call.portal, drive.content(given[name])[1], f"{title}.{tail}")["ID"]
    row = _table(call).update(row["ID"], **kept)
    _told(call, CRM, "ADD", row)
    return {"document": _printed(call, CRM, row)}


for one in FACES:
    _methods(one)
    _more(one)
