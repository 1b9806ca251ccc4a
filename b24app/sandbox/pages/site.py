"""All routes of the portal's pages."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.pages import deals, web
from b24app.sandbox.pages.apps import Applications
from b24app.sandbox.pages.deals import Crm
from b24app.sandbox.pages.frames import Frames
from b24app.sandbox.pages.panel import Panel
from b24app.sandbox.pages.people import People
from b24app.sandbox.pages.talks import Messenger


def routes(portal: Portal) -> Sequence[BaseRoute]:
    """The pages, the calls of their scripts, their files."""
    rooms = (Messenger(portal), Crm(portal), Frames(portal), Applications(portal), Panel(portal), People(portal))
    found: list[BaseRoute] = [Route("/static/{name}", web.static), Route("/crm/", deals.home)]
    for room in rooms:
        found.extend(room.routes())
    return found
