"""`/bitrix/events`, `/bitrix/bot`, `/bitrix/robot`: verified, stored, answered. Background work does the rest."""

import logging
from collections.abc import Awaitable, Callable, Iterable

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from b24app.db.inbox import Incoming
from b24app.db.ingest import Ingest, NotTaken
from b24app.kit.errors import Forgery, PortalError
from b24app.usecases.events import Event, bot_rows, rows_of
from b24app.usecases.trust import Trust, claim_of_event
from b24app.webhooks.deps import (
    IngestOf,
    Installer,
    InstallerOf,
    TrustedEvent,
    TrustedRobot,
    TrustOf,
    Unverified,
    status_of,
    verified,
)

_log = logging.getLogger(__name__)


class Door(APIRoute):
    """Failures of the calls below become bare statuses: the portal reads nothing else, a stranger learns nothing."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override] # as FastAPI does
        """The handler with failures answered."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except Forgery as refused:
                _log.warning("refused path=%s why=%s", request.url.path, refused)
                return Response(status_code=status_of(refused))
            except (NotTaken, PortalError) as failed:
                _log.warning("not taken path=%s error=%s", request.url.path, type(failed).__name__)
                return Response(status_code=503)

        return guarded


router = APIRouter(prefix="/bitrix", include_in_schema=False, route_class=Door)


@router.post("/events")
async def receive(event: Unverified, trust: TrustOf, ingest: IngestOf, installer: InstallerOf) -> None:
    """Store the event, then answer."""
    if event.name == "ONAPPINSTALL":
        await _install(event, trust, installer)
        return
    if event.name == "ONAPPUPDATE":
        await _renew(event, trust)
    portal = await verified(trust, event)
    await _keep(ingest, rows_of(portal.id, event))


@router.post("/bot")
async def bot(call: TrustedEvent, ingest: IngestOf) -> None:
    """Presses of buttons and messages to Modest."""
    await _keep(ingest, bot_rows(call.portal.id, call.event))


@router.post("/robot")
async def robot(portal: TrustedRobot) -> None:
    """Automation rules: nothing of ours is offered there yet, a call is accepted and forgotten."""
    del portal


async def _keep(ingest: Ingest, rows: Iterable[Incoming]) -> None:
    for row in rows:
        await ingest.put(row)


async def _install(event: Event, trust: Trust, installer: Installer) -> None:
    """An application without pages: the event itself is the installation, verified like one."""
    try:
        await installer.install(claim_of_event(event.auth))
    except Forgery:
        trust.refuse(event.member_id)
        raise


async def _renew(event: Event, trust: Trust) -> None:
    """An update may bring another application_token; its own access token has to vouch for that."""
    portal = await trust.portal_of(member_id=event.member_id)
    if portal is None or not claim_of_event(event.auth).access:
        return
    if claim_of_event(event.auth).application_token == portal.application_token:
        return
    try:
        await trust.adopt_token(portal, event.auth)
    except Forgery:
        trust.refuse(event.member_id)
        raise
