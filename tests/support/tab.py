"""A person in front of the tab, without a browser: opens the frame, reads its session, sends its forms."""

import re
from dataclasses import dataclass, field
from html import unescape

import httpx
from tests.story import DISPATCHER

_SESSION = re.compile(r'<meta name="app-session" content="([^"]+)"')
_FORM = re.compile(r"<form\b(.*?)</form>", re.DOTALL)
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_TAG = re.compile(r"<[^>]+>")


@dataclass
class Visitor:
    """Remembers the session of the frame that was opened last, as the page's script does."""

    client: httpx.AsyncClient
    session: str = ""
    page: httpx.Response = field(default_factory=lambda: httpx.Response(204))

    async def opens(self, number: int = 7405, user: int = DISPATCHER, language: str = "ru") -> str:
        """The tab of a deal; gives what is read on it."""
        form = {"ID": str(number), "USER": str(user)}
        self.page = await self.client.post(f"/bitrix/placement/deal?LANG={language}", data=form)
        found = _SESSION.search(self.page.text)
        self.session = found[1] if found else ""
        return words(self.page)

    async def asks(self, path: str, *, target: str = "") -> httpx.Response:
        """A fragment."""
        return await self.client.get(path, headers=self._headers(target))

    async def sends(self, path: str, form: dict[str, str]) -> httpx.Response:
        """A form."""
        return await self.client.post(path, data=form, headers=self._headers())

    def _headers(self, target: str = "") -> dict[str, str]:
        return {"X-App-Session": self.session, "HX-Target": target}


def form_of(answer: httpx.Response, action: str, **filled: str) -> dict[str, str]:
    """The hidden fields of the form with this address, and what a person fills in."""
    forms = [form for form in _FORM.findall(answer.text) if f'hx-post="{action}"' in form]
    for form in forms:
        fields = {name: unescape(value) for name, value in _FIELD.findall(form)}
        if all(fields.get(name, value) == value for name, value in filled.items()):
            return fields | filled
    raise AssertionError(f"no form {action} with {filled}")


def words(answer: httpx.Response) -> str:
    """What a person reads: no tags, single spaces."""
    return " ".join(unescape(_TAG.sub(" ", answer.text)).split())
