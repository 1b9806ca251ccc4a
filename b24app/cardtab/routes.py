"""`/bitrix/placement/…`: the frame of the card; `/bitrix/tab/…`: its pieces, asked for with the session of the frame."""

import re
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from b24app.cardtab import pages, ports
from b24app.kit.errors import Conflict, Forgery, PortalError, RuleBroken
from b24app.kit.ids import DEAL, DepartmentId, TicketId, UserId, ticket_id
from b24app.tickets.model import Labels
from b24app.ui import (
    FrameSession,
    InFrame,
    Refusal,
    Scene,
    Sessions,
    changed_by,
    language_of,
    origin_of,
    refusal_of,
)
from b24app.usecases.views import Card, Changed, Viewer

PAGE: Final = 30
MOST: Final = 200
_KEY: Final = r"^[0-9a-f-]{8,64}$"
_DYNAMIC: Final = re.compile(r"CRM_DYNAMIC_(\d+)_DETAIL_TAB")

router = APIRouter(include_in_schema=False)

Only = Literal["all", "system"]
Key = Annotated[str, Form(pattern=_KEY)]


async def _cards(request: Request) -> ports.Cards:
    cards: ports.Cards = request.app.state.cards
    return cards


InCards = Annotated[ports.Cards, Depends(_cards)]

Word = Annotated[str, Form(max_length=200)]


async def _labels(
    category: Word = "", kind: Word = "", priority: Word = "", line: Annotated[int, Form(ge=0, le=9)] = 0
) -> Labels:
    return Labels(category or None, kind or None, priority or None, line or None)


GivenLabels = Annotated[Labels, Depends(_labels)]


# --- the frame


@router.post("/bitrix/placement/{code}")
async def open_frame(request: Request, code: str, cards: InCards) -> HTMLResponse:
    """The portal opens our tab; everything in the request is verified before anything is shown."""
    del code  # the verified body says which placement it is
    frame = await _trusted(request)
    if frame is None:
        return _refused(request)
    session = _session_of(frame)
    token = _sessions(request).issue(session)
    state = await cards.card(session.portal, TicketId(session.entity), _viewer(session)) if session.entity else None
    zone = pages.zone_of(state) if state else pages.UTC_ZONE
    scene = pages.scene_of(request, session, token=token, zone=zone)
    ancestors = origin_of(frame.portal.client_endpoint)
    values = _values(state) if state else {}
    inner = pages.template_of(state) if state else "cardtab/_no_card.html"
    return pages.draw(request, scene, "cardtab/page.html", ancestors=ancestors, inner=inner, **values)


@router.post("/bitrix/session")
async def renew_session(request: Request) -> Response:
    """A fresh access token of the person becomes a fresh session; verified like the opening of a frame."""
    frame = await _trusted(request)
    if frame is None:
        return Response(status_code=403)
    token = _sessions(request).issue(_session_of(frame))
    return JSONResponse({"session": token}, headers={"Cache-Control": "no-store"})


async def _trusted(request: Request) -> ports.Frame | None:
    verify: ports.TrustedFrame = request.app.state.trusted_frame
    try:
        return await verify(request)
    except Forgery:
        return None


def _refused(request: Request) -> HTMLResponse:
    clock = request.app.state.clock
    scene = Scene(language_of(request.query_params.get("LANG", "ru")), pages.UTC_ZONE, clock.now(), host="top")
    return pages.draw(request, scene, "errors/refused.html", status=403)


def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


def _session_of(frame: ports.Frame) -> FrameSession:
    return FrameSession(
        portal=frame.portal.id,
        member_id=frame.portal.member_id,
        user=UserId(frame.user),
        is_admin=frame.is_admin,
        placement=frame.placement,
        entity=entity_of(frame.placement, frame.options),
        language=language_of(frame.language),
    )


def entity_of(placement: str, options: Any) -> str:
    """The ticket id of the card a tab was opened in; empty for an unsaved deal and for pages without a card."""
    number = str(options.get("ID") or options.get("ENTITY_ID") or "") if hasattr(options, "get") else ""
    dynamic = _DYNAMIC.fullmatch(placement)
    entity_type = int(dynamic[1]) if dynamic else DEAL if placement == "CRM_DEAL_DETAIL_TAB" else 0
    # Deal 0 is the form of a new one; a number of the portal has at most ten digits.
    return ticket_id(entity_type, int(number)) if entity_type and re.fullmatch(r"[1-9]\d{0,9}", number) else ""


# --- pieces of the card


@router.get("/bitrix/tab/card")
async def show_card(request: Request, session: InFrame, cards: InCards) -> HTMLResponse:
    """The card as it is now; another state than the one on the page replaces everything."""
    state = await cards.card(session.portal, TicketId(session.entity), _viewer(session))
    scene = pages.scene_of(request, session, zone=pages.zone_of(state))
    if isinstance(state, Card) and request.headers.get("HX-Target") == "live":
        return pages.draw(request, scene, "cardtab/_refresh.html", **_values(state))
    headers = {"HX-Retarget": "#tab", "HX-Reswap": "outerHTML"}
    return pages.draw(request, scene, pages.template_of(state), headers=headers, **_values(state))


