"""The service as an HTTP server of this event loop. Signals are left to whoever runs it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from fastapi import FastAPI

LOOK_S = 0.01


class Server(uvicorn.Server):
    """A server that leaves signals to its owner."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@contextlib.asynccontextmanager
async def served(app: FastAPI, listener: socket.socket) -> AsyncIterator[None]:
    """The application behind this socket for the time of the block; it answers when the block begins."""
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2)
    server = Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await _started(server, task)
        yield
    finally:
        server.should_exit = True
        await task


async def _started(server: Server, task: asyncio.Task[None]) -> None:
    """Uvicorn gives up without an error when the application's start fails: its own log has said why."""
    while not server.started:
        if task.done():
            await task
            raise RuntimeError("the service did not start")
        await asyncio.sleep(LOOK_S)
