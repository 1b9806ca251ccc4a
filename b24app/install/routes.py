"""`/bitrix/install` and `/bitrix/app`: the installation, the application's page, their pieces."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from b24app.bitrix.oauth import Keys
from b24app.db.portals import Portal, PortalStatus
from b24app.install import pages, settings, topics
from b24app.install.app import pieces, queue_values
from b24app.install.door import AppPagesOf, Door, InstallingOf, need_administrator
from b24app.install.handshake import Frame, frame_of, read_request, trust_of
from b24app.install.oauth import RoundTrips
from b24app.kit.errors import Forgery
from b24app.kit.ids import UserId
from b24app.ui import FrameSession, InFrame, Sessions, language_of, origin_of
from b24app.usecases.appview import AppPages
from b24app.usecases.installing import Installing, steps_of
from b24app.usecases.trust import Ticketed, UnknownPortal, claim_of_event, claim_of_frame

router = APIRouter(prefix="/bitrix", include_in_schema=False, route_class=Door)
router.include_router(pieces)
router.include_router(settings.pieces)
router.include_router(topics.pieces)


# --- opened by the portal


@router.post("/install")
async def install(request: Request, installing: InstallingOf, app_pages: AppPagesOf) -> Response:
    """The installation: a frame with an administrator in it, or the event of an application without pages."""
    values = await read_request(request)
    if isinstance(values.get("auth"), Mapping):
        await _install(request, installing, claim_of_event(values["auth"]))
        return Response()
    claim = claim_of_frame(values)
    portal = await _install(request, installing, claim)
    return await _install_page(request, app_pages, portal, await _frame(request, installing, values, claim))


async def _install(request: Request, installing: Installing, claim: Ticketed) -> Portal:
    try:
        return await installing.install(claim)
    except Forgery:
        trust_of(request).refuse(claim.member_id)
        raise


async def _frame(request: Request, installing: Installing, values: Mapping[str, Any], claim: Ticketed) -> Frame:
    portal, verified = await trust_of(request).frame(claim)
    return frame_of(values, await installing.follow(portal, verified, claim), verified)


async def _install_page(request: Request, app_pages: AppPages, portal: Portal, frame: Frame) -> Response:
    settings = (await app_pages.portal(portal.id)).settings
    shown = pages.progress(
        steps_of(settings), ready=False, admin=frame.is_admin
    )  # its first look at the progress also ends the installation
    scene = pages.scene_of(request, frame.language, token=_token(request, frame))
    ancestors = origin_of(portal.client_endpoint)
    return pages.draw(request, scene, "install/install.html", ancestors=ancestors, **shown)


@router.post("/app")
async def open_app(request: Request, installing: InstallingOf, app_pages: AppPagesOf) -> Response:
    """The page in the left menu. A portal without an installation wizard is installed here."""
    values = await read_request(request)
    claim = claim_of_frame(values)
    try:
        frame = await _frame(request, installing, values, claim)
    except UnknownPortal:
        portal = await _install(request, installing, claim)
        return await _install_page(request, app_pages, portal, await _frame(request, installing, values, claim))
    except Forgery:
        trust_of(request).refuse(claim.member_id)
        raise
    if frame.portal.status in {PortalStatus.NEEDS_ADMIN, PortalStatus.UNINSTALLED}:
        await _install(request, installing, claim)
    elif frame.is_admin:
        await installing.look_again(frame.portal.id)
    token = _token(request, frame)
    scene = pages.scene_of(request, frame.language, token=token, zone=await app_pages.zone(frame.portal.id))
    shown = await queue_values(app_pages, frame.portal.id)
    ancestors = origin_of(frame.portal.client_endpoint)
    return pages.draw(request, scene, "install/app.html", ancestors=ancestors, inner="install/_queue.html", **shown)


def _token(request: Request, frame: Frame) -> str:
    sessions: Sessions = request.app.state.sessions
    return sessions.issue(
        FrameSession(
            portal=frame.portal.id,
            member_id=frame.portal.member_id,
            user=UserId(frame.user),
            is_admin=frame.is_admin,
            placement=frame.placement,
            entity="",
            language=language_of(frame.language),
        )
    )


# --- opened by a person, or probed by the portal's form


@router.get("/install")
@router.get("/app")
async def welcome(request: Request, installing: InstallingOf) -> Response:
    """What to do next; with a code and our state, the end of an authorization round trip."""
    code, state = request.query_params.get("code", ""), request.query_params.get("state", "")
    if not (code and state):
        return pages.tell(request, "probe")
    await installing.install(await _returned(request, code, state))
    return pages.tell(request, "renewed")


async def _returned(request: Request, code: str, state: str) -> Ticketed:
    """What the portal sent an administrator back with, as a claim that is still to be verified."""
    trips: RoundTrips = request.app.state.round_trips
    member_id, domain = trips.started_for(state)
    if member_id:
        portal = await trust_of(request).portal_of(member_id=member_id)
        if portal is not None:
            return await trips.finish(portal, _keys(request, portal), code)
    elif keys := await trust_of(request).keys_at(domain):
        return await trips.first(domain, Keys(keys.client_id, keys.client_secret), code, _server(request))
    raise Forgery("the portal is unknown")


def _server(request: Request) -> str:
    return request.query_params.get("server_domain", "")


def _keys(request: Request, portal: Portal) -> Keys:
    default: Keys = request.app.state.keys
    return Keys(portal.keys.client_id, portal.keys.client_secret) if portal.keys else default


@router.get("/install/authorize")
async def authorize(request: Request, domain: str) -> Response:
    """Start a round trip for a portal that is installed here or has its keys here; no other address is redirected to."""
    trips: RoundTrips = request.app.state.round_trips
    portal = await trust_of(request).portal_of(domain=domain)
    if portal is not None:
        return RedirectResponse(trips.address(portal), 303)
    keys = await trust_of(request).keys_at(domain)
    if keys is None:
        raise Forgery("the portal is unknown")
    own = Keys(keys.client_id, keys.client_secret)
    return RedirectResponse(trips.first_address(domain.lower(), own), 303)


# --- pieces


@router.get("/install/progress")
async def show_progress(request: Request, session: InFrame, app_pages: AppPagesOf) -> Response:
    """How far it is. The portal is told to finish as soon as everything is bound."""
    steps, ready = await app_pages.progress(session.portal)
    scene = pages.scene_of(request, session.language)
    shown = pages.progress(steps, ready=ready, admin=session.is_admin)
    return pages.draw(request, scene, "install/_progress.html", headers=pages.READY if ready else None, **shown)


@router.post("/install/again")
async def again(request: Request, session: InFrame, installing: InstallingOf, app_pages: AppPagesOf) -> Response:
    """«Повторить»: what is left; from the diagnosis, everything."""
    need_administrator(session)
    await installing.again(session.portal, everything=request.query_params.get("all") == "1")
    return await show_progress(request, session, app_pages)