@router.get("/bitrix/tab/history")
async def show_history(
    request: Request,
    session: InFrame,
    cards: InCards,
    only: Only = "all",
    shown: Annotated[int, Query(ge=1, le=MOST)] = PAGE,
) -> HTMLResponse:
    """The newest lines; «Показать ещё» asks for more of them at once, so that a refresh keeps what is shown."""
    ticket, viewer = TicketId(session.entity), _viewer(session)
    try:
        state = await cards.card(session.portal, ticket, viewer)
        history = await cards.history(session.portal, ticket, viewer, only=only, limit=shown)
    except RuleBroken as error:
        return _broken(request, session, error)
    scene = pages.scene_of(request, session, zone=pages.zone_of(state))
    return pages.draw(request, scene, "cardtab/_history.html", history=history, step=PAGE)


@router.get("/bitrix/tab/assign")
async def show_choice(request: Request, session: InFrame, cards: InCards, team: int | None = None) -> HTMLResponse:
    """The panel «Назначить»."""
    try:
        choice = await cards.choice(
            session.portal, TicketId(session.entity), _viewer(session), DepartmentId(team) if team else None
        )
    except RuleBroken as error:
        return _broken(request, session, error)
    scene = pages.scene_of(request, session)
    return pages.draw(request, scene, "cardtab/_assign.html", choice=choice, key=_new_key())


@router.post("/bitrix/tab/assign")
async def assign(
    request: Request,
    session: InFrame,
    cards: InCards,
    *,
    key: Key,
    seen: Annotated[str, Form(max_length=200)],
    agent: Annotated[int, Form(ge=0)] = 0,
) -> HTMLResponse:
    """Give the ticket to the chosen person."""
    viewer, ticket = _viewer(session), TicketId(session.entity)
    if not agent:
        return await _choose_first(request, session, cards)
    try:
        changed = await cards.assign(session.portal, ticket, UserId(agent), viewer, seen=seen, key=key)
    except (RuleBroken, Conflict) as error:
        return _broken(request, session, error)
    return _told(request, session, changed, "assigned")


@router.post("/bitrix/tab/move")
async def move(
    request: Request,
    session: InFrame,
    cards: InCards,
    *,
    key: Key,
    stage: Annotated[str, Form(max_length=100)],
    seen: Annotated[str, Form(max_length=200)],
) -> HTMLResponse:
    """Move the ticket to another stage."""
    viewer, ticket = _viewer(session), TicketId(session.entity)
    try:
        changed = await cards.move(session.portal, ticket, stage, viewer, seen=seen, key=key)
    except (RuleBroken, Conflict) as error:
        return _broken(request, session, error)
    return _told(request, session, changed, "moved")


@router.get("/bitrix/tab/labels")
async def show_labels(request: Request, session: InFrame, cards: InCards) -> HTMLResponse:
    """The panel «Классификация»."""
    try:
        choices = await cards.labels(session.portal, TicketId(session.entity), _viewer(session))
    except RuleBroken as error:
        return _broken(request, session, error)
    scene = pages.scene_of(request, session)
    return pages.draw(request, scene, "cardtab/_labels.html", choices=choices, key=_new_key())


@router.post("/bitrix/tab/labels")
async def correct(request: Request, session: InFrame, cards: InCards, *, key: Key, given: GivenLabels) -> HTMLResponse:
    """One tap on a category, or the other labels of the panel."""
    try:
        await cards.correct(session.portal, TicketId(session.entity), given, _viewer(session), key=key)
    except (RuleBroken, Conflict) as error:
        return _broken(request, session, error)
    return _told(request, session, None, "labelled")


@router.post("/bitrix/tab/adopt")
async def adopt(request: Request, session: InFrame, cards: InCards) -> HTMLResponse:
    """«Сделать заявкой»."""
    scene = pages.scene_of(request, session)
    try:
        await cards.adopt(session.portal, TicketId(session.entity), _viewer(session))
    except RuleBroken as error:
        return _broken(request, session, error)
    except PortalError as error:
        return pages.draw(request, scene, "cardtab/_portal_refused.html", status=422, reason=str(error))
    headers = {"HX-Retarget": "#tab", "HX-Reswap": "outerHTML"}
    return pages.draw(request, scene, "cardtab/_being_created.html", headers=headers)


def _viewer(session: FrameSession) -> Viewer:
    return Viewer(session.user, session.is_admin, session.language)


def _values(state: object) -> dict[str, Any]:
    return {"card": state, "step": PAGE, "key": _new_key()}


def _new_key() -> str:
    return str(uuid4())


async def _choose_first(request: Request, session: FrameSession, cards: ports.Cards) -> HTMLResponse:
    """The form came back without a choice: the same form, with the reason beside the field."""
    choice = await cards.choice(session.portal, TicketId(session.entity), _viewer(session))
    scene = pages.scene_of(request, session)
    return pages.draw(request, scene, "cardtab/_assign.html", status=422, choice=choice, key=_new_key(), nobody=True)


def _told(request: Request, session: FrameSession, changed: Changed | None, done: str) -> HTMLResponse:
    if changed is not None:
        return _refuse(request, session, changed_by(changed.by))
    scene = pages.scene_of(request, session)
    return pages.draw(request, scene, "cardtab/_done.html", headers=pages.CHANGED, done=done)


def _broken(request: Request, session: FrameSession, error: RuleBroken | Conflict) -> HTMLResponse:
    return _refuse(request, session, refusal_of(error))


def _refuse(request: Request, session: FrameSession, refusal: Refusal) -> HTMLResponse:
    headers = pages.CHANGED if refusal.status == 409 else None  # noqa: PLR2004 - HTTP: the card is old, it reads itself again
    scene = pages.scene_of(request, session)
    return pages.draw(request, scene, refusal.template, status=refusal.status, headers=headers, **refusal.values)
