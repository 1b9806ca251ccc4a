"""Mailboxes by REST 3.0: letters are read, answered and moved; nothing reaches a card by itself (methods.md G.7)."""

from typing import Any

from tests.support.sandbox import Sandbox
from tests.support.shapes import differences, sample


async def ask(box: Sandbox, method: str, params: dict[str, Any] | None = None, user: int = 1) -> dict[str, Any]:
    """The body of an answer of version 3."""
    params = {**(params or {}), "auth": box.token(user)}
    return dict((await box.client.post(f"{box.base_url}/rest/api/{method}", json=params)).json())


async def result(box: Sandbox, method: str, params: dict[str, Any] | None = None, user: int = 1) -> Any:
    body = await ask(box, method, params, user)
    assert "error" not in body, body
    return body["result"]


def refusal(body: dict[str, Any]) -> tuple[str, str]:
    """Field and message of a validation error."""
    (one,) = body["error"]["validation"]
    return one["field"], one["message"]


async def mailbox(box: Sandbox, **more: Any) -> int:
    made = await box.control("POST", "mailboxes", {"email": "support@acme.example", "name": "Поддержка", **more})
    return int(made["ID"])


async def letter(box: Sandbox, number: int, subject: str = "Не печатает", **more: Any) -> int:
    given = {"mailbox": number, "subject": subject, "text": "Помогите", "name": "Ольга", "email": "olga@client.example"}
    return int((await box.control("POST", "letters", {**given, **more}))["message"])


async def test_mailboxes_are_everybodys_own(box: Sandbox) -> None:
    number = await mailbox(box)
    (found,) = (await result(box, "mail.mailbox.list", {"email": "acme"}))["items"]
    assert found["id"] == number
    assert differences(sample("mail.mailbox.get"), await result(box, "mail.mailbox.get", {"id": number})) == []
    assert differences(sample("mail.mailbox.senders"), await result(box, "mail.mailbox.senders")) == []
    assert (await result(box, "mail.mailbox.list", user=2))["items"] == []
    strange = (await ask(box, "mail.mailbox.get", {"id": number}, user=2))["error"]
    assert strange["message"] == f"Record with ID = `{number}` not found"


async def test_letters_are_found_by_words_dates_and_flags(box: Sandbox) -> None:
    number = await mailbox(box)
    first = await letter(box, number)
    await box.control("POST", "clock", {"advance_s": 86400})
    second = await letter(box, number, "Счёт")
    listed = await result(box, "mail.message.list", {"mailboxId": number})
    assert differences(sample("mail.message.list"), listed) == []
    assert [row["id"] for row in listed["items"]] == [second, first]

    async def ids(**params: Any) -> list[int]:
        return [row["id"] for row in (await result(box, "mail.message.list", params))["items"]]

    assert await ids(searchQuery="счёт") == [second]
    assert await ids(dateTo="2026-11-25T23:59:59+03:00") == [first]
    assert await ids(isSeen=True) == []
    assert await ids(pagination={"limit": 1, "page": 2}) == [first]
    bad = await ask(box, "mail.message.list", {"dateFrom": "вчера"})
    assert refusal(bad)[1].startswith("Parameter `dateFrom` must be in ISO 8601 format")
    paging = await ask(box, "mail.message.list", {"pagination": {"limit": "abc"}})
    assert paging["error"]["code"].endswith("INVALIDPAGINATIONEXCEPTION")


async def test_an_answer_joins_the_thread_and_stands_on_no_card(box: Sandbox) -> None:
    number = await mailbox(box)
    came = await letter(box, number)
    params = {"replyToMessageId": came, "from": "support@acme.example", "to": ["olga@client.example"],
              "subject": "Re: Не печатает", "body": "Уже смотрим"}  # fmt: skip
    assert await result(box, "mail.message.reply", params) == {"success": True, "to": ["olga@client.example"]}
    await letter(box, number, "Re: Не печатает")
    thread = await result(box, "mail.message.thread", {"id": came})
    assert differences(sample("mail.message.thread"), thread) == []
    assert [row["subject"] for row in thread] == ["Не печатает", "Re: Не печатает", "Re: Не печатает"]
    assert (thread[0]["date"], thread[1]["from"]) == (
        "2026-11-25 12:00:00",
        "Администратор Портала <support@acme.example>",
    )
    assert await box.call("crm.activity.list") == []
    one = (await result(box, "mail.message.get", {"id": came, "select": ["subject", "cc"]}))["item"]
    assert one == {"subject": "Не печатает", "cc": None}


async def test_refusals_of_a_letter_name_the_field(box: Sandbox) -> None:
    await mailbox(box)
    good = {"from": "support@acme.example", "to": ["a@b.example"], "subject": "x", "body": "y"}
    assert refusal(await ask(box, "mail.message.send", {**good, "from": "boss@acme.example"})) == (
        "from",
        "MESSAGE_SEND_FAILED",
    )
    assert refusal(await ask(box, "mail.message.send", {**good, "to": ["никто"]})) == ("to", "NO_RECIPIENTS")
    assert refusal(await ask(box, "mail.message.send", {**good, "body": ""}))[0] == "body"
    assert refusal(await ask(box, "mail.message.reply", {**good, "replyToMessageId": 99})) == (
        "replyToMessageId",
        "MESSAGE_REPLY_FAILED",
    )


