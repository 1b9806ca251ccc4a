"""Answers of this room: a template with the room's words, the headers of every page."""

from functools import partial
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from b24app.install.words import ICONS, STATES, STEPS, words_of
from b24app.kit.clock import Clock
from b24app.pipelines.classify import title
from b24app.ui import NO_FRAME, Scene, Templates, language_of, page_headers
from b24app.usecases.installing import StepState

READY: Final = {"HX-Trigger": "app-installed"}


def scene_of(request: Request, language: str, *, token: str = "", zone: str = "UTC", host: str = "page") -> Scene:
    """For whom and when a template is drawn."""
    clock: Clock = request.app.state.clock
    return Scene(language_of(language), zone, clock.now(), token, host)


def draw(
    request: Request,
    scene: Scene,
    template: str,
    *,
    status: int = 200,
    ancestors: str = NO_FRAME,
    headers: dict[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """A rendered template as an answer."""
    templates: Templates = request.app.state.templates
    words = {
        "w": words_of(scene.language),
        "titles": STEPS,
        "states": STATES,
        "icons": ICONS,
        "priority_of": partial(title, language=scene.language),
    }
    text = templates.render(template, scene, **(words | values))
    return HTMLResponse(text, status, headers=page_headers(ancestors) | (headers or {}))


def tell(request: Request, what: str, *, status: int = 200) -> HTMLResponse:
    """A page with one message: `probe`, `renewed`, `not_installed`, `no_keys` or `silent`."""
    scene = scene_of(request, _asked(request), host="top")
    return draw(request, scene, "install/told.html", status=status, what=what)


def word(request: Request, language: str, template: str) -> str:
    """A template that is one line of text, for places outside of HTML."""
    templates: Templates = request.app.state.templates
    return templates.render(template, scene_of(request, language)).strip()


def refuse(request: Request, status: int) -> Response:
    """Nothing about why: a stranger learns nothing, a person is told what to do."""
    if status != 403:  # noqa: PLR2004 - HTTP status
        return Response(status_code=status)
    return draw(request, scene_of(request, _asked(request), host="top"), "errors/refused.html", status=status)


def _asked(request: Request) -> str:
    return request.query_params.get("LANG", "ru")


def progress(steps: tuple[StepState, ...], *, ready: bool, admin: bool) -> dict[str, Any]:
    """What the list of steps needs; an administrator may repeat one."""
    return {"steps": steps, "ready": ready, "admin": admin, "failed": any(step.state == "failed" for step in steps)}
