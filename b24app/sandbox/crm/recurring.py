"""crm.deal.recurring.*: templates that deals are made from again and again.

Source: `crm/deals/recurring-deals/*.md`. `add` copies the deal: the copy (`DEAL_ID`) is the template, the original is
`BASED_ID`. The portal makes deals by its agents at `NEXT_EXECUTION`; here only `expose` does, so that a rehearsal
with a moving clock is not surprised by deals nobody asked for.
"""

import calendar
from datetime import date, datetime, timedelta
from typing import Any

from b24app.sandbox.crm import items, kinds, query, values
from b24app.sandbox.crm.fields import Field
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, as_map, method, to_int
from b24app.sandbox.kernel.store import Row, Table

FIELDS = {
    one.name: one
    for one in (
        Field("ID", "integer", "ID", flags="R"), Field("DEAL_ID", "integer", "ID регулярной сделки", flags="rI"),
        Field("BASED_ID", "integer", "Создана на основании", flags="R"), Field("ACTIVE", "boolean", "Активность"),
        Field("NEXT_EXECUTION", "datetime", "Дата следующего создания", flags="R"),
        Field("LAST_EXECUTION", "datetime", "Дата последнего создания", flags="R"),
        Field("COUNTER_REPEAT", "integer", "Количество созданий", flags="R"),
        Field("START_DATE", "date", "Дата начала расчёта"), Field("CATEGORY_ID", "string", "Воронка новой сделки"),
        Field("IS_LIMIT", "string", "Вид ограничения"), Field("LIMIT_REPEAT", "integer", "Ограничение по количеству"),
        Field("LIMIT_DATE", "date", "Ограничение по дате"), Field("PARAMS", "recurring_params", "Параметры расчёта даты"),
    )
}  # fmt: skip
PARAMS = {
    "MODE": ("string", "Режим повторения"),
    "SINGLE_BEFORE_START_DATE_VALUE": ("integer", "Смещение до даты расчёта"),
    "SINGLE_BEFORE_START_DATE_TYPE": ("string", "Вид смещения до даты расчёта"),
    "MULTIPLE_TYPE": ("string", "Вид повторения"), "MULTIPLE_INTERVAL": ("integer", "Интервал повторения"),
    "OFFSET_BEGINDATE_TYPE": ("string", "Вид смещения даты начала"),
    "OFFSET_BEGINDATE_VALUE": ("integer", "Смещение даты начала"),
    "OFFSET_CLOSEDATE_TYPE": ("string", "Вид смещения даты завершения"),
    "OFFSET_CLOSEDATE_VALUE": ("integer", "Смещение даты завершения"),
}  # fmt: skip
CHARS = ("ACTIVE", "CATEGORY_ID", "IS_LIMIT")
NOT_COPIED = {"ID", "STAGE_ID", "STAGE_SEMANTIC_ID", "CLOSED", "CREATED_TIME", "UPDATED_TIME", "MOVED_TIME", "IS_NEW"}
COLUMNS = {name: query.Column(name, one.type) for name, one in FIELDS.items() if name != "PARAMS"}


def _rows(portal: Portal) -> Table:
    return portal.table("crm_recurring")


def _found(call: Call) -> Row:
    number = call.int("id")
    if number <= 0:
        raise RestError.plain("id is not defined or invalid.")
    row = _rows(call.portal).get(number)
    if row is None:
        raise RestError.plain("Recurring deal is not found.")
    return row


def _read(call: Call) -> Row:
    if not isinstance(call.get("fields"), dict):
        raise RestError.plain("Parameter 'fields' must be array.")
    kept: Row = {}
    for name, raw in call.map("fields").items():
        one = FIELDS.get(str(name).upper())
        if one is None or one.read_only:
            call.portal.tell(f"field {name} was ignored", method=call.method)
        elif one.name == "PARAMS":
            kept["PARAMS"] = _params(call, raw)
        else:
            kept[one.name] = _value(call, one, raw)
    if kept.get("IS_LIMIT", "N") not in {"N", "D", "T"}:
        kept["IS_LIMIT"] = "N"
    return kept


