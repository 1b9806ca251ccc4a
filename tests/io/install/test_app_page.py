"""The application's page: the queue, settings, diagnosis; words in both languages."""

import re
from dataclasses import replace

import pytest
from b24app import install
from b24app.install.words import ENGLISH, STATES, STEPS
from b24app.kit.ids import PipelineId, StageCode, TicketId, UserId
from b24app.tickets.model import Assign, Observed
from b24app.usecases.apply import apply
from tests.story import Story
from tests.support.install_app import Doors, frame_form, place
from tests.support.install_portal import InstallPortal


async def opened(doors: Doors, portal: InstallPortal, who: str = "admin", language: str = "ru") -> dict[str, str]:
    """The headers of a page that is open."""
    await doors.client.post(place(portal), data=frame_form(portal))
    await doors.works()
    address = place(portal, "app").replace("LANG=ru", f"LANG={language}")
    page = await doors.client.post(address, data=frame_form(portal, who))
    found = re.search(r'name="app-session" content="([^"]+)"', page.text)
    assert found
    return {"X-App-Session": found[1]}


async def arrives(doors: Doors, number: int, *, assignee: int | None = None) -> None:
    """A new ticket, taken by somebody or not."""
    (portal,) = await doors.portals()
    place_of = portal.settings["pipelines"]["support"]
    stage = StageCode(place_of["codes"]["triage"])
    facts = replace(Story().facts, pipeline=PipelineId(place_of["id"]), stage=stage, subject=f"Заявка {number}")
    ticket = TicketId(f"2-{number}")
    async with doors.service.store.work(portal.id, cause=f"test:{number}") as work:
        desk, now = await work.desk(), doors.service.clock.now()
        await apply(Observed(ticket, facts), work=work, desk=desk, now=now)
        if assignee:
            await apply(Assign(ticket, UserId(assignee), UserId(1)), work=work, desk=desk, now=now)
        await work.commit()


async def test_the_queue_shows_who_has_nobody_first(doors: Doors, portal: InstallPortal) -> None:
    session = await opened(doors, portal)
    await arrives(doors, 7405, assignee=12)
    await arrives(doors, 7406)

    queue = await doors.client.get("/bitrix/app/queue", headers=session)

    assert re.findall(r'data-ticket="(\d+)"', queue.text) == ["7406", "7405"]
    assert "1 заявка не назначена." in re.sub(r"\s+", " ", re.sub("<[^>]+>", "", queue.text))
    assert "Иван Иванов" in queue.text


async def test_the_diagnosis_shows_steps_and_the_last_event(doors: Doors, portal: InstallPortal) -> None:
    session = await opened(doors, portal)

    seen = await doors.client.get("/bitrix/app/state", headers=session)

    assert seen.text.count('data-state="done"') == len(STEPS)
    assert "Всё доставлено и обработано." in seen.text


async def test_settings_are_for_administrators(doors: Doors, portal: InstallPortal) -> None:
    session = await opened(doors, portal, "agent")

    assert "администратор" in (await doors.client.get("/bitrix/app/settings", headers=session)).text
    assert (await doors.client.post("/bitrix/install/again", headers=session)).status_code == 403
    assert (await doors.client.post("/bitrix/app/people", headers=session)).status_code == 403


@pytest.mark.parametrize("piece", ["install/progress", "app/queue", "app/settings", "app/state", "app/people"])
async def test_a_piece_needs_the_session_of_a_frame(doors: Doors, piece: str) -> None:
    assert (await doors.client.get(f"/bitrix/{piece}", headers={"X-App-Session": "forged"})).status_code == 401


async def test_an_english_portal_gets_english_pages(doors: Doors, portal: InstallPortal) -> None:
    session = await opened(doors, portal, language="en")

    assert "The queue is empty" in (await doors.client.get("/bitrix/app/queue", headers=session)).text


def test_every_word_of_the_pages_has_an_english_one() -> None:
    said = {*STATES.values(), *STEPS.values()}
    for template in install.TEMPLATES.glob("*.html"):
        said |= set(re.findall(r"w\('([^']+)'\)", template.read_text(encoding="utf-8")))
    assert said - set(ENGLISH) == set()
    assert not [text for text in ENGLISH.values() if re.search("[а-яё]", text.replace("Поддержка", ""), re.IGNORECASE)]
