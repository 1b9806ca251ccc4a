"""The service as processes that can be killed: `b24app serve` and `b24app worker`, installed in a sandbox portal."""

import asyncio
import contextlib
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from b24app.demo.visit import Administrator
from b24app.sandbox.cli import bound
from tests.support.people import Person
from tests.support.sandbox import Sandbox
from tests.support.world import SECRET

START_S = 120.0


class Process:
    """One command of b24app."""

    def __init__(self, *command: str, env: dict[str, str], folder: Path, url: str = "") -> None:
        self._command, self._env, self._folder, self._url = command, env, folder, url
        self._running: asyncio.subprocess.Process | None = None
        self.starts = 0

    async def start(self) -> None:
        """Until it answers; a worker has no door, it is there when it has said so."""
        self.starts += 1
        with self._log().open("ab") as log:
            self._running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "b24app", *self._command), env=self._env, cwd=self._folder, stderr=log
            )
        async with asyncio.timeout(START_S):
            while not await self._is_up():
                assert self._running.returncode is None, self._log().read_text()
                await asyncio.sleep(0.05)

    def _log(self) -> Path:
        return self._folder / f"{self._command[0]}-{id(self)}.log"

    async def _is_up(self) -> bool:
        if not self._url:
            return self._log().read_text().count("worker ready") == self.starts
        async with httpx.AsyncClient(trust_env=False) as client:
            with contextlib.suppress(httpx.TransportError):
                return (await client.get(f"{self._url}/healthz")).is_success
        return False

    @property
    def lives(self) -> bool:
        """It has not ended."""
        return self._running is not None and self._running.returncode is None

    async def kill(self) -> None:
        """As a power cut would."""
        if self._running is not None and self._running.returncode is None:
            self._running.kill()
            await self._running.wait()


class Nodes:
    """The processes of one installation."""

    def __init__(self, url: str, env: dict[str, str], folder: Path) -> None:
        self.url, self._env, self._folder = url, env, folder
        self.web = Process("serve", env=env, folder=folder)
        self.workers: list[Process] = []

    async def start(self, workers: int) -> None:
        """All of them, side by side."""
        alone = ["--no-worker"] if workers else []
        command = ("serve", "--port", self.url.rpartition(":")[2], *alone)
        self.web = Process(*command, env=self._env, folder=self._folder, url=self.url)
        self.workers = [Process("worker", env=self._env, folder=self._folder) for _ in range(workers)]
        await asyncio.gather(*(one.start() for one in self.all))

    @property
    def all(self) -> list[Process]:
        """The web process and the workers."""
        return [self.web, *self.workers]

    async def end(self) -> None:
        """Nothing of it runs any more."""
        for one in self.all:
            await one.kill()


@contextlib.asynccontextmanager
async def installed(box: Sandbox, database_url: str, folder: Path, *, workers: int = 0) -> AsyncIterator[Nodes]:
    """An installation in the portal: one process for everything, or a web process and so many workers."""
    listener = bound("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    administrator = Administrator(box.client, box.base_url)
    app = await administrator.registers(url)
    told = {
        "DATABASE_URL": database_url,
        "PUBLIC_URL": url,
        "CLIENT_ID": app.client_id,
        "CLIENT_SECRET": app.client_secret,
        "OAUTH_URL": box.oauth_url,
        "SECRET_KEY": SECRET,
        "ALLOW_HTTP_PORTALS": "1",
        "CLOCK_URL": f"{box.about['control_url']}clock",
        "RATE_PER_SECOND": "1000",
        "RATE_BURST": "5000",
        "RECONCILE_EVERY": "2s",
    }
    made = Nodes(url, os.environ | {f"B24APP_{name}": value for name, value in told.items()}, folder)
    try:
        await made.start(workers)
        await administrator.installs(app)
        yield made
    finally:
        await made.end()


async def letter_comes(box: Sandbox, number: int) -> int:
    """A customer writes; gives the deal's number."""
    letter = {"subject": f"Заявка потока {number}", "text": "Не работает почта", "name": "Олег", "email": "o@c.example"}
    return int((await box.control("POST", "letters", letter))["deal"])


def announced(dispatcher: Person) -> Counter[int]:
    """How often each deal was announced."""
    texts = [one.text for one in dispatcher.messages()]
    return Counter(int(text.split("№ ")[1].split("[")[0]) for text in texts if "Новая заявка № " in text)
