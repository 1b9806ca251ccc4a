"""The document generator, from the answers of `crm/document-generator/**.md` and `document-generator/**.md`."""

import base64
import io
import zipfile
from typing import Any

import pytest
from tests.support.messenger import Handler
from tests.support.sandbox import Sandbox

CRM = "crm.documentgenerator"


def template_file(text: str) -> str:
    """A DOCX of one paragraph, base64."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document><w:body><w:p><w:t>{text}</w:t></w:p></w:body></w:document>")
    return base64.b64encode(made.getvalue()).decode()


@pytest.fixture
async def act(box: Sandbox) -> Sandbox:
    """A portal with deal 1 of a client, numerator 1 and template 1 «Акт»."""
    company = await box.call("crm.company.add", {"fields": {"TITLE": "Ромашка"}})
    await box.call("crm.deal.add", {"fields": {"TITLE": "Поддержка & сопровождение", "COMPANY_ID": company}})
    await box.call(
        f"{CRM}.numerator.add",
        {"fields": {"name": "Акты", "template": "A-{NUMBER}", "settings": {"start": 7, "length": 3}}},
    )
    text = "{DocumentNumber} {Title} {ClientName} {Hours}"
    fields = {"name": "Акт", "file": ["act.docx", template_file(text)], "numeratorId": 1, "region": "ru",
              "entityTypeId": ["2"], "users": ["UA"]}  # fmt: skip
    await box.call(f"{CRM}.template.add", {"fields": fields})
    return box


async def make(box: Sandbox, **values: Any) -> dict[str, Any]:
    given = {"templateId": 1, "entityTypeId": 2, "entityId": 1, "values": values}
    return dict((await box.call(f"{CRM}.document.add", given))["document"])


async def refused(box: Sandbox, method: str, params: dict[str, Any]) -> tuple[str, str]:
    body = await box.body(method, params)
    return body["error"], body["error_description"]


async def test_numbers_follow_the_numerator(act: Sandbox) -> None:
    first, second = await make(act), await make(act)
    assert (first["number"], second["number"]) == ("A-007", "A-008")
    (row,) = (await act.call(f"{CRM}.numerator.list"))["numerators"]
    (settings,) = row["settings"].values()
    assert (row["id"], settings["start"], settings["step"], settings["isDirectNumeration"]) == ("1", 7, 1, False)


async def test_a_document_is_the_template_filled_with_the_element_and_the_callers_values(act: Sandbox) -> None:
    made = await make(act, Hours="2,5")
    assert (made["id"], made["createdBy"], made["entityId"], made["title"]) == (1, 1, "1", "Акт A-007")
    answer = await act.client.get(made["downloadUrlMachine"])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        text = archive.read("word/document.xml").decode()
    assert "A-007 Поддержка &amp; сопровождение Ромашка 2,5" in text


async def test_pdf_and_picture_come_half_a_minute_later(act: Sandbox) -> None:
    made = await make(act)
    assert "pdfUrl" not in made
    assert (await act.call(f"{CRM}.document.get", {"id": 1}))["document"]["id"] == "1"
    await act.control("POST", "clock", {"advance_s": 40})
    shown = (await act.call(f"{CRM}.document.get", {"id": 1}))["document"]
    assert (await act.client.get(shown["pdfUrlMachine"])).content.startswith(b"%PDF")
    assert (await act.client.get(shown["imageUrlMachine"])).content.startswith(b"\x89PNG")


async def test_an_update_makes_the_file_anew(act: Sandbox) -> None:
    await make(act)
    await act.control("POST", "clock", {"advance_s": 40})
    changed = await act.call(f"{CRM}.document.update", {"id": 1, "values": {"DocumentNumber": "2026-002"}})
    assert (changed["document"]["number"], changed["document"]["updatedBy"]) == ("2026-002", 1)
    assert "pdfUrl" not in changed["document"]
    public = (await act.call(f"{CRM}.document.enablepublicurl", {"id": 1, "status": 1}))["publicUrl"]
    assert "/~" in public
    assert (await act.call(f"{CRM}.document.enablepublicurl", {"id": 1, "status": 0}))["publicUrl"] is None


async def test_templates_come_keyed_by_their_numbers_and_deleted_ones_do_not_come(act: Sandbox) -> None:
    body = await act.body(f"{CRM}.template.list", {"select": ["id", "name", "entityTypeId"]})
    assert body["total"] == 1
    assert body["result"]["templates"]["1"]["entityTypeId"] == ["2"]
    fields = (await act.call(f"{CRM}.template.getfields", {"id": 1, "entityTypeId": 2, "entityId": 1}))[
        "templateFields"
    ]
    assert (fields["ClientName"]["value"], fields["DocumentNumber"]["required"]) == ("Ромашка", "Y")
    assert await act.call(f"{CRM}.template.delete", {"id": 1}) is None
    assert (await act.call(f"{CRM}.template.list"))["templates"] == []
    given = {"templateId": 1, "entityTypeId": 2, "entityId": 1}
    assert await refused(act, f"{CRM}.document.add", given) == ("0", "Cannot create document on deleted template")


async def test_refusals_list_what_is_empty(act: Sandbox) -> None:
    assert await refused(act, f"{CRM}.template.add", {"fields": {"name": "x"}}) == (
        "0", "Empty required fields: numeratorId, region, entityTypeId",
    )  # fmt: skip
    assert await refused(act, f"{CRM}.document.get", {"id": 9}) == ("0", "Document not found")
    assert (await refused(act, f"{CRM}.document.get", {}))[0] == "100"
    assert await refused(act, f"{CRM}.document.add", {"templateId": 1, "entityTypeId": 999, "entityId": 1}) == (
        "0", "No provider for entityTypeId",
    )  # fmt: skip
    assert await refused(act, f"{CRM}.numerator.get", {"id": 9}) == ("100", "Could not construct parameter {numerator}")


async def test_a_ready_file_is_uploaded_by_an_application(act: Sandbox, handler: Handler) -> None:
    event = {"event": "ONCRMDOCUMENTGENERATORDOCUMENTADD", "handler": handler.url}
    await act.call("event.bind", event, token=act.token())
    fields = {
        "entityTypeId": 2,
        "entityId": 1,
        "fileContent": template_file("Готово"),
        "region": "ru",
        "title": "Отчёт",
        "number": "5",
    }
    assert (await refused(act, f"{CRM}.document.upload", {"fields": fields}))[1] == "Application not found"
    made = (await act.call(f"{CRM}.document.upload", {"fields": fields}, token=act.token()))["document"]
    assert (made["title"], made["number"], made["entityId"]) == ("Отчёт", "5", "1")
    (post,) = await handler.wait(1)
    assert post["data"] == {"FIELDS": {"ID": made["id"], "ENTITY_TYPE_ID": "2", "ENTITY_ID": "1"}}


async def test_without_crm_a_document_is_made_from_values_alone(act: Sandbox) -> None:
    fields = {"name": "Договор", "file": ["d.docx", template_file("{Client}")], "numeratorId": 1, "region": "ru"}
    template = (await act.call("documentgenerator.template.add", {"fields": fields}))["template"]
    assert (template["moduleId"], "entityTypeId" in template) == ("rest", False)
    given = {"templateId": template["id"], "value": "contract-15", "values": {"Client": "Ромашка"}}
    made = (await act.call("documentgenerator.document.add", given))["document"]
    assert (made["value"], made["provider"]) == ("contract-15", "Bitrix\\DocumentGenerator\\DataProvider\\Rest")
    assert (await refused(act, f"{CRM}.document.get", {"id": made["id"]})) == ("", "Document not found")
