"""sonet_group.create, get, update, delete, setowner, feature.access, user.groups. Sources: `sonet-group/*.md`."""

from typing import Any

from b24app.sandbox.families.groups import model
from b24app.sandbox.families.kit.fields import flag
from b24app.sandbox.families.kit.names import upper_keys
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.kernel.store import Row

SHOWN = ("ID", "SITE_ID", "NAME", "DESCRIPTION", "DATE_CREATE", "DATE_UPDATE", "ACTIVE", "VISIBLE", "OPENED", "CLOSED",
         "SUBJECT_ID", "OWNER_ID", "KEYWORDS", "NUMBER_OF_MEMBERS", "DATE_ACTIVITY")  # fmt: skip
WORK = {"view", "write"}
POSTS = {
    f"{act}_{what}" for act in ("view", "premoderate", "write", "moderate", "full") for what in ("post", "comment")
}
FEATURES = {
    "photo": WORK, "calendar": WORK, "files": WORK, "blog": POSTS,
    "tasks": {"view", "view_all", "sort", "create_tasks", "edit_tasks", "delete_tasks"},
}  # fmt: skip
ONLY_MANAGERS = {"edit_tasks", "delete_tasks", "moderate_post", "full_post", "moderate_comment", "full_comment"}


@method("sonet_group.create", scope="sonet_group")
def create(call: Call) -> Any:
    """A new group; only an administrator may name another owner."""
    fields = model.kept(call)
    if not str(fields.get("NAME") or "").strip():
        raise RestError.plain("Cannot create group")
    owner = call.int("OWNER_ID") if call.is_admin and call.int("OWNER_ID") in call.portal.users else call.user_id
    if call.int("OWNER_ID") not in (0, owner):
        call.portal.tell(f"{call.method}: only administrators name an owner, {owner} owns the group")
    now = call.portal.iso()
    stamps = {"OWNER_ID": owner, "DATE_CREATE": now, "DATE_UPDATE": now, "DATE_ACTIVITY": now}
    row = model.groups(call.portal).add({**model.DEFAULTS, **fields, **stamps})
    model.set_role(call.portal, row["ID"], owner, model.OWNER)
    model.told(call.portal, "ADD", row["ID"], call.user_id)
    return row["ID"]


@method("sonet_group.get", scope="sonet_group")
def get(call: Call) -> Any:
    """Groups the caller may see; `GROUP_ID` narrows to one or several."""
    everything = call.is_admin and flag(call.get("IS_ADMIN"))
    lines = query.conditions(upper_keys(call.map("FILTER")))
    if call.get("GROUP_ID"):
        lines.append(query.Condition("=", "ID", call.get("GROUP_ID")))
    rows = [row for row in model.groups(call.portal) if everything or model.sees(call, row)]
    rows = [row for row in rows if query.passes(row, lines, call.portal.clock)]
    order = upper_keys(call.map("ORDER")) or {"ID": "DESC"}
    answer = query.page(query.ordered(rows, order, call.portal.clock), call.get("start"))
    answer.result = [_shown(call, row) for row in answer.result]
    return answer


def _shown(call: Call, row: Row) -> Row:
    values = {name: model.value(call.portal, row, name) for name in SHOWN}
    shown: Row = {name: None if value is None else str(value) for name, value in values.items()}
    project = {"PROJECT_DATE_START": row["PROJECT_DATE_START"], "PROJECT_DATE_FINISH": row["PROJECT_DATE_FINISH"]}
    dates = {name: value for name, value in project.items() if value}
    return {**shown, "SUBJECT_NAME": "Рабочие группы", **dates, "PROJECT": row["PROJECT"], "IS_EXTRANET": "N"}


@method("sonet_group.update", scope="sonet_group")
def update(call: Call) -> Any:
    row = model.groups(call.portal).get(model.number(call))
    if row is None or not model.manages(call, row):
        raise RestError.plain("User has no permissions to update group")
    fields = {name: value for name, value in model.kept(call).items() if row.get(name) != value}
    if not fields:
        call.portal.tell(f"group {row['ID']}: nothing differs, the save was skipped")
        return row["ID"]
    now = call.portal.iso()
    model.groups(call.portal).update(row["ID"], **fields, DATE_UPDATE=now, DATE_ACTIVITY=now)
    model.told(call.portal, "UPDATE", row["ID"], call.user_id)
    return row["ID"]


@method("sonet_group.delete", scope="sonet_group")
def delete(call: Call) -> Any:
    row = model.found(call)
    if not model.manages(call, row):
        raise RestError.plain("User has no permissions to delete group")
    for member in call.portal.table("sonet_member").where(GROUP_ID=row["ID"]):
        call.portal.table("sonet_member").delete(member["ID"])
    model.groups(call.portal).delete(row["ID"])
    model.told(call.portal, "DELETE", row["ID"], call.user_id)
    return True


@method("sonet_group.setowner", scope="sonet_group")
def set_owner(call: Call) -> Any:
    """A new owner; the former one stays as a moderator."""
    row = model.groups(call.portal).get(call.int("GROUP_ID"))
    if row is None:
        raise RestError.plain("Invalid workgroup/project ID")
    if call.int("USER_ID") not in call.portal.users:
        raise RestError.plain("Invalid user ID")
    if not model.manages(call, row):
        raise RestError.plain("User has no permissions to set owner")
    new = call.int("USER_ID")
    if new != row["OWNER_ID"]:
        model.set_role(call.portal, row["ID"], row["OWNER_ID"], model.MODERATOR)
        model.set_role(call.portal, row["ID"], new, model.OWNER)
        model.groups(call.portal).update(row["ID"], OWNER_ID=new)
        model.told(call.portal, "UPDATE", row["ID"], call.user_id)
    return True


@method("sonet_group.user.groups", scope="sonet_group")
def user_groups(call: Call) -> Any:
    """Groups of the caller with the role in them."""
    mine = [row for row in call.portal.table("sonet_member").where(USER_ID=call.user_id) if row["ROLE"] in model.INSIDE]
    found = [(row, model.groups(call.portal).get(row["GROUP_ID"])) for row in mine]
    return [{"GROUP_ID": str(group["ID"]), "GROUP_NAME": group["NAME"], "ROLE": row["ROLE"], "GROUP_IMAGE_ID": None,
             "GROUP_IMAGE": ""} for row, group in found if group]  # fmt: skip


@method("sonet_group.feature.access", scope="sonet_group")
def feature_access(call: Call) -> Any:
    """Whether the caller may do this in the group."""
    row = model.found(call, text="Wrong socialnetwork group ID")
    feature, operation = str(call.get("FEATURE") or ""), str(call.get("OPERATION") or "")
    if feature not in FEATURES:
        raise RestError.plain("Wrong feature")
    if operation not in FEATURES[feature]:
        raise RestError.plain("Wrong operation")
    if operation in ONLY_MANAGERS:
        return model.manages(call, row, moderators=True)
    return call.is_admin or model.role(call.portal, row["ID"], call.user_id) in model.INSIDE
