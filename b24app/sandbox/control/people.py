"""People and the ways in that belong to them: employees, webhooks."""

from starlette.requests import Request

from b24app.sandbox.apps.scopes import SCOPES
from b24app.sandbox.control import credentials
from b24app.sandbox.control.errors import Bad
from b24app.sandbox.crm import configurable
from b24app.sandbox.families.mail import boxes
from b24app.sandbox.families.telephony import calls
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.org import users
from b24app.sandbox.org.people import add_user


class People:
    """One group of routes of one portal; each takes the request and its JSON object."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def users(self, _: Request, __: Row) -> Row:
        """Everybody, bots included."""
        return {"users": [_short(row) for row in self.portal.users]}

    def add_user(self, _: Request, given: Row) -> Row:
        """An employee who has logged in for the first time: ONUSERADD is sent. Fields are those of `user.add`."""
        fields = {str(name).upper(): value for name, value in given.items()}
        row = add_user(self.portal, **{"TIME_ZONE": str(self.portal.clock.zone), **fields})
        data = {name: value for name, value in row.items() if value not in ("", {}, None) and name != "ADMIN"}
        self.portal.raise_event("ONUSERADD", {**data, "ID": str(row["ID"])}, user=row["ID"])
        return _short(row)

    def change_user(self, request: Request, given: Row) -> Row:
        """Fields of a user; `{"active": false}` dismisses, `{"admin": true}` gives rights."""
        number = request.path_params["id"]
        if number not in self.portal.users:
            raise Bad(f"No user {number}")
        users.change(self.portal, number, {str(name).upper(): value for name, value in given.items()})
        return _short(self.portal.users.get(number) or {})

    def press(self, request: Request, given: Row) -> Row:
        """`user` presses `place` (`buttons.take`, `menu.no`, `tags.sla`) on an application's card in a timeline."""
        number, place = request.path_params["id"], str(given.get("place") or "")
        if not configurable.press(self.portal, number, place, to_int(given.get("user"), 1)):
            raise Bad(f"Nothing to press: activity {number}, {place or 'no place given'}")
        return {"pressed": place}

    def click_number(self, _: Request, given: Row) -> Row:
        """`user` (1) clicks the number `phone` in the CRM: ONEXTERNALCALLSTART to every application that listens."""
        phone, user = str(given.get("phone") or ""), to_int(given.get("user"), 1)
        if not phone or user not in self.portal.users:
            raise Bad("phone: a number; user: an employee")
        return {"calls": calls.click(self.portal, user, phone, str(given.get("line") or ""))}

    def mailboxes(self, _: Request, __: Row) -> Row:
        return {"mailboxes": list(boxes.boxes(self.portal))}

    def connect_mailbox(self, _: Request, given: Row) -> Row:
        """`user` (1) connects a mailbox: `email`, `name`, `sender`; `crm`: its letters come onto cards."""
        email, user = str(given.get("email") or ""), to_int(given.get("user"), 1)
        if "@" not in email or user not in self.portal.users:
            raise Bad("email: an address; user: an employee")
        names = {name: str(given.get(name) or "") for name in ("name", "sender")}
        return boxes.connect(self.portal, user=user, email=email, crm=bool(given.get("crm")), **names)

    def webhooks(self, _: Request, __: Row) -> Row:
        table = self.portal.table("webhook")
        return {"webhooks": [{"secret": key, **(table.get(key) or {})} for key in table.keys()]}  # noqa: SIM118 - a Table

    def add_webhook(self, _: Request, given: Row) -> Row:
        """A new incoming webhook of `user` (1) with `scopes` (all)."""
        user, scopes = to_int(given.get("user"), 1), tuple(given.get("scopes") or SCOPES)
        secret = credentials.webhook(self.portal, user, scopes, unlimited=bool(given.get("unlimited")))
        return {"url": f"{self.portal.origin}/rest/{user}/{secret}/", "user": user, "secret": secret}

    def drop_webhook(self, request: Request, _: Row) -> Row:
        return {"deleted": self.portal.table("webhook").delete(request.path_params["secret"]) is not None}


def _short(row: Row) -> Row:
    name = f"{row.get('NAME', '')} {row.get('LAST_NAME', '')}".strip()
    return {
        "id": row["ID"], "name": name, "active": row["ACTIVE"], "admin": bool(row.get("ADMIN")),
        "type": row.get("USER_TYPE") or "employee", "departments": users.departments(row),
        "position": row.get("WORK_POSITION") or "",
    }  # fmt: skip
