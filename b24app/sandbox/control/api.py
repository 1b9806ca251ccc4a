"""Routes of the control API. Each reads a JSON object and answers with one."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from b24app.sandbox.control.applications import Applications
from b24app.sandbox.control.errors import Bad
from b24app.sandbox.control.machine import Machine
from b24app.sandbox.control.people import People
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row

Handler = Callable[[Request, Row], Any]


def routes(portal: Portal) -> Sequence[BaseRoute]:
    """All routes of the control API."""
    machine, people, applications = Machine(portal), People(portal), Applications(portal)
    table: dict[str, dict[str, Handler]] = {
        "": {"GET": machine.about},
        "clock": {"GET": machine.clock, "POST": machine.move_clock},
        "faults": {"GET": machine.faults, "POST": machine.set_faults, "DELETE": machine.reset_faults},
        "limits": {"DELETE": machine.clear_limits},
        "tells": {"GET": machine.tells, "DELETE": machine.forget_tells},
        "requests": {"GET": machine.requests, "DELETE": machine.forget_requests},
        "events": {"GET": machine.events, "DELETE": machine.forget_events},
        "events/{word}": {"POST": machine.switch_events},
        "users": {"GET": people.users, "POST": people.add_user},
        "users/{id:int}": {"POST": people.change_user},
        "webhooks": {"GET": people.webhooks, "POST": people.add_webhook},
        "webhooks/{secret}": {"DELETE": people.drop_webhook},
        "apps": {"GET": applications.apps, "POST": applications.register},
        "apps/{id:int}": {"GET": applications.app, "POST": applications.save_app, "DELETE": applications.uninstall},
        "apps/{id:int}/finish": {"POST": applications.finish},
        "apps/{id:int}/access": {"POST": applications.access},
        "apps/{id:int}/tokens": {"POST": applications.issue, "DELETE": applications.revoke},
        "confirmations": {"POST": applications.confirm},
        "mailboxes": {"GET": people.mailboxes, "POST": people.connect_mailbox},
        "letters": {"POST": machine.write},
        "calls": {"POST": people.click_number},
        "activities/{id:int}/press": {"POST": people.press},
        "calendar": {"GET": machine.calendar, "POST": machine.set_calendar},
        "rename": {"POST": machine.rename},
        "fidelity-credentials": {"POST": machine.fidelity},
    }
    return [
        Route(f"/_sandbox/{path}", _endpoint(portal, handler), methods=[verb])
        for path, verbs in table.items()
        for verb, handler in verbs.items()
    ]


def _endpoint(portal: Portal, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            answer, status = handler(request, await _body(request)), 200
        except Bad as error:
            answer, status = {"error": str(error)}, 400
        except RestError as error:
            answer, status = {"error": error.description or error.code}, 400
        portal.store.flush()
        return JSONResponse(answer, status)

    return endpoint


async def _body(request: Request) -> Row:
    text = await request.body()
    try:
        data = json.loads(text) if text else {}
    except ValueError as error:
        raise Bad(f"The body is no JSON: {error}") from error
    if not isinstance(data, dict):
        raise Bad("The body is a JSON object")
    return data
