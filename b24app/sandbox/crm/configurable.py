"""crm.activity.configurable.*: cards of an application in the timeline, with buttons that call it back.

Source: `crm/timeline/activities/configurable/`; the event of a press: methods.md A.10.
"""

from collections.abc import Callable
from typing import Any

from b24app.sandbox.crm import badges, deeds, layouts, owners, values
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

PLAIN = "CONFIGURABLE"
FIELDS = ("typeId", "completed", "deadline", "pingOffsets", "isIncomingChannel", "responsibleId", "badgeCode",
          "originatorId", "originId")  # fmt: skip


@method("crm.activity.configurable.add", scope="crm")
def add(call: Call) -> Any:
    app = owners.application(call)
    kind, number = owners.place(call)
    call.need("fields")
    layout = call.need("layout")
    layouts.check(layout)
    row = _read(call, call.map("fields"), {"COMPLETED": "N", "IS_INCOMING_CHANNEL": "N"})
    fixed = {"TYPE_ID": deeds.PROVIDER, "PROVIDER_ID": deeds.CONFIGURABLE, "APP_ID": app, "LAYOUT": layout,
             "SUBJECT": _subject(layout)}  # fmt: skip
    row.setdefault("PROVIDER_TYPE_ID", PLAIN)
    made = deeds.add(call.portal, {**row, **fixed}, [[kind.number, number]], call.user_id)
    return {"activity": {"id": made["ID"]}}


@method("crm.activity.configurable.update", scope="crm")
def update(call: Call) -> Any:
    app, row = owners.application(call), _found(call)
    if row["APP_ID"] != app:
        raise RestError("ERROR_WRONG_APPLICATION", "Дело может изменить только создавшее его приложение")
    changes = _read(call, call.map("fields"), row)
    if call.params.has("layout"):
        layout = call.get("layout")
        layouts.check(layout)
        changes |= {"LAYOUT": layout, "SUBJECT": _subject(layout)}
    if "DEADLINE" in changes:
        changes["START_TIME"] = changes["DEADLINE"]
    deeds.table(call.portal).update(row["ID"], LOCKED_BY=None)
    deeds.update(call.portal, row, changes, call.user_id)
    return {"activity": {"id": row["ID"]}}


@method("crm.activity.configurable.get", scope="crm")
def get(call: Call) -> Any:
    owners.application(call)
    row = _found(call)
    fields = {
        "typeId": row["PROVIDER_TYPE_ID"], "completed": row["COMPLETED"] == "Y", "deadline": row.get("DEADLINE"),
        "pingOffsets": row.get("PING_OFFSETS") or [], "isIncomingChannel": row["IS_INCOMING_CHANNEL"] == "Y",
        "responsibleId": row["RESPONSIBLE_ID"], "badgeCode": row.get("BADGE_CODE") or "",
        "originatorId": row.get("ORIGINATOR_ID"), "originId": row.get("ORIGIN_ID"),
    }  # fmt: skip
    owner = {"ownerTypeId": row["OWNER_TYPE_ID"], "ownerId": row["OWNER_ID"]}
    return {"activity": {"id": row["ID"], **owner, "fields": fields, "layout": row["LAYOUT"]}}


def _found(call: Call) -> Row:
    row = deeds.table(call.portal).get(to_int(call.need("id")))
    if row is None or row["PROVIDER_ID"] != deeds.CONFIGURABLE:
        raise owners.not_found()
    return row


def _read(call: Call, given: Row, row: Row) -> Row:
    """Given fields under their kept names; `row` is what they change."""
    for name in set(given) - set(FIELDS):
        raise RestError("WRONG_FIELD_VALUE", f'Поле "{name}" неизвестно')
    found = {kept: take(call, given[name]) for name, (kept, take) in TAKEN.items() if name in given}
    _check_type(call, given, found)
    after = {**row, **found}
    if after["IS_INCOMING_CHANNEL"] == "Y" and after.get("DEADLINE"):
        raise RestError("INCOMING_ACTIVITY_CAN_NOT_BE_WITH_DEADLINE", "Входящее дело не может иметь крайний срок")
    if found.get("BADGE_CODE") and call.portal.table("crm_badge").get(found["BADGE_CODE"]) is None:
        call.portal.tell(f"badge {found['BADGE_CODE']} is unknown: nothing will show on the kanban", method=call.method)
    return found


