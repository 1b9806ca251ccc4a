"""The messenger's pages: list of dialogs, a talk, what people do in it.

Wire of the page: `GET /online/live` answers the two lists as HTML when they changed since `rev`, and 204 when not.
"""

import json
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import chats, notices, people, talk
from b24app.sandbox.pages import bbcode, web

SHOWN = 60
BELL = "notify"


class Messenger:
    """Routes of one portal's messenger."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def routes(self) -> list[Route]:
        """The addresses of the messenger."""
        return [
            Route("/", self.home),
            Route("/online/", self.show),
            Route("/online/live", self.live),
            Route("/online/say", self.say, methods=["POST"]),
            Route("/online/press", self.press, methods=["POST"]),
            Route("/online/react", self.react, methods=["POST"]),
            Route("/online/delete", self.delete, methods=["POST"]),
            Route("/online/chat", self.new_chat, methods=["POST"]),
            Route("/pulse", self.pulse),
        ]

    async def home(self, request: Request) -> Response:
        """The first page of the portal is the messenger."""
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/online/{query}", 302)

    async def pulse(self, request: Request) -> Response:
        """Clock and counters for the frame of any page."""
        return JSONResponse(web.pulse(web.viewer(self.portal, request)))

    async def show(self, request: Request) -> Response:
        """The messenger; `IM_DIALOG` opens a talk, `BOT_CONTEXT` hands data to the bot in it."""
        who = web.viewer(self.portal, request)
        dialog = request.query_params.get("IM_DIALOG", "")
        if context := request.query_params.get("BOT_CONTEXT"):
            self._hand_context(who, dialog, context)
            return RedirectResponse(f"/online/?IM_DIALOG={dialog}", 303)
        return web.page(who, "messenger.html", section="online", dialog=dialog, **self._facts(who, dialog))

    def _hand_context(self, who: web.Viewer, dialog: str, context: str) -> None:
        chat = talk.dialog(self.portal, who.id, dialog)
        bot = self.portal.table("bot").get(to_int(dialog))
        if chat is None or bot is None:
            return
        try:
            data = json.loads(context)
        except ValueError:
            self.portal.tell("BOT_CONTEXT is not JSON and was not handed over", bot=bot["CODE"])
            return
        notices.context_given(self.portal, bot, chat, who.id, data)
        self.portal.store.flush()

    async def live(self, request: Request) -> Response:
        """What changed since `rev`; `seen=1` marks the open talk as read."""
        who, dialog = web.viewer(self.portal, request), request.query_params.get("dialog", "")
        if request.query_params.get("seen") == "1":
            self._mark(who, dialog)
        facts = self._facts(who, dialog)
        parts = {
            "list": web.render(who, "_dialogs.html", dialog=dialog, **facts),
            "talk": web.render(who, "_talk.html", dialog=dialog, **facts),
        }
        rev = sha256((parts["list"] + parts["talk"]).encode()).hexdigest()[:16]
        if rev == request.query_params.get("rev"):
            return Response(status_code=204)
        return JSONResponse({**parts, "rev": rev})

    def _mark(self, who: web.Viewer, dialog: str) -> None:
        if dialog == BELL:
            for row in self.portal.table("notice").where(USER_ID=who.id, READ=False):
                self.portal.table("notice").update(row["ID"], READ=True)
        elif chat := chats.find(self.portal, who.id, dialog):
            chats.read(self.portal, chat, who.id)
        self.portal.store.flush()

    # --- acts

    async def say(self, request: Request) -> Response:
        """Write into a dialog; a dialog with somebody new is opened on the way."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        chat, text = talk.dialog(self.portal, who.id, str(given.get("dialog", ""))), str(given.get("text", "")).strip()
        if chat is None or not text:
            return JSONResponse({"error": "Диалог не найден или сообщение пустое"}, 400)
        message = talk.say(self.portal, chat, who.id, text)
        return self._done(id=message["ID"])

    async def press(self, request: Request) -> Response:
        """A tap on a COMMAND button."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        pressed = talk.Press(
            who.id, to_int(given.get("message")), to_int(given.get("bot")), str(given.get("command", "")),
            str(given.get("params", "")),
        )  # fmt: skip
        try:
            heard = talk.press(self.portal, pressed)
        except talk.NoSuchMessage:
            return JSONResponse({"error": "Сообщение удалено"}, 404)
        return self._done(heard=heard)

    async def react(self, request: Request) -> Response:
        """Put a like on a message, or take it back."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        try:
            message = talk.visible(self.portal, who.id, to_int(given.get("message")))
        except talk.NoSuchMessage:
            return JSONResponse({"error": "Сообщение удалено"}, 404)
        code = str(given.get("reaction") or "like")
        action = "delete" if who.id in message["REACTIONS"].get(code, []) else "add"
        talk.react(self.portal, who.id, message, code, action)
        return self._done(action=action)

    async def delete(self, request: Request) -> Response:
        """Delete one's own message."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        message = self.portal.table("message").get(to_int(given.get("message")))
        if message is None or message["AUTHOR_ID"] != who.id or message["DELETED"]:
            return JSONResponse({"error": "Удалить можно только своё сообщение"}, 403)
        talk.delete(self.portal, message)
        return self._done()

    async def new_chat(self, request: Request) -> Response:
        """A new group chat."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        users = given.get("users") or []
        members = [to_int(one) for one in (users if isinstance(users, list) else [users])]
        chat = chats.open_group(self.portal, who.id, members, TITLE=str(given.get("title") or ""))
        talk.greet(self.portal, chat, who.id)
        return self._done(dialog=chats.dialog_id(chat, who.id))

    def _done(self, **facts: Any) -> Response:
        self.portal.store.flush()
        return JSONResponse({"ok": True, **facts})

    # --- what is shown

    def _facts(self, who: web.Viewer, dialog: str) -> dict[str, Any]:
        chat = chats.find(self.portal, who.id, dialog) if dialog not in {"", BELL} else None
        if chat is not None and who.id not in chat["USERS"]:
            chat = None
        return {
            "dialogs": self._dialogs(who), "bell": self._bell(who, full=dialog == BELL),
            "people": self._people(who), "head": self._head(who, dialog, chat),
            "messages": self._messages(who, chat) if chat else [], "typing": self._typing(chat),
        }  # fmt: skip

    def _dialogs(self, who: web.Viewer) -> list[dict[str, Any]]:
        rows = []
        for chat in chats.of_user(self.portal, who.id):
            last = next(iter(chats.history(self.portal, chat["ID"], limit=1)), None)
            if last is not None:
                rows.append((last["ID"], self._dialog(who, chat, last)))
        return [row for _, row in sorted(rows, key=lambda pair: pair[0], reverse=True)]

    def _dialog(self, who: web.Viewer, chat: Row, last: Row) -> dict[str, Any]:
        number = chats.dialog_id(chat, who.id)
        mine = "Вы: " if last["AUTHOR_ID"] == who.id else ""
        text = "Сообщение удалено" if last["DELETED"] else bbcode.plain(last["TEXT"])
        return {
            "id": number, "title": chats.title(self.portal, chat, who.id), "text": mine + text, "at": last["DATE"],
            "unread": len(chats.unread_ids(self.portal, chat, who.id)),
            "bot": people.is_bot(self.portal, to_int(number)), "color": self._colour(chat, number),
        }  # fmt: skip

    def _colour(self, chat: Row, dialog: str) -> str:
        user = self.portal.users.get(to_int(dialog)) if chat["TYPE"] == chats.PRIVATE else None
        return str((user or {}).get("COLOR") or (people.colour("", user["ID"]) if user else chat["COLOR"]))

    def _head(self, who: web.Viewer, dialog: str, chat: Row | None) -> dict[str, Any] | None:
        if dialog == BELL:
            return {"title": "Уведомления", "note": "", "bot": False, "color": "#828b95", "field": False}
        other = to_int(dialog)
        if chat is None and not people.is_active(self.portal, other):
            return None
        if chat is not None and chat["TYPE"] != chats.PRIVATE:
            note = f"участников: {len(chat['USERS'])}"
            title = chats.title(self.portal, chat, who.id)
            return {"title": title, "note": note, "bot": False, "color": chat["COLOR"], "field": True}
        user = self.portal.users.get(other) or {}
        bot = people.is_bot(self.portal, other)
        note = "чат-бот" if bot else str(user.get("WORK_POSITION") or "")
        field = chat is None or chat["TEXT_FIELD"] == "Y"
        color = user.get("COLOR") or people.colour("", other)
        return {"title": people.full_name(self.portal, other), "note": note, "bot": bot, "color": color, "field": field}

    def _messages(self, who: web.Viewer, chat: Row) -> list[dict[str, Any]]:
        shown, day = [], ""
        for row in chats.history(self.portal, chat["ID"], limit=SHOWN):
            heading = web.day(row["DATE"], who)
            shown.append({**self._message(who, row), "day": heading if heading != day else ""})
            day = heading
        return shown

    def _message(self, who: web.Viewer, row: Row) -> dict[str, Any]:
        keyboard = [] if row["DELETED"] else row["PARAMS"].get("keyboard") or []
        pressed = {int(one.split(":")[1]) for one in row["PRESSED"] if one.startswith(f"{who.id}:")}
        return {
            "id": row["ID"], "mine": row["AUTHOR_ID"] == who.id, "author": people.full_name(self.portal, row["AUTHOR_ID"]),
            "author_id": row["AUTHOR_ID"], "system": row["SYSTEM"], "deleted": row["DELETED"], "text": row["TEXT"],
            "at": row["DATE"], "edited": row["PARAMS"].get("IS_EDITED") == "Y", "keyboard": rows_of(keyboard, pressed),
            "attach": row["PARAMS"].get("attach") or [], "likes": row["REACTIONS"].get("like", []),
            "reactions": {code: len(users) for code, users in row["REACTIONS"].items()},
        }  # fmt: skip

    def _typing(self, chat: Row | None) -> str:
        action = (chat or {}).get("ACTION")
        if not action or self.portal.clock.unix() > action["AT"] + action["FOR"]:
            return ""
        return f"{people.full_name(self.portal, action['USER_ID'])} печатает…"

    def _bell(self, who: web.Viewer, *, full: bool) -> dict[str, Any]:
        rows = sorted(self.portal.table("notice").where(USER_ID=who.id), key=lambda row: int(row["ID"]), reverse=True)
        unread = len([row for row in rows if not row["READ"]])
        return {"unread": unread, "last": rows[0] if rows else None, "rows": rows[:SHOWN] if full else []}

    def _people(self, who: web.Viewer) -> list[Row]:
        return [row for row in web.employees(self.portal) if row["ID"] != who.id]


def rows_of(keyboard: list[dict[str, Any]], pressed: set[int]) -> list[list[dict[str, Any]]]:
    """Buttons in rows: NEWLINE breaks, a BLOCK button has a row of its own, LINE buttons stand side by side."""
    rows: list[list[dict[str, Any]]] = []
    fresh = True
    for place, button in enumerate(keyboard):
        if button["TYPE"] == "NEWLINE":
            fresh = True
            continue
        block = button.get("DISPLAY") == "BLOCK"
        if fresh or block:
            rows.append([])
        rows[-1].append({**button, "waiting": place in pressed})
        fresh = block
    return rows
