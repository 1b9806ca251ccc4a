"""Events of the portal: verified by the stored secret, kept in the right mailbox, answered."""

from typing import Any

import pytest
from tests.support.install_app import Doors, event_form, frame_form, place
from tests.support.install_portal import InstallPortal


@pytest.fixture
async def installed(doors: Doors, portal: InstallPortal) -> Doors:
    """The portal is installed."""
    await doors.client.post(place(portal), data=frame_form(portal))
    portal.asked.clear()
    return doors


async def send(doors: Doors, form: dict[str, str], path: str = "events") -> int:
    return (await doors.client.post(f"/bitrix/{path}", data=form)).status_code


def press(portal: InstallPortal, user: str = "12", ts: str = "1790000000", params: str = "assign 2-7405 12 -") -> Any:
    bot = {"data[bot][id]": "456", "data[bot][auth][member_id]": portal.member_id}
    command = {"data[command][command]": "/ticket", "data[command][params]": params}
    fields = bot | command | {"data[message][id]": "790", "data[user][id]": user, "ts": ts}
    return event_form(portal, "ONIMBOTV2COMMANDADD", **fields)


@pytest.mark.parametrize("event", ["ONCRMDEALADD", "onCrmDealUpdate", "ONCRMDEALDELETE", "ONCRMDEALMOVETOCATEGORY"])
async def test_a_deal_event_goes_to_the_mailbox_of_its_ticket(
    installed: Doors, portal: InstallPortal, event: str
) -> None:
    assert await send(installed, event_form(portal, event, **{"data[FIELDS][ID]": "7405"})) == 200

    (row,) = await installed.rows("deal")
    assert row.lane == "1:2-7405"
    assert portal.asked == []


async def test_a_new_letter_waits_to_be_looked_at_with_others(installed: Doors, portal: InstallPortal) -> None:
    assert await send(installed, event_form(portal, "onCrmActivityAdd", **{"data[FIELDS][ID]": "999"})) == 200
    (row,) = await installed.rows("word")
    assert row.lane == "1:talk"


async def test_an_unknown_event_is_answered_and_forgotten(installed: Doors, portal: InstallPortal) -> None:
    before = len(await installed.rows())
    assert await send(installed, event_form(portal, "ONTASKADD")) == 200
    assert len(await installed.rows()) == before


@pytest.mark.parametrize("path", ["events", "bot", "robot"])
async def test_a_wrong_token_or_portal_is_refused_and_counted(
    installed: Doors, portal: InstallPortal, path: str
) -> None:
    before = len(await installed.rows())
    deal = {"data[FIELDS][ID]": "7405"}
    wrong = event_form(portal, "ONCRMDEALADD", "guessed", **deal)
    missing = event_form(portal, "ONCRMDEALADD", "", **deal)
    unknown = event_form(portal, "ONCRMDEALADD", **deal, **{"auth[member_id]": "nobody"})

    assert [await send(installed, form, path) for form in (wrong, missing, unknown)] == [403, 403, 403]
    assert installed.app.state.refusals == {portal.member_id: 2, "nobody": 1}
    assert len(await installed.rows()) == before
    assert portal.asked == []


async def test_a_deal_without_a_number_is_garbage(installed: Doors, portal: InstallPortal) -> None:
    for number in ("", "0", "-5", "7405; drop", "9" * 30):
        assert await send(installed, event_form(portal, "ONCRMDEALADD", **{"data[FIELDS][ID]": number})) == 400


async def test_without_a_stored_secret_the_events_own_token_must_vouch(doors: Doors, portal: InstallPortal) -> None:
    await doors.client.post(place(portal), data=frame_form(portal, APPLICATION_TOKEN=""))
    deal = {"data[FIELDS][ID]": "7405"}

    assert await send(doors, event_form(portal, "ONCRMDEALADD", "first", **deal)) == 403
    forged = {"auth[access_token]": "forged"}
    assert await send(doors, event_form(portal, "ONCRMDEALADD", "first", **deal, **forged)) == 403
    portal.foreign["theirs"] = "local.theirs"
    foreign = {"auth[access_token]": "theirs"}
    assert await send(doors, event_form(portal, "ONCRMDEALADD", "first", **deal, **foreign)) == 403
    assert (await doors.portals())[0].application_token == ""
    good = {"auth[access_token]": "agent"}
    assert await send(doors, event_form(portal, "ONCRMDEALADD", "first", **deal, **good)) == 200
    assert (await doors.portals())[0].application_token == "first"
    assert await send(doors, event_form(portal, "ONCRMDEALADD", "second", **deal, **good)) == 403


