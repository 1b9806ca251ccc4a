"""The panel «Время»: the clock, a customer who writes, faults, and what the portal keeps to itself."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from b24app.sandbox.apps import lifecycle
from b24app.sandbox.demo import letters
from b24app.sandbox.demo.data import requests
from b24app.sandbox.kernel.events import Events
from b24app.sandbox.kernel.faults import CHOICES, Faults
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.oauth.tokens import take_back
from b24app.sandbox.pages import web

STEPS = ((300, "+5 мин"), (3600, "+1 час"), (86400, "+1 день"))
SPEEDS = (0, 1, 10, 60, 300)
SHOWN = 200
GROUPS = {
    "REST": (
        "http_503_times", "http_500_times", "http_502_times", "overload_times", "timeout_times", "drop_times", "slow_s",
        "down", "methods", "operating_cost_s", "operating_limit_s", "operating_off", "bucket_size", "bucket_drain",
        "bucket_off", "token_life_s", "oauth_slow_s", "oauth_down",
    ),
    "События": (
        "events_lost", "events_lost_times", "events_doubled", "events_doubled_times", "events_delay_s",
        "events_shuffled", "events_without_user", "events_held", "bot_without_member_id", "comment_event_flat",
    ),
    "Портал": ("crm_rights", "old_portal", "old_frames", "no_rest", "no_offline_extended"),
}  # fmt: skip
LABELS = {
    "http_503_times": "503 QUERY_LIMIT_EXCEEDED, раз", "http_500_times": "500 с кодом портала, раз",
    "http_502_times": "502 без JSON, раз", "overload_times": "OVERLOAD_LIMIT, раз", "timeout_times": "Ответ не приходит, раз",
    "drop_times": "Обрыв после выполнения, раз", "slow_s": "Каждый ответ ждёт, с", "down": "Портал не отвечает (502)",
    "methods": "Только для методов", "operating_cost_s": "Цена вызова operating, с",
    "operating_limit_s": "Предел operating, с", "operating_off": "Без счётчиков operating", "bucket_size": "Ведро запросов",
    "bucket_drain": "Слив ведра в секунду", "bucket_off": "Без ограничения запросов", "token_life_s": "Жизнь токена, с",
    "oauth_slow_s": "Сервер авторизации думает, с",
    "oauth_down": "Сервер авторизации не отвечает (502)",
    "events_lost": "Доля потерянных", "events_lost_times": "Потерять следующие, раз", "events_doubled": "Доля двойных",
    "events_doubled_times": "Удвоить следующие, раз", "events_delay_s": "Задержка, с", "events_shuffled": "Вперемешку",
    "events_without_user": "Без токенов пользователя", "events_held": "Придержать все",
    "bot_without_member_id": "События бота без member_id", "comment_event_flat": "Комментарий: data.ID без FIELDS",
    "crm_rights": "Сотрудники видят в CRM",
    "old_portal": "Коробка без imbot.v2 и REST 3.0", "old_frames": "Фреймы без новых полей", "no_rest": "Тариф без REST",
    "no_offline_extended": "Без расширенных офлайн-событий",
}  # fmt: skip

WORDS = {"all": "всё", "own": "только своё", "department": "своё и своего отдела"}


class Panel:
    """Routes of one portal's panel."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def routes(self) -> list[Route]:
        """The addresses of the panel."""
        return [
            Route("/time/", self.show),
            Route("/time/letter/", self.letter),
            Route("/time/faults/", self.faults),
            Route("/time/log/", self.log),
            Route("/time/events/", self.events),
            Route("/time/move", self.move, methods=["POST"]),
            Route("/time/speed", self.speed, methods=["POST"]),
            Route("/time/write", self.write, methods=["POST"]),
            Route("/time/switch", self.switch, methods=["POST"]),
            Route("/time/tokens", self.tokens, methods=["POST"]),
            Route("/time/rename", self.rename, methods=["POST"]),
            Route("/tasks/", self.tasks),
        ]

    def _page(self, request: Request, template: str, tab: str, **facts: Any) -> Response:
        return web.page(web.viewer(self.portal, request), template, section="time", tab=tab, **facts)

    async def show(self, request: Request) -> Response:
        """Now, steps, speed."""
        local = self.portal.clock.local()
        dial = {
            "value": f"{local:%Y-%m-%dT%H:%M}",
            "zone": str(self.portal.clock.zone),
            "speed": self.portal.clock.speed,
        }
        return self._page(request, "time.html", "time", dial=dial, steps=STEPS, speeds=SPEEDS)

    async def move(self, request: Request) -> Response:
        """Step forward by seconds, or jump to a moment in the portal's zone."""
        given = await web.form(request)
        if given.get("to"):
            moment = datetime.fromisoformat(str(given["to"])).replace(tzinfo=self.portal.clock.zone)
            self.portal.clock.set(moment)
        else:
            self.portal.clock.advance(to_int(given.get("seconds")))
        return self._done("Время переведено")

    async def speed(self, request: Request) -> Response:
        """How many times faster than real time; 0 stands still."""
        given = await web.form(request)
        self.portal.clock.run_at(float(given.get("speed") or 0))
        return self._done("Скорость изменена")

    # --- a customer writes

    async def letter(self, request: Request) -> Response:
        """The form «Клиент пишет»."""
        who = web.viewer(self.portal, request)
        pipelines = who.call("crm.category.list", entityTypeId=2)["categories"]
        support = letters.support_pipeline(self.portal)
        examples = [{"subject": one.subject, "text": one.text, "channel": one.channel} for one in requests()]
        return self._page(request, "letter.html", "letter", pipelines=pipelines, support=support, examples=examples)

    async def write(self, request: Request) -> Response:
        """What the portal makes of it: contact, company, deal, letter."""
        given = {name: str(value).strip() for name, value in (await web.form(request)).items()}
        if not given.get("subject") and not given.get("text"):
            return JSONResponse({"error": "Заполните тему или текст"}, 422)
        letter = letters.Letter(
            given.get("channel", "email"), given.get("subject") or given.get("text", "")[:60], given.get("text", ""),
            given.get("name") or "Без имени", given.get("email", ""), given.get("company", ""),
            category_id=to_int(given.get("category")),
        )  # fmt: skip
        deal = letters.send(self.portal, letter)
        return JSONResponse(
            {"ok": True, "deal": deal, "toast": f"Создана сделка № {deal}", "link": f"/crm/deal/details/{deal}/"}
        )

    # --- faults and logs

    async def faults(self, request: Request) -> Response:
        """All switches by groups."""
        values, kinds = self.portal.faults.as_dict(), {one.name: one.type for one in fields(Faults)}
        groups = [
            (
                title,
                [
                    {
                        "name": name,
                        "label": LABELS.get(name, name),
                        "value": values[name],
                        "kind": kinds[name],
                        "choices": [(word, WORDS[word]) for word in CHOICES.get(name, [])],
                    }
                    for name in names
                ],
            )
            for title, names in _groups(values)
        ]
        apps = [{"id": app["ID"], "title": lifecycle.title(app)} for app in self.portal.apps if not app.get("DELETED")]
        facts = {"groups": groups, "apps": apps, "origin": self.portal.origin, "other": self._other_name()}
        return self._page(request, "faults.html", "faults", **facts)

    def _other_name(self) -> str:
        """The sandbox's other name: that of its authorization server, or the one the portal had before it moved."""
        former = [f"http://{host}" for host in self.portal.setting("moved", {})]
        swapped = self.portal.origin.replace("localhost", "127.0.0.1")
        return next(one for one in (self.portal.oauth_origin, *former, swapped) if one != self.portal.origin)

    async def tokens(self, request: Request) -> Response:
        """An application's tokens expire, or are unknown from now on."""
        given = await web.form(request)
        app = lifecycle.live(self.portal, to_int(given.get("app")))
        if app is None:
            return JSONResponse({"error": "Нет такого приложения"}, 404)
        count = take_back(self.portal, app, expire=given.get("act") == "expire")
        return self._done(f"Токенов: {count}")

    async def rename(self, _: Request) -> Response:
        """The portal moves to its other name; the old address answers 302."""
        origin = self._other_name()
        self.portal.move_to(origin)
        self.portal.store.flush()
        return JSONResponse({"ok": True, "go": f"{origin}/time/faults/"})

    async def switch(self, request: Request) -> Response:
        """Set the switches of the form; a checkbox that is absent is off."""
        given, values = await web.form(request), self.portal.faults.as_dict()
        self.portal.faults.apply({name: _value(given.get(name), old) for name, old in values.items()})
        if isinstance(self.portal.outgoing, Events):
            self.portal.outgoing.poke()
        return self._done("Сбои настроены")

    async def log(self, request: Request) -> Response:
        """What the portal did silently, and the last REST requests."""
        tells = list(self.portal.tells)[-SHOWN:][::-1]
        calls = list(self.portal.requests)[-SHOWN:][::-1]
        return self._page(request, "log.html", "log", tells=tells, calls=calls)

    async def events(self, request: Request) -> Response:
        """Events that were sent, and how they were taken."""
        outgoing = self.portal.outgoing
        rows = list(outgoing.log)[-SHOWN:][::-1] if isinstance(outgoing, Events) else []
        waiting = outgoing.waiting() if isinstance(outgoing, Events) else 0
        bindings = list(self.portal.table("event_binding"))
        return self._page(request, "events.html", "events", rows=rows, waiting=waiting, bindings=bindings)

    async def tasks(self, request: Request) -> Response:
        """A plain list of tasks."""
        who = web.viewer(self.portal, request)
        return web.page(who, "tasks.html", section="tasks", rows=list(self.portal.table("task"))[::-1][:SHOWN])

    def _done(self, text: str) -> Response:
        self.portal.store.flush()
        return JSONResponse({"ok": True, "toast": text})


def _groups(values: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """The known groups, and whatever switches are newer than they."""
    known = {name for names in GROUPS.values() for name in names}
    groups = [(title, [name for name in names if name in values]) for title, names in GROUPS.items()]
    rest = [name for name in values if name not in known]
    return [*groups, ("Прочее", rest)] if rest else groups


def _value(given: Any, old: Any) -> Any:
    if isinstance(old, bool):
        return given in {"on", "1", "true", True}
    if isinstance(old, list):
        return [part for part in str(given or "").replace(",", " ").split() if part]
    try:
        return type(old)(given)
    except (TypeError, ValueError):
        return old
