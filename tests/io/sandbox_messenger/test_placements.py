"""Placements and field types: what is taken, what is refused and with which status."""

import pytest
from tests.support.messenger import APP, Chat, Refused

TAB = {"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": "http://127.0.0.1:9/tab", "TITLE": "Поддержка"}


async def test_a_tab_is_bound_listed_and_unbound_counting_twice(chat: Chat) -> None:
    assert await chat.app("placement.bind", **TAB) is True
    (row,) = await chat.app("placement.get")
    assert (row["placement"], row["title"], row["options"], row["userId"]) == (
        "CRM_DEAL_DETAIL_TAB",
        "Поддержка",
        [],
        0,
    )

    assert await chat.app("placement.unbind", PLACEMENT="CRM_DEAL_DETAIL_TAB") == {"count": 2}
    assert await chat.app("placement.get") == []


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({"PLACEMENT": ""}, "ERROR_ARGUMENT", 200),
        ({"PLACEMENT": "NO_SUCH_PLACE"}, "ERROR_PLACEMENT_NOT_FOUND", 400),
        ({"PLACEMENT": "TASK_VIEW_TAB"}, "ERROR_PLACEMENT_NOT_FOUND", 400),
        ({"PLACEMENT": "DEFAULT"}, "ERROR_ARGUMENT", 400),
        ({"HANDLER": "http://localhost/tab"}, "ERROR_WRONG_HANDLER_URL", 400),
        ({"HANDLER": "ftp://a.example/"}, "ERROR_UNSUPPORTED_PROTOCOL", 400),
        ({"USER_ID": 2}, "ERROR_PLACEMENT_USER_MODE", 200),
        ({"PLACEMENT": "IM_SIDEBAR"}, "ERROR_ARGUMENT", 400),
    ],
)
async def test_refusals_have_the_documented_code_and_status(
    chat: Chat, changes: dict[str, object], code: str, status: int
) -> None:
    with pytest.raises(Refused) as refused:
        await chat.app("placement.bind", **{**TAB, **changes})
    assert (refused.value.code, refused.value.status) == (code, status)


async def test_the_same_handler_is_bound_once_and_several_handlers_may_be(chat: Chat) -> None:
    await chat.app("placement.bind", **TAB)
    with pytest.raises(Refused) as refused:
        await chat.app("placement.bind", **TAB)
    await chat.app("placement.bind", **{**TAB, "HANDLER": "http://127.0.0.1:9/other"})

    assert refused.value.code == "ERROR_CORE"
    assert len(await chat.app("placement.get")) == 2


async def test_only_an_administrator_binds(chat: Chat) -> None:
    with pytest.raises(Refused) as refused:
        await chat.anna("placement.bind", **TAB)
    assert (refused.value.code, refused.value.status) == ("ACCESS_DENIED", 403)


async def test_a_field_type_is_added_once(chat: Chat) -> None:
    given = {"USER_TYPE_ID": "sla", "HANDLER": "http://127.0.0.1:9/sla", "TITLE": "SLA", "OPTIONS": {"height": 90}}
    assert await chat.app("userfieldtype.add", **given) is True
    with pytest.raises(Refused) as refused:
        await chat.app("userfieldtype.add", **given)

    assert refused.value.code == "ERROR_CORE"
    assert [one["USER_TYPE_ID"] for one in await chat.app("userfieldtype.list")] == ["sla"]
    assert APP == 1
