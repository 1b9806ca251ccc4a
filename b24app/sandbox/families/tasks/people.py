"""People and groups inside the answers about tasks. Source: `tasks/fields.md`."""

from typing import Any

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row

NO_PICTURE = "/bitrix/images/tasks/default_avatar.png"


def name(portal: Portal, user: int) -> str:
    """Name and surname."""
    person = portal.users.get(user) or {}
    return " ".join(part for part in (person.get("NAME"), person.get("LAST_NAME")) if part)


def short(portal: Portal, user: int | None) -> dict[str, Any] | list[Any]:
    """A person with a link and a picture; an empty list for nobody."""
    person = portal.users.get(user)
    if person is None or user is None:
        return []
    return {
        "id": str(user), "name": name(portal, user), "link": f"/company/personal/user/{user}/",
        "icon": person.get("PERSONAL_PHOTO") or NO_PICTURE, "workPosition": person.get("WORK_POSITION") or "",
    }  # fmt: skip


def several(portal: Portal, users: list[int]) -> dict[str, Any]:
    """People by number."""
    return {str(user): short(portal, user) for user in users if user in portal.users}


def group(portal: Portal, number: int | None) -> dict[str, Any] | list[Any]:
    """A working group, or an empty list."""
    row: Row | None = portal.table("sonet_group").get(number)
    if row is None:
        return []
    return {
        "id": str(row["ID"]), "name": row["NAME"], "opened": row["OPENED"] == "Y",
        "membersCount": len(portal.table("sonet_member").where(GROUP_ID=row["ID"])),
        "image": "/bitrix/images/socialnetwork/workgroup/bag.png", "additionalData": [],
    }  # fmt: skip
