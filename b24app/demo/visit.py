"""What the administrator does in a browser to install the application: the real pages, the real forms, nothing else.

The portal's page opens a frame by a form; the service's page watches its own progress and tells the portal that the
installation is finished. The same steps install it for the tests.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from b24app.usecases.provision import NEEDED_SCOPES

SCOPES: Final = (*NEEDED_SCOPES, "calendar", "task", "tasks", "disk", "bizproc", "userfieldconfig")
NAME: Final = "Поддержка"
PATIENCE_S: Final = 60.0
LOOK_S: Final = 0.1
_SESSION: Final = re.compile(r'<meta name="app-session" content="([^"]+)">')
_FAILED: Final = re.compile(r'data-state="failed".*?<p class="why">(.*?)</p>', re.DOTALL)


class NotInstalled(Exception):
    """The installation did not come to its end; the text is the page's own."""


@dataclass(frozen=True, slots=True)
class Application:
    """A local application as the portal's form shows it."""

    id: int
    client_id: str
    client_secret: str
    installed: bool
    handler: str


class Administrator:
    """The browser of user 1 of a sandbox portal."""

    def __init__(self, client: httpx.AsyncClient, portal: str, user: int = 1) -> None:
        """`portal` is the portal's origin."""
        self._client, self._portal = client, portal
        self._headers = {"X-Sandbox-User": str(user)}

    async def registers(self, service: str, **form: Any) -> Application:
        """Save the form «Локальное приложение» for a service at this address; the one that is there is saved again."""
        values = {
            "name": NAME,
            "menu_title": NAME,
            "handler": f"{service}/bitrix/app",
            "install": f"{service}/bitrix/install",
            "scopes": list(SCOPES),
        } | form
        known = await self._registered()
        if known is None:
            return _application(await self._control("POST", "apps", values))
        if known.handler != values["handler"]:
            await self._control("POST", f"apps/{known.id}", {name: values[name] for name in ("handler", "install")})
        return known

    async def _registered(self) -> Application | None:
        apps = (await self._control("GET", "apps"))["apps"]
        return next((_application(app) for app in apps if app["name"] == NAME), None)

    async def installs(self, app: Application) -> None:
        """Open the application and wait until its page says that all is bound; then the portal is told to finish.

        `NotInstalled` says which step failed. An installed application is just opened, which makes it look at itself.
        """
        session, service = await self.opens(app)
        if app.installed:
            return
        async with asyncio.timeout(PATIENCE_S):
            while not await self._is_ready(session, service):  # noqa: ASYNC110 - the page asks too
                await asyncio.sleep(LOOK_S)
        await self._post("/frames/install-finish", {"app": app.id})

    async def opens(self, app: Application, **placement: Any) -> tuple[str, str]:
        """Open a frame of the application; gives the session of its page and the origin it came from."""
        opening = await self._post("/frames/open", {"app": app.id, **placement})
        page = await self._client.post(opening["action"], data=opening["fields"])
        found = _SESSION.search(page.text)
        if page.is_error or found is None:
            raise NotInstalled(f"{urlsplit(opening['action']).path}: HTTP {page.status_code}")
        return found[1], str(opening["origin"])

    async def _is_ready(self, session: str, service: str) -> bool:
        try:
            page = await self._client.get(f"{service}/bitrix/install/progress", headers={"X-App-Session": session})
        except httpx.RemoteProtocolError:  # a kept connection ended just as we asked; the page would ask again too
            return False
        page.raise_for_status()
        if failed := _FAILED.search(page.text):
            raise NotInstalled(failed[1])
        return "app-installed" in page.headers.get("HX-Trigger", "")

    async def _post(self, path: str, form: dict[str, Any]) -> dict[str, Any]:
        answer = await self._client.post(f"{self._portal}{path}", json=form, headers=self._headers)
        answer.raise_for_status()
        return dict(answer.json())

    async def _control(self, verb: str, path: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = await self._client.request(verb, f"{self._portal}/_sandbox/{path}", json=data)
        answer.raise_for_status()
        return dict(answer.json())


def _application(row: dict[str, Any]) -> Application:
    return Application(row["id"], row["client_id"], row["client_secret"], row["installed"], row["handler"])
