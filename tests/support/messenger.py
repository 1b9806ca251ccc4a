"""A portal with one installed application, called over HTTP, and a listener for what the portal posts."""

import asyncio
from typing import Any, Self

import httpx
from b24app.sandbox.kernel.php import parse_query
from b24app.sandbox.kernel.portal import Portal

APP = 1
TOKEN = "app-token-of-the-portal"


class Refused(Exception):
    """The portal answered with an error."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.code = status, body["error"]


class Handler:
    """A handler of an application: a small real HTTP server that keeps what it is sent."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.url = ""
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/bot"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        self.got.append(parse_query((await reader.readexactly(length)).decode()))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        self._news.set()

    async def wait(self, count: int) -> list[dict[str, Any]]:
        """The first `count` posts, when they have come."""
        async with asyncio.timeout(5):
            while len(self.got) < count:
                self._news.clear()
                await self._news.wait()
        return self.got[:count]


class Caller:
    """Calls methods as a user of the application."""

    def __init__(self, portal: Portal, client: httpx.AsyncClient, user: int) -> None:
        self.id = user
        self._client = client
        self._token = portal.issue_tokens(portal.apps.get(APP) or {}, user)["ACCESS"]

    async def __call__(self, method: str, **params: Any) -> Any:
        answer = await self._client.post(f"/rest/{method}", json={**params, "auth": self._token})
        body = answer.json()
        if "error" in body:
            raise Refused(answer.status_code, body)
        return body["result"]


class Chat:
    """The portal, its people and a bot that was registered for them."""

    def __init__(self, portal: Portal, client: httpx.AsyncClient) -> None:
        self.portal = portal
        self.app = Caller(portal, client, 1)
        self.anna = Caller(portal, client, 2)
        self.client = client

    def tells(self) -> str:
        """What the portal told about things it did silently."""
        return "\n".join(str(row["text"]) for row in self.portal.tells)

    async def bot(self, **fields: Any) -> int:
        """A registered bot with a hidden command `t`; tells its number."""
        given = {"code": "modest", "properties": {"name": "Модест"}, **fields}
        number = (await self.app("imbot.v2.Bot.register", fields=given))["bot"]["id"]
        await self.app("imbot.v2.Command.register", botId=number, fields={"command": "t", "hidden": True})
        return int(number)

    async def send(self, bot: int, message: str, **fields: Any) -> int:
        """A message of the bot to Anna."""
        content = {"message": message, **fields}
        sent = await self.app("imbot.v2.Chat.Message.send", botId=bot, dialogId="2", fields=content)
        return int(sent["id"])

    async def events(self, bot: int) -> list[dict[str, Any]]:
        """What waits for a bot in fetch mode."""
        found = await self.app("imbot.v2.Event.get", botId=bot)
        return list(found["events"])
