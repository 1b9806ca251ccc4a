"""The two faces of the generator, and what their methods share: refusals, finding, who may do what."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, Handler, method, to_int
from b24app.sandbox.kernel.store import Row


@dataclass(frozen=True, slots=True)
class Face:
    """One family of methods over the generator."""

    prefix: str
    scope: str
    module: str

    def method(self, tail: str) -> Callable[[Handler], Handler]:
        """Register a method of this family."""
        return method(f"{self.prefix}.{tail}", scope=self.scope)


CRM = Face("crm.documentgenerator", "crm", "crm")
REST = Face("documentgenerator", "documentgenerator", "rest")
FACES = (CRM, REST)


def refused(text: str) -> RestError:
    """A refusal with the code `0`."""
    return RestError("0", text)


def fields(call: Call) -> Row:
    """The `fields` of a call, as an object."""
    if not call.params.has("fields"):
        raise RestError("100", "Could not find value for parameter {fields}")
    given = call.get("fields")
    if not isinstance(given, dict):
        shown = given if isinstance(given, str) else ""
        text = f"Invalid value {{{shown}}} to match with parameter {{fields}}. Should be value of type array."
        raise RestError("100", text)
    return given


def complete(given: Row, *names: str) -> None:
    """Refuse when required fields are empty, naming all of them."""
    empty = [name for name in names if given.get(name) in (None, "", [], {})]
    if empty:
        raise refused(f"Empty required fields: {', '.join(empty)}")


def needed(call: Call, table: str, name: str, what: str) -> Row:
    """The row of a parameter; without the parameter the portal speaks of its constructors."""
    if not call.params.has(name):
        raise RestError("100", f"Bitrix\\DocumentGenerator\\{what} constructor must be is public")
    row = call.portal.table(table).get(to_int(call.get(name)))
    if row is None:
        raise refused(f"{what} not found")
    return row


def may_modify_templates(call: Call) -> None:
    """Templates and numerators are changed by administrators."""
    if not call.is_admin:
        raise RestError.plain("You do not have permissions to modify templates")


def opens(call: Call, template: Row) -> bool:
    """Whether the template is given to the caller: to all, by number, by department."""
    person = call.portal.users.get(call.user_id) or {}
    departments = [f"{kind}{one}" for one in person.get("UF_DEPARTMENT") or [] for kind in ("D", "DR")]
    return call.is_admin or bool({"UA", f"U{call.user_id}", f"IU{call.user_id}", *departments} & set(template["USERS"]))


def access_error() -> RestError:
    """The caller may not touch this template or document."""
    return RestError("DOCGEN_ACCESS_ERROR", "Access denied")


def text(value: Any) -> str | None:
    """A stored value as it is printed when it was read."""
    return None if value is None else str(value)
