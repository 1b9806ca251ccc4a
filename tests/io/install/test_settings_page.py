"""Settings of SLA rules and calendars: draft, check, publication, versions; what is typed wrongly stays to be mended."""

import re
from html import unescape
from typing import Any

import httpx
import pytest
from b24app.kit.ids import TicketId
from tests.io.install.test_app_page import arrives, opened
from tests.support.install_app import Doors
from tests.support.install_portal import InstallPortal

TAG = re.compile(r"<[^>]+>")
FIELD = re.compile(r"<(input|textarea|select)\b([^>]*)>(.*?)(?=<(?:input|textarea|select|/form)\b)", re.DOTALL)
NAME, VALUE = re.compile(r'\bname="([^"]*)"'), re.compile(r'\bvalue="([^"]*)"')


def words(answer: httpx.Response) -> str:
    return " ".join(unescape(TAG.sub(" ", answer.text)).replace("\u00a0", " ").split())


class Page:
    """An administrator in front of the settings: opens a part, fills in its form, presses its buttons."""

    def __init__(self, doors: Doors, session: dict[str, str]) -> None:
        self.doors, self.session = doors, session

    async def opens(self, part: str, **query: str) -> httpx.Response:
        self.seen = await self.doors.client.get(
            "/bitrix/app/settings", params={"part": part, **query}, headers=self.session
        )
        assert self.seen.status_code == 200
        return self.seen

    async def sends(self, path: str, **changes: Any) -> httpx.Response:
        """The form with this address as it stands, with changes."""
        form = self.form(path) | {name.replace("__", "."): value for name, value in changes.items()}
        self.seen = await self.doors.client.post(f"/bitrix/app/{path}", data=form, headers=self.session)
        return self.seen

    def form(self, path: str) -> dict[str, Any]:
        text = re.search(rf'<form[^>]*hx-post="/bitrix/app/{re.escape(path)}".*?</form>', self.seen.text, re.DOTALL)
        assert text, path
        found: dict[str, list[str]] = {}
        for kind, attributes, inner in FIELD.findall(text[0]):
            name = NAME.search(attributes)
            if name is None or ("checkbox" in attributes and " checked" not in attributes):
                continue
            found.setdefault(name[1], []).append(_value(kind, attributes, inner))
        return found

    async def publishes(self) -> httpx.Response:
        return await self.sends("draft", act="publish")


def _value(kind: str, attributes: str, inner: str) -> str:
    if kind == "textarea":
        return unescape(inner.split("</textarea>", maxsplit=1)[0])
    if kind == "select":
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        return unescape(chosen[1]) if chosen else ""
    value = VALUE.search(attributes)
    return unescape(value[1]) if value else ""


@pytest.fixture
async def page(doors: Doors, portal: InstallPortal) -> Page:
    return Page(doors, await opened(doors, portal))


async def published(page: Page) -> Any:
    (portal,) = await page.doors.portals()
    version = await page.doors.service.desks.published(portal.id)
    assert version is not None
    return version.document


async def test_the_table_shows_every_target_and_a_saved_one_waits_in_the_draft(page: Page) -> None:
    seen = await page.opens("rules")
    assert "Срочные приоритет: Критический, Высокий" in words(seen)
    assert "Стандарт все заявки" in words(seen)
    assert page.form("rules")["1.stages.work"] == ["4 ч"]

    saved = await page.sends("rules", **{"1.resolution": "1 ч 30 мин", "1.first_response": ""})
    assert "Черновик" in words(saved)
    assert page.form("rules")["1.resolution"] == ["1 ч 30 мин"]
    assert (await published(page))["sla"]["policies"][1]["targets"]["resolution"] == "8h"

    await page.publishes()
    targets = (await published(page))["sla"]["policies"][1]["targets"]
    assert targets["resolution"] == "90m"
    assert "first_response" not in targets


async def test_a_publication_moves_the_terms_of_open_tickets_at_once(page: Page) -> None:
    await arrives(page.doors, 7405)
    await page.opens("rules")
    every = {f"{row}.resolution": "3 ч" for row in (0, 1)}
    await page.sends("rules", **every)
    told = await page.publishes()
    assert "открытые заявки переходят на новые правила" in words(told)

    await page.doors.works()
    (portal,) = await page.doors.portals()
    async with page.doors.service.store.read(portal.id) as reading:
        ticket = await reading.tickets.get(TicketId("2-7405"))
    resolution = ticket.clocks.measure("resolution")
    assert resolution is not None
    assert resolution.target is not None
    assert resolution.target.limit.total_seconds() == 3 * 3600


