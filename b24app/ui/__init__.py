"""What all pages share: templates, words, filters, static files, headers, the session of a frame.

- `Static()`: files; `.router()` serves them, `.url(name)` addresses them.
- `Templates(static, {"room": folder})`: `.render("room/page.html", Scene(...), **values)`.
- `Sessions(secret)`: `.issue(FrameSession)`, `.read(token)`; the dependency `InFrame` reads `request.app.state.sessions`.
- `refusal_of(error)`, `changed_by(name)`: what a person is told instead, with its status.
- `page_headers(ancestors)`, `origin_of(client_endpoint)`, `language_of(lang)`.
"""

from b24app.ui.env import LANGUAGES, Scene, Templates, language_of
from b24app.ui.headers import NO_FRAME, origin_of, page_headers
from b24app.ui.refusals import Refusal, changed_by, refusal_of
from b24app.ui.session import FrameSession, InFrame, Sessions
from b24app.ui.static import Static

__all__ = [
    "LANGUAGES",
    "NO_FRAME",
    "FrameSession",
    "InFrame",
    "Refusal",
    "Scene",
    "Sessions",
    "Static",
    "Templates",
    "changed_by",
    "language_of",
    "origin_of",
    "page_headers",
    "refusal_of",
]
