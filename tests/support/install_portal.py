"""A portal and its authorization server as small as an installation needs, over real HTTP, with every request counted."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from b24app.bitrix.forms import parse_form
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CLIENT = "local.66e1e3c2affe68.65190392"
MEMBER = "b1f0c6b3710f85df22e9377d6c4f7553"
ADMIN, AGENT = 1, 12

PEOPLE: list[dict[str, Any]] = [
    {"ID": "1", "NAME": "Анна", "LAST_NAME": "Орлова", "ACTIVE": True, "UF_DEPARTMENT": [1]},
    {"ID": "12", "NAME": "Иван", "LAST_NAME": "Иванов", "ACTIVE": True, "UF_DEPARTMENT": [5]},
]


@dataclass
class InstallPortal:
    """Answers of a portal; what was bound is kept, what was asked is written down."""

    origin: str = ""
    member_id: str = MEMBER
    client_id: str = CLIENT
    tokens: dict[str, int] = field(default_factory=lambda: {"admin": ADMIN, "agent": AGENT})
    foreign: dict[str, str] = field(default_factory=dict)
    """Token → id of another application it belongs to."""
    scopes: list[str] = field(
        default_factory=lambda: ["crm", "im", "imbot", "user", "department", "placement", "calendar"]
    )
    people: list[dict[str, Any]] = field(default_factory=PEOPLE.copy)
    refuses: dict[str, str] = field(default_factory=dict)
    """Method → error code."""
    asked: list[str] = field(default_factory=list)
    categories: dict[int, str] = field(default_factory=lambda: {0: "Общая"})
    statuses: list[dict[str, Any]] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    placements: list[dict[str, Any]] = field(default_factory=list)

    @property
    def domain(self) -> str:
        return self.origin.partition("//")[2]

    def app(self) -> Starlette:
        paths = [
            Route("/rest/app.info", self.info, methods=["GET", "POST"]),
            Route("/oauth/token/", self.token, methods=["GET", "POST"]),
            Route("/rest/{method}", self.rest, methods=["POST"]),
        ]
        return Starlette(routes=paths)

    async def info(self, request: Request) -> Response:
        self.asked.append("app.info")
        token = str(parse_form((await request.body()).decode()).get("auth", ""))
        if token not in self.tokens and token not in self.foreign:
            return JSONResponse({"error": "invalid_client"}, 400)
        install = {"domain": self.domain, "client_endpoint": f"{self.origin}/rest/", "member_id": self.member_id}
        found = {"client_id": self.foreign.get(token, self.client_id), "user_id": str(self.tokens.get(token, ADMIN))}
        return JSONResponse({"result": found | {"scope": "crm", "install": install | {"status": "L"}}})

    async def token(self, request: Request) -> Response:
        self.asked.append("oauth.token")
        form = parse_form((await request.body()).decode())
        if form.get("code") != "good" or form.get("client_secret") != "secret":
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {"access_token": "admin", "refresh_token": "again", "expires_in": 3600, "member_id": self.member_id}
        )

    async def rest(self, request: Request) -> Response:
        method, params = request.path_params["method"], json.loads(await request.body())
        user = self.tokens.get(str(params.pop("auth", "")))
        if user is None:
            self.asked.append(method)
            return JSONResponse({"error": "invalid_token", "error_description": "Unable"}, 401)
        if method == "batch":
            return JSONResponse({"result": self._batch(params["cmd"], user)})
        body = self._answer(method, params, user)
        return JSONResponse(body, 400 if "error" in body else 200)

    def _batch(self, commands: dict[str, str], user: int) -> Any:
        parts = {key: line.partition("?") for key, line in commands.items()}
        bodies = {key: self._answer(method, parse_form(query), user) for key, (method, _, query) in parts.items()}
        good = {key: body["result"] for key, body in bodies.items() if "result" in body}
        return {"result": good, "result_error": {key: body for key, body in bodies.items() if "error" in body}}

    def _answer(self, method: str, params: dict[str, Any], user: int) -> dict[str, Any]:
        self.asked.append(method)
        if method in self.refuses:
            return {"error": self.refuses[method], "error_description": "Так решил портал"}
        answer = getattr(self, "_" + method.lower().replace(".", "_"), None)
        if answer is None:
            return {"error": "ERROR_METHOD_NOT_FOUND"}
        return {"result": answer({key.lower(): value for key, value in params.items()} | {"user": user})}

    def _profile(self, given: dict[str, Any]) -> Any:
        return {"ID": str(given["user"]), "ADMIN": given["user"] == ADMIN, "NAME": "Анна", "TIME_ZONE": "Asia/Almaty"}

    def _scope(self, _: dict[str, Any]) -> Any:
        return self.scopes

    def _user_get(self, given: dict[str, Any]) -> Any:
        return self.people[int(given.get("start") or 0) :]

    def _department_get(self, given: dict[str, Any]) -> Any:
        teams = [{"ID": "1", "NAME": "Компания", "UF_HEAD": "1"}, {"ID": "5", "NAME": "Сеть", "PARENT": "1"}]
        return teams[int(given.get("start") or 0) :]

    def _calendar_settings_get(self, _: dict[str, Any]) -> Any:
        return {
            "work_time_start": "8.30",
            "work_time_end": "23.59",
            "week_holidays": ["SA", "SU"],
            "year_holidays": "9.05",
        }

    def _timeman_schedule_get(self, given: dict[str, Any]) -> Any:
        shift = {"WORK_TIME_START": 36000, "WORK_TIME_END": 68400, "BREAK_DURATION": 3600, "WORK_DAYS": "12"}
        return {"SHIFTS": [shift]} if str(given["id"]) == "1" else []

    def _crm_category_list(self, _: dict[str, Any]) -> Any:
        return {"categories": [{"id": number, "name": name} for number, name in self.categories.items()]}

    def _crm_category_add(self, given: dict[str, Any]) -> Any:
        number = max(self.categories) + 5
        self.categories[number] = given["fields"]["name"]
        for code, name, semantics in (
            ("NEW", "Новая", ""),
            ("PREPARATION", "Счёт", ""),
            ("WON", "Успех", "S"),
            ("LOSE", "Провал", "F"),
        ):
            self._crm_status_add(
                {
                    "fields": {
                        "ENTITY_ID": f"DEAL_STAGE_{number}",
                        "STATUS_ID": code,
                        "NAME": name,
                        "SEMANTICS": semantics,
                        "SORT": 10,
                    }
                }
            )
        return {"category": {"id": number, "name": given["fields"]["name"]}}

    def _crm_status_list(self, given: dict[str, Any]) -> Any:
        return [one for one in self.statuses if one["ENTITY_ID"] == given["filter"]["ENTITY_ID"]]

    def _crm_status_add(self, given: dict[str, Any]) -> Any:
        fields = dict(given["fields"])
        number = fields["ENTITY_ID"].removeprefix("DEAL_STAGE").removeprefix("_")
        fields["STATUS_ID"] = f"C{number}:{fields['STATUS_ID']}" if number else fields["STATUS_ID"]
        self.statuses.append({"ID": str(len(self.asked) * 10 + len(self.statuses)), "SORT": 10} | fields)
        return 1

    def _crm_status_update(self, given: dict[str, Any]) -> Any:
        next(one for one in self.statuses if one["ID"] == str(given["id"])).update(given["fields"])
        return True

    def _crm_status_delete(self, given: dict[str, Any]) -> Any:
        self.statuses = [one for one in self.statuses if one["ID"] != str(given["id"])]
        return True

    def _crm_item_list(self, _: dict[str, Any]) -> Any:
        return {"items": []}

    def _crm_deal_userfield_list(self, _: dict[str, Any]) -> Any:
        return self.fields

    def _crm_deal_userfield_add(self, given: dict[str, Any]) -> Any:
        self.fields.append({"ID": str(len(self.fields) + 1), "FIELD_NAME": given["fields"]["FIELD_NAME"]})
        return len(self.fields)

    def _imbot_v2_revision_get(self, _: dict[str, Any]) -> Any:
        return {"rest": 1}

    def _imbot_v2_bot_register(self, _: dict[str, Any]) -> Any:
        return {"bot": {"id": 456}}

    def _imbot_v2_bot_update(self, _: dict[str, Any]) -> Any:
        return {"bot": {"id": 456}}

    def _imbot_v2_command_register(self, _: dict[str, Any]) -> Any:
        return {"command": {"id": 78}}

    def _event_get(self, _: dict[str, Any]) -> Any:
        return self.events

    def _event_bind(self, given: dict[str, Any]) -> Any:
        self.events.append({"event": given["event"], "handler": given["handler"], "auth_type": "0"})
        return True

    def _placement_get(self, _: dict[str, Any]) -> Any:
        return self.placements

    def _placement_bind(self, given: dict[str, Any]) -> Any:
        self.placements.append({"placement": given["placement"], "handler": given["handler"]})
        return True


@contextlib.asynccontextmanager
async def serve(app: Any, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """The origin of an application on a free port, for the time of the block."""
    # Named as TCP: asyncio sends small packets at once only then, and each answer comes 40 ms sooner.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind((host, 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.005)
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@contextlib.asynccontextmanager
async def install_portal() -> AsyncIterator[InstallPortal]:
    """A running one."""
    portal = InstallPortal()
    async with serve(portal.app()) as origin:
        portal.origin = origin
        yield portal
