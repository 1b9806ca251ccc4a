"""The model portal as a process of its own: prints its address, is set up and read through `/_model`.

`python -m bench.client.portal`. One command takes 150 ms, one that lists without counting 60 ms.
"""

import asyncio
import json
import socket
import sys
from itertools import count, islice

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from tests.support.model_portal import Limits, ModelPortal

CALL_S, UNCOUNTED_S = 0.15, 0.06


class Model:
    """The portal of the present run."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.portal = self.make({})
        self.app = self.portal.app()

    def make(self, wanted: dict[str, object]) -> ModelPortal:
        """A fresh portal: `deals` (with `gaps`: a third of the ids is gone), `limits`, `padding` (bytes more in each deal), `others` (requests a second of somebody else), `level` (of the bucket)."""
        limits, deals = wanted.get("limits"), int(str(wanted.get("deals", 0)))
        every = (number for number in count(1) if not wanted.get("gaps") or number * 2_654_435_761 % 2**32 % 3)
        portal = ModelPortal(
            ids=list(islice(every, deals)),
            call_s=CALL_S,
            uncounted_s=UNCOUNTED_S,
            limits=Limits(**({"operating_s": 480.0} | (limits if isinstance(limits, dict) else {}))),
            padding=int(str(wanted.get("padding", 0))),
            others=float(str(wanted.get("others", 0.0))),
        )
        portal.origin = self.origin
        portal.fill(float(str(wanted.get("level", 0.0))))
        return portal

    async def reset(self, request: Request) -> Response:
        self.portal = self.make(await request.json())
        self.app = self.portal.app()
        return JSONResponse({})

    async def seen(self, _: Request) -> Response:
        written = self.portal.written
        twice = sum(1 for times in written.values() if times > 1)
        return JSONResponse(vars(self.portal.seen) | {"written": len(written), "written_twice": twice})

    async def __call__(self, scope: dict, receive: object, send: object) -> None:
        await self.app(scope, receive, send)  # type: ignore[arg-type]


async def main() -> None:
    """Serve until stdin ends, so that no portal outlives the benchmark."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(100)  # callers may come before the server is ready
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    model = Model(origin)
    routes = [
        Route("/_model/reset", model.reset, methods=["POST"]),
        Route("/_model/seen", model.seen),
        Mount("/", app=model),
    ]
    config = uvicorn.Config(Starlette(routes=routes), log_level="error", access_log=False, loop="uvloop")
    server = uvicorn.Server(config)
    print(json.dumps({"origin": origin}), flush=True)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(main())
