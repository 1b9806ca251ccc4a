"""`/bitrix/app/…`: sections of the application's page, asked for with the session of the frame."""

import json
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from b24app.install import pages, ports
from b24app.install.door import AppPagesOf, Door, need_administrator
from b24app.install.forms import choice_of, lists_of
from b24app.install.queue import load_of
from b24app.kit.errors import Conflict, RuleBroken
from b24app.kit.ids import DEAL, DepartmentId, PortalId, TicketId, UserId, ticket_id
from b24app.ui import FrameSession, InFrame, Refusal, changed_by, origin_of, refusal_of
from b24app.usecases.appview import AppPages
from b24app.usecases.trust import collect
from b24app.usecases.views import Viewer

_KEY: Final = r"^[0-9a-f-]{8,64}$"
Deal = Annotated[int, Query(ge=1, le=9_999_999_999)]

pieces = APIRouter(include_in_schema=False, route_class=Door)


async def _assigning(request: Request) -> ports.Assigning:
    cards: ports.Assigning = request.app.state.cards
    return cards


AssigningOf = Annotated[ports.Assigning, Depends(_assigning)]


# --- the queue


async def queue_values(app_pages: AppPages, portal: PortalId) -> dict[str, Any]:
    """What the queue's template needs."""
    queue = await app_pages.queue(portal)
    origin = origin_of((await app_pages.portal(portal)).client_endpoint)
    return {"queue": queue, "load": load_of(queue.rows), "origin": origin}


@pieces.get("/app/queue")
async def show_queue(request: Request, session: InFrame, app_pages: AppPagesOf) -> Response:
    """Open tickets."""
    scene = pages.scene_of(request, session.language, zone=await app_pages.zone(session.portal))
    return pages.draw(request, scene, "install/_queue.html", **await queue_values(app_pages, session.portal))


@pieces.get("/app/assign")
async def show_choice(
    request: Request, session: InFrame, cards: AssigningOf, deal: Deal, team: int | None = None
) -> Response:
    """The form «Назначить» of one row."""
    return await _choice(request, session, cards, deal, team=DepartmentId(team) if team else None)


@pieces.post("/app/assign")
async def assign(
    request: Request,
    session: InFrame,
    cards: AssigningOf,
    *,
    deal: Deal,
    key: Annotated[str, Form(pattern=_KEY)],
    seen: Annotated[str, Form(max_length=200)],
    agent: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """Give the ticket to the chosen person; the dialog closes and the queue reads itself again."""
    if not agent:
        return await _choice(request, session, cards, deal, status=422, nobody=True)
    try:
        changed = await cards.assign(session.portal, _ticket(deal), UserId(agent), _viewer(session), seen=seen, key=key)
    except (RuleBroken, Conflict) as error:
        return _refuse(request, session, refusal_of(error))
    if changed is not None:
        return _refuse(request, session, changed_by(changed.by))
    said = {"text": pages.word(request, session.language, "install/_assigned.html")}
    happened = json.dumps({"ticket-changed": None, "app:dialog-done": None, "app:said": said})
    return Response(status_code=204, headers={"HX-Trigger": happened, "Cache-Control": "no-store"})


async def _choice(
    request: Request,
    session: FrameSession,
    cards: ports.Assigning,
    deal: int,
    *,
    team: DepartmentId | None = None,
    status: int = 200,
    **values: Any,
) -> Response:
    try:
        choice = await cards.choice(session.portal, _ticket(deal), _viewer(session), team)
    except RuleBroken as error:
        return _refuse(request, session, refusal_of(error))
    shown: dict[str, Any] = {"choice": choice, "deal": deal, "key": str(uuid4()), **values}
    scene = pages.scene_of(request, session.language)
    return pages.draw(request, scene, "install/_assign.html", status=status, **shown)


def _refuse(request: Request, session: FrameSession, refusal: Refusal) -> Response:
    scene = pages.scene_of(request, session.language)
    headers = {"HX-Trigger": "ticket-changed"} if refusal.status == 409 else None  # noqa: PLR2004 - HTTP: the row is old
    return pages.draw(request, scene, refusal.template, status=refusal.status, headers=headers, **refusal.values)


def _ticket(deal: int) -> TicketId:
    return ticket_id(DEAL, deal)


def _viewer(session: FrameSession) -> Viewer:
    return Viewer(session.user, session.is_admin, session.language)


# --- people and diagnosis


@pieces.get("/app/state")
async def show_state(request: Request, session: InFrame, app_pages: AppPagesOf) -> Response:
    """How the installation is."""
    seen = await app_pages.diagnosis(session.portal)
    scene = pages.scene_of(request, session.language, zone=await app_pages.zone(session.portal))
    return pages.draw(request, scene, "install/_state.html", seen=seen, admin=session.is_admin)


@pieces.get("/app/people")
async def show_people(request: Request, session: InFrame, app_pages: AppPagesOf) -> Response:
    """Who distributes, who helps, which departments and pipeline."""
    need_administrator(session)
    return await _people(request, session, app_pages)


@pieces.post("/app/people")
async def choose_people(request: Request, session: InFrame, app_pages: AppPagesOf) -> Response:
    """New choices, which hold at once."""
    need_administrator(session)
    form = lists_of((await collect(request.stream())).decode("utf-8", errors="replace"))
    try:
        await app_pages.choose(session.portal, choice_of(form), by=session.user)
    except (RuleBroken, ValueError) as broken:
        return await _people(request, session, app_pages, problem=str(broken), status=422)
    return await _people(request, session, app_pages, saved=True)


async def _people(
    request: Request,
    session: FrameSession,
    app_pages: AppPages,
    *,
    problem: str = "",
    saved: bool = False,
    status: int = 200,
) -> Response:
    setup = await app_pages.setup(session.portal)
    scene = pages.scene_of(request, session.language)
    shown: dict[str, Any] = {"setup": setup, "problem": problem, "saved": saved}
    return pages.draw(request, scene, "install/_people.html", status=status, **shown)
