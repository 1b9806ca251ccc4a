"""An installation by an administrator: stored, prepared in the background, watched by the page, repeatable."""

import re

import httpx
from b24app.usecases.installing import is_ready, steps_of
from tests.support.install_app import Doors, frame_form, place
from tests.support.install_portal import InstallPortal


async def opens(doors: Doors, portal: InstallPortal, page: str = "install", who: str = "admin") -> httpx.Response:
    answer = await doors.client.post(place(portal, page), data=frame_form(portal, who))
    assert answer.status_code == 200
    return answer


def session(page: httpx.Response) -> dict[str, str]:
    found = re.search(r'name="app-session" content="([^"]+)"', page.text)
    assert found
    return {"X-App-Session": found[1]}


async def test_an_administrator_installs_and_everything_is_bound(doors: Doors, portal: InstallPortal) -> None:
    page = await opens(doors, portal)

    assert portal.origin in page.headers["content-security-policy"]
    await doors.works()

    (stored,) = await doors.portals()
    assert [s.error for s in steps_of(stored.settings) if s.error] == []
    assert is_ready(stored.settings)
    assert stored.installer == 1
    assert stored.grant is not None
    assert stored.grant.access == "admin"
    assert "Поддержка" in portal.categories.values()
    names = [status["NAME"] for status in portal.statuses]
    assert "Классификация" in names
    assert "Счёт" not in names
    assert {one["event"] for one in portal.events} >= {"ONCRMDEALDELETE", "ONCRMDEALMOVETOCATEGORY", "ONAPPUNINSTALL"}
    assert portal.placements[0]["handler"] == "https://desk.example.ru/bitrix/placement/CRM_DEAL_DETAIL_TAB"
    done = await doors.client.get("/bitrix/install/progress", headers=session(page))
    assert done.headers["hx-trigger"] == "app-installed"


async def test_the_page_watches_and_does_not_finish_too_early(doors: Doors, portal: InstallPortal) -> None:
    page = await opens(doors, portal)

    seen = await doors.client.get("/bitrix/install/progress", headers=session(page))

    assert "hx-trigger" not in seen.headers
    assert 'data-state="waiting"' in seen.text


async def test_the_first_desk_has_the_portals_hours_and_the_installer_as_dispatcher(
    doors: Doors, portal: InstallPortal
) -> None:
    await opens(doors, portal)
    await doors.works()

    (stored,) = await doors.portals()
    async with doors.service.store.read(stored.id) as reading:
        desk = await reading.desk()
    assert desk.people.dispatchers == (1,)
    assert desk.calendar.to_dict()["timezone"] == "Asia/Almaty"
    assert desk.calendar.to_dict()["working_hours"]["mon"] == [["08:30", "24:00"]]
    assert "2026-05-09" in desk.calendar.to_dict()["holidays"]


async def test_a_failed_step_says_why_and_only_what_is_left_is_repeated(doors: Doors, portal: InstallPortal) -> None:
    portal.refuses["crm.category.add"] = "ACCESS_DENIED"
    page = await opens(doors, portal)
    await doors.works()
    failed = await doors.client.get("/bitrix/install/progress", headers=session(page))
    assert "Так решил портал" in failed.text
    assert "Повторить" in failed.text

    portal.refuses.clear()
    portal.asked.clear()
    await doors.client.post("/bitrix/install/again", headers=session(page))
    await doors.works()

    assert is_ready((await doors.portals())[0].settings)
    assert "event.bind" not in portal.asked


async def test_installing_twice_makes_nothing_twice(doors: Doors, portal: InstallPortal) -> None:
    for _ in range(2):
        await opens(doors, portal)
        await doors.works()

    assert len(await doors.portals()) == 1
    assert list(portal.categories.values()).count("Поддержка") == 1
    assert len({one["event"] for one in portal.events}) == len(portal.events)
    assert len(portal.placements) == 1


async def test_an_administrators_opening_binds_what_was_lost(doors: Doors, portal: InstallPortal) -> None:
    await opens(doors, portal)
    await doors.works()
    portal.events.clear()

    await opens(doors, portal, "app")
    await doors.works()

    assert portal.events


async def test_an_employee_sees_the_queue_and_replaces_no_tokens(doors: Doors, portal: InstallPortal) -> None:
    await opens(doors, portal)
    await doors.works()

    page = await opens(doors, portal, "app", "agent")

    assert "Очередь пуста" in page.text
    assert (await doors.client.get("/bitrix/app/people", headers=session(page))).status_code == 403
    (stored,) = await doors.portals()
    assert stored.grant is not None
    assert stored.grant.access == "admin"