def _check_type(call: Call, given: Row, found: Row) -> None:
    code = str(given.get("typeId") or "")
    if not code:
        return
    own = badges.type_of(call, code)
    if code != PLAIN and (own is None or own["IS_CONFIGURABLE_TYPE"] != "Y"):
        raise RestError("WRONG_FIELD_VALUE", 'Неверное значение поля "typeId"')
    found["PROVIDER_TYPE_ID"] = code


def _moment(call: Call, raw: Any) -> str | None:
    if raw in (None, ""):
        return None
    try:
        return values.moment(call.portal, raw)
    except values.BadValue:
        raise RestError("WRONG_FIELD_VALUE", 'Неверное значение поля "deadline"') from None


def _user(call: Call, raw: Any) -> int:
    number = to_int(raw) or call.user_id
    if call.portal.users.get(number) is None:
        raise RestError("WRONG_FIELD_VALUE", 'Неверное значение поля "responsibleId"')
    return number


def _offsets(_: Call, raw: Any) -> list[int]:
    return [to_int(one) for one in as_list(raw)]


def _text(_: Call, raw: Any) -> str | None:
    return str(raw or "") or None


def _flag(_: Call, raw: Any) -> str:
    return values.flag(raw)


TAKEN: dict[str, tuple[str, Callable[[Call, Any], Any]]] = {
    "completed": ("COMPLETED", _flag), "isIncomingChannel": ("IS_INCOMING_CHANNEL", _flag),
    "deadline": ("DEADLINE", _moment), "responsibleId": ("RESPONSIBLE_ID", _user), "pingOffsets": ("PING_OFFSETS", _offsets),
    "badgeCode": ("BADGE_CODE", _text), "originatorId": ("ORIGINATOR_ID", _text), "originId": ("ORIGIN_ID", _text),
}  # fmt: skip


def _subject(layout: Any) -> str:
    title = as_map(as_map(layout).get("header")).get("title")
    return str(title.get("ru") or next(iter(title.values()), "")) if isinstance(title, dict) else str(title or "")


# --- what a person sees and presses


def actions(row: Row) -> dict[str, Row]:
    """Everything on a card that can be pressed and calls the application, by its place."""
    layout, found = as_map(row.get("LAYOUT")), {}
    footer = as_map(layout.get("footer"))
    places = [("buttons", as_map(footer.get("buttons"))), ("menu", as_map(as_map(footer.get("menu")).get("items"))),
              ("tags", as_map(as_map(layout.get("header")).get("tags")))]  # fmt: skip
    for place, things in places:
        for key, thing in things.items():
            action = as_map(as_map(thing).get("action"))
            if action.get("type") == "restEvent":
                found[f"{place}.{key}"] = {"title": thing.get("title"), **action}
    return found


def press(portal: Portal, activity: int, place: str, user: int) -> bool:
    """A person presses a button: the owner application alone hears of it, the card waits for its update."""
    row = deeds.table(portal).get(activity)
    action = actions(row).get(place) if row else None
    if row is None or action is None:
        return False
    if row.get("LOCKED_BY"):
        portal.tell(f"activity {activity} is locked until its application updates it: the press was ignored")
        return False
    if action.get("animationType"):
        deeds.table(portal).update(activity, LOCKED_BY=user)
    fixed = {"entityTypeId": row["OWNER_TYPE_ID"], "entityId": row["OWNER_ID"], "activityId": activity,
             "id": action["id"], "userId": user}  # fmt: skip
    data = {**as_map(action.get("actionParams")), **fixed}
    portal.raise_event(
        "ONCRMTIMELINEITEMACTION", data, user=user, only_app=row["APP_ID"], subject=f"{activity}:{action['id']}"
    )
    return True


def badges_of(portal: Portal, kind: int) -> dict[int, Row]:
    """The badges that elements of a kind show on the kanban: of the newest open activity that has one."""
    found: dict[int, Row] = {}
    for row in deeds.table(portal):
        badge = portal.table("crm_badge").get(row.get("BADGE_CODE"))
        if badge and row["COMPLETED"] != "Y":
            found |= {owner: badge for number, owner in row["BINDINGS"] if number == kind}
    return found
