"""The portal as a machine: its clock, its troubles, what it did and what it kept to itself."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from b24app.sandbox.control import credentials
from b24app.sandbox.control.errors import Bad
from b24app.sandbox.demo import letters
from b24app.sandbox.families.mail import boxes
from b24app.sandbox.kernel.events import Events
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.org import worktime


class Machine:
    """One group of routes of one portal; each takes the request and its JSON object."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def about(self, _: Request, __: Row) -> Row:
        """What the portal is and who works in it."""
        portal = self.portal
        return {
            "title": portal.setting("title", "Песочница"), "base_url": portal.origin, "oauth_url": portal.oauth_origin,
            "domain": portal.domain, "member_id": portal.member_id, "test_mode": portal.setting("test_mode", False),
        }  # fmt: skip

    def clock(self, _: Request, __: Row) -> Row:
        """The virtual moment and how fast it runs."""
        clock = self.portal.clock
        return {"now": clock.now().isoformat(), "speed": clock.speed, "zone": str(clock.zone)}

    def move_clock(self, request: Request, given: Row) -> Row:
        """`now` jumps to a moment, `advance_s` jumps ahead, `speed` changes how fast it runs; 0 stands still."""
        clock = self.portal.clock
        if "speed" in given:
            clock.run_at(max(float(given["speed"]), 0.0))
        if "now" in given:
            clock.set(_moment(given["now"], clock.zone))
        if "advance_s" in given:
            clock.advance(float(given["advance_s"]))
        self._poke()
        return self.clock(request, given)

    def faults(self, _: Request, __: Row) -> Row:
        """All switches."""
        return self.portal.faults.as_dict()

    def set_faults(self, request: Request, given: Row) -> Row:
        """Set the named switches, leave the others."""
        unknown = self.portal.faults.apply(given)
        self._poke()
        if unknown:
            raise Bad(f"No such switch or value: {', '.join(unknown)}")
        return self.faults(request, given)

    def reset_faults(self, request: Request, given: Row) -> Row:
        """All switches off."""
        self.portal.faults.reset()
        self._poke()
        return self.faults(request, given)

    def clear_limits(self, _: Request, __: Row) -> Row:
        """An empty bucket and no operating time used."""
        self.portal.bucket.clear()
        self.portal.operating.clear()
        return {"ok": True}

    def _poke(self) -> None:
        if isinstance(self.portal.outgoing, Events):
            self.portal.outgoing.poke()

    def tells(self, _: Request, __: Row) -> Row:
        """What the portal did silently."""
        return {"tells": list(self.portal.tells)}

    def forget_tells(self, _: Request, __: Row) -> Row:
        self.portal.tells.clear()
        return {"ok": True}

    def requests(self, request: Request, __: Row) -> Row:
        """REST calls, the oldest first; `?method=` narrows down to one."""
        wanted = request.query_params.get("method", "").lower()
        rows = [row for row in self.portal.requests if not wanted or str(row["method"]).lower() == wanted]
        return {"requests": rows}

    def forget_requests(self, _: Request, __: Row) -> Row:
        self.portal.requests.clear()
        return {"ok": True}

    def events(self, _: Request, __: Row) -> Row:
        """Events that were sent with their outcome, how many wait, and who subscribed to what."""
        outgoing = self._events()
        bindings = list(self.portal.table("event_binding"))
        return {"events": list(outgoing.log), "waiting": outgoing.waiting(), "bindings": bindings}

    def forget_events(self, _: Request, __: Row) -> Row:
        self._events().log.clear()
        return {"ok": True}

    def switch_events(self, request: Request, _: Row) -> Row:
        """`hold` keeps events back, `release` sends them."""
        word = request.path_params["word"]
        if word not in {"hold", "release"}:
            raise Bad("events/hold or events/release")
        self.portal.faults.events_held = word == "hold"
        self._poke()
        return {"waiting": self._events().waiting()}

    def _events(self) -> Events:
        if not isinstance(self.portal.outgoing, Events):
            raise Bad("The portal delivers nothing")
        return self.portal.outgoing

    def calendar(self, _: Request, __: Row) -> Row:
        return {**worktime.DEFAULTS, **self.portal.setting("calendar", {})}

    def set_calendar(self, request: Request, given: Row) -> Row:
        """Working time of the portal: fields of `calendar.settings.get`."""
        worktime.change(self.portal, **given)
        return self.calendar(request, given)

    def rename(self, _: Request, given: Row) -> Row:
        """The portal moves to `origin` (the sandbox's other name); the old address answers 302 (platform.md 2.7)."""
        origin = str(given.get("origin") or self.portal.oauth_origin).rstrip("/")
        if urlsplit(origin).scheme not in {"http", "https"}:
            raise Bad("origin: the new address, http://host:port")
        self.portal.move_to(origin)
        return {"base_url": origin, "moved": self.portal.setting("moved")}

    def fidelity(self, _: Request, __: Row) -> Row:
        """Credentials for suites written against a real portal; only in an empty portal."""
        if not self.portal.setting("test_mode"):
            raise Bad("Only in the test mode: start the sandbox with --empty")
        return credentials.for_suites(self.portal)

    def write(self, _: Request, given: Row) -> Row:
        """A customer writes: see `letters.Letter` for the fields. Without `category_id` it goes to support."""
        category = given.get("category_id")
        category = letters.support_pipeline(self.portal) if category is None else to_int(category)
        names = ("channel", "subject", "text", "name", "email", "company")
        defaults = {"channel": "email", "subject": "Без темы", "text": "", "name": "Клиент", "email": "", "company": ""}
        values = {name: str(given.get(name) or defaults[name]) for name in names}
        letter = letters.Letter(
            **values, category_id=category, contact_id=to_int(given.get("contact_id")),
            company_id=to_int(given.get("company_id")),
        )  # fmt: skip
        box = boxes.boxes(self.portal).get(to_int(given.get("mailbox")))
        if box and not box["CRM"]:  # nobody but the owner of the mailbox sees it
            return {"message": letters.to_mailbox(self.portal, letter, box)}
        return {"deal": letters.send(self.portal, letter)}


def _moment(value: Any, zone: Any) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Bad("now: an ISO 8601 moment; without an offset in the portal's zone") from error
    return found if found.tzinfo else found.replace(tzinfo=zone)
