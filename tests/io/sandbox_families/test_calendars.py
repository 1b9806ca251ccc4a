"""Calendars, from the answers of `api-reference/calendar/**.md`. Today is Wednesday, 25 November 2026."""

from typing import Any

from tests.support.messenger import Handler
from tests.support.sandbox import Sandbox

MARIA = 2
MINE = {"type": "user", "ownerId": 1}


async def add(box: Sandbox, **fields: Any) -> int:
    given = {
        **MINE,
        "name": "Планёрка",
        "from": "2026-11-26T10:00:00+03:00",
        "to": "2026-11-26T11:00:00+03:00",
        **fields,
    }
    return int(await box.call("calendar.event.add", given))


async def refused(box: Sandbox, method: str, params: dict[str, Any], token: str = "") -> tuple[int, str, str]:
    answer = await box.raw(method, params, token)
    return answer.status_code, answer.json()["error"], answer.json()["error_description"]


async def test_dates_come_in_the_portals_format_with_seconds_in_utc_beside_them(box: Sandbox) -> None:
    number = await add(box, crm_fields=["D_342"])
    event = await box.call("calendar.event.getbyid", {"id": number})
    assert (event["ID"], event["DATE_FROM"], event["DATE_TO"], event["DT_LENGTH"]) == (
        "1", "26.11.2026 10:00:00", "26.11.2026 11:00:00", 3600,
    )  # fmt: skip
    assert (event["DATE_FROM_TS_UTC"], event["TZ_FROM"], event["TZ_OFFSET_FROM"]) == (
        "1795676400",
        "Europe/Moscow",
        "10800",
    )
    assert (event["UF_CRM_CAL_EVENT"], event["ACCESSIBILITY"], event["IS_MEETING"]) == (["D_342"], "busy", False)


async def test_refusals_have_words_and_no_code(box: Sandbox) -> None:
    given = {**MINE, "from": "2026-11-26", "to": "2026-11-26"}
    assert await refused(box, "calendar.event.add", given) == (
        400, "", 'The required parameter "name" for the method "calendar.event.add" is not set',
    )  # fmt: skip
    wrong = {**given, "name": "x", "section": 99}
    assert (await refused(box, "calendar.event.add", wrong))[2].startswith(
        "You specified an invalid calendar section ID"
    )
    assert (await refused(box, "calendar.event.add", {**given, "name": "x"}, box.token(MARIA)))[2] == "Access denied"
    assert await refused(box, "calendar.event.delete", {}) == (400, "", "Event id not specified")


async def test_a_repeated_event_comes_once_for_every_happening(box: Sandbox) -> None:
    await add(box, rrule={"FREQ": "WEEKLY", "BYDAY": ["MO", "TH"], "COUNT": 4})
    rows = await box.call("calendar.event.get", {**MINE, "from": "2026-11-25", "to": "2026-12-31"})
    assert [row["DATE_FROM"][:10] for row in rows] == ["26.11.2026", "30.11.2026", "03.12.2026", "07.12.2026"]


async def test_one_happening_is_moved_without_the_others(box: Sandbox) -> None:
    number = await add(box, rrule={"FREQ": "DAILY", "COUNT": 3})
    change = {**MINE, "id": number, "recurrence_mode": "this", "current_date_from": "2026-11-27", "name": "Перенесли"}
    await box.call("calendar.event.update", change)
    rows = await box.call("calendar.event.get", {**MINE, "from": "2026-11-25", "to": "2026-12-31"})
    assert [(row["DATE_FROM"][:10], row["NAME"]) for row in rows] == [
        ("26.11.2026", "Планёрка"), ("27.11.2026", "Перенесли"), ("28.11.2026", "Планёрка"),
    ]  # fmt: skip


async def test_a_whole_day_has_no_time(box: Sandbox) -> None:
    number = await add(box, **{"from": "2026-11-26", "to": "2026-11-27", "skip_time": "Y"})
    event = await box.call("calendar.event.getbyid", {"id": number})
    assert (event["DATE_FROM"], event["DATE_TO"], event["DT_SKIP_TIME"], event["DT_LENGTH"]) == (
        "26.11.2026", "27.11.2026", "Y", 2 * 24 * 3600,
    )  # fmt: skip


async def test_busy_people_are_told_with_their_hours_and_free_ones_with_nothing(box: Sandbox) -> None:
    await add(box)
    await add(box, name="Обед", accessibility="free")
    box.portal.users.update(MARIA, ABSENT_UNTIL="2026-11-30T00:00:00+03:00")
    span = {"users": [1, MARIA, 3], "from": "2026-11-26", "to": "2026-11-27"}
    busy = await box.call("calendar.accessibility.get", span)
    assert [(row["NAME"], row["ACCESSIBILITY"]) for row in busy["1"]] == [("Планёрка", "busy")]
    assert [(row["ACCESSIBILITY"], row["DATE_TO_TS_UTC"]) for row in busy["2"]] == [("absent", "1795986000")]
    assert busy["3"] == []
    assert (await refused(box, "calendar.accessibility.get", {"users": [1], "to": "2026-11-27"}))[2] == (
        'The required parameter "from" for the method "calendar.accessibility.get" is not set'
    )


async def test_a_guest_of_a_meeting_says_whether_she_comes(box: Sandbox) -> None:
    number = await add(box, is_meeting="Y", attendees=[1, MARIA])
    hers = box.token(MARIA)
    assert await box.call("calendar.meeting.status.get", {"eventId": number}, token=hers) == "Q"
    assert await box.call("calendar.meeting.status.set", {"eventId": number, "status": "N"}, token=hers) is True
    event = await box.call("calendar.event.getbyid", {"id": number})
    assert [(one["id"], one["status"]) for one in event["ATTENDEE_LIST"]] == [(1, "H"), (2, "N")]
    span = {"users": [1, MARIA], "from": "2026-11-26", "to": "2026-11-26"}
    busy = await box.call("calendar.accessibility.get", span)
    assert (len(busy["1"]), len(busy["2"])) == (1, 0)


async def test_sections_are_made_changed_and_taken_away_with_their_events(box: Sandbox) -> None:
    (first,) = await box.call("calendar.section.get", MINE)
    assert (first["NAME"], first["PERM"]["edit"]) == ("Мой календарь", True)
    number = await box.call("calendar.section.add", {**MINE, "name": "Дежурства"})
    await add(box, section=number)
    assert await box.call("calendar.section.update", {**MINE, "id": number, "name": "Смены"}) == number
    assert await box.call("calendar.section.delete", {**MINE, "id": number}) is True
    assert await box.call("calendar.event.get", {**MINE, "from": "2026-11-25", "to": "2026-12-31"}) == []


async def test_events_of_calendars_carry_a_small_id(box: Sandbox, handler: Handler) -> None:
    await box.call("event.bind", {"event": "ONCALENDARENTRYADD", "handler": handler.url}, token=box.token())
    number = await add(box)
    (post,) = await handler.wait(1)
    assert post["data"] == {"id": str(number)}
