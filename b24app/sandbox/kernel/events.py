"""Events: who subscribed, what is sent, and the queue that sends it (platform.md section 4).

The queue is the one of the Bitrix cloud as an application sees it: no retries, no order, no event id, `ts` is the
moment of sending, a slow handler is served later and later. Faults lose, double, delay, hold or shuffle.
"""

import asyncio
import contextlib
import hashlib
import json
from collections import deque
from datetime import datetime, timedelta
from typing import Any

import httpx

from b24app.sandbox.clock import monotonic
from b24app.sandbox.kernel.php import build_query
from b24app.sandbox.kernel.portal import Occurrence, Portal
from b24app.sandbox.kernel.store import Row

TIMEOUT_S = 30.0
AT_ONCE = 16
SLOW_S = 1.0
WITH_REFRESH = frozenset({"ONAPPINSTALL", "ONAPPUPDATE", "ONOFFLINEEVENT", "ONAPPTEST"})
BEFORE_INSTALL = frozenset({"ONAPPINSTALL", "ONAPPTEST"})

CATALOGUE: dict[str, str] = {}  # event name -> scope


def known_events(scope: str, *names: str) -> None:
    """Declare events that may be bound with this scope."""
    CATALOGUE.update({name.upper(): scope for name in names})


known_events("_global", "ONAPPTEST", "ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL", "ONAPPPAYMENT",
             "ONAPPMETHODCONFIRM", "ONOFFLINEEVENT")  # fmt: skip


def message_id(happened: Occurrence) -> str:
    """The id of an offline row: equal for equal events of one object."""
    about = happened.subject or json.dumps(happened.data, sort_keys=True)
    return hashlib.md5(f"{happened.name}{about}".encode(), usedforsecurity=False).hexdigest()


