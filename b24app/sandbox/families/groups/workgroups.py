"""socialnetwork.api.workgroup.get and list. Sources: `sonet-group/socialnetwork-api-workgroup-*.md`."""

from typing import Any

from b24app.sandbox.families.groups import model
from b24app.sandbox.families.kit.fields import flag
from b24app.sandbox.families.kit.names import camel, upper, upper_keys
from b24app.sandbox.kernel import moments, query
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, as_list, method, to_int
from b24app.sandbox.kernel.store import Row

PLAIN = ("ID", "ACTIVE", "SITE_ID", "SUBJECT_ID", "NAME", "DESCRIPTION", "KEYWORDS", "CLOSED", "VISIBLE", "OPENED",
         "OWNER_ID", "INITIATE_PERMS", "NUMBER_OF_MEMBERS", "NUMBER_OF_MODERATORS", "PROJECT", "LANDING", "TYPE")  # fmt: skip


@method("socialnetwork.api.workgroup.get", scope="sonet_group|socialnetwork")
def get(call: Call) -> Any:
    """Everything about one group, numbers as numbers, dates in the portal's format."""
    params = call.map("params")
    number = to_int(params.get("groupId"))
    if not number:
        raise RestError("SONET_CONTROLLER_WORKGROUP_EMPTY", "No value for the workgroup ID was provided.")
    row = model.groups(call.portal).get(number)
    if row is None or not model.sees(call, row):
        raise RestError("SONET_CONTROLLER_WORKGROUP_NOT_FOUND", "Workgroup not found.")
    return _full(call, row)


def _full(call: Call, row: Row) -> Row:
    portal, number = call.portal, row["ID"]

    def people(*roles: str) -> list[int]:
        return [one["USER_ID"] for one in model.members(portal, number, *roles)]

    dates = {
        name: moments.portal_moment(row[name], portal.clock) for name in ("DATE_CREATE", "DATE_UPDATE", "DATE_ACTIVITY")
    }
    tags = [one.strip() for one in str(row["KEYWORDS"] or "").split(",") if one.strip()]
    return {
        **{name: model.value(portal, row, name) for name in PLAIN}, "DESCRIPTION": row["DESCRIPTION"] or "",
        "KEYWORDS": row["KEYWORDS"] or "", **dates, "IMAGE_ID": 0, "AVATAR_TYPE": "folder",
        "PROJECT_DATE_START": row["PROJECT_DATE_START"], "PROJECT_DATE_FINISH": row["PROJECT_DATE_FINISH"],
        "SCRUM_OWNER_ID": 0, "SCRUM_SPRINT_DURATION": 0, "SCRUM_TASK_RESPONSIBLE": "", "MEMBERS": people(),
        "ORDINARY_MEMBERS": people(model.MEMBER), "INVITED_MEMBERS": people(model.INVITED),
        "MODERATOR_MEMBERS": people(model.MODERATOR), "SITE_IDS": ["s1"], "TAGS": sorted(tags), "DEPARTMENTS": [],
        "NUMBER_OF_MEMBERS_PLURAL": 0,
    }  # fmt: skip


@method("socialnetwork.api.workgroup.list", scope="sonet_group|socialnetwork")
def list_(call: Call) -> Any:
    """Groups with the selected fields in camelCase; without `select` their numbers only."""
    params = call.map("params")
    everything = call.is_admin and flag(params.get("IS_ADMIN"))
    lines = query.conditions(upper_keys(call.map("filter")))
    rows = [row for row in model.groups(call.portal) if everything or model.sees(call, row)]
    rows = [row for row in rows if query.passes(row, lines, call.portal.clock)]
    order = upper_keys(call.map("order")) or {"ID": "ASC"}
    answer = query.page(query.ordered(rows, order, call.portal.clock), call.get("start"))
    names = [upper(str(one)) for one in as_list(call.get("select"))] or ["ID"]
    answer.result = {"workgroups": [_row(call, row, names, params) for row in answer.result]}
    return answer


def _row(call: Call, row: Row, names: list[str], params: Row) -> Row:
    shown: Row = {camel(name): _text(model.value(call.portal, row, name)) for name in dict.fromkeys(["ID", *names])}
    if params.get("mode") == "mobile":
        role = model.role(call.portal, row["ID"], call.user_id)
        shown["additionalData"] = {"role": role, "initiatedByType": ""}
    if flag(params.get("shouldSelectDialogId")):
        shown["dialogId"] = ""
    return shown


def _text(value: Any) -> Any:
    return None if value is None else str(value)
