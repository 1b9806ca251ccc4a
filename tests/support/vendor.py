"""One authorization server for several sandbox portals, as the vendor has one for all portals of a region.

Each sandbox brings a server of its own; this one asks them in turn and answers with what the one says that knows the token.
"""

import contextlib
from collections.abc import AsyncIterator

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.support.install_portal import serve
from tests.support.sandbox import Sandbox


class Vendor:
    """Knows the tokens of all its portals."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.origin = ""
        self.portals: list[Sandbox] = []

    def joins(self, box: Sandbox) -> None:
        """The portal names this server from now on."""
        box.portal.oauth_origin = self.origin
        self.portals.append(box)

    async def answer(self, request: Request) -> Response:
        """The first good answer, else the last refusal."""
        body, headers = await request.body(), {"content-type": request.headers.get("content-type", "")}
        refused = Response(status_code=404)
        for box in self.portals:
            # The name of the host says that the authorization server is meant and not the portal.
            said = await self._client.post(
                f"{box.base_url}{request.url.path}", content=body, headers=headers | {"host": "oauth.bitrix24.tech"}
            )
            if said.is_success and "error" not in said.json():
                return JSONResponse(said.json())
            refused = Response(said.content, said.status_code, media_type="application/json")
        return refused


@contextlib.asynccontextmanager
async def one_vendor() -> AsyncIterator[Vendor]:
    """A running authorization server without portals."""
    async with httpx.AsyncClient(trust_env=False) as client:
        vendor = Vendor(client)
        paths = ("/rest/app.info", "/oauth/token/")
        app = Starlette(routes=[Route(path, vendor.answer, methods=["POST"]) for path in paths])
        async with serve(app) as origin:
            vendor.origin = origin
            yield vendor
