"""Requests come in at believable virtual intervals; the first one at once, so that there is something to see."""

import asyncio
import random
from datetime import datetime, timedelta

from b24app.sandbox.demo.data import Request, company, requests
from b24app.sandbox.demo.letters import Letter, incoming, person, send, support_pipeline
from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row

LOOK_EVERY_S = 0.3
BUSY = (9, 19)
MEAN_BUSY, MEAN_QUIET = timedelta(minutes=11), timedelta(minutes=95)
FIRST = (timedelta(0), timedelta(minutes=2), timedelta(minutes=5))
LATER = (timedelta(minutes=18), timedelta(minutes=70))


class Stream:
    """A task of one portal: waits for a support pipeline, then sends request after request."""

    def __init__(self, portal: Portal, *, seed: int = 1, pipeline: str = "") -> None:
        self.portal, self._pipeline = portal, pipeline
        self._random = random.Random(seed)
        self._order = self._shuffled()

    async def run(self) -> None:
        """Send until cancelled. The number of sent ones is kept, so a second start goes on where the first ended."""
        category = await self._wait_for_pipeline()
        while True:
            number = int(self.portal.setting("demo_sent", 0))
            due = self._due(number)
            await self._sleep_until(due)
            self._send(self._order[number % len(self._order)], category)
            self.portal.set_setting("demo_sent", number + 1)
            self.portal.set_setting("demo_last", self.portal.now().isoformat())
            self.portal.store.flush()

    async def _wait_for_pipeline(self) -> int:
        while True:
            category = support_pipeline(self.portal, self._pipeline)
            if category:
                return category
            await asyncio.sleep(LOOK_EVERY_S)

    async def _sleep_until(self, due: datetime) -> None:
        """The clock may be moved or stopped meanwhile; what customers add later is sent on the way."""
        while (now := self.portal.now()) < due:
            reply = self._next_reply()
            if reply and datetime.fromisoformat(reply["AT"]) <= now:
                self._reply(reply)
                continue
            until = min(due, datetime.fromisoformat(reply["AT"])) if reply else due
            await self.portal.clock.wait_until(until)

    def _due(self, number: int) -> datetime:
        last = self.portal.setting("demo_last")
        begin = datetime.fromisoformat(last) if last else self.portal.now()
        if number < len(FIRST):
            return begin + FIRST[number]
        busy = BUSY[0] <= begin.astimezone(self.portal.clock.zone).hour < BUSY[1]
        mean = MEAN_BUSY if busy else MEAN_QUIET
        return begin + min(mean * self._random.expovariate(1.0), mean * 3)

    def _shuffled(self) -> list[Request]:
        """An order of this seed; the first one is a real request, loud enough to be looked at."""
        order = list(requests())
        self._random.shuffle(order)
        loud = next(one for one in order if one.urgency == "high" and one.channel == "email" and one.lang == "ru")
        order.remove(loud)
        return [loud, *order]

    # --- sending

    def _send(self, request: Request, category: int) -> None:
        letter = self._letter(request, category)
        deal = send(self.portal, letter)
        if request.after:
            wait = LATER[0] + (LATER[1] - LATER[0]) * self._random.random()
            row = {"AT": (self.portal.now() + wait).isoformat(), "DEAL_ID": deal, "TEXT": request.after,
                   "SUBJECT": f"Re: {request.subject}", "EMAIL": letter.email, "CONTACT_ID": letter.contact_id}  # fmt: skip
            self.portal.table("demo_reply").add(row)

    def _letter(self, request: Request, category: int) -> Letter:
        known = (self.portal.setting("demo") or {}).get("clients", {}).get("contacts", {}).get(request.sender)
        name, email = person(request.stranger) if request.stranger else _contact(request.sender)
        return Letter(
            request.channel, request.subject, request.text, name, email, category_id=category,
            contact_id=known["contact"] if known else 0, company_id=known["company"] if known else 0,
        )  # fmt: skip

    def _next_reply(self) -> Row | None:
        return min(self.portal.table("demo_reply"), key=lambda row: str(row["AT"]), default=None)

    def _reply(self, row: Row) -> None:
        """The same person writes again, if the deal is still open."""
        self.portal.table("demo_reply").delete(row["ID"])
        try:
            deal = self.portal.call("crm.item.get", {"entityTypeId": 2, "id": row["DEAL_ID"]}, Caller(1)).result["item"]
        except RestError:
            return
        if deal.get("closed") == "Y":
            return
        letter = Letter("email", row["SUBJECT"], row["TEXT"], "", row["EMAIL"])
        incoming(self.portal, row["DEAL_ID"], letter, row["CONTACT_ID"])


def _contact(key: str) -> tuple[str, str]:
    for firm in company()["companies"]:
        for one in firm["contacts"]:
            if one["key"] == key:
                return f"{one['name']} {one['last_name']}", str(one["email"])
    return key, ""
