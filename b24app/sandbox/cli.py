"""`b24app sandbox`: the portal emulator as a process."""

import asyncio
import contextlib
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import uvicorn

from b24app.sandbox.app import make_app, make_portal
from b24app.sandbox.control import credentials
from b24app.sandbox.kernel.portal import Portal

LOCAL = frozenset({"127.0.0.1", "localhost", "::1", "0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to


def run_sandbox(*, host: str, port: int, json_output: bool, empty: bool, state: Path | None) -> None:
    """Serve until Ctrl-C or SIGTERM. With `json_output` the first line on stdout is one JSON object."""
    asyncio.run(_serve(host, port, json_output=json_output, empty=empty, state=state))


async def _serve(host: str, port: int, *, json_output: bool, empty: bool, state: Path | None) -> None:
    listeners = listen(host, port)
    origin, oauth = origins(host, listeners[0].getsockname()[1])
    portal = make_portal(origin=origin, oauth_origin=oauth, state=state, demo=not empty)
    about = describe(portal, first_credentials(portal))
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with serving(portal, listeners):
        sys.stdout.write(f"{json.dumps(about, ensure_ascii=False) if json_output else introduction(about)}\n")
        sys.stdout.flush()
        await stop.wait()


def listen(host: str, port: int) -> list[socket.socket]:
    """Bound sockets; port 0 is any free one. `localhost` may mean IPv6 to a browser, so it is bound as well."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    first = bound("127.0.0.1" if host == "localhost" else host, port, family)
    found = [first]
    if host in {"127.0.0.1", "localhost"}:
        with contextlib.suppress(OSError):
            found.append(bound("::1", first.getsockname()[1], socket.AF_INET6))
    return found


def bound(host: str, port: int, family: socket.AddressFamily = socket.AF_INET) -> socket.socket:
    """A listening socket; port 0 is any free one, OSError when it is taken.

    Named as TCP: asyncio sends small packets at once only then, and each answer comes 40 ms sooner.
    """
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(512)
    return listener


def origins(host: str, port: int) -> tuple[str, str]:
    """Addresses of the portal and of its authorization server: two hosts of one port.

    They are two sites to a browser, and `app.info`, which both have, is told apart by the host.
    """
    portal = "localhost" if host in LOCAL else host
    return f"http://{portal}:{port}", f"http://{'127.0.0.1' if host in LOCAL else host}:{port}"


@contextlib.asynccontextmanager
async def serving(portal: Portal, listeners: list[socket.socket]) -> AsyncIterator[None]:
    """The portal behind these sockets for the time of the block. They listen already, so nobody is turned away."""
    config = uvicorn.Config(make_app(portal), log_level="error", access_log=False, timeout_graceful_shutdown=1)
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=listeners))
    try:
        yield
    finally:
        server.should_exit = True
        await task
        for listener in listeners:
            listener.close()


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs it: uvicorn would die of the SIGTERM it has obeyed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


# --- what is told about a portal


def first_credentials(portal: Portal) -> dict[str, Any]:
    """The administrator's webhook and the ready application with tokens of everybody; kept over a restart."""
    app = credentials.ready_application(portal)
    people = credentials.tokens_of_everybody(portal, app)
    secret = credentials.first_webhook(portal)
    portal.store.flush()
    return {"client_id": app["CLIENT_ID"], "client_secret": app["CLIENT_SECRET"], "secret": secret, "users": people}


def describe(portal: Portal, keys: dict[str, Any]) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "base_url": portal.origin, "oauth_url": portal.oauth_origin, "control_url": f"{portal.origin}/_sandbox/",
        "webhook_url": f"{portal.origin}/rest/1/{keys['secret']}/", "client_id": keys["client_id"],
        "client_secret": keys["client_secret"], "member_id": portal.member_id, "domain": portal.domain,
        "users": keys["users"],
    }  # fmt: skip


def introduction(about: dict[str, Any]) -> str:
    """The same for people."""
    return "\n".join((
        f"Портал        {about['base_url']}/",
        f"Время и сбои  {about['base_url']}/time/",
        f"Вебхук        {about['webhook_url']}",
        f"Приложение    {about['client_id']}  {about['client_secret']}",
        f"Авторизация   {about['oauth_url']}",
        f"Управление    {about['control_url']}",
    ))  # fmt: skip
