"""Comments and activities on an element's card."""

from typing import Any

from tests.io.sandbox_crm.conftest import Box

DEAL, CONTACT = 2, 3


async def test_a_comment_is_written_read_and_removed(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    box.heard()
    box.later(60)
    fields = {
        "ENTITY_ID": deal["id"],
        "ENTITY_TYPE": "deal",
        "COMMENT": "Назначена: Мария",
        "FILES": [["a.txt", "aGk="]],
    }

    number = await box("crm.timeline.comment.add", fields=fields)

    assert box.heard() == [("ONCRMTIMELINECOMMENTADD", {"ID": number})]
    rows = await box("crm.timeline.comment.list", filter={"ENTITY_ID": deal["id"], "ENTITY_TYPE": "deal"})
    assert {name: rows[0][name] for name in ("ID", "ENTITY_ID", "ENTITY_TYPE", "CREATED", "COMMENT", "AUTHOR_ID")} == {
        "ID": str(number), "ENTITY_ID": str(deal["id"]), "ENTITY_TYPE": "deal", "CREATED": "2026-02-20T10:01:00+03:00",
        "COMMENT": "Назначена: Мария", "AUTHOR_ID": "1",
    }  # fmt: skip
    assert [(one["name"], one["size"]) for one in rows[0]["FILES"].values()] == [("a.txt", 2)]
    touched = (await box("crm.item.get", entityTypeId=DEAL, id=deal["id"]))["item"]
    assert touched["lastActivityTime"] == "2026-02-20T10:01:00+03:00"
    assert touched["updatedTime"] == deal["updatedTime"]

    assert await box("crm.timeline.comment.update", id=number, fields={"COMMENT": "Иначе"}) == number
    assert (await box("crm.timeline.comment.get", id=number))["COMMENT"] == "Иначе"
    assert await box("crm.timeline.comment.delete", id=number) is None
    assert await box.refused("crm.timeline.comment.get", id=number) == ("", "Not found.")


async def test_comments_are_refused_as_documented(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    good = {"ENTITY_ID": deal["id"], "ENTITY_TYPE": "deal", "COMMENT": "…"}

    async def why(**params: Any) -> str:
        return (await box.refused("crm.timeline.comment.add", **params))[0]

    assert await why(fields={**good, "ENTITY_ID": 99}) == "OWNER_NOT_FOUND"
    assert await why(fields={**good, "COMMENT": " "}) == "INVALID_ARG_VALUE"
    assert await why(fields={"COMMENT": "x"}) == "100"
    assert await why(FIELDS=good) == "100"  # since CRM 23.100 in lower case only
    assert (await box.refused("crm.timeline.comment.list", filter={}))[0] == ""


async def test_a_deleted_deal_takes_its_comments_and_activities_along(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    fields = {"ENTITY_ID": deal["id"], "ENTITY_TYPE": "deal", "COMMENT": "…"}
    number = await box("crm.timeline.comment.add", fields=fields)
    letter = await box("crm.activity.add", fields=incoming(deal["id"], 0))
    box.heard()

    await box("crm.item.delete", entityTypeId=DEAL, id=deal["id"])

    assert (await box.refused("crm.timeline.comment.get", id=number))[1] == "Not found."
    assert (await box.refused("crm.activity.get", id=letter))[1] == "Activity is not found."
    assert ("ONCRMACTIVITYDELETE", {"ID": letter}) in box.heard()


def incoming(deal: int, contact: int) -> dict[str, object]:
    address = {"VALUE": "ivan@example.com", "ENTITY_ID": contact, "ENTITY_TYPE_ID": CONTACT}
    return {
        "OWNER_TYPE_ID": DEAL, "OWNER_ID": deal, "TYPE_ID": 4, "SUBJECT": "Не печатает", "DESCRIPTION": "<b>Стоим</b>",
        "DESCRIPTION_TYPE": 3, "DIRECTION": 1, "COMPLETED": "N", "RESPONSIBLE_ID": 1, "COMMUNICATIONS": [address],
    }  # fmt: skip


async def test_an_incoming_letter_is_an_activity_of_the_deal(box: Box) -> None:
    contact = await box.item(CONTACT, name="Иван", lastName="Петров")
    deal = await box.item(DEAL, title="x")
    box.heard()

    number = await box("crm.activity.add", fields=incoming(deal["id"], contact["id"]))

    assert box.heard() == [("ONCRMACTIVITYADD", {"ID": number})]
    letter = await box("crm.activity.get", id=number)
    assert (letter["TYPE_ID"], letter["PROVIDER_ID"], letter["DIRECTION"]) == ("4", "CRM_EMAIL", "1")
    assert (letter["OWNER_ID"], letter["OWNER_TYPE_ID"], letter["STATUS"]) == (str(deal["id"]), "2", "1")
    assert letter["SETTINGS"] == []
    assert "COMMUNICATIONS" not in letter
    by_contact = {"BINDINGS": [{"OWNER_TYPE_ID": CONTACT, "OWNER_ID": contact["id"]}], "TYPE_ID": 4}
    rows = await box("crm.activity.list", filter=by_contact, select=["ID", "COMMUNICATIONS"])
    talk = rows[0]["COMMUNICATIONS"][0]
    assert (talk["TYPE"], talk["VALUE"], talk["ENTITY_SETTINGS"]["LAST_NAME"]) == (
        "EMAIL",
        "ivan@example.com",
        "Петров",
    )


async def test_a_letter_leaves_only_when_outgoing_and_completed(box: Box) -> None:
    deal = await box.item(DEAL, title="x")
    letter = incoming(deal["id"], 0) | {"DIRECTION": 2}

    await box("crm.activity.add", fields=letter)
    assert len(box.portal.table("letter")) == 0
    assert "was not sent" in box.told()

    sender = {"MESSAGE_FROM": "Анна Орлова <support@example.com>"}
    await box("crm.activity.add", fields={**letter, "COMPLETED": "Y", "SETTINGS": sender})
    sent = next(iter(box.portal.table("letter")))
    assert (sent["TO"], sent["SUBJECT"]) == (["ivan@example.com"], "Не печатает")
    assert (await box.refused("crm.activity.add", fields={**letter, "COMPLETED": "Y"}))[1].startswith(
        "Email send error."
    )


async def test_activities_are_refused_by_what_is_missing(box: Box) -> None:
    deal = await box.item(DEAL, title="x")

    async def why(**changes: Any) -> str:
        return (await box.refused("crm.activity.add", fields=incoming(deal["id"], 0) | changes))[1]

    assert await why(SUBJECT="") == "The field SUBJECT is not defined or empty."
    assert await why(RESPONSIBLE_ID=0) == "The field RESPONSIBLE_ID is not defined or invalid."
    assert await why(COMMUNICATIONS=[]) == "The field COMMUNICATIONS is not defined or invalid."
    assert (await why(OWNER_ID=99)).startswith("Could not build binding.")
