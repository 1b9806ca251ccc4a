"""crm.timeline.comment.*: comments in the timelines of elements.

Source: `crm/timeline/comments/`. Records of all kinds share one sequence of numbers.
"""

from typing import Any

from b24app.sandbox.crm import items, kinds, query, rights, values
from b24app.sandbox.crm.fields import descriptions
from b24app.sandbox.crm.kinds import Kind
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.php import Obj
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, as_list, method, to_int
from b24app.sandbox.kernel.store import Row, Table

COMMENT, LOG = "comment", "log"
PICTURES = ("gif", "png", "jpg", "jpeg", "bmp", "webp")
COLUMNS = query.columns(ID="integer", CREATED="datetime", AUTHOR_ID="integer")


def table(portal: Portal) -> Table:
    """All records that REST can make."""
    return portal.table("crm_timeline")


def owner(portal: Portal, kind: Kind | None, number: int) -> Kind:
    """The kind of an existing element, else `OWNER_NOT_FOUND`."""
    if kind is None or number not in kind.rows(portal):
        raise RestError("OWNER_NOT_FOUND", "Владелец элемента не найден")
    return kind


@method("crm.timeline.comment.add", scope="crm")
def add(call: Call) -> Any:
    fields = _given(call)
    kind = kinds.by_name(call.portal, str(_needed(fields, "ENTITY_TYPE")))
    number = to_int(_needed(fields, "ENTITY_ID"))
    kind = owner(call.portal, kind, number)
    if not rights.of_place(call, kind.number, number):
        raise rights.denied()
    text = str(fields.get("COMMENT") or "")
    if not text.strip():
        raise RestError("INVALID_ARG_VALUE", "Пустой комментарий")
    author = to_int(fields.get("AUTHOR_ID")) if call.is_admin else 0
    row = table(call.portal).add({
        "TYPE": COMMENT, "BINDINGS": [[kind.number, number]], "CREATED": call.portal.iso(), "TEXT": text,
        "AUTHOR_ID": author or call.user_id, "FILES": _files(call.portal, fields.get("FILES")),
    })  # fmt: skip
    items.touch(call.portal, kind, number, call.user_id)
    happened(call, row, "ADD")
    return row["ID"]


@method("crm.timeline.comment.update", scope="crm")
def update(call: Call) -> Any:
    """Files that are given replace all former ones."""
    call.need("id")
    fields, row = _given(call), _found(call)
    changes: Row = {}
    if "COMMENT" in fields:
        changes["TEXT"] = str(fields["COMMENT"] or "")
        if not changes["TEXT"].strip():
            raise RestError("INVALID_ARG_VALUE", "Пустой комментарий")
    if "FILES" in fields:
        changes["FILES"] = _files(call.portal, fields["FILES"])
        if row["FILES"]:
            call.portal.tell(
                f"files of comment {row['ID']} that it had are gone: FILES replaces all", method=call.method
            )
    table(call.portal).update(row["ID"], **changes)
    happened(call, row, "UPDATE")
    return row["ID"]


@method("crm.timeline.comment.get", scope="crm")
def get(call: Call) -> Any:
    if call.int("id") <= 0:
        raise RestError.plain("ID is not defined or invalid.")
    row = table(call.portal).get(call.int("id"))
    if row is None or row["TYPE"] != COMMENT:
        raise RestError.plain("Not found.")
    if not any(rights.of_place(call, *place) for place in row["BINDINGS"]):
        raise RestError.plain("Access denied.")
    return shown(call.portal, row, row["BINDINGS"][0])


@method("crm.timeline.comment.list", scope="crm")
def listing(call: Call) -> Any:
    given = {str(name).upper(): value for name, value in call.map("filter").items()}
    place = _place(call.portal, given)
    if not rights.of_place(call, *place):
        raise RestError.plain("Access denied.")
    more = {name: value for name, value in given.items() if name.lstrip("=") not in {"ENTITY_ID", "ENTITY_TYPE"}}
    rows = [row for row in table(call.portal) if row["TYPE"] == COMMENT and place in row["BINDINGS"]]
    order = call.map("order") or {"ID": "ASC"}
    page = query.Query(call.portal, COLUMNS).page(rows, more, order, call.get("start", default=0))
    names = {str(name).upper() for name in call.rows("select")}
    return Answer([_chosen(shown(call.portal, row, place), names) for row in page.result], page.total, page.next)


def _place(portal: Portal, given: Row) -> list[int]:
    """The element that a filter must name."""
    number = to_int(given.get("ENTITY_ID") or given.get("=ENTITY_ID"))
    kind = kinds.by_name(portal, str(given.get("ENTITY_TYPE") or given.get("=ENTITY_TYPE") or ""))
    if number <= 0:
        raise RestError.plain("ENTITY_ID is not defined or invalid.")
    if kind is None:
        raise RestError.plain("ENTITY_TYPE is not defined or invalid.")
    return [kind.number, number]


