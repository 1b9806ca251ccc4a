"""Answers have the names and the JSON types of the documentation's own samples (`fixtures/restdocs`)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.io.sandbox_crm.conftest import Box
from tests.support.shapes import SAMPLES, differences, sample

LEAD, DEAL, CONTACT, COMPANY = 1, 2, 3, 4
FM = [{"typeId": kind, "valueType": "WORK", "value": "x@example.com"} for kind in ("PHONE", "EMAIL", "IM")]
Ask = Callable[[Box], Awaitable[Any]]


async def _deal(box: Box) -> Any:
    return {"item": await box.item(DEAL, title="x")}


async def _lead(box: Box) -> Any:
    return {"item": await box.item(LEAD, title="x", fm=FM)}


def _classic(family: str, kind: int, **fields: Any) -> Ask:
    async def ask(box: Box) -> Any:
        made = await box.item(kind, **fields)
        return await box(f"crm.{family}.get", id=made["id"])

    return ask


def _plain(method: str, **params: Any) -> Ask:
    async def ask(box: Box) -> Any:
        return await box(method, **params)

    return ask


async def _history(box: Box) -> Any:
    await box.item(DEAL, title="x")
    return await box("crm.stagehistory.list", entityTypeId=DEAL)


async def _smart_process(box: Box) -> Any:
    switches = ("Stages", "BeginCloseDates", "Client", "Observers", "Source", "LinkWithProducts", "Mycompany")
    given = {"title": "x", "entityTypeId": 1268, **{f"is{name}Enabled": "Y" for name in switches}}
    relations = {"parent": [{"entityTypeId": number, "isChildrenListEnabled": "true"} for number in (LEAD, DEAL)]}
    await box("crm.type.add", fields={**given, "relations": relations})
    return await box("crm.item.fields", entityTypeId=1268)


async def _type(box: Box) -> Any:
    return await box("crm.type.add", fields={"title": "x", "isClientEnabled": "Y",
                                             "relations": {"child": [{"entityTypeId": CONTACT}]}})  # fmt: skip


async def _userfield(box: Box) -> Any:
    fields = {"FIELD_NAME": "X", "USER_TYPE_ID": "crm_status", "LABEL": "Справочник"}
    await box("crm.deal.userfield.add", fields=fields)
    return await box("crm.deal.userfield.list", filter={"LANG": "ru"})


async def _userfieldconfig(box: Box) -> Any:
    field = {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_X", "userTypeId": "enumeration", "enum": [{"value": "a"}],
             "editFormLabel": {"en": "List of characteristics"}}  # fmt: skip
    return await box("userfieldconfig.add", moduleId="crm", field=field)


async def _activity(box: Box) -> Any:
    contact = await box.item(CONTACT, name="x")
    talk = {"VALUE": "+70000000000", "ENTITY_ID": contact["id"], "ENTITY_TYPE_ID": CONTACT}
    fields = {"OWNER_TYPE_ID": CONTACT, "OWNER_ID": contact["id"], "TYPE_ID": 2, "SUBJECT": "x", "RESPONSIBLE_ID": 1,
              "COMMUNICATIONS": [talk]}  # fmt: skip
    return await box("crm.activity.get", id=await box("crm.activity.add", fields=fields))


async def _comment(box: Box) -> Any:
    deal = await box.item(DEAL, title="x")
    fields = {"ENTITY_ID": deal["id"], "ENTITY_TYPE": "deal", "COMMENT": "x", "FILES": [["1.gif", "aGk="]]}
    return await box("crm.timeline.comment.get", id=await box("crm.timeline.comment.add", fields=fields))


async def _logmessage(box: Box) -> Any:
    deal = await box.item(DEAL, title="x")
    fields = {"entityTypeId": DEAL, "entityId": deal["id"], "title": "x", "text": "y", "iconCode": "info"}
    return await box("crm.timeline.logmessage.add", fields=fields)


async def _productrow(box: Box) -> Any:
    deal = await box.item(DEAL, title="x")
    fields = {"ownerId": deal["id"], "ownerType": "D", "price": 80000, "quantity": 2, "discountRate": 20, "taxRate": 20}
    return await box("crm.item.productrow.add", fields=fields)


async def _bindings(box: Box) -> Any:
    contact = await box.item(CONTACT, name="x")
    deal = await box.item(DEAL, title="x", contactId=contact["id"])
    return await box("crm.deal.contact.items.get", id=deal["id"])


async def _address(box: Box) -> Any:
    company = await box.item(COMPANY, title="x")
    given = {"ENTITY_TYPE_ID": COMPANY, "ENTITY_ID": company["id"], "PRESET_ID": 1, "NAME": "Организация"}
    number = await box("crm.requisite.add", fields=given)
    fields = {"TYPE_ID": 1, "ENTITY_TYPE_ID": 8, "ENTITY_ID": number, "ADDRESS_1": "x", "CITY": "y"}
    await box("crm.address.add", fields=fields)
    return await box("crm.address.list")


async def _recurring(box: Box) -> Any:
    deal = await box.item(DEAL, title="x")
    given = {"DEAL_ID": deal["id"], "PARAMS": {"MODE": "multiple", "MULTIPLE_TYPE": "day"}, "LIMIT_DATE": "2027-03-05"}
    number = await box("crm.deal.recurring.add", fields=given)
    return await box("crm.deal.recurring.get", id=number)


ASKED: dict[str, Ask] = {
    "crm.deal.recurring.get": _recurring,
    "crm.deal.recurring.fields": _plain("crm.deal.recurring.fields"),
    "crm.item.add-deal": _deal,
    "crm.item.get-lead": _lead,
    "crm.deal.get": _classic("deal", DEAL, title="x"),
    "crm.contact.get": _classic("contact", CONTACT, name="x", fm=FM),
    "crm.company.get": _classic("company", COMPANY, title="x"),
    "crm.lead.get": _classic("lead", LEAD, title="x", fm=[FM[0], FM[2]]),
    "crm.deal.fields": _plain("crm.deal.fields"),
    "crm.item.fields-smart-process": _smart_process,
    "crm.status.list": _plain("crm.status.list", filter={"ENTITY_ID": "DEAL_STAGE"}),
    "crm.category.list": _plain("crm.category.list", entityTypeId=DEAL),
    "crm.stagehistory.list": _history,
    "crm.deal.userfield.list": _userfield,
    "userfieldconfig.add": _userfieldconfig,
    "crm.activity.get": _activity,
    "crm.timeline.comment.get": _comment,
    "crm.type.add": _type,
    "crm.item.productrow.add": _productrow,
    "crm.timeline.logmessage.add": _logmessage,
    "crm.deal.contact.items.get": _bindings,
    "crm.address.list": _address,
    "crm.currency.get": _plain("crm.currency.get", id="USD"),
}


@pytest.mark.parametrize("name", sorted(ASKED))
async def test_an_answer_has_the_documented_shape(box: Box, name: str) -> None:
    assert differences(sample(name), await ASKED[name](box)) == []


def test_every_sample_is_compared() -> None:
    assert {path.stem for path in SAMPLES.glob("crm.*.json")} | {"userfieldconfig.add"} == set(ASKED)