class Events:
    """Turns what happened into offline rows and queued POSTs, and sends those."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._queue: list[dict[str, Any]] = []
        self._wake = asyncio.Event()
        self._slowness: dict[str, float] = {}
        self._stamped = 0
        self.log: deque[dict[str, Any]] = deque(maxlen=5000)
        self.in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()

    # --- raising

    def give(self, happened: Occurrence) -> None:
        """Give an event to every binding of it."""
        for binding in self._portal.table("event_binding").where(EVENT=happened.name):
            app = self._portal.apps.get(binding["APP_ID"])
            if app is None or happened.only_app not in (None, app["ID"]):
                continue
            if app["INSTALLED"] or happened.name in BEFORE_INSTALL:
                self._give(binding, app, happened)

    def _give(self, binding: Row, app: Row, happened: Occurrence) -> None:
        if not binding["OFFLINE"]:
            self.queue_event(app, binding, happened.name, happened.data, user=happened.user)
        elif not happened.connector or happened.connector != binding["CONNECTOR"]:
            self._keep_offline(binding, app, happened)

    def queue_event(self, app: Row, binding: Row, name: str, data: Any, *, user: int | None) -> None:
        """Queue one online event for one binding."""
        author = binding["AUTH_TYPE"] or user
        if self._portal.faults.events_without_user:
            author = None
        auth = self._portal.auth_block(app, author, refresh=name in WITH_REFRESH)
        body = {"event": name, "event_handler_id": str(binding["ID"]), "data": data, "ts": "", "auth": auth}
        used_up = "hops" if self._portal.hops <= 1 else ""
        if used_up:
            text = f"{name} was not sent: tokens of events caused event after event, use the stored token instead"
            self._portal.tell(text, app=app["ID"])
        self.post(app, binding["HANDLER"], body, name, skip=used_up)

    def _keep_offline(self, binding: Row, app: Row, happened: Occurrence) -> None:
        """One row per event and object, with the latest time: the queue is no history."""
        table, connector = self._portal.table("offline_event"), binding["CONNECTOR"]
        same = {"APP_ID": app["ID"], "MESSAGE_ID": message_id(happened), "CONNECTOR": connector, "PROCESS_ID": ""}
        row = table.first(**same) or table.add({**same, "EVENT_NAME": happened.name, "ERROR": 0})
        additional = {"user_id": str(happened.user or 0)}
        data, moment = happened.data, self._portal.iso()
        table.update(row["ID"], TIMESTAMP_X=moment, EVENT_DATA=data, EVENT_ADDITIONAL=additional)
        self._signal_offline(app, happened.user)

    def _signal_offline(self, app: Row, user: int | None) -> None:
        waiting = {item["body"].get("event_handler_id") for item in self._queue if item["label"] == "ONOFFLINEEVENT"}
        for binding in self._portal.table("event_binding").where(
            EVENT="ONOFFLINEEVENT", APP_ID=app["ID"], OFFLINE=False
        ):
            if str(binding["ID"]) not in waiting:
                self.queue_event(app, binding, "ONOFFLINEEVENT", {}, user=user)
                self._queue[-1]["due"] += timedelta(seconds=binding["OPTIONS"].get("minTimeout", 1))

    # --- the queue

    def post(self, app: Row, url: str, body: dict[str, Any], label: str, *, skip: str = "") -> None:
        """Queue one form POST; faults of delivery apply here."""
        faults = self._portal.faults
        if skip or faults.take("events_lost_times") or self._portal.random.random() < faults.events_lost:
            self._note({"label": label, "url": url, "body": body, "app": app["ID"]}, skip or "lost")
            return
        twice = faults.take("events_doubled_times") or self._portal.random.random() < faults.events_doubled
        body = {**body, "ts": str(self._stamp())}
        for _ in range(2 if twice else 1):
            self._queue.append({"label": label, "url": url, "body": body, "app": app["ID"], "due": self._due(url)})
        self._idle.clear()
        self._wake.set()

    def _stamp(self) -> int:
        """`ts`: the second of the event. While the clock stands still each has one of its own, as people are not that quick."""
        now = int(self._portal.clock.unix())
        self._stamped = now if self._portal.clock.speed else max(now, self._stamped + 1)
        return self._stamped

    def _due(self, url: str) -> datetime:
        """A slow handler waits in virtual time, so not at all while the clock stands: its moment would never come."""
        faults = self._portal.faults
        pause = self._slowness.get(url, 0.0) if self._portal.clock.speed else 0.0
        if faults.events_shuffled:
            pause += self._portal.random.uniform(0, 3)
        return self._portal.now() + timedelta(seconds=pause + faults.events_delay_s)

    def waiting(self) -> int:
        """How many posts are queued or under way."""
        return len(self._queue) + self.in_flight

    async def idle(self) -> None:
        """Wait until everything raised so far has been sent."""
        await self._idle.wait()

    def poke(self) -> None:
        """Look at the queue again: a fault was switched."""
        self._wake.set()

    async def run(self) -> None:
        """Send what is due until cancelled."""
        limit = asyncio.Semaphore(AT_ONCE)
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client, asyncio.TaskGroup() as tasks:
            while True:
                self._wake.clear()
                for item in self._take_due():
                    self.in_flight += 1
                    tasks.create_task(self._send(client, limit, item))
                await self._rest()

    async def _rest(self) -> None:
        held = self._portal.faults.events_held
        upcoming = min((item["due"] for item in self._queue), default=None)
        if upcoming is None or held:
            await self._wake.wait()
        else:
            await self._portal.clock.wait_until(upcoming, self._wake)

    def _take_due(self) -> list[dict[str, Any]]:
        if self._portal.faults.events_held:
            return []
        now = self._portal.now()
        due = [item for item in self._queue if item["due"] <= now]
        self._queue = [item for item in self._queue if item["due"] > now]
        if self._portal.faults.events_shuffled:
            self._portal.random.shuffle(due)
        return due

    async def _send(self, client: httpx.AsyncClient, limit: asyncio.Semaphore, item: dict[str, Any]) -> None:
        try:
            async with limit:
                await self._post(client, item)
        finally:
            self.in_flight -= 1
            if not self.waiting():
                self._idle.set()

    async def _post(self, client: httpx.AsyncClient, item: dict[str, Any]) -> None:
        begun, outcome = monotonic(), ""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Bitrix24 Webhook Engine"}
        try:
            answer = await client.post(item["url"], content=build_query(item["body"]), headers=headers)
            outcome = str(answer.status_code)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            outcome = type(error).__name__
        self._learn(item["url"], monotonic() - begun)
        self._note(item, outcome)

    def _learn(self, url: str, took_s: float) -> None:
        """A handler slower than a second is served later and later, a quick one soon at once again."""
        known = self._slowness.get(url, 0.0)
        self._slowness[url] = min(known * 2 + took_s, 60.0) if took_s > SLOW_S else known / 2 if known > 0.05 else 0.0

    def _note(self, item: dict[str, Any], outcome: str) -> None:
        self.log.append({"at": self._portal.iso(), "event": item["label"], "url": item["url"], "app": item["app"],
                         "outcome": outcome, "data": item["body"].get("data")})  # fmt: skip
        if outcome not in ("lost", "200", "202", "204"):
            self._portal.tell(f"{item['label']} was not accepted by {item['url']}: {outcome}; it is not repeated")


@contextlib.asynccontextmanager
async def running(events: Events) -> Any:
    """The delivery task for the time of the block."""
    task = asyncio.create_task(events.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
