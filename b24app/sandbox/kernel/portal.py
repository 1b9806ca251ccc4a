"""The portal: its state, clock, people, applications, and what it tells about things a real portal keeps silent on."""

import random
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from b24app.sandbox.clock import Clock, wall
from b24app.sandbox.kernel.faults import Faults
from b24app.sandbox.kernel.limits import Bucket, Operating
from b24app.sandbox.kernel.store import Row, Store, Table

REFRESH_LIFE_S = 180 * 24 * 3600
KEPT = 2000
FRESH_HOPS = 8  # an event of a fresh call carries 7; each event caused by the token of an event carries one less
Listener = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event at the moment of its raising; see `Portal.raise_event`."""

    name: str
    data: Any
    user: int | None = None
    only_app: int | None = None
    connector: str = ""
    subject: str = ""


class Outgoing(Protocol):
    """What carries events and other calls to applications (`kernel.events.Events`)."""

    def give(self, happened: Occurrence) -> None:
        """Give an event to everybody who subscribed."""

    def post(self, app: Row, url: str, body: dict[str, Any], label: str, *, skip: str = "") -> None:
        """Queue one form POST to an application."""


class Portal:
    """One portal. Families keep their rows in `table(name)` and talk to others through `signal`/`listen`."""

    def __init__(self, store: Store, clock: Clock, *, origin: str, oauth_origin: str, seed: int = 1) -> None:
        self.store, self.clock, self.faults = store, clock, Faults()
        self.origin, self.oauth_origin = origin, oauth_origin
        self.bucket, self.operating = Bucket(), Operating()
        self.random = random.Random(seed)
        self.tells: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.requests: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._listeners: dict[str, list[Listener]] = {}
        self.outgoing: Outgoing | None = None  # set by whoever builds the portal
        self.call: Callable[..., Any] = lambda *_, **__: None  # `Dispatcher.run`: run a method inside the portal
        self.origin_connector = ""  # `auth_connector` of the call that runs now
        self.hops = FRESH_HOPS  # how often the token of the call that runs now may still cause events

    # --- state

    def table(self, name: str) -> Table:
        """A table of the portal's state."""
        return self.store.table(name)

    @property
    def users(self) -> Table:
        """Employees, bots and guests by number."""
        return self.table("user")

    @property
    def apps(self) -> Table:
        """Registered applications by number."""
        return self.table("app")

    def setting(self, name: str, default: Any = None) -> Any:
        """One value of the portal's settings."""
        row = self.table("setting").get(name)
        return default if row is None else row["VALUE"]

    def set_setting(self, name: str, value: Any) -> None:
        """Keep one value of the portal's settings."""
        self.table("setting").put(name, {"VALUE": value})

    # --- identity

    @property
    def member_id(self) -> str:
        """The portal's constant identity, 32 hex digits."""
        return str(self.setting("member_id"))

    @property
    def domain(self) -> str:
        """Host of the portal, with the port when it is not a standard one."""
        return urlsplit(self.origin).netloc

    def is_admin(self, user_id: int | None) -> bool:
        """Whether this user is an administrator."""
        user = self.users.get(user_id)
        return bool(user and user.get("ADMIN"))

    def app_by_client(self, client_id: str) -> Row | None:
        """The application with this client_id."""
        return self.apps.first(CLIENT_ID=client_id)

    def move_to(self, origin: str) -> None:
        """Take a new address; former ones redirect to it (platform.md 2.7)."""
        moved = dict.fromkeys((*self.setting("moved", {}), self.domain), origin)
        moved.pop(urlsplit(origin).netloc, None)
        self.set_setting("moved", moved)
        self.origin = origin

    # --- time

    def now(self) -> datetime:
        """The virtual moment, UTC."""
        return self.clock.now()

    def iso(self, moment: datetime | None = None) -> str:
        """A moment (default: now) as the portal prints it."""
        return self.clock.iso(moment)

    # --- what a real portal keeps to itself

    def tell(self, text: str, **about: Any) -> None:
        """Note something the portal does silently: an ignored field, a dropped button, a skipped save."""
        self.tells.append({"at": self.iso(), "text": text, **about})

    # --- talk between families

    def listen(self, name: str, listener: Listener) -> None:
        """Call `listener(**facts)` when something of this name happens inside the portal."""
        self._listeners.setdefault(name, []).append(listener)

    def signal(self, name: str, **facts: Any) -> None:
        """Tell other families that something happened ("app.installed", "item.changed", …)."""
        for listener in self._listeners.get(name, []):
            listener(**facts)

    def raise_event(
        self, name: str, data: Any, *, user: int | None = None, only_app: int | None = None, subject: str = ""
    ) -> None:
        """Something happened that applications may have subscribed to.

        `user` is who caused it (None: a robot, a background job: such events carry no tokens); `only_app` narrows to
        one application; `subject` names the object for the offline queue, default: the data itself.
        """
        if self.outgoing:
            self.outgoing.give(Occurrence(name.upper(), data, user, only_app, self.origin_connector, subject))

    def post(self, app: Row, url: str, body: dict[str, Any], label: str) -> None:
        """Queue one form-encoded POST to an application's handler (bots, robots, ONAPPINSTALL)."""
        if self.outgoing:
            self.outgoing.post(app, url, body, label)

    # --- tokens

    def issue_tokens(self, app: Row, user_id: int, *, scopes: list[str] | None = None, life_s: int = 0) -> Row:
        """A new access token of this user for this application, with its refresh token."""
        life = life_s or self.faults.token_life_s
        row = {
            "APP_ID": app["ID"], "USER_ID": user_id, "EXPIRES": int(wall()) + life, "LIFE": life,
            "ACCESS": "at" + secrets.token_hex(34), "REFRESH": "rt" + secrets.token_hex(34), "SCOPES": scopes,
        }  # fmt: skip
        self.table("token").put(row["ACCESS"], row)
        self.table("refresh").put(row["REFRESH"], {**row, "EXPIRES": int(wall()) + REFRESH_LIFE_S})
        return row

    def event_token(self, app: Row, user_id: int) -> Row:
        """The user's token that goes out with events: one is used again while it has half an hour to live.

        It counts down: what is done with it causes events whose tokens carry one hop less (platform.md 4.1).
        """
        name = f"{app['ID']}:{user_id}:{self.hops - 1}"
        kept = self.table("event_token").get(name)
        token = self.table("token").get(kept["ACCESS"]) if kept else None
        if token is None or token["EXPIRES"] - wall() < token["LIFE"] / 2:
            token = self.issue_tokens(app, user_id)
            self.table("token").update(token["ACCESS"], HOPS=self.hops - 1)
            self.table("event_token").put(name, {"ACCESS": token["ACCESS"]})
        return token

    def token_answer(self, app: Row, token: Row) -> dict[str, Any]:
        """What the authorization server answers to a code or a refresh (platform.md 2.3)."""
        return {
            "access_token": token["ACCESS"], "refresh_token": token["REFRESH"],
            "expires": token["EXPIRES"], "expires_in": token["LIFE"],
            "scope": ",".join(token.get("SCOPES") or app["SCOPES"]), "status": app["STATUS"], "user_id": token["USER_ID"],
            "domain": urlsplit(self.app_oauth(app)).netloc, "server_endpoint": f"{self.app_oauth(app)}/rest/",
            "client_endpoint": f"{self.app_origin(app)}/rest/", "member_id": self.member_id,
        }  # fmt: skip

    def app_origin(self, app: Row) -> str:
        """The portal's origin as this application knows it (the fidelity harness sees the portal through TLS)."""
        return str(app.get("ORIGIN") or self.origin)

    def app_oauth(self, app: Row) -> str:
        """The authorization server's origin as this application knows it."""
        return str(app.get("OAUTH_ORIGIN") or self.oauth_origin)

    def auth_block(self, app: Row, user_id: int | None, *, refresh: bool = False) -> dict[str, Any]:
        """The `auth` of an event: with the user's tokens, or without any when no user caused it (platform.md 4.2)."""
        origin = self.app_origin(app)
        place = {
            "domain": urlsplit(origin).netloc, "server_endpoint": f"{self.app_oauth(app)}/rest/", "status": app["STATUS"],
            "client_endpoint": f"{origin}/rest/", "member_id": self.member_id,
        }  # fmt: skip
        if user_id is None or self.users.get(user_id) is None:
            return {**place, "application_token": app["TOKEN"]}
        token = self.event_token(app, user_id) if not refresh else self.issue_tokens(app, user_id)
        auth = {
            "access_token": token["ACCESS"], "expires": str(token["EXPIRES"]), "expires_in": str(token["LIFE"]),
            "scope": ",".join(app["SCOPES"]), **place, "user_id": str(user_id),
        }  # fmt: skip
        if refresh:
            auth["refresh_token"] = token["REFRESH"]
        return {**auth, "application_token": app["TOKEN"]}
