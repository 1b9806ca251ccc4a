"""The element that a method of the timeline names by two parameters."""

from b24app.sandbox.crm import kinds, rights
from b24app.sandbox.crm.kinds import Kind
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, to_int


def place(call: Call, type_name: str = "ownerTypeId", id_name: str = "ownerId") -> tuple[Kind, int]:
    """Kind and number of an existing element; both parameters are required."""
    return existing(call, to_int(call.need(type_name)), to_int(call.need(id_name)))


def existing(call: Call, kind_number: int, number: int) -> tuple[Kind, int]:
    """Kind and number of an existing element, else `OWNER_NOT_FOUND`."""
    kind = kinds.find(call.portal, kind_number)
    if kind is None or number not in kind.rows(call.portal):
        raise RestError("OWNER_NOT_FOUND", "Владелец элемента не найден")
    if not rights.of_place(call, kind_number, number):
        raise rights.denied()
    return kind, number


def not_found() -> RestError:
    """The record or the activity is unknown."""
    return RestError("NOT_FOUND", "Элемент не найден")


def application(call: Call) -> int:
    """The calling application's number; a webhook is refused."""
    if call.app_id is None:
        raise RestError("ERROR_WRONG_CONTEXT", "Вызов метода возможен только в контексте rest-приложения")
    return call.app_id
