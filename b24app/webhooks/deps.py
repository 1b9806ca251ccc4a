"""What the routes of the portal's calls need: a body read with caps, an event verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request

from b24app.bitrix.forms import TooMuch, parse_body
from b24app.db.ingest import Ingest
from b24app.db.portals import Portal
from b24app.kit.errors import Forgery
from b24app.usecases.events import Event, event_of
from b24app.usecases.trust import Malformed, Ticketed, TooLarge, Trust, collect, text_of


class Installer(Protocol):
    """Installs what is verified (`b24app.usecases.installing.Installing`)."""

    async def install(self, claim: Ticketed, /) -> Portal:
        """`Forgery` unless an administrator of the portal vouches for it."""
        ...


def trust_of(request: Request) -> Trust:
    """The verifier of this process."""
    trust: Trust = request.app.state.trust
    return trust


def _ingest(request: Request) -> Ingest:
    ingest: Ingest = request.app.state.ingest
    return ingest


def _installer(request: Request) -> Installer:
    installer: Installer = request.app.state.installing
    return installer


IngestOf = Annotated[Ingest, Depends(_ingest)]
InstallerOf = Annotated[Installer, Depends(_installer)]
TrustOf = Annotated[Trust, Depends(trust_of)]


async def read_body(request: Request) -> dict[str, Any]:
    """The body as nested values. Refused before anything else is done: a huge, deep or many-keyed one."""
    return parse_body(await collect(request.stream()), request.headers.get("content-type", ""))


async def unverified(request: Request) -> Event:
    """The event somebody claims to bring."""
    return event_of(await read_body(request))


Unverified = Annotated[Event, Depends(unverified)]


@dataclass(frozen=True, slots=True)
class FromPortal:
    """A call whose application_token is the portal's."""

    portal: Portal
    event: Event


async def from_portal(event: Unverified, trust: TrustOf) -> FromPortal:
    """The event with its portal, verified; a refusal is counted."""
    return FromPortal(await verified(trust, event), event)


async def verified(trust: Trust, event: Event) -> Portal:
    """The portal that vouches for an event; a refusal is counted under the name it used."""
    try:
        return await trust.event(event.auth, member_id=event.member_id, domain=event.domain)
    except Forgery:
        trust.refuse(event.member_id)
        raise


TrustedEvent = Annotated[FromPortal, Depends(from_portal)]


async def from_robot(request: Request, trust: TrustOf) -> Portal:
    """A call of an automation rule: it names no event, its `auth` is the same."""
    body = await read_body(request)
    auth = body.get("auth")
    if not isinstance(auth, Mapping):
        raise Malformed("no auth")
    member_id = text_of(auth, "member_id")
    try:
        return await trust.event(auth, member_id=member_id, domain=text_of(auth, "domain"))
    except Forgery:
        trust.refuse(member_id)
        raise


TrustedRobot = Annotated[Portal, Depends(from_robot)]


def status_of(refused: Forgery) -> int:
    """The HTTP status of a refusal."""
    if isinstance(refused, TooLarge):
        return 413
    return 400 if isinstance(refused, TooMuch | Malformed) else 403
