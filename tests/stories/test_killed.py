"""`kill -9` in a burst of new deals: every ticket is announced, once."""

import asyncio
import contextlib
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from b24app.demo.visit import Administrator
from b24app.sandbox.cli import bound
from tests.support.people import Person
from tests.support.sandbox import Sandbox, start_sandbox
from tests.support.world import MORNING, SECRET

BURST = int(os.environ.get("SOAK_BURST", "100"))
KILLS = int(os.environ.get("SOAK_KILLS", "2"))
SEED = int(os.environ.get("SOAK_SEED", "7"))
"""`make soak` asks for more of the same, at other moments."""
AT_ONCE = 4
"""Calls of one portal that may be on the wire at the moment of a kill: those may be repeated, once each."""


class Service:
    """`b24app serve` as a process that can be killed."""

    def __init__(self, port: int, env: dict[str, str], folder: Path) -> None:
        self._port, self._env, self._folder = port, env, folder
        self.url = f"http://127.0.0.1:{port}"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Until it answers."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "b24app", "serve", "--port", str(self._port),
            env=self._env, cwd=self._folder, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(30), httpx.AsyncClient(trust_env=False) as client:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{self.url}/healthz")).is_success:
                        return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """As a power cut would."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@contextlib.asynccontextmanager
async def killable(box: Sandbox, database_url: str, folder: Path) -> AsyncIterator[Service]:
    """The service in a portal, installed, in a process of its own."""
    listener = bound("127.0.0.1", 0)
    port = listener.getsockname()[1]
    listener.close()
    administrator = Administrator(box.client, box.base_url)
    app = await administrator.registers(f"http://127.0.0.1:{port}")
    env = {
        "DATABASE_URL": database_url,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CLIENT_ID": app.client_id,
        "CLIENT_SECRET": app.client_secret,
        "OAUTH_URL": box.oauth_url,
        "SECRET_KEY": SECRET,
        "ALLOW_HTTP_PORTALS": "1",
        "CLOCK_URL": f"{box.about['control_url']}clock",
        "RATE_PER_SECOND": "1000",
        "RATE_BURST": "5000",
    }
    service = Service(port, os.environ | {f"B24APP_{name}": value for name, value in env.items()}, folder)
    await service.start()
    try:
        await administrator.installs(app)
        yield service
    finally:
        await service.kill()


async def test_a_burst_survives_kills(database_url: str, tmp_path: Path) -> None:
    luck = random.Random(SEED)  # noqa: S311 - moments of a test
    async with start_sandbox(now=MORNING, speed=0, demo=True) as box, killable(box, database_url, tmp_path) as service:
        box.portal.faults.bucket_off = True
        dispatcher = Person(box, box.portal.setting("demo")["people"]["orlova"])
        moments = sorted(luck.sample(range(5, BURST - 5), KILLS))
        deals = []
        for number in range(BURST):
            letter = {
                "subject": f"Заявка потока {number}",
                "text": "Не работает почта",
                "name": "Олег",
                "email": "o@c.example",
            }
            deals.append(int((await box.control("POST", "letters", letter))["deal"]))
            if number in moments:
                await service.kill()
                await service.start()

        await dispatcher.waits(
            lambda: set(deals) <= set(_announced(dispatcher)), None, ("every deal",), within_s=60 + BURST * 0.3
        )

        seen = _announced(dispatcher)
        repeated = sum(count - 1 for deal, count in seen.items() if deal in deals)
        assert repeated <= KILLS * AT_ONCE
        assert max(seen[deal] for deal in deals) <= 2


def _announced(dispatcher: Person) -> Counter[int]:
    texts = [one.text for one in dispatcher.messages()]
    return Counter(int(text.split("№ ")[1].split("[")[0]) for text in texts if "Новая заявка № " in text)
