"""Static files: read once, compressed once, addressed by a digest of them all, so that browsers keep them for ever.

One digest for all files lets a script import its neighbour by a relative address.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

FOLDER: Final = Path(__file__).parent / "static"
FOREVER: Final = "public, max-age=31536000, immutable"
_TYPES: Final = {".js": "text/javascript", ".svg": "image/svg+xml", ".css": "text/css"}


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is sent."""

    body: bytes
    packed: bytes
    media_type: str


class Static:
    """All static files of the pages."""

    def __init__(self, folder: Path = FOLDER) -> None:
        found = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _TYPES)
        self.files = {path.relative_to(folder).as_posix(): _read(path) for path in found}
        self.digest = _digest(self.files)

    def url(self, name: str) -> str:
        """The address of a file; KeyError for one that is not there, so that a page fails in its test."""
        return f"/static/{self.digest}/{name}" if self.files[name] else ""

    def router(self) -> APIRouter:
        """The route that answers with them."""
        router = APIRouter(include_in_schema=False)

        @router.get("/static/{digest}/{name:path}")
        async def send(request: Request, digest: str, name: str) -> Response:
            return self._answer(digest, name, packed="gzip" in request.headers.get("accept-encoding", ""))

        return router

    def _answer(self, digest: str, name: str, *, packed: bool) -> Response:
        file = self.files.get(name)
        if file is None:
            raise HTTPException(404)
        # A page of the previous release asks for its own digest while both run: it gets ours, but must not keep it.
        headers = {"Cache-Control": FOREVER if digest == self.digest else "no-cache", "Vary": "Accept-Encoding"}
        headers["X-Content-Type-Options"] = "nosniff"
        if packed:
            headers["Content-Encoding"] = "gzip"
        return Response(file.packed if packed else file.body, media_type=file.media_type, headers=headers)


def _read(path: Path) -> File:
    body = path.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return File(body, gzip.compress(body, 9, mtime=0), f"{kind}; charset=utf-8")


def _digest(files: dict[str, File]) -> str:
    total = hashlib.sha256()
    for name, file in files.items():
        total.update(name.encode() + b"\0" + file.body)
    return total.hexdigest()[:12]
