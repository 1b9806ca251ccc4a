"""Signed addresses for downloads and uploads, and the HTTP routes behind them.

`DOWNLOAD_URL` works for whoever holds it and carries the caller's own key; so it must never be logged (methods.md 0.5).
"""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from mimetypes import guess_type
from typing import Any
from urllib.parse import quote, quote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from b24app.sandbox.families.drive import model
from b24app.sandbox.kernel.access import Caller, by_token, by_webhook
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.php import parse_query, tidy
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, to_int
from b24app.sandbox.kernel.rest import read_params
from b24app.sandbox.kernel.store import Row

# Who takes an upload, by what its token speaks of: `taker(portal, about, name, body, user)` gives the answer.
TAKERS: dict[str, Callable[[Portal, dict[str, Any], str, bytes, int], Row]] = {}


def _key(portal: Portal) -> bytes:
    if portal.setting("drive_key") is None:
        portal.set_setting("drive_key", secrets.token_hex(16))
    return str(portal.setting("drive_key")).encode()


def _seal(portal: Portal, about: str) -> str:
    return hmac.new(_key(portal), about.encode(), hashlib.sha256).hexdigest()


def signed(portal: Portal, about: str) -> str:
    """`disk|BASE64|SEAL`: what an address may do, and the proof that the portal said so."""
    return f"disk|{b64encode(about.encode()).decode()}|{_seal(portal, about)}"


def opened(portal: Portal, token: str) -> dict[str, Any]:
    """What a token allows; refuses one the portal did not sign."""
    parts = token.split("|")
    try:
        about = b64decode(parts[1]).decode() if len(parts) == 3 else ""
    except (ValueError, UnicodeDecodeError):
        about = ""
    if not about or not hmac.compare_digest(_seal(portal, about), parts[2]):
        raise RestError("ERROR_WRONG_TOKEN", "Invalid token", 403)
    return parse_query(about)


def origin(call: Call) -> str:
    """The portal's origin as the caller knows it."""
    app = call.portal.apps.get(call.app_id)
    return call.portal.app_origin(app) if app else call.portal.origin


def _address(call: Call, act: str, about: str) -> str:
    token = quote_plus(signed(call.portal, about))
    if call.caller.webhook:
        return f"{origin(call)}/rest/{call.user_id}/{call.caller.webhook}/{act}/?token={token}"
    return f"{origin(call)}/rest/{act}.json?auth={quote_plus(call.caller.token)}&token={token}"


def download_url(call: Call, blob: int, name: str) -> str:
    """Where this content can be fetched by the caller."""
    return _address(call, "download", f"blob={blob}&name={quote_plus(name)}&_={secrets.token_urlsafe(12)}")


def upload_url(call: Call, folder: Row, *, unique: bool) -> str:
    """Where a file for this folder can be posted by the caller."""
    return door(call, f"folder={folder['ID']}&unique={int(unique)}")


def door(call: Call, about: str) -> str:
    """Where something can be posted that one of `TAKERS` takes."""
    return _address(call, "upload", f"{about}&_={secrets.token_urlsafe(12)}")


def routes(portal: Portal) -> Sequence[BaseRoute]:
    """Downloads and uploads by token and by webhook."""
    doors = _Doors(portal)
    paths = ("/rest/{act}.json", "/rest/{act}", "/rest/{user:int}/{secret}/{act}", "/rest/{user:int}/{secret}/{act}/")
    found: list[BaseRoute] = []
    for act, door in (("download", doors.download), ("upload", doors.upload)):
        found += [Route(path.replace("{act}", act), door, methods=["GET", "POST"]) for path in paths]
    return found


class _Doors:
    """The two HTTP doors of the Drive."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def download(self, request: Request) -> Response:
        try:
            self._caller(request)
            about = opened(self._portal, request.query_params.get("token", ""))
        except RestError as error:
            return JSONResponse(error.body(), error.status)
        blob = self._portal.table("disk_blob").get(to_int(about.get("blob")))
        if blob is None:
            return JSONResponse(RestError("ERROR_NOT_FOUND", "File not found").body(), 404)
        return file_answer(str(about.get("name") or blob["NAME"]), blob["BODY"])

    async def upload(self, request: Request) -> Response:
        try:
            caller = self._caller(request)
            about = opened(self._portal, request.query_params.get("token", ""))
            answer = self._kept(caller, about, (await read_params(request)).get("file"))
        except RestError as error:
            return JSONResponse(error.body(), error.status)
        self._portal.store.flush()
        return JSONResponse({"result": tidy(answer)})

    def _caller(self, request: Request) -> Caller:
        if secret := request.path_params.get("secret"):
            return by_webhook(self._portal, str(request.path_params["user"]), secret)
        return by_token(self._portal, request.query_params.get("auth", ""))

    def _kept(self, caller: Caller, about: dict[str, Any], part: Any) -> Row:
        take = next((taker for name, taker in TAKERS.items() if name in about), None)
        if take is None or not isinstance(part, dict):
            raise RestError("ERROR_COULD_NOT_SAVE_FILE", "Could not save file")
        body = str(part["content"]).encode("latin-1")
        return take(self._portal, about, str(part["name"] or "file"), body, caller.user_id)


def _into_folder(portal: Portal, about: dict[str, Any], name: str, body: bytes, user: int) -> Row:
    folder = model.objects(portal).get(to_int(about["folder"]))
    if folder is None:
        raise RestError("ERROR_COULD_NOT_SAVE_FILE", "Could not save file")
    row = model.add_file(portal, folder, name, b64encode(body).decode(), user, unique=about.get("unique") == "1")
    return {"ID": row["ID"], "NAME": row["NAME"], "SIZE": str(row["SIZE"])}


TAKERS["folder"] = _into_folder


def file_answer(name: str, body: str) -> Response:
    """A kept content as an HTTP answer."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(b64decode(body), media_type=guess_type(name)[0] or "application/octet-stream", headers=headers)