@method("crm.timeline.comment.delete", scope="crm")
def delete(call: Call) -> Any:
    """With an owner the comment leaves that element only; without one it must not be bound to several."""
    call.need("id")
    row = _found(call)
    place = [call.int("ownerTypeId"), call.int("ownerId")]
    rest = [one for one in row["BINDINGS"] if one != place]
    if not any(place) and len(row["BINDINGS"]) > 1:
        raise RestError("MULTIPLE_BINDINGS", "Элемент привязан к нескольким сущностям")
    if any(place) and len(rest) == len(row["BINDINGS"]):
        raise RestError("OWNER_NOT_FOUND", "Владелец элемента не найден")
    if any(place) and rest:
        table(call.portal).update(row["ID"], BINDINGS=rest)
        return None
    table(call.portal).delete(row["ID"])
    happened(call, row, "DELETE")
    return None


@method("crm.timeline.comment.fields", scope="crm")
def fields(_: Call) -> Any:
    plan = {
        "ID": "integer R", "ENTITY_ID": "integer rI", "ENTITY_TYPE": "string rI", "CREATED": "datetime R",
        "COMMENT": "string", "AUTHOR_ID": "user R", "FILES": "attached_diskfile M",
    }  # fmt: skip
    return descriptions(plan)


def happened(call: Call, row: Row, act: str) -> None:
    """The event of a comment: `FIELDS.ID`, or the flat form of the documentation when that fault is on."""
    portal = call.portal
    flat: Row = {"ID": row["ID"]}
    data = flat if portal.faults.comment_event_flat else {"FIELDS": {"ID": row["ID"]}, **flat}
    portal.raise_event(f"ONCRMTIMELINECOMMENT{act}", data, user=call.user_id, subject=str(row["ID"]))


def shown(portal: Portal, row: Row, place: list[int]) -> Row:
    """A comment as the timeline of one element has it."""
    kind = kinds.find(portal, place[0])
    found: Row = {
        "ID": str(row["ID"]), "ENTITY_ID": str(place[1]), "ENTITY_TYPE": kind.name.lower() if kind else "",
        "CREATED": row["CREATED"], "COMMENT": row["TEXT"], "AUTHOR_ID": str(row["AUTHOR_ID"]),
    }  # fmt: skip
    return {**found, "FILES": Obj({str(one["ID"]): _file_shown(portal, row, one) for one in row.get("FILES") or []})}


def _chosen(row: Row, names: set[str]) -> Row:
    return row if not names or "*" in names else {name: value for name, value in row.items() if name in names}


def _file_shown(portal: Portal, row: Row, one: Row) -> Row:
    picture = one["NAME"].rpartition(".")[2].lower() in PICTURES
    author = portal.users.get(row["AUTHOR_ID"]) or {}
    place = f"{portal.origin}/disk"
    name = one["NAME"]
    return {
        "id": one["ID"], "date": row["CREATED"], "type": "image" if picture else "file", "name": name, "size": one["SIZE"],
        "authorId": row["AUTHOR_ID"],
        "authorName": f"{author.get('NAME', '')} {author.get('LAST_NAME', '')}".strip(),
        "urlShow": f"{place}/showFile/{one['ID']}/?&ncc=1&filename={name}",
        "urlDownload": f"{place}/downloadFile/{one['ID']}/?&ncc=1&filename={name}",
    }  # fmt: skip


def _files(portal: Portal, raw: Any) -> list[Row]:
    return [found for one in as_list(raw) if (found := values.file(portal, one))]


def _given(call: Call) -> Row:
    """`fields`, in lower case only (since CRM 23.100)."""
    fields = call.params.get("fields")
    if not isinstance(fields, dict | list):
        if call.params.has("fields"):
            call.portal.tell("this method takes `fields` in lower case only", method=call.method)
        raise RestError.missing("fields")
    return {str(name).upper(): value for name, value in call.map("fields").items()}


def _needed(fields: Row, name: str) -> Any:
    if fields.get(name) in (None, ""):
        raise RestError.missing(name)
    return fields[name]


def _found(call: Call) -> Row:
    row = table(call.portal).get(call.int("id"))
    if row is None or row["TYPE"] != COMMENT:
        raise RestError("NOT_FOUND", "Элемент не найден")
    if not any(rights.of_place(call, *place) for place in row["BINDINGS"]):
        raise rights.denied()
    return row


def forget(portal: Portal, kind: Kind, row: Row) -> None:
    """An element is gone: records of its timeline alone go too."""
    place = [kind.number, row["ID"]]
    for one in table(portal):
        if place in one["BINDINGS"]:
            rest = [other for other in one["BINDINGS"] if other != place]
            if rest:
                table(portal).update(one["ID"], BINDINGS=rest)
            else:
                table(portal).delete(one["ID"])


def start(portal: Portal) -> None:
    """Listen for deleted elements."""
    portal.listen("crm.item.deleted", lambda kind, row, **_: forget(portal, kind, row))
