"""What every route of this room shares: refusals as pages without details, the objects of the process, who may do what."""

import logging
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response
from fastapi.routing import APIRoute

from b24app.install import pages
from b24app.install.handshake import status_of
from b24app.kit.errors import Forgery, PortalError
from b24app.ui import FrameSession
from b24app.usecases.appview import AppPages
from b24app.usecases.installing import Installing
from b24app.usecases.trust import NotAdministrator, UnknownApplication

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
                return pages.tell(request, "silent", status=503)

        return guarded


def _refused(request: Request, refused: Forgery) -> Response:
    if isinstance(refused, NotAdministrator):
        return pages.tell(request, "not_installed", status=403)
    if isinstance(refused, UnknownApplication):
        return pages.tell(request, "no_keys", status=403)
    return pages.refuse(request, status_of(refused))


async def _installing(request: Request) -> Installing:
    installing: Installing = request.app.state.installing
    return installing


async def _app_pages(request: Request) -> AppPages:
    found: AppPages = request.app.state.app_pages
    return found


InstallingOf = Annotated[Installing, Depends(_installing)]
AppPagesOf = Annotated[AppPages, Depends(_app_pages)]


def need_administrator(session: FrameSession) -> None:
    """403 for anybody else."""
    if not session.is_admin:
        raise HTTPException(403)
