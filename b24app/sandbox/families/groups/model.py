"""Groups as rows, their members and roles: A owner, E moderator, K member; T and Z wait (asked, invited)."""

from typing import Any

from b24app.sandbox.families.kit.fields import yes_no
from b24app.sandbox.kernel import moments
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, as_list, to_int
from b24app.sandbox.kernel.store import Row, Table

OWNER, MODERATOR, MEMBER, ASKED, INVITED = "A", "E", "K", "T", "Z"
INSIDE = (OWNER, MODERATOR, MEMBER)
FLAGS = ("VISIBLE", "OPENED", "CLOSED", "PROJECT", "LANDING")
TEXTS = ("NAME", "DESCRIPTION", "KEYWORDS", "INITIATE_PERMS")
DATES = ("PROJECT_DATE_START", "PROJECT_DATE_FINISH")
DEFAULTS: Row = {
    "SITE_ID": "s1", "ACTIVE": "Y", "SUBJECT_ID": 1, "DESCRIPTION": None, "KEYWORDS": None, "VISIBLE": "Y",
    "OPENED": "N", "CLOSED": "N", "PROJECT": "N", "LANDING": "N", "INITIATE_PERMS": "K", "IMAGE_ID": None,
    "PROJECT_DATE_START": None, "PROJECT_DATE_FINISH": None, "SCRUM_MASTER_ID": None,
}  # fmt: skip


def groups(portal: Portal) -> Table:
    """All groups."""
    return portal.table("sonet_group")


def members(portal: Portal, group: int, *roles: str) -> list[Row]:
    """Members of a group with one of these roles (default: everybody inside)."""
    wanted = roles or INSIDE
    return [row for row in portal.table("sonet_member").where(GROUP_ID=group) if row["ROLE"] in wanted]


def role(portal: Portal, group: int, user: int) -> str:
    """What a person is in a group; empty for nobody."""
    row = portal.table("sonet_member").first(GROUP_ID=group, USER_ID=user)
    return str(row["ROLE"]) if row else ""


def set_role(portal: Portal, group: int, user: int, new: str) -> None:
    """Give a person a role; an empty one takes the person out."""
    table = portal.table("sonet_member")
    known = table.first(GROUP_ID=group, USER_ID=user)
    if known and not new:
        table.delete(known["ID"])
    elif known:
        table.update(known["ID"], ROLE=new)
    elif new:
        table.add({"GROUP_ID": group, "USER_ID": user, "ROLE": new, "DATE_CREATE": portal.iso()})


def sees(call: Call, row: Row) -> bool:
    """Visible groups are seen by all, hidden ones by those inside and by administrators."""
    return row["VISIBLE"] == "Y" or call.is_admin or role(call.portal, row["ID"], call.user_id) in INSIDE


def manages(call: Call, row: Row, *, moderators: bool = False) -> bool:
    """Whether the caller may change the group, or (moderators too) its members."""
    allowed = {OWNER, MODERATOR} if moderators else {OWNER}
    return call.is_admin or role(call.portal, row["ID"], call.user_id) in allowed


def number(call: Call, name: str = "GROUP_ID", text: str = "Wrong group ID") -> int:
    """The number of a group, or the portal's refusal without a code."""
    value = call.int(name)
    if value < 1:
        raise RestError.plain(text)
    return value


def found(call: Call, name: str = "GROUP_ID", text: str = "Wrong group ID") -> Row:
    """The group the caller means and may see."""
    row = groups(call.portal).get(number(call, name, text))
    if row is None or not sees(call, row):
        raise RestError.plain("Socialnetwork group not found")
    return row


def users(call: Call) -> list[int]:
    """People of USER_ID who exist and work here."""
    given = [to_int(one) for one in as_list(call.get("USER_ID"))]
    if not given or not all(one > 0 for one in given):
        raise RestError.plain("Wrong user IDs")
    return [one for one in dict.fromkeys(given) if _works(call.portal, one)]


def _works(portal: Portal, user: int) -> bool:
    person = portal.users.get(user)
    return bool(person and person.get("ACTIVE") and person.get("USER_TYPE") in (None, "", "employee", "extranet"))


def kept(call: Call) -> Row:
    """Fields of a group that the call gives."""
    fields: Row = {name: yes_no(call.get(name)) for name in FLAGS if call.params.has(name)}
    fields |= {name: str(call.get(name)) for name in TEXTS if call.params.has(name)}
    fields |= {name: moments.iso(call.get(name), call.portal.clock) for name in DATES if call.params.has(name)}
    if call.int("SUBJECT_ID"):
        fields["SUBJECT_ID"] = call.int("SUBJECT_ID")
    if call.int("SCRUM_MASTER_ID"):
        fields |= {"SCRUM_MASTER_ID": call.int("SCRUM_MASTER_ID"), "PROJECT": "Y"}
    return fields


def told(portal: Portal, act: str, group: int, user: int) -> None:
    """The event of a group."""
    portal.raise_event(f"ONSONETGROUP{act}", {"FIELDS": {"ID": str(group)}}, user=user)


def value(portal: Portal, row: Row, name: str) -> Any:
    """A field of a group, counted ones included."""
    counted = {"NUMBER_OF_MEMBERS": INSIDE, "NUMBER_OF_MODERATORS": (OWNER, MODERATOR)}
    if name in counted:
        return len(members(portal, row["ID"], *counted[name]))
    if name == "TYPE":
        return "scrum" if row["SCRUM_MASTER_ID"] else "project" if row["PROJECT"] == "Y" else "group"
    return row.get(name)