def _params(call: Call, raw: Any) -> Row:
    if not isinstance(raw, dict):
        raise RestError.plain("Parameter 'params' must be array.")
    given = {str(name).upper(): value for name, value in raw.items()}
    for name in sorted(set(given) - set(PARAMS)):
        call.portal.tell(f"PARAMS.{name} was ignored", method=call.method)
    return {
        name: to_int(given.get(name)) if kind == "integer" else given.get(name) for name, (kind, _) in PARAMS.items()
    }


def _value(call: Call, one: Field, raw: Any) -> Any:
    try:
        return values.taken(call.portal, one, raw)
    except values.BadValue:
        call.portal.tell(f"value of {one.name} was not understood and was ignored", method=call.method)
        return None


# --- when


def _moved(start: date, kind: Any, count: int) -> date:
    """A date moved by days, weeks, months or years; the end of a short month stays in it."""
    if kind in {"day", "week"}:
        return start + timedelta(days=count * (7 if kind == "week" else 1))
    if kind not in {"month", "year"}:
        return start
    months = start.year * 12 + start.month - 1 + count * (12 if kind == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _today(portal: Portal) -> date:
    return portal.now().astimezone(portal.clock.zone).date()


def _next(portal: Portal, row: Row) -> str | None:
    """The moment of the next deal; None when there is none."""
    params, today = as_map(row.get("PARAMS")), _today(portal)
    if row["ACTIVE"] == "N" or (row.get("IS_LIMIT") == "T" and row["COUNTER_REPEAT"] >= (row.get("LIMIT_REPEAT") or 0)):
        return None
    start = date.fromisoformat(row["START_DATE"]) if row.get("START_DATE") else today
    if params.get("MODE") == "single":
        kind, count = params.get("SINGLE_BEFORE_START_DATE_TYPE"), params.get("SINGLE_BEFORE_START_DATE_VALUE") or 0
        found = None if row["COUNTER_REPEAT"] else _moved(start, kind, -count)
    else:
        found = _following(start, params, today, row)
    limit = row.get("LIMIT_DATE") if row.get("IS_LIMIT") == "D" else None
    if found is None or (limit and found > date.fromisoformat(limit)):
        return None
    return portal.iso(datetime(found.year, found.month, found.day, tzinfo=portal.clock.zone))


def _following(start: date, params: Row, today: date, row: Row) -> date:
    kind, step = params.get("MULTIPLE_TYPE") or "day", max(to_int(params.get("MULTIPLE_INTERVAL")), 1)
    after = today if row.get("LAST_EXECUTION") else today - timedelta(days=1)
    count, found = 0, start
    while found <= after and kind in {"day", "week", "month", "year"}:
        count += step
        found = _moved(start, kind, count)
    return found


# --- methods


@method("crm.deal.recurring.fields", scope="crm")
def fields(_: Call) -> Any:
    """Descriptions of the settings, those of PARAMS inside."""
    shown = {name: one.described(classic=True) for name, one in FIELDS.items()}
    for name in CHARS:
        shown[name]["type"] = "char"
    inner = {name: Field(name, kind, title).described(classic=True) for name, (kind, title) in PARAMS.items()}
    shown["PARAMS"]["definition"] = inner
    return shown


@method("crm.deal.recurring.add", scope="crm")
def add(call: Call) -> Any:
    """Settings of a new template, which is a copy of the deal."""
    row, deal = _read(call), kinds.BUILT_IN[kinds.DEAL]
    number = to_int(row.get("DEAL_ID"))
    if number <= 0:
        raise RestError.plain("Deal id is empty.")
    based = deal.rows(call.portal).get(number)
    if based is None:
        raise RestError.plain("Access denied.")
    if any(number in {one["DEAL_ID"], one["BASED_ID"]} for one in _rows(call.portal)):
        raise RestError.plain("Deal already has recurring settings.")
    template = items.add(_write(call), {**_copy(based), "IS_RECURRING": "Y"})
    row = {"ACTIVE": "Y", "IS_LIMIT": "N", "COUNTER_REPEAT": 0, **row, "DEAL_ID": template["ID"], "BASED_ID": number}
    made = _rows(call.portal).add({**row, "NEXT_EXECUTION": _next(call.portal, row)})
    _happened(call, made, "ADD", RECURRING_DEAL_ID=template["ID"])
    return made["ID"]


@method("crm.deal.recurring.update", scope="crm")
def update(call: Call) -> Any:
    row = _found(call)
    changes = {name: value for name, value in _read(call).items() if name != "DEAL_ID"}
    new = {**row, **changes}
    _rows(call.portal).update(row["ID"], **changes, NEXT_EXECUTION=_next(call.portal, new))
    _happened(call, row, "UPDATE", RECURRING_DEAL_ID=row["DEAL_ID"])
    return True


@method("crm.deal.recurring.get", scope="crm")
def get(call: Call) -> Any:
    return _shown(call.portal, _found(call))


@method("crm.deal.recurring.list", scope="crm")
def list_(call: Call) -> Any:
    """A page of settings; a condition on PARAMS is overlooked."""
    for name in ("order", "filter"):
        if call.get(name) not in (None, "") and not isinstance(call.get(name), dict | list):
            raise RestError.plain(f"Parameter '{name}' must be array.")
    page = query.listed(call, query.Query(call.portal, COLUMNS), _rows(call.portal))
    return Answer([_shown(call.portal, row) for row in page.result], page.total, page.next)


@method("crm.deal.recurring.delete", scope="crm")
def delete(call: Call) -> Any:
    """Only settings whose template is gone; with the template they go by `crm.deal.delete`."""
    row = _found(call)
    if kinds.BUILT_IN[kinds.DEAL].rows(call.portal).get(row["DEAL_ID"]):
        raise RestError.plain("Deleting is impossible. Connected recurring deal exists.")
    _rows(call.portal).delete(row["ID"])
    _happened(call, row, "DELETE")
    return True


@method("crm.deal.recurring.expose", scope="crm")
def expose(call: Call) -> Any:
    """A deal from the template, now."""
    portal, row = call.portal, _found(call)
    template = kinds.BUILT_IN[kinds.DEAL].rows(portal).get(row["DEAL_ID"])
    if template is None:
        raise RestError.plain("Recurring deal is not found.")
    made = items.add(_write(call), {**_copy(template), **_placed(portal, row), "IS_RECURRING": "N"})
    done = {"COUNTER_REPEAT": row["COUNTER_REPEAT"] + 1, "LAST_EXECUTION": portal.iso()}
    following = _next(portal, {**row, **done})
    _rows(portal).update(row["ID"], **done, NEXT_EXECUTION=following, ACTIVE="Y" if following else "N")
    _happened(call, row, "EXPOSE", RECURRING_DEAL_ID=row["DEAL_ID"], DEAL_ID=made["ID"])
    return {"DEAL_ID": made["ID"]}


def _placed(portal: Portal, row: Row) -> Row:
    """Pipeline and dates of a deal made from a template."""
    params, today, placed = as_map(row.get("PARAMS")), _today(portal), {}
    for name in ("BEGINDATE", "CLOSEDATE"):
        if params.get(f"OFFSET_{name}_VALUE"):
            kind, count = params.get(f"OFFSET_{name}_TYPE"), params[f"OFFSET_{name}_VALUE"]
            placed[name] = _moved(today, kind, count).isoformat()
    return {**placed, **({"CATEGORY_ID": to_int(row["CATEGORY_ID"])} if row.get("CATEGORY_ID") else {})}


def _copy(deal: Row) -> Row:
    return {name: value for name, value in deal.items() if name not in NOT_COPIED}


def _write(call: Call) -> items.Write:
    return items.Write(call.portal, kinds.BUILT_IN[kinds.DEAL], call.user_id, about={"method": call.method})


def _shown(portal: Portal, row: Row) -> Row:
    shown = {name: values.classic(portal, one, row.get(name)) for name, one in FIELDS.items() if name != "PARAMS"}
    return {**shown, "PARAMS": row.get("PARAMS") or []}


def _happened(call: Call, row: Row, act: str, **more: Any) -> None:
    data = {"FIELDS": {"ID": row["ID"], **more}}
    call.portal.raise_event(f"ONCRMDEALRECURRING{act}", data, user=call.user_id, subject=str(row["ID"]))


def start(portal: Portal) -> None:
    """A template that is deleted takes its settings with it."""

    def gone(kind: kinds.Kind, row: Row, **_: Any) -> None:
        for one in _rows(portal).where(DEAL_ID=row["ID"]) if kind.number == kinds.DEAL else []:
            _rows(portal).delete(one["ID"])

    portal.listen("crm.item.deleted", gone)
