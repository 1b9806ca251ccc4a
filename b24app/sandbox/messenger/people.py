"""People and bots as the messenger prints them: camelCase in v2 answers and events, snake_case in `im.*`."""

from typing import Any

from b24app.sandbox.kernel.php import Obj
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int

COLOURS = {
    "red": "#df532d", "green": "#64a513", "mint": "#4ba984", "lightBlue": "#4ba5c3", "darkBlue": "#3e99ce",
    "purple": "#8474c8", "aqua": "#1eb4aa", "pink": "#f76187", "lime": "#58cc47", "brown": "#ab7761",
    "azure": "#29619b", "khaki": "#728f7a", "sand": "#ba9c7b", "marengo": "#556574", "gray": "#909090",
    "graphite": "#5e5f5e",
}  # fmt: skip

GUEST = "imconnector"  # who writes from outside into an open line


def colour(name: Any, number: int) -> str:
    """The hex of a colour code in either spelling (`lightBlue`, `LIGHT_BLUE`), else one chosen by number."""
    wanted = str(name or "").replace("_", "").lower()
    for code, value in COLOURS.items():
        if code.lower() == wanted:
            return value
    return list(COLOURS.values())[number % len(COLOURS)]


def is_bot(portal: Portal, user_id: int) -> bool:
    """Whether this number belongs to a bot that is still registered."""
    return user_id in portal.table("bot")


def is_active(portal: Portal, user_id: int) -> bool:
    """Whether there is such a person (or bot), not dismissed."""
    user = portal.users.get(user_id)
    return bool(user and user.get("ACTIVE"))


def full_name(portal: Portal, user_id: int) -> str:
    """Name and surname; empty for nobody."""
    user = portal.users.get(user_id) or {}
    return " ".join(part for part in (user.get("NAME"), user.get("LAST_NAME")) if part)


def departments(user: dict[str, Any]) -> list[int]:
    """Numbers of the person's departments."""
    given = user.get("UF_DEPARTMENT") or []
    return [to_int(one) for one in (given if isinstance(given, list) else [given])]


def v2(portal: Portal, user_id: int, *, online: bool = False) -> dict[str, Any]:
    """The User object of `imbot.v2`; in events what depends on the moment is always false.

    Source: `chat-bots-v2/entities.md`.
    """
    user = portal.users.get(user_id) or {}
    bot = user_id in portal.table("bot") or user.get("USER_TYPE") == "bot"
    return {
        "id": user_id, "active": bool(user.get("ACTIVE")), "name": full_name(portal, user_id),
        "firstName": str(user.get("NAME") or ""), "lastName": str(user.get("LAST_NAME") or ""),
        "workPosition": str(user.get("WORK_POSITION") or ""), "color": user.get("COLOR") or colour("", user_id),
        "avatar": str(user.get("PERSONAL_PHOTO") or ""), "gender": user.get("PERSONAL_GENDER") or "M", "birthday": "",
        "extranet": user.get("USER_TYPE") == "extranet", "bot": bot,
        "connector": user.get("USER_TYPE") == GUEST,
        "externalAuthId": "bot" if bot else "default", "status": user.get("STATUS") or "online",
        "idle": False if online else user.get("IDLE") or False,
        "lastActivityDate": False if online else portal.iso(), "mobileLastDate": False, "desktopLastDate": False,
        "absent": user.get("ABSENT_UNTIL") or False, "departments": departments(user), "phones": False,
        "type": "bot" if bot else user.get("USER_TYPE") or "employee", "website": "",
        "email": str(user.get("EMAIL") or ""),
    }  # fmt: skip


def im(portal: Portal, user_id: int) -> dict[str, Any]:
    """The user object of `im.*`."""
    new = v2(portal, user_id)
    return {
        "id": new["id"], "active": new["active"], "name": new["name"], "first_name": new["firstName"],
        "last_name": new["lastName"], "work_position": new["workPosition"], "color": new["color"],
        "avatar": new["avatar"], "avatar_hr": new["avatar"], "gender": new["gender"], "birthday": "",
        "extranet": new["extranet"], "network": False, "bot": new["bot"], "connector": new["connector"],
        "external_auth_id": new["externalAuthId"], "status": new["status"], "idle": new["idle"],
        "last_activity_date": new["lastActivityDate"], "mobile_last_date": False, "desktop_last_date": False,
        "absent": new["absent"], "departments": new["departments"], "phones": phones(portal, user_id),
        "bot_data": _bot_data(portal, user_id), "type": "bot" if new["bot"] else "user", "website": "",
        "email": new["email"],
    }  # fmt: skip


def phones(portal: Portal, user_id: int) -> Any:
    """An object of the numbers that are known, or false."""
    user = portal.users.get(user_id) or {}
    names = {"work_phone": "WORK_PHONE", "personal_mobile": "PERSONAL_MOBILE", "inner_phone": "UF_PHONE_INNER"}
    known = {name: str(user[field]) for name, field in names.items() if user.get(field)}
    return Obj(known) if known else False


def _bot_data(portal: Portal, user_id: int) -> Any:
    bot = portal.table("bot").get(user_id)
    if bot is None:
        return None
    return {"code": bot["CODE"], "type": bot["TYPE"], "app_id": "", "is_support_openline": bot["OPENLINE"]}
