"""`/bitrix/app/settings…`: SLA rules, calendars and versions of the desk: draft, check, publication, return."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from b24app.install import calendarform, pages, policyform, topicview
from b24app.install.door import AppPagesOf, Door, need_administrator
from b24app.install.fields import Reading, number_of
from b24app.install.forms import lists_of
from b24app.install.ruleview import facts_of
from b24app.install.rulewords import told
from b24app.install.settingsview import PARTS, Shown, drawn
from b24app.kit.errors import Conflict, DeskInvalid, PortalRefused, RuleBroken
from b24app.ui import InFrame, Scene, language_of, origin_of
from b24app.usecases.deskedit import DeskEdit, Editing
from b24app.usecases.rulehints import RulePages
from b24app.usecases.trust import collect

ALL_PARTS: Final = (*PARTS, *topicview.PARTS)
NEW_CALENDAR: Final = {"timezone": "Europe/Moscow", "working_hours": {}}
pieces = APIRouter(include_in_schema=False, route_class=Door)


async def _edit(request: Request) -> DeskEdit:
    found: DeskEdit = request.app.state.desk_edit
    return found


async def _rule_pages(request: Request) -> RulePages:
    found: RulePages = request.app.state.rule_pages
    return found


EditOf = Annotated[DeskEdit, Depends(_edit)]
RulePagesOf = Annotated[RulePages, Depends(_rule_pages)]


Change = Callable[[dict[str, Any]], dict[str, Any]]


class Desk:
    """One request to the settings: who asks, what is edited, how it is answered."""

    def __init__(
        self, request: Request, session: InFrame, app_pages: AppPagesOf, edit: EditOf, rules: RulePagesOf
    ) -> None:
        self.request, self.session, self.app_pages, self.edit = request, session, app_pages, edit
        self.rules = rules
        self.language = language_of(session.language)

    async def form(self) -> Reading:
        """What was sent; 403 for anybody but an administrator."""
        need_administrator(self.session)
        return Reading(lists_of((await collect(self.request.stream())).decode("utf-8", errors="replace")))

    async def show(self, part: str, status: int = 200, **values: Any) -> Response:
        """The settings with one part open."""
        portal = self.session.portal
        scene = pages.scene_of(self.request, self.session.language, zone=await self.app_pages.zone(portal))
        shown: Shown = {"part": part, "admin": self.session.is_admin, "editing": None, **_NOTHING, **values}
        shown |= {"told": partial(told, path=(), language=self.language), "topic_title": str}
        if self.session.is_admin and part != "people":
            try:
                shown["editing"] = now = await self.edit.editing(portal)
            except RuleBroken as broken:
                shown |= {"part": "people", "problem": str(broken)}
            else:
                shown |= await self._drawn(shown, now, scene)
        return pages.draw(self.request, scene, "install/_settings.html", status=status, **shown)

    async def _drawn(self, shown: Shown, now: Editing, scene: Scene) -> Shown:
        portal = self.session.portal
        shown["topic_title"] = topicview.Book.of(now, self.language).title
        if shown["part"] not in topicview.PARTS:
            return await drawn(shown, self.edit, portal, now, scene)
        origin = origin_of((await self.app_pages.portal(portal)).client_endpoint)
        return {"origin": origin, **await topicview.drawn(shown, self.rules, portal, now, scene)}

    async def change(self, part: str, reading: Reading, change: Change, **values: Any) -> Response:
        """Put a change into the draft, unless a field is wrong or somebody was faster."""
        if reading.wrong:
            return await self.show(part, status=422, wrong=reading.wrong, typed=reading.form, **values)
        try:
            await self.edit.change(self.session.portal, reading.text("base"), change, by=self.session.user)
        except Conflict:
            return await self.show(part, status=409, conflict=True, **values)
        return await self.show(part, saved=True, **values)


_NOTHING: Final[Mapping[str, Any]] = {
    "wrong": (),
    "typed": None,
    "conflict": False,
    "saved": False,
    "problems": None,
    "published": 0,
    "problem": "",
}
DeskOf = Annotated[Desk, Depends()]


@pieces.get("/app/settings")
async def show_settings(
    desk: DeskOf,
    *,
    part: str = "people",
    name: str = "",
    place: Annotated[int, Query(ge=0)] = 0,
    year: Annotated[int, Query(ge=2000, le=2100)] = 0,
    number: Annotated[int, Query(ge=0)] = 0,
    q: Annotated[str, Query(max_length=100)] = "",
    text: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """Choices of an administrator."""
    known = part if part in ALL_PARTS else "people"
    return await desk.show(known, name=name, place=place, year=year, number=number, q=q, text=text)


# --- draft and versions


@pieces.post("/app/draft")
async def decide_draft(desk: DeskOf) -> Response:
    """Check, publish or forget the draft."""
    reading = await desk.form()
    part = reading.text("part") if reading.text("part") in ALL_PARTS else "rules"
    match reading.text("act"):
        case "check":
            problems = await desk.edit.check(desk.session.portal)
            return await desk.show(part, name=reading.text("name"), problems=problems)
        case "discard":
            await desk.edit.discard(desk.session.portal)
            return await desk.show(part, name=reading.text("name"))
        case "publish":
            return await _publish(desk, reading, part)
        case _:
            raise HTTPException(400)


async def _publish(desk: Desk, reading: Reading, part: str) -> Response:
    portal, comment, name = desk.session.portal, reading.text("comment")[:200], reading.text("name")
    try:
        number = await desk.edit.publish(portal, reading.text("base"), by=desk.session.user, comment=comment)
    except Conflict:
        return await desk.show(part, 409, name=name, conflict=True)
    except DeskInvalid:
        return await desk.show(part, 422, name=name, problems=await desk.edit.check(portal))
    return await desk.show(part, name=name, published=number)


@pieces.post("/app/versions")
async def back_to(desk: DeskOf) -> Response:
    """An earlier version holds again."""
    reading = await desk.form()
    try:
        number = await desk.edit.back_to(desk.session.portal, int(reading.text("number") or 0), by=desk.session.user)
    except (KeyError, ValueError) as unknown:
        raise HTTPException(404) from unknown
    except DeskInvalid as invalid:
        return await desk.show("versions", status=422, problem=str(invalid))
    return await desk.show("versions", published=number)


# --- rules


@pieces.post("/app/rules")
async def save_table(desk: DeskOf) -> Response:
    """The table of targets, and the agreements with clients."""
    reading = await desk.form()
    now = await desk.edit.editing(desk.session.portal)
    facts = facts_of(now, desk.language)
    policies = policyform.table_from(reading, now.policies, facts.target_names)
    contracts = policyform.contracts_from(reading)
    return await desk.change("rules", reading, lambda data: _with_sla(data, policies=policies, contracts=contracts))


@pieces.post("/app/rule")
async def save_rule(desk: DeskOf, place: Annotated[int, Query(ge=0)]) -> Response:
    """One rule in full."""
    reading = await desk.form()
    now = await desk.edit.editing(desk.session.portal)
    if place >= len(now.policies):
        return await desk.show("rules", status=409, conflict=True)
    facts = facts_of(now, desk.language)
    rule = policyform.rule_from(reading, now.policies[place], facts.target_names)
    rules = [*now.policies[:place], rule, *now.policies[place + 1 :]]
    return await desk.change("rule", reading, lambda data: _with_sla(data, policies=rules), place=place)


@pieces.post("/app/rules/order")
async def order_rules(desk: DeskOf) -> Response:
    """Move a rule, remove it, or add one before the last, which is for all."""
    reading = await desk.form()
    now = await desk.edit.editing(desk.session.portal)
    place = int(reading.text("place")) if reading.text("place").isdecimal() else -1
    rules, opened = policyform.ordered(now.policies, reading.text("act"), place)
    part = "rules" if opened is None else "rule"
    return await desk.change(part, reading, lambda data: _with_sla(data, policies=rules), place=opened or 0)


def _with_sla(data: dict[str, Any], **changed: Any) -> dict[str, Any]:
    sla = {**(data.get("sla") or {}), **changed}
    return {**data, "sla": {key: value for key, value in sla.items() if value or key == "policies"}}


# --- calendars


@pieces.post("/app/calendar")
async def save_calendar(desk: DeskOf, name: str) -> Response:
    """Hours and days of one calendar."""
    reading = await desk.form()
    now = await desk.edit.editing(desk.session.portal)
    if name not in now.calendars:
        return await desk.show("calendars", status=409, conflict=True)
    calendar = calendarform.calendar_from(reading, now.calendars[name])
    calendars = {**now.calendars, name: calendar}
    return await desk.change("calendars", reading, lambda data: {**data, "calendars": calendars}, name=name)


@pieces.post("/app/calendars")
async def manage_calendars(desk: DeskOf) -> Response:
    """Add, remove, take the portal's hours, or make one the desk's own."""
    reading = await desk.form()
    now = await desk.edit.editing(desk.session.portal)
    name, act = reading.text("name"), reading.text("act")
    match act:
        case "add":
            name = reading.read("new", lambda text: calendarform.name_of(text, now.calendars)) or ""
            change = _with_calendar(name, now.calendars.get(reading.text("name"), NEW_CALENDAR))
        case "import" | "schedule":
            found = await _from_portal(desk, reading, act)
            if reading.wrong or found is None:
                typed = {"wrong": reading.wrong, "problem": "" if reading.wrong else "worktime"}
                return await desk.show("calendars", 422, name=name, **typed)
            change = _with_calendar(name, found)
        case "main":
            change = _as_main(name)
        case "remove":
            change, name = _without_calendar(name), ""
        case _:
            raise HTTPException(400)
    return await desk.change("calendars", reading, change, name=name)


async def _from_portal(desk: Desk, reading: Reading, act: str) -> dict[str, Any] | None:
    """The hours the portal knows; None when it knows none, or does not let us see them."""
    portal = desk.session.portal
    zone = await desk.app_pages.zone(portal)
    number = reading.read("schedule", number_of) if act == "schedule" else None
    try:
        if act == "import":
            return await desk.edit.from_portal(portal, zone)
        return await desk.edit.from_schedule(portal, number, zone) if number else None
    except PortalRefused:
        return None


def _with_calendar(name: str, calendar: Mapping[str, Any]) -> Change:
    return lambda data: {**data, "calendars": {**(data.get("calendars") or {}), name: dict(calendar)}}


def _without_calendar(name: str) -> Change:
    return lambda data: {**data, "calendars": {key: one for key, one in data["calendars"].items() if key != name}}


def _as_main(name: str) -> Change:
    return lambda data: {**data, "calendar": name}