async def test_an_update_replaces_the_secret_only_with_a_token_that_vouches(
    installed: Doors, portal: InstallPortal
) -> None:
    assert await send(installed, event_form(portal, "ONAPPUPDATE", "new")) == 403
    assert await send(installed, event_form(portal, "ONAPPUPDATE", "new", **{"auth[access_token]": "forged"})) == 403
    assert await send(installed, event_form(portal, "ONAPPUPDATE", "new", **{"auth[access_token]": "admin"})) == 200

    assert (await installed.portals())[0].application_token == "new"
    assert await installed.rows("recheck")


async def test_the_end_of_an_installation_is_kept(installed: Doors, portal: InstallPortal) -> None:
    assert await send(installed, event_form(portal, "ONAPPUNINSTALL", "guessed")) == 403
    assert await installed.rows("uninstalled") == []
    assert await send(installed, event_form(portal, "ONAPPUNINSTALL", **{"data[CLEAN]": "1"})) == 200
    (row,) = await installed.rows("uninstalled")
    assert row.body == '{"clean":true}'


async def test_the_end_waits_for_nothing_that_fails_because_of_it(installed: Doors, portal: InstallPortal) -> None:
    assert await send(installed, event_form(portal, "ONAPPUPDATE")) == 200
    assert await send(installed, event_form(portal, "ONAPPUNINSTALL")) == 200
    (look_again,), (end,) = await installed.rows("recheck"), await installed.rows("uninstalled")
    assert look_again.lane != end.lane


@pytest.mark.parametrize("told", [{}, {"data[CLEAN]": "0"}, {"data[CLEAN]": ""}])
async def test_only_a_plain_wish_deletes_data(installed: Doors, portal: InstallPortal, told: dict[str, str]) -> None:
    assert await send(installed, event_form(portal, "ONAPPUNINSTALL", **told)) == 200
    (row,) = await installed.rows("uninstalled")
    assert row.body == '{"clean":false}'


@pytest.mark.parametrize("door", ["events", "install"])
async def test_an_application_without_pages_installs_itself(doors: Doors, portal: InstallPortal, door: str) -> None:
    tokens = {"auth[access_token]": "admin", "auth[refresh_token]": "r", "auth[expires_in]": "3600"}

    assert await send(doors, event_form(portal, "ONAPPINSTALL", **tokens), door) == 200
    await doors.works()

    assert portal.placements
    assert await send(doors, event_form(portal, "ONCRMDEALADD", **{"data[FIELDS][ID]": "1"})) == 200


async def test_a_press_that_comes_twice_is_one(installed: Doors, portal: InstallPortal) -> None:
    for form in (press(portal), press(portal), press(portal, ts="1790000009"), press(portal, user="1")):
        assert await send(installed, form, "bot") == 200

    rows = await installed.rows("press")
    assert [row.lane for row in rows] == ["1:2-7405"] * 3


async def test_the_outer_secret_of_a_bot_event_counts(installed: Doors, portal: InstallPortal) -> None:
    inner = {"data[bot][auth][application_token]": "the application token"}
    assert await send(installed, press(portal) | inner | {"auth[application_token]": "guessed"}, "bot") == 403

    without_member = {name: value for name, value in press(portal).items() if name != "auth[member_id]"}
    assert await send(installed, without_member, "bot") == 200
    by_domain = {name: value for name, value in without_member.items() if "member_id" not in name}
    assert await send(installed, by_domain | {"ts": "1790000042"}, "bot") == 200
    assert len(await installed.rows("press")) == 2


async def test_a_press_we_cannot_read_waits_for_an_answer_beside(installed: Doors, portal: InstallPortal) -> None:
    assert await send(installed, press(portal, params="eval 1"), "bot") == 200
    (row,) = await installed.rows("press")
    assert row.lane == "1:bot"


async def test_presses_of_the_first_bot_generation(installed: Doors, portal: InstallPortal) -> None:
    one = {
        "data[COMMAND][78][COMMAND]": "ticket",
        "data[COMMAND][78][COMMAND_PARAMS]": "assign 2-7405 12 -",
        "data[COMMAND][78][MESSAGE_ID]": "790",
        "data[PARAMS][FROM_USER_ID]": "12",
    }
    assert await send(installed, event_form(portal, "ONIMCOMMANDADD", **one), "bot") == 200
    assert len(await installed.rows("press")) == 1


async def test_words_to_the_bot_are_kept_once(installed: Doors, portal: InstallPortal) -> None:
    words = {"data[message][id]": "791", "data[user][id]": "12"}
    for _ in range(2):
        assert await send(installed, event_form(portal, "ONIMBOTV2MESSAGEADD", **words), "bot") == 200
    assert len(await installed.rows("bot_message")) == 1


async def test_an_event_that_could_not_be_kept_is_not_acknowledged(installed: Doors, portal: InstallPortal) -> None:
    installed.service.ingest._closed = True
    assert await send(installed, event_form(portal, "ONCRMDEALADD", **{"data[FIELDS][ID]": "7405"})) == 503
    installed.service.ingest._closed = False
