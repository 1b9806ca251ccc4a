"""`/bitrix/install` and `/bitrix/app`: the installation, the application's page, their pieces."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from b24app.bitrix.forms import parse_form
from b24app.bitrix.oauth import Keys
from b24app.db.portals import Portal, PortalStatus
from b24app.install import pages
from b24app.install.handshake import Frame, frame_of, read_request, status_of, trust_of
from b24app.install.oauth import RoundTrips
from b24app.kit.errors import Forgery, PortalError, RuleBroken
from b24app.kit.ids import DepartmentId, PipelineId, UserId
from b24app.ui import FrameSession, InFrame, Sessions, language_of, origin_of
from b24app.usecases.appview import AppPages
from b24app.usecases.installing import Installing, steps_of
from b24app.usecases.staff import Choice
from b24app.usecases.trust import (
    NotAdministrator,
    Ticketed,
    UnknownPortal,
    claim_of_event,
    claim_of_frame,
    collect,
    text_of,
)

_log = logging.getLogger(__name__)


class Door(APIRoute):
    """Refusals and a portal that does not answer become pages without details."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override] # as FastAPI does
        """The handler with failures answered."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except Forgery as refused:
                _log.warning("refused path=%s why=%s", request.url.path, refused)
                return _refused(request, refused)
            except PortalError as failed:
                _log.warning("portal failed path=%s error=%s", request.url.path, type(failed).__name__)
                title, text = "Портал не отвечает", "Обновите страницу через минуту."
                return pages.tell(request, title, text, status=503)

        return guarded


router = APIRouter(prefix="/bitrix", include_in_schema=False, route_class=Door)


def _installing(request: Request) -> Installing:
    installing: Installing = request.app.state.installing
    return installing


def _app_pages(request: Request) -> AppPages:
    found: AppPages = request.app.state.app_pages
    return found


InstallingOf = Annotated[Installing, Depends(_installing)]
AppPagesOf = Annotated[AppPages, Depends(_app_pages)]


def _refused(request: Request, refused: Forgery) -> Response:
    if isinstance(refused, NotAdministrator):
        title = "Приложение ещё не установлено"
        text = "Приложение должен установить администратор портала."
        return pages.tell(request, title, text, status=403)
    return pages.refuse(request, status_of(refused))


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
    return await _install_page(request, app_pages, portal, await _frame(request, values, claim))


async def _install(request: Request, installing: Installing, claim: Ticketed) -> Portal:
    try:
        return await installing.install(claim)
    except Forgery:
        trust_of(request).refuse(claim.member_id)
        raise


async def _frame(request: Request, values: Mapping[str, Any], claim: Ticketed) -> Frame:
    portal, verified = await trust_of(request).frame(claim)
    return frame_of(values, portal, verified)


async def _install_page(request: Request, app_pages: AppPages, portal: Portal, frame: Frame) -> Response:
    settings = (await app_pages.portal(portal.id)).settings
    shown = pages.progress(steps_of(settings), ready=False)  # its first look at the progress also ends the installation
    scene = pages.scene_of(request, frame.language, token=_token(request, frame))
    ancestors = origin_of(portal.client_endpoint)
    return pages.draw(request, scene, "install/install.html", ancestors=ancestors, **shown)


@router.post("/app")
async def open_app(request: Request, installing: InstallingOf, app_pages: AppPagesOf) -> Response:
    """The page in the left menu. A portal without an installation wizard is installed here."""
    values = await read_request(request)
    claim = claim_of_frame(values)
    try:
        frame = await _frame(request, values, claim)
    except UnknownPortal:
        portal = await _install(request, installing, claim)
        return await _install_page(request, app_pages, portal, await _frame(request, values, claim))
    except Forgery:
        trust_of(request).refuse(claim.member_id)
        raise
    if frame.portal.status in {PortalStatus.NEEDS_ADMIN, PortalStatus.UNINSTALLED}:
        await _install(request, installing, claim)
    elif frame.is_admin:
        await installing.look_again(frame.portal.id)
    token = _token(request, frame)
    scene = pages.scene_of(request, frame.language, token=token, zone=await app_pages.zone(frame.portal.id))
    rows = await app_pages.queue(frame.portal.id)
    ancestors = origin_of(frame.portal.client_endpoint)
    return pages.draw(request, scene, "install/app.html", ancestors=ancestors, rows=rows)


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
        text = "Укажите этот адрес в форме локального приложения и откройте приложение на портале под администратором."
        return pages.tell(request, "Служба поддержки отвечает", text)
    trips: RoundTrips = request.app.state.round_trips
    portal = await trust_of(request).portal_of(member_id=trips.member_of(state))
    if portal is None:
        raise Forgery("the portal is unknown")
    await installing.install(await trips.finish(portal, _keys(request, portal), code))
    return pages.tell(request, "Доступ обновлён", "Вернитесь на портал: приложение снова работает.")


def _keys(request: Request, portal: Portal) -> Keys:
    default: Keys = request.app.state.keys
    return Keys(portal.keys.client_id, portal.keys.client_secret) if portal.keys else default


@router.get("/install/authorize")
async def authorize(request: Request, domain: str) -> Response:
    """Start a round trip for a portal that is installed here; nobody else's address is ever redirected to."""
    portal = await trust_of(request).portal_of(domain=domain)
    if portal is None:
        raise Forgery("the portal is unknown")
    trips: RoundTrips = request.app.state.round_trips
    return RedirectResponse(trips.address(portal), 303)