async def test_a_letter_becomes_a_deed_a_task_a_chat_and_a_meeting(box: Sandbox) -> None:
    number = await mailbox(box)
    came = await letter(box, number)
    fm = [{"typeId": "EMAIL", "valueType": "WORK", "value": "olga@client.example"}]
    client = await box.call("crm.item.add", {"entityTypeId": 3, "fields": {"name": "Ольга", "fm": fm}})
    fields = {"title": "Заявка", "contactId": client["item"]["id"]}
    deal = (await box.call("crm.item.add", {"entityTypeId": 2, "fields": fields}))["item"]["id"]

    assert await result(box, "mail.message.createcrmactivity", {"messageId": came}) is True
    (deed,) = await box.call("crm.activity.list", {"filter": {"OWNER_TYPE_ID": 2, "OWNER_ID": deal}})
    assert (deed["TYPE_ID"], deed["DIRECTION"], deed["SUBJECT"]) == ("4", "1", "Не печатает")
    task = await result(box, "mail.message.createtask", {"messageId": came})
    assert (await box.call("tasks.task.get", {"taskId": task["taskId"]}))["task"]["title"] == "Не печатает"
    chat = await result(box, "mail.message.createchat", {"messageId": came})
    again = await result(box, "mail.message.createchat", {"messageId": came})
    assert again == {**chat, "existing": True}
    dates = {"dateFrom": "2026-11-26 10:00:00", "dateTo": "2026-11-26 11:00:00"}
    assert (await result(box, "mail.message.createcalendarevent", {"messageId": came, **dates}))["eventId"]
    assert refusal(
        await ask(box, "mail.message.createcalendarevent", {"messageId": came, **dates, "dateTo": "завтра"})
    ) == ("dateTo", "Invalid date format")
    bound = (await result(box, "mail.message.get", {"id": came}))["item"]["bindings"]
    assert [one["entityType"] for one in bound] == ["CRM_ACTIVITY", "TASKS_TASK", "IM_CHAT", "CALENDAR_EVENT"]
    assert await result(box, "mail.message.removecrmactivity", {"messageId": came}) is True
    assert await box.call("crm.activity.list", {"filter": {"OWNER_ID": deal, "TYPE_ID": 4}}) == []


async def test_letters_of_one_folder_are_moved_together(box: Sandbox) -> None:
    number = await mailbox(box)
    both = [await letter(box, number), await letter(box, number, "Ещё")]
    moved = await result(box, "mail.message.movetofolder", {"messageIds": both[:1], "action": "spam"})
    assert moved == {"success": True, "movedCount": 1, "action": "spam"}
    mixed = await ask(box, "mail.message.movetofolder", {"messageIds": both, "action": "delete"})
    assert refusal(mixed) == ("messageIds", "Select emails from a single folder")
    assert refusal(await ask(box, "mail.message.movetofolder", {"messageIds": both, "action": "move"}))[0] == "folder"
    listed = await result(box, "mail.message.list", {"folder": "Spam"})
    assert [row["id"] for row in listed["items"]] == both[:1]


async def test_a_mailbox_of_crm_puts_letters_onto_cards(box: Sandbox) -> None:
    await mailbox(box, crm=True)
    deal = (await box.control("POST", "letters", {"subject": "Заявка", "email": "olga@client.example"}))["deal"]
    (row,) = (await result(box, "mail.message.list"))["items"]
    (deed,) = await box.call("crm.activity.list", {"filter": {"OWNER_TYPE_ID": 2, "OWNER_ID": deal}})
    assert row["bindings"] == [{"entityType": "CRM_ACTIVITY", "entityId": int(deed["ID"])}]


async def test_who_can_be_written_to(box: Sandbox) -> None:
    await letter(box, await mailbox(box))
    (known,) = (await result(box, "mail.recipient.listcontacts", {"query": "olga"}))["items"]
    assert (known["email"], known["name"]) == ("olga@client.example", "Ольга")
    assert refusal(await ask(box, "mail.recipient.listemployees")) == ("query", "Required field `query` is missing")
    fields = await result(box, "mail.message.field.list")
    assert differences(sample("mail.message.field.list"), fields) == []
    assert [one["name"] for one in fields["items"]] == [
        one["name"] for one in sample("mail.message.field.list")["items"]
    ]


async def test_services_are_a_catalogue(box: Sandbox) -> None:
    fields = {"NAME": "Своя почта", "SERVER": "IMAP.Acme.example", "PORT": 993, "ENCRYPTION": "Y"}
    number = await box.call("mailservice.add", fields)
    kept = await box.call("mailservice.get", {"ID": number})
    assert differences(sample("mailservice.get"), kept) == []
    assert (kept["SERVER"], kept["SORT"]) == ("imap.acme.example", "100")
    assert await box.call("mailservice.update", {"ID": number, "ACTIVE": "N"}) is True
    assert number not in [row["ID"] for row in await box.call("mailservice.list")]
    assert (await box.body("mailservice.add", {}))["error_description"] == 'Required field "Name" not filled'
    assert (await box.body("mailservice.add", fields, box.token(2)))["error_description"] == "Access denied"
    assert await box.call("mailservice.delete", {"ID": number}) is True
    assert (await box.body("mailservice.get", {"ID": number}))["error_description"] == "Mail service not found"