async def test_a_wrong_field_is_named_and_everything_typed_stays(page: Page) -> None:
    await page.opens("rules")
    answer = await page.sends("rules", **{"0.resolution": "скоро", "1.resolution": "6 ч"})
    assert answer.status_code == 422
    assert "Не сохранено" in words(answer)
    assert page.form("rules")["0.resolution"] == ["скоро"]
    assert page.form("rules")["1.resolution"] == ["6 ч"]
    assert 'name="0.resolution" value="скоро" aria-label="Срочные: Решение" aria-invalid="true"' in answer.text
    assert "Черновик" not in words(answer)


async def test_two_people_do_not_overwrite_each_other(page: Page) -> None:
    await page.opens("rules")
    stale = page.form("rules")["base"]
    await page.sends("rules", **{"0.resolution": "3 ч"})
    answer = await page.sends("rules", base=stale, **{"0.resolution": "5 ч"})
    assert answer.status_code == 409
    assert "изменил кто-то другой" in words(answer)
    assert page.form("rules")["0.resolution"] == ["3 ч"]


async def test_one_rule_in_full(page: Page) -> None:
    await page.opens("rules")
    await page.sends("rules", contracts="gold Золотой: 12, 31")
    await page.opens("rule", place="0")
    form = page.form("rule?place=0")
    assert form["for.priority"] == ["critical", "high"]
    assert form["pause"] == ["waiting"]
    changes = {
        "title": "Золотой договор",
        "for.priority": [],
        "for.contract": "gold",
        "target.vendor": "1 д",
        "time.resolution": "calendar",
        "vendor_stages": "internal",
        "alarm.0.span": "20 мин",
        "alarm.0.tell": ["assignee", "deputy"],
        "alarm.0.user": "12",
    }
    answer = await page.sends("rule?place=0", **changes)
    assert answer.status_code == 200
    await page.publishes()
    rule = (await published(page))["sla"]["policies"][0]
    assert rule["title"] == "Золотой договор"
    assert rule["for"] == {"contract": ["gold"]}
    assert rule["targets"]["resolution"] == {"within": "4h", "time": "calendar"}
    assert rule["targets"]["vendor"] == "1d"
    assert rule["vendor_stages"] == ["internal"]
    assert rule["warn"] == [{"before": "20m", "tell": ["assignee", "deputy", 12]}]
    assert rule["escalate"] == [{"after": "0s", "tell": ["assignee"]}, {"after": "30m", "tell": ["head"]}]
    assert (await published(page))["sla"]["contracts"] == {"gold": {"title": "Золотой", "clients": [12, 31]}}


async def test_the_check_names_what_is_wrong_in_peoples_words_and_forbids_publishing(page: Page) -> None:
    await page.opens("rules")
    order = page.form("rules")["base"]
    await page.doors.client.post(
        "/bitrix/app/rules/order", data={"act": "up", "place": "1", "base": order}, headers=page.session
    )
    await page.opens("rules")
    told = await page.sends("draft", act="check")
    assert (
        "Правило «Срочные»: не сработает никогда: правило «standard» выше подходит для всех заявок и должно стоять"
        " последним" in words(told)
    )
    refused = await page.publishes()
    assert refused.status_code == 422
    assert (await published(page))["sla"]["policies"][0]["key"] == "urgent"


async def test_a_calendar_with_lunch_a_night_shift_and_special_days(page: Page) -> None:
    await page.opens("calendars")
    typed = {
        "week.mon": "09:00–13:00, 14:00-18:00",
        "week.fri": "22.00–06.00",
        "week.sun": "—",
        "holidays": "30.12.2026\n2026-12-29",
        "date_hours": "31.12.2026 09:00–12:00\n28.12.2026 —",
        "shortened_days": "25.12.2026 60",
        "breaks": "26.11.2026 15:00–15:30",
        "production": "1",
    }
    assert (await page.sends("calendar?name=main", **typed)).status_code == 200
    shown = page.form("calendar?name=main")
    assert shown["week.fri"] == ["22:00–06:00"]
    assert shown["holidays"] == ["29.12.2026\n30.12.2026"]
    await page.publishes()
    calendar = (await published(page))["calendars"]["main"]
    assert calendar["working_hours"]["mon"] == [["09:00", "13:00"], ["14:00", "18:00"]]
    assert calendar["date_hours"] == {"2026-12-28": [], "2026-12-31": [["09:00", "12:00"]]}
    assert calendar["production"] == "RU"