@router.get("/install/finish.js")
async def finish_script(request: Request) -> Response:
    """Tells the portal that the installation is finished, when the page learns so."""
    scene = pages.scene_of(request, "ru")
    text = request.app.state.templates.render("install/finish.js", scene)
    return Response(text, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


# --- pieces


@router.get("/install/progress")
async def show_progress(request: Request, session: InFrame, app_pages: AppPagesOf) -> Response:
    """How far it is. The portal is told to finish as soon as everything is bound."""
    steps, ready = await app_pages.progress(session.portal)
    scene = pages.scene_of(request, session.language)
    shown = pages.progress(steps, ready=ready)
    return pages.draw(request, scene, "install/_progress.html", headers=pages.READY if ready else None, **shown)


@router.post("/install/again")
async def again(request: Request, session: InFrame, installing: InstallingOf, app_pages: AppPagesOf) -> Response:
    """«Повторить»: what is left; from the diagnosis, everything."""
    _administrator(session)
    await installing.again(session.portal, everything=request.query_params.get("all") == "1")
    return await show_progress(request, session, app_pages)


@router.get("/app/queue")
async def show_queue(request: Request, session: InFrame, app_pages: AppPagesOf) -> Response:
    """Open tickets."""
    scene = pages.scene_of(request, session.language, zone=await app_pages.zone(session.portal))
    return pages.draw(request, scene, "install/_queue.html", rows=await app_pages.queue(session.portal))


@router.get("/app/settings")
async def show_settings(request: Request, session: InFrame) -> Response:
    """Choices of an administrator."""
    return pages.draw(
        request, pages.scene_of(request, session.language), "install/_settings.html", admin=session.is_admin
    )


@router.get("/app/state")
async def show_state(request: Request, session: InFrame, app_pages: AppPagesOf) -> Response:
    """How the installation is."""
    seen = await app_pages.diagnosis(session.portal)
    scene = pages.scene_of(request, session.language, zone=await app_pages.zone(session.portal))
    return pages.draw(request, scene, "install/_state.html", seen=seen, admin=session.is_admin)


@router.get("/app/people")
async def show_people(request: Request, session: InFrame, app_pages: AppPagesOf) -> Response:
    """Who distributes, who helps, which departments and pipeline."""
    _administrator(session)
    return await _people(request, session, app_pages)


@router.post("/app/people")
async def choose_people(request: Request, session: InFrame, app_pages: AppPagesOf) -> Response:
    """New choices, which hold at once."""
    _administrator(session)
    form = _lists((await collect(request.stream())).decode("utf-8", errors="replace"))
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


def _administrator(session: FrameSession) -> None:
    if not session.is_admin:
        raise HTTPException(403)


def _lists(body: str) -> dict[str, list[str]]:
    """A form whose fields may repeat."""
    found: dict[str, list[str]] = {}
    for pair in body.split("&"):
        for name, value in parse_form(pair).items():
            found.setdefault(name, []).append(text_of({name: value}, name))
    return found


def choice_of(form: Mapping[str, list[str]]) -> Choice:
    """The choices of a form; ValueError for what is no number."""

    def numbers(name: str) -> list[int]:
        return [int(value) for value in form.get(name, ()) if value]

    deputy, head, pipeline = (next(iter(numbers(name)), None) for name in ("deputy", "head", "pipeline"))
    return Choice(
        dispatchers=tuple(UserId(user) for user in numbers("dispatchers")),
        deputy=UserId(deputy) if deputy else None,
        head=UserId(head) if head else None,
        departments=tuple(DepartmentId(team) for team in numbers("departments")),
        pipeline=PipelineId(pipeline) if pipeline is not None else None,
    )
