"""Universal lists, from the answers of `api-reference/lists/**.md`."""

import base64
from typing import Any

import pytest
from tests.support.sandbox import Sandbox

MARIA = 2
WHERE = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_CODE": "labour"}
FILE = base64.b64encode(b"act").decode()


@pytest.fixture
async def labour(box: Sandbox) -> Sandbox:
    """A portal with the list «Трудозатраты» of four fields: 1 deal, 2 hours, 3 state, 4 day."""
    await box.call("lists.add", {**WHERE, "FIELDS": {"NAME": "Трудозатраты"}})
    fields: list[dict[str, Any]] = [
        {"NAME": "Сделка", "TYPE": "S:ECrm", "CODE": "DEAL"},
        {"NAME": "Часы", "TYPE": "N", "CODE": "HOURS"},
        {"NAME": "Состояние", "TYPE": "L", "CODE": "STATE", "LIST_TEXT_VALUES": "Открыто\nЗакрыто"},
        {"NAME": "День", "TYPE": "S:DateTime", "CODE": "DAY"},
    ]
    for field in fields:
        await box.call("lists.field.add", {**WHERE, "FIELDS": field})
    return box


async def add(box: Sandbox, code: str, **fields: Any) -> int:
    given = {**WHERE, "ELEMENT_CODE": code, "FIELDS": {"NAME": f"Заявка {code}", **fields}}
    return int(await box.call("lists.element.add", given))


async def refused(box: Sandbox, method: str, params: dict[str, Any], token: str = "") -> tuple[int, str, str]:
    answer = await box.raw(method, params, token)
    return answer.status_code, answer.json()["error"], answer.json()["error_description"]


async def test_a_list_has_a_number_a_code_and_one_owner_of_its_code(labour: Sandbox) -> None:
    (row,) = await labour.call("lists.get", WHERE)
    assert (row["ID"], row["CODE"], row["NAME"], row["SORT"], row["BIZPROC"]) == (
        "1",
        "labour",
        "Трудозатраты",
        "500",
        "N",
    )
    assert row["TIMESTAMP_X"] == "25.11.2026 12:00:00"
    assert await labour.call("lists.get.iblock.type.id", {"IBLOCK_ID": 1}) == "lists"
    again = {**WHERE, "FIELDS": {"NAME": "Ещё"}}
    assert await refused(labour, "lists.add", again) == (400, "ERROR_IBLOCK_ALREADY_EXISTS", "Iblock already exists")


async def test_refusals_name_what_is_missing(labour: Sandbox) -> None:
    missing = "ERROR_REQUIRED_PARAMETERS_MISSING"
    assert await refused(labour, "lists.get", {}) == (400, missing, "Required parameter `IBLOCK_TYPE_ID` is missing")
    nothing = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 9}
    assert await refused(labour, "lists.element.get", nothing) == (400, "ERROR_IBLOCK_NOT_FOUND", "Iblock not found")
    unnamed = {**WHERE, "FIELDS": {"NAME": "x", "TYPE": "S"}}
    assert await refused(labour, "lists.field.add", unnamed) == (400, "ERROR_SAVE_FIELD", "Please fill the code fields")


async def test_rights_are_letters_and_a_reader_cannot_write(labour: Sandbox) -> None:
    denied = (400, "ACCESS_DENIED", "Access denied")
    assert await refused(labour, "lists.element.get", WHERE, labour.token(MARIA)) == denied
    await labour.call("lists.update", {**WHERE, "FIELDS": {"NAME": "Трудозатраты"}, "RIGHTS": {"U2": "R"}})
    assert await labour.call("lists.element.get", WHERE, token=labour.token(MARIA)) == []
    given = {**WHERE, "ELEMENT_CODE": "x", "FIELDS": {"NAME": "x"}}
    assert await refused(labour, "lists.element.add", given, labour.token(MARIA)) == denied
    given = {**WHERE, "IBLOCK_CODE": "hers", "FIELDS": {"NAME": "Её"}}
    assert await refused(labour, "lists.add", given, labour.token(MARIA)) == denied


async def test_a_field_is_answered_under_its_type_and_all_of_them_under_their_names(labour: Sandbox) -> None:
    one = await labour.call("lists.field.get", {**WHERE, "FIELD_ID": "PROPERTY_3"})
    assert list(one) == ["L"]
    shown = one["L"]
    assert (shown["FIELD_ID"], shown["ID"], shown["CODE"], shown["SORT"]) == ("PROPERTY_3", "3", "STATE", 500)
    assert list(shown["DISPLAY_VALUES_FORM"].values()) == ["Открыто", "Закрыто"]
    every = await labour.call("lists.field.get", WHERE)
    assert list(every) == ["NAME", "PROPERTY_1", "PROPERTY_2", "PROPERTY_3", "PROPERTY_4"]
    kinds = await labour.call("lists.field.type.get", WHERE)
    assert {"S", "N", "L", "F", "S:DiskFile", "DATE_CREATE"} <= set(kinds)


async def test_values_come_as_maps_of_their_numbers_and_dates_in_the_portals_format(labour: Sandbox) -> None:
    await add(labour, "deal_342", PROPERTY_1="342", PROPERTY_2="2,5", PROPERTY_4="2026-02-28T18:00:00+03:00")
    body = await labour.body("lists.element.get", WHERE)
    (row,) = body["result"]
    assert body["total"] == 1
    assert row == {
        "ID": "1", "CODE": "deal_342", "NAME": "Заявка deal_342", "IBLOCK_SECTION_ID": None, "CREATED_BY": "1",
        "PROPERTY_1": {"1": "342"}, "PROPERTY_2": {"2": "2.5"}, "PROPERTY_4": {"3": "28.02.2026 18:00:00"},
    }  # fmt: skip


