"""Answers of the tab: a state of the card becomes a fragment, a fragment becomes a page."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from b24app.kit.clock import Clock
from b24app.ui import NO_FRAME, FrameSession, Scene, Templates, page_headers
from b24app.usecases.views import (
    BeingCreated,
    Card,
    CardState,
    Gone,
    NoAnswer,
    NoRights,
    NotATicket,
    NotReady,
)

UTC_ZONE: Final = "UTC"
_STATES: Final[Mapping[type, str]] = {
    Card: "cardtab/_card.html",
    NotReady: "cardtab/_not_ready.html",
    NotATicket: "cardtab/_not_a_ticket.html",
    BeingCreated: "cardtab/_being_created.html",
    Gone: "cardtab/_gone.html",
    NoRights: "cardtab/_no_rights.html",
    NoAnswer: "cardtab/_no_answer.html",
}
CHANGED: Final = {"HX-Trigger": "ticket-changed"}


def scene_of(request: Request, session: FrameSession, *, token: str = "", zone: str = UTC_ZONE) -> Scene:
    """For whom and when a template is drawn."""
    clock: Clock = request.app.state.clock
    return Scene(session.language, zone, clock.now(), token)


def draw(
    request: Request,
    scene: Scene,
    template: str,
    *,
    status: int = 200,
    ancestors: str = NO_FRAME,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """A rendered template as an answer, with the headers of every page."""
    templates: Templates = request.app.state.templates
    text = templates.render(template, scene, **values)
    return HTMLResponse(text, status, headers=page_headers(ancestors) | dict(headers or {}))


def template_of(state: CardState) -> str:
    """The fragment that shows a state."""
    return _STATES[type(state)]


def zone_of(state: CardState) -> str:
    """Moments of a card are shown in the zone of its calendar, which deadlines are counted in."""
    return state.sla.zone if isinstance(state, Card) else UTC_ZONE
