"""Employees and departments as rows, and the first ones of a fresh portal."""

from typing import Any

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row

EMPTY_USER: dict[str, Any] = {
    "XML_ID": "", "ACTIVE": True, "NAME": "", "LAST_NAME": "", "SECOND_NAME": "", "TITLE": "", "EMAIL": "",
    "LAST_LOGIN": "", "DATE_REGISTER": "", "TIME_ZONE": "", "IS_ONLINE": "N", "TIMESTAMP_X": {}, "LAST_ACTIVITY_DATE": {},
    "PERSONAL_GENDER": "", "PERSONAL_WWW": "", "PERSONAL_BIRTHDAY": "", "PERSONAL_PHOTO": "", "PERSONAL_MOBILE": "",
    "PERSONAL_CITY": "", "PERSONAL_PHONE": "", "WORK_PHONE": "", "WORK_POSITION": "", "WORK_COMPANY": "",
    "UF_EMPLOYMENT_DATE": "", "UF_DEPARTMENT": [], "UF_PHONE_INNER": "", "USER_TYPE": "employee",
}  # fmt: skip


def add_user(portal: Portal, **fields: Any) -> Row:
    """A new employee (or bot: `USER_TYPE="bot"`), active at once; raises nothing."""
    row = {**EMPTY_USER, "UF_DEPARTMENT": [1], "DATE_REGISTER": portal.iso(), "ADMIN": False, **fields}
    return portal.users.add(row)


def add_department(portal: Portal, name: str, parent: int | None = None, head: int = 0, sort: int = 500) -> Row:
    """A new department."""
    return portal.table("department").add({"NAME": name, "SORT": sort, "PARENT": parent, "UF_HEAD": head})


def start(portal: Portal) -> None:
    """One administrator, the root department, one more user."""
    if len(portal.users):
        return
    add_department(portal, "Компания", head=1)
    zone = str(portal.clock.zone)
    add_user(portal, NAME="Администратор", LAST_NAME="Портала", EMAIL="admin@example.com", ADMIN=True, TIME_ZONE=zone)
    add_user(portal, NAME="Мария", LAST_NAME="Котова", EMAIL="kotova@example.com", WORK_POSITION="Специалист")
