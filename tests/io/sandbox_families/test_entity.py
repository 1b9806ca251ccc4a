"""Data storages of applications, from the answers of `api-reference/entity/**.md`."""

from typing import Any

from tests.support.sandbox import Sandbox

MARIA = 2


async def call(box: Sandbox, method: str, user: int = 1, **params: Any) -> Any:
    """As the application."""
    return await box.call(method, params, token=box.token(user))


async def refused(box: Sandbox, method: str, user: int = 1, **params: Any) -> tuple[str, str]:
    body = await box.body(method, params, token=box.token(user))
    return body["error"], body["error_description"]


async def test_storages_belong_to_an_application_and_a_webhook_has_none(box: Sandbox) -> None:
    assert await call(box, "entity.add", ENTITY="dish", NAME="Блюда", ACCESS={"AU": "R", "U2": "Q"}) is True
    assert await call(box, "entity.get", ENTITY="dish") == {
        "ID": "1", "IBLOCK_TYPE_ID": "rest_entity", "ENTITY": "dish", "NAME": "Блюда",
    }  # fmt: skip
    assert await call(box, "entity.rights", ENTITY="dish") == {"AU": "R", "U1": "X"}
    assert (await refused(box, "entity.add", ENTITY="dish", NAME="Ещё"))[0] == "ERROR_ENTITY_ALREADY_EXISTS"
    assert (await box.body("entity.get", {"ENTITY": "dish"}))["error_description"] == (
        "Access denied! Application context required"
    )


async def test_codes_are_short_and_arguments_are_named(box: Sandbox) -> None:
    body = await box.body("entity.add", {"NAME": "x"}, token=box.token())
    assert (body["error"], body["error_description"], body["argument"]) == (
        "ERROR_ARGUMENT", "Argument 'ENTITY' is null or empty", "ENTITY",
    )  # fmt: skip
    _, text = await refused(box, "entity.add", ENTITY="a" * 40, NAME="x")
    assert text.startswith("Entity code is too long. Max length is")


async def test_a_reader_cannot_write_and_a_writer_cannot_change_properties(box: Sandbox) -> None:
    await call(box, "entity.add", ENTITY="dish", NAME="Блюда", ACCESS={"AU": "R"})
    assert await call(box, "entity.item.get", MARIA, ENTITY="dish") == []
    assert (await refused(box, "entity.item.add", MARIA, ENTITY="dish", NAME="x"))[0] == "ACCESS_DENIED"
    await call(box, "entity.rights", ENTITY="dish", ACCESS={"U2": "W"})
    assert await call(box, "entity.item.add", MARIA, ENTITY="dish", NAME="Борщ") == 1
    assert (await refused(box, "entity.item.property.add", MARIA, ENTITY="dish", PROPERTY="x"))[0] == "ACCESS_DENIED"


async def test_items_carry_the_properties_the_storage_has(box: Sandbox) -> None:
    await call(box, "entity.add", ENTITY="dish", NAME="Блюда")
    await call(box, "entity.item.property.add", ENTITY="dish", PROPERTY="price", NAME="Цена", TYPE="N")
    for name, price in (("Борщ", 300), ("Чай", 50)):
        values = {"price": price, "colour": "red"}
        await call(box, "entity.item.add", ENTITY="dish", NAME=name, PROPERTY_VALUES=values)
    assert any("no property colour" in row["text"] for row in box.portal.tells)

    found = await call(box, "entity.item.get", ENTITY="dish", FILTER={">PROPERTY_price": 100})
    assert [(row["NAME"], row["PROPERTY_VALUES"], row["ACTIVE"], row["SORT"]) for row in found] == [
        ("Борщ", {"price": "300"}, "Y", "500"),
    ]  # fmt: skip
    await call(box, "entity.item.property.update", ENTITY="dish", PROPERTY="price", PROPERTY_NEW="cost")
    found = await call(box, "entity.item.get", ENTITY="dish", SORT={"NAME": "DESC"})
    assert [row["PROPERTY_VALUES"] for row in found] == [{"cost": "50"}, {"cost": "300"}]


async def test_sections_are_a_tree_and_items_survive_them(box: Sandbox) -> None:
    await call(box, "entity.add", ENTITY="dish", NAME="Блюда")
    top = await call(box, "entity.section.add", ENTITY="dish", NAME="Супы")
    await call(box, "entity.section.add", ENTITY="dish", NAME="Горячие", SECTION=top)
    await call(box, "entity.item.add", ENTITY="dish", NAME="Борщ", SECTION=top)
    rows = await call(box, "entity.section.get", ENTITY="dish")
    assert [
        (row["NAME"], row["LEFT_MARGIN"], row["RIGHT_MARGIN"], row["DEPTH_LEVEL"], row["SECTION"]) for row in rows
    ] == [
        ("Супы", "1", "4", "1", None),
        ("Горячие", "2", "3", "2", "1"),
    ]
    assert (await refused(box, "entity.section.add", ENTITY="dish", NAME="x", SECTION=99))[
        1
    ] == "Invalid parent section!"
    assert await call(box, "entity.section.delete", ENTITY="dish", ID=top) is True
    (item,) = await call(box, "entity.item.get", ENTITY="dish")
    assert item["SECTION"] is None
    assert (await refused(box, "entity.section.delete", ENTITY="dish", ID=top))[0] == "ERROR_SECTION_NOT_FOUND"