async def test_an_administrator_chooses_people_and_an_existing_pipeline(doors: Doors, portal: InstallPortal) -> None:
    for code, name, semantics in (("NEW", "Приём", ""), ("GO", "Делаем", ""), ("WON", "Да", "S"), ("LOSE", "Нет", "F")):
        fields = {"ENTITY_ID": "DEAL_STAGE", "STATUS_ID": code, "NAME": name, "SEMANTICS": semantics}
        portal._crm_status_add({"fields": fields})
    page = await opens(doors, portal)
    await doors.works()
    form = {"dispatchers": ["1", "12"], "deputy": "12", "departments": ["5"], "pipeline": "0"}
    assert "Орлова" in (await doors.client.get("/bitrix/app/people", headers=session(page))).text

    saved = await doors.client.post("/bitrix/app/people", data=form, headers=session(page))
    doors.service.clock.passes(seconds=1)
    await doors.works()

    assert "Сохранено" in saved.text
    (stored,) = await doors.portals()
    async with doors.service.store.read(stored.id) as reading:
        desk = await reading.desk()
    assert desk.people.dispatchers == (1, 12)
    assert desk.pipelines[0].id == 0
    assert desk.pipelines[0].by_key("triage").code == "NEW"  # type: ignore[union-attr] # it is there
    assert {"Приём", "Делаем", "Ожидание"} <= {
        one["NAME"] for one in portal.statuses if one["ENTITY_ID"] == "DEAL_STAGE"
    }


async def test_people_saved_while_the_portal_is_silent_leave_the_pipeline_as_it_is(
    doors: Doors, portal: InstallPortal
) -> None:
    page = await opens(doors, portal)
    await doors.works()
    (before,) = await doors.portals()
    portal.refuses["crm.category.list"] = "INTERNAL_SERVER_ERROR"

    form = (await doors.client.get("/bitrix/app/people", headers=session(page))).text

    bound = before.settings["pipelines"]["support"]["id"]
    assert f'<option value="{bound}" selected>Поддержка</option>' in form


async def test_nobody_is_no_dispatcher(doors: Doors, portal: InstallPortal) -> None:
    page = await opens(doors, portal)
    await doors.works()

    refused = await doors.client.post("/bitrix/app/people", data={"deputy": "12"}, headers=session(page))

    assert refused.status_code == 422
    assert "диспетчер" in refused.text


async def test_the_address_answers_the_portals_form(doors: Doors) -> None:
    for page in ("install", "app"):
        answer = await doors.client.get(f"/bitrix/{page}")
        assert answer.status_code == 200


async def test_a_lost_access_comes_back_by_the_authorization_page(doors: Doors, portal: InstallPortal) -> None:
    await opens(doors, portal)
    away = await doors.client.get(f"/bitrix/install/authorize?domain={portal.domain}")
    assert away.status_code == 303
    state = httpx.URL(away.headers["location"]).params["state"]

    assert (await doors.client.get(f"/bitrix/app?code=good&state={state}")).status_code == 200
    assert (await doors.client.get("/bitrix/app?code=good&state=theirs")).status_code == 403
    (stored,) = await doors.portals()
    assert stored.grant is not None
    assert stored.grant.refresh == "again"
    assert stored.application_token == "the application token"


async def test_who_left_the_company_leaves_the_buttons_with_the_next_look(doors: Doors, portal: InstallPortal) -> None:
    await opens(doors, portal)
    await doors.works()
    (stored,) = await doors.portals()
    async with doors.service.store.read(stored.id) as reading:
        assert len((await reading.desk()).directory.agents) == 2

    portal.people.pop()
    doors.service.clock.passes(days=1)
    assert await doors.service.installing.recheck_all() == 1
    await doors.works()

    async with doors.service.store.read(stored.id) as reading:
        assert len((await reading.desk()).directory.agents) == 1


async def test_without_a_public_address_the_installation_says_so(doors: Doors, portal: InstallPortal) -> None:
    doors.service.settings.public_url = ""
    page = await opens(doors, portal)
    await doors.works()

    seen = await doors.client.get("/bitrix/install/progress", headers=session(page))
    assert "B24APP_PUBLIC_URL" in seen.text


async def test_missing_rights_are_named(doors: Doors, portal: InstallPortal) -> None:
    portal.scopes.remove("imbot")
    page = await opens(doors, portal)
    await doors.works()

    seen = await doors.client.get("/bitrix/install/progress", headers=session(page))
    assert "не отмечены права: imbot" in seen.text
