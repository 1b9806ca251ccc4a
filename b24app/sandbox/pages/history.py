"""The history of a CRM element as its card shows it: letters and tasks, comments, moves between stages."""

from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import people
from b24app.sandbox.pages import web
from b24app.sandbox.pages.cards import cards

OWNERS = {2: "deal", 3: "contact", 4: "company"}
CARD = "CONFIGURABLE_REST_APP"  # cards of applications are drawn by themselves
KINDS = {"1": "Встреча", "2": "Звонок", "3": "Задача", "4": "Письмо", "6": "Дело"}


def history(who: web.Viewer, kind: int, number: int) -> list[Row]:
    """Newest first; what a family of methods cannot answer yet is left out."""
    found = [
        *_letters(who, kind, number),
        *_comments(who, kind, number),
        *_moves(who, kind, number),
        *_logs(who, kind, number),
        *cards(who, kind, number),
    ]
    return sorted(found, key=lambda row: web.parsed(row["at"], who), reverse=True)


def _ask(who: web.Viewer, method: str, **params: Any) -> Any:
    try:
        return who.call(method, **params)
    except RestError:
        return []


def _letters(who: web.Viewer, kind: int, number: int) -> list[Row]:
    wanted = {"OWNER_TYPE_ID": kind, "OWNER_ID": number}
    rows = _ask(who, "crm.activity.list", filter=wanted, order={"ID": "DESC"}, select=["*", "COMMUNICATIONS"])
    return [
        {
            "at": row.get("CREATED"), "icon": "mail" if str(row.get("TYPE_ID")) == "4" else "task",
            "kind": "letter", "incoming": str(row.get("DIRECTION")) == "1", "title": row.get("SUBJECT") or "",
            "what": KINDS.get(str(row.get("TYPE_ID")), "Дело"), "text": row.get("DESCRIPTION") or "",
            "html": str(row.get("DESCRIPTION_TYPE")) == "3", "author": _author(who, row), "done": row.get("COMPLETED") == "Y",
        }
        for row in rows or []
        if row.get("CREATED") and row.get("PROVIDER_ID") != CARD
    ]  # fmt: skip


def _author(who: web.Viewer, row: Row) -> str:
    for one in row.get("COMMUNICATIONS") or []:
        settings = one.get("ENTITY_SETTINGS") or {}
        name = " ".join(part for part in (settings.get("NAME"), settings.get("LAST_NAME")) if part)
        return name or str(one.get("VALUE") or "")
    return people.full_name(who.portal, to_int(row.get("AUTHOR_ID")))


def _comments(who: web.Viewer, kind: int, number: int) -> list[Row]:
    wanted = {"ENTITY_ID": number, "ENTITY_TYPE": OWNERS[kind]}
    rows = _ask(who, "crm.timeline.comment.list", filter=wanted, order={"ID": "DESC"})
    return [
        {
            "at": row["CREATED"], "icon": "note", "kind": "comment", "text": row.get("COMMENT") or "",
            "author": people.full_name(who.portal, to_int(row.get("AUTHOR_ID"))),
        }
        for row in rows or []
    ]  # fmt: skip


def _moves(who: web.Viewer, kind: int, number: int) -> list[Row]:
    answer = _ask(who, "crm.stagehistory.list", entityTypeId=kind, filter={"OWNER_ID": number}, order={"ID": "DESC"})
    rows = answer.get("items", []) if isinstance(answer, dict) else []
    names = _stage_names(who, {to_int(row.get("CATEGORY_ID")) for row in rows})
    return [
        {
            "at": row["CREATED_TIME"], "icon": "stage", "kind": "move", "author": "",
            "text": names.get(row.get("STAGE_ID") or row.get("STATUS_ID"), row.get("STAGE_ID") or ""),
            "what": {1: "Сделка создана, стадия", 5: "Смена воронки, стадия"}.get(to_int(row.get("TYPE_ID")), "Новая стадия"),
        }
        for row in rows
    ]  # fmt: skip


def _logs(who: web.Viewer, kind: int, number: int) -> list[Row]:
    rows = _ask(who, "crm.timeline.logmessage.list", entityTypeId=kind, entityId=number)
    return [
        {
            "at": row.get("created"), "icon": "note", "kind": "log", "what": row.get("title") or "",
            "text": row.get("text") or "", "author": people.full_name(who.portal, to_int(row.get("authorId"))),
        }
        for row in rows
        if row.get("created")
    ]  # fmt: skip


def _stage_names(who: web.Viewer, pipelines: set[int]) -> dict[str, str]:
    """Names of the stages of these deal pipelines: lists of the portal end at fifty, so one is asked at a time."""
    entities = [f"DEAL_STAGE_{number}" if number else "DEAL_STAGE" for number in pipelines]
    rows = [row for name in entities for row in _ask(who, "crm.status.list", filter={"ENTITY_ID": name})]
    return {str(row["STATUS_ID"]): str(row["NAME"]) for row in rows}