async def test_the_code_of_an_element_is_a_key_against_doubles(labour: Sandbox) -> None:
    await add(labour, "deal_342")
    given = {**WHERE, "ELEMENT_CODE": "deal_342", "FIELDS": {"NAME": "Ещё раз"}}
    assert await refused(labour, "lists.element.add", given) == (
        400, "ERROR_ELEMENT_ALREADY_EXISTS", "Element already exists",
    )  # fmt: skip


async def test_an_update_clears_what_it_does_not_name_and_the_sandbox_says_so(labour: Sandbox) -> None:
    number = await add(labour, "deal_342", PROPERTY_1="342", PROPERTY_2=3)
    change = {**WHERE, "ELEMENT_ID": number, "FIELDS": {"NAME": "Новое", "PROPERTY_2": 4}}
    assert await labour.call("lists.element.update", change) is True
    (row,) = await labour.call("lists.element.get", {**WHERE, "ELEMENT_ID": number})
    assert (row["NAME"], list(row["PROPERTY_2"].values())) == ("Новое", ["4"])
    assert "PROPERTY_1" not in row
    assert any("PROPERTY_1 of element 1 were not given" in one["text"] for one in labour.portal.tells)


async def test_elements_are_found_by_their_properties(labour: Sandbox) -> None:
    for number, hours in ((1, 1), (2, 5), (3, 9)):
        await add(labour, f"deal_{number}", PROPERTY_2=hours)

    async def codes(**given: Any) -> list[str]:
        rows = await labour.call("lists.element.get", {**WHERE, **given})
        return [row["CODE"] for row in rows]

    assert await codes(FILTER={">PROPERTY_2": 4}, ELEMENT_ORDER={"PROPERTY_2": "desc"}) == ["deal_3", "deal_2"]
    assert await codes(FILTER={"NAME": "%deal_1"}) == ["deal_1"]
    assert await codes(ELEMENT_CODE="deal_2") == ["deal_2"]
    assert await codes(FILTER={">=DATE_CREATE": "25.11.2026 13:00:00"}) == []


async def test_files_stay_until_their_value_is_deleted_by_number(labour: Sandbox) -> None:
    name = await labour.call(
        "lists.field.add", {**WHERE, "FIELDS": {"NAME": "Акт", "TYPE": "F", "CODE": "ACT", "MULTIPLE": "Y"}}
    )
    number = await add(labour, "deal_1", **{name: [["a.txt", FILE], ["b.txt", FILE]]})
    where = {**WHERE, "ELEMENT_ID": number}
    urls = await labour.call("lists.element.get.file.url", {**where, "FIELD_ID": 5})
    assert urls[0].startswith("/company/lists/1/file/0/1/PROPERTY_5/")

    await labour.call("lists.element.update", {**where, "FIELDS": {"NAME": "x"}})
    (row,) = await labour.call("lists.element.get", where)
    first, second = row[name]
    await labour.call("lists.element.update", {**where, "FIELDS": {"NAME": "x", f"{name}_DEL": {first: "Y"}}})
    (row,) = await labour.call("lists.element.get", where)
    assert list(row[name]) == [second]

    by_number = {**where, "FIELDS": {"NAME": "x", name: "17"}}
    assert await refused(labour, "lists.element.update", by_number) == (
        400, "ERROR_ELEMENT_FIELD_VALUE", "Writing file values by ID is not supported",
    )  # fmt: skip


async def test_sections_are_a_tree_and_hold_elements(labour: Sandbox) -> None:
    top = await labour.call("lists.section.add", {**WHERE, "SECTION_CODE": "a", "FIELDS": {"NAME": "Ноябрь"}})
    inner = {**WHERE, "SECTION_CODE": "b", "IBLOCK_SECTION_ID": top, "FIELDS": {"NAME": "Первая неделя"}}
    await labour.call("lists.section.add", inner)
    rows = await labour.call(
        "lists.section.get", {**WHERE, "SELECT": ["ID", "NAME", "DEPTH_LEVEL", "LEFT_MARGIN", "RIGHT_MARGIN"]}
    )
    assert rows == [
        {"ID": "1", "NAME": "Ноябрь", "LEFT_MARGIN": "1", "RIGHT_MARGIN": "4", "DEPTH_LEVEL": "1"},
        {"ID": "2", "NAME": "Первая неделя", "LEFT_MARGIN": "2", "RIGHT_MARGIN": "3", "DEPTH_LEVEL": "2"},
    ]
    given = {**WHERE, "ELEMENT_CODE": "x", "IBLOCK_SECTION_ID": top, "FIELDS": {"NAME": "x"}}
    await labour.call("lists.element.add", given)
    assert await labour.call("lists.section.delete", {**WHERE, "SECTION_CODE": "a"}) is True
    (row,) = await labour.call("lists.element.get", WHERE)
    assert row["IBLOCK_SECTION_ID"] is None
    missing = {**WHERE, "SECTION_ID": 1}
    assert await refused(labour, "lists.section.delete", missing) == (
        400,
        "ERROR_SECTION_NOT_FOUND",
        "Section not found",
    )