async def test_the_year_shows_hours_of_months_and_kinds_of_days(page: Page) -> None:
    await page.opens("calendars")
    week = {f"week.{day}": "09:00–13:00, 14:00–18:00" for day in ("mon", "tue", "wed", "thu", "fri")}
    await page.sends("calendar?name=main", production="1", holidays="", date_hours="", **week)
    year = await page.opens("calendars", name="main", year="2026")
    assert "2026, 1 972 ч" in words(year)
    assert "май 151 ч" in words(year)
    assert '<td class="short"><span title="короткий день: 09:00–13:00, 14:00–17:00">30</span></td>' in year.text
    assert '<td class="holiday"><span title="праздник">9</span></td>' in year.text


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("week.mon", "с утра", "«с утра» не похоже на часы"),
        ("holidays", "31.02.2026", "«31.02.2026» не похоже на дату"),
        ("zone", "Mars/Base", "Часового пояса «Mars/Base» нет"),
        ("shortened_days", "30.04.2026 чуть-чуть", "«чуть-чуть» не похоже на время"),
    ],
)
async def test_a_mistake_in_a_calendar_is_told_beside_its_field(page: Page, field: str, typed: str, told: str) -> None:
    await page.opens("calendars")
    answer = await page.sends("calendar?name=main", **{field: typed})
    assert answer.status_code == 422
    assert told in words(answer)
    assert page.form("calendar?name=main")[field] == [typed]


async def test_calendars_are_copied_made_the_main_one_and_removed(page: Page) -> None:
    await page.opens("calendars")
    assert (await page.sends("calendars", act="add", new="a b")).status_code == 422
    await page.sends("calendars", act="add", new="дежурство")
    assert page.form("calendars")["name"] == ["дежурство"]
    await page.sends("calendars", act="main")
    await page.opens("calendars", name="main")
    await page.sends("calendars", act="remove")
    await page.publishes()
    document = await published(page)
    assert (document["calendar"], list(document["calendars"])) == ("дежурство", ["дежурство"])


async def test_the_portals_hours_come_as_a_draft_to_check(page: Page) -> None:
    before = (await published(page))["calendars"]["main"]
    await page.opens("calendars")
    await page.sends("calendar?name=main", **{"week.mon": ""})
    await page.sends("calendars", act="import")
    assert "Черновик" in words(page.seen)
    await page.publishes()
    assert (await published(page))["calendars"]["main"]["working_hours"] == before["working_hours"]


async def test_a_work_schedule_is_asked_for_by_its_number(page: Page) -> None:
    await page.opens("calendars")
    assert (await page.sends("calendars", act="schedule", schedule="первый")).status_code == 422
    assert (await page.sends("calendars", act="schedule", schedule="7")).status_code == 422
    await page.sends("calendars", act="schedule", schedule="1")
    assert page.form("calendar?name=main")["week.mon"] == ["10:00–19:00"]
    assert page.form("calendar?name=main")["week.wed"] == [""]


async def test_a_portal_that_does_not_show_its_schedules_is_said_so(page: Page, portal: InstallPortal) -> None:
    portal.refuses["timeman.schedule.get"] = "insufficient_scope"
    await page.opens("calendars")
    answer = await page.sends("calendars", act="schedule", schedule="1")
    assert answer.status_code == 422
    assert "Портал не сообщил рабочего времени" in words(answer)


async def test_versions_tell_who_changed_what_and_can_be_returned_to(page: Page) -> None:
    await page.opens("rules")
    await page.sends("rules", **{"1.resolution": "6 ч"})
    await page.publishes()
    versions = await page.opens("versions")
    assert "действует" in words(versions)

    newest = max(int(found) for found in re.findall(r'name="difference-(\d+)"', versions.text))
    changed = words(await page.opens("versions", number=str(newest)))
    assert "- resolution: 8h" in changed
    assert "+ resolution: 6h" in changed

    oldest = min(int(found) for found in re.findall(r'name="return-(\d+)"', versions.text))
    await page.doors.client.post("/bitrix/app/versions", data={"number": str(oldest)}, headers=page.session)
    assert (await published(page))["sla"]["policies"][1]["targets"]["resolution"] == "8h"


async def test_a_draft_can_be_forgotten(page: Page) -> None:
    await page.opens("rules")
    await page.sends("rules", **{"1.resolution": "6 ч"})
    await page.sends("draft", act="discard")
    assert page.form("rules")["1.resolution"] == ["8 ч"]


@pytest.mark.parametrize(
    "path", ["draft", "versions", "rules", "rule?place=0", "rules/order", "calendar?name=main", "calendars"]
)
async def test_only_an_administrator_changes_settings(doors: Doors, portal: InstallPortal, path: str) -> None:
    session = await opened(doors, portal, "agent")
    assert (await doors.client.post(f"/bitrix/app/{path}", data={}, headers=session)).status_code == 403
    assert "Нормативы" not in (await doors.client.get("/bitrix/app/settings?part=rules", headers=session)).text


async def test_an_english_portal_gets_english_settings(doors: Doors, portal: InstallPortal) -> None:
    page = Page(doors, await opened(doors, portal, language="en"))
    for part in ("rules", "rule", "calendars", "versions"):
        seen = words(await page.opens(part))
        for name in ("Поддержка", "Срочные", "Стандарт", "Классификация"):
            seen = seen.replace(name, "")
        assert "Targets" in seen or "Week" in seen or "Differences" in seen
    assert page.seen.status_code == 200
