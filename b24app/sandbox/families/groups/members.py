"""sonet_group.user.*. Sources: `sonet-group/members/*.md`."""

from typing import Any

from b24app.sandbox.families.groups import model
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.kernel.store import Row


def _strings(numbers: list[int]) -> list[str]:
    return [str(one) for one in numbers]


@method("sonet_group.user.get", scope="sonet_group")
def get(call: Call) -> Any:
    """People inside the group with their roles."""
    row = model.found(call, "ID", "Wrong socialnetwork group ID")
    found = model.members(call.portal, row["ID"])
    return [{"USER_ID": str(one["USER_ID"]), "ROLE": one["ROLE"]} for one in found]


def _managed(call: Call, text: str) -> Row:
    row = model.found(call)
    if not model.manages(call, row, moderators=True):
        raise RestError.plain(text)
    return row


@method("sonet_group.user.add", scope="sonet_group")
def add(call: Call) -> Any:
    """Bring people in without asking them."""
    row = _managed(call, "No permissions to add users")
    new = [one for one in model.users(call) if model.role(call.portal, row["ID"], one) not in model.INSIDE]
    for one in new:
        model.set_role(call.portal, row["ID"], one, model.MEMBER)
    return _strings(new)


@method("sonet_group.user.invite", scope="sonet_group")
def invite(call: Call) -> Any:
    """Ask people in; they are inside when they agree."""
    row = model.found(call)
    asked = model.users(call)
    may = model.manages(call, row, moderators=True) or (
        row["INITIATE_PERMS"] == "K" and model.role(call.portal, row["ID"], call.user_id) in model.INSIDE
    )
    new = [one for one in asked if may and not model.role(call.portal, row["ID"], one)]
    for one in new:
        model.set_role(call.portal, row["ID"], one, model.INVITED)
    return _strings(new)


@method("sonet_group.user.request", scope="sonet_group")
def request(call: Call) -> Any:
    """Ask to be let in; an open group lets in at once."""
    row = model.found(call)
    if not model.role(call.portal, row["ID"], call.user_id):
        role = model.MEMBER if row["OPENED"] == "Y" else model.ASKED
        model.set_role(call.portal, row["ID"], call.user_id, role)
    return True


@method("sonet_group.user.update", scope="sonet_group")
def update(call: Call) -> Any:
    """Make members moderators and back; owners are passed over."""
    row = _managed(call, "No permissions to update users role")
    role = str(call.get("ROLE") or "")
    if role not in {model.MODERATOR, model.MEMBER}:
        raise RestError.plain("Incorrect role code")
    changed = [one for one in model.users(call) if _ordinary(call, row, one)]
    for one in changed:
        model.set_role(call.portal, row["ID"], one, role)
    return _strings(changed)


def _ordinary(call: Call, row: Row, user: int) -> bool:
    return model.role(call.portal, row["ID"], user) in {model.MODERATOR, model.MEMBER}


@method("sonet_group.user.delete", scope="sonet_group")
def delete(call: Call) -> Any:
    """Take people out; the owner and a scrum master stay."""
    row = _managed(call, "No permissions to update users role")
    gone = [one for one in model.users(call) if _ordinary(call, row, one) and one != row["SCRUM_MASTER_ID"]]
    for one in gone:
        model.set_role(call.portal, row["ID"], one, "")
    return _strings(gone)
