"""A ticket as JSON text and back."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Annotated, Any, Final, get_type_hints

from pydantic import BaseModel, PlainSerializer, PlainValidator, create_model

from b24app.db.jsontext import load
from b24app.sla import Clocks, clocks_from_dict, clocks_to_dict
from b24app.tickets.model import Ticket

VERSION: Final = 1
"""Of the stored form. A field that is new and has a default needs no new version; any other change of shape does."""

UPCASTS: Final[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
"""How a stored form becomes the next one. Kept for 60 days after the release that stopped writing it."""

_StoredClocks = Annotated[Clocks, PlainValidator(clocks_from_dict), PlainSerializer(clocks_to_dict)]


def _default(field: Field[Any]) -> Any:
    return ... if field.default is MISSING else field.default


_hints = get_type_hints(Ticket) | {"clocks": _StoredClocks}
_shape: dict[str, Any] = {field.name: (_hints[field.name], _default(field)) for field in fields(Ticket)}
_Stored: type[BaseModel] = create_model("StoredTicket", **_shape)


def dump_ticket(ticket: Ticket) -> str:
    """The whole ticket, in the form of `VERSION`."""
    return _Stored.model_construct(**_values(ticket)).model_dump_json()


def load_ticket(text: str, version: int) -> Ticket:
    """The ticket that was stored in this or an older form."""
    data = load(text)
    for older in range(version, VERSION):
        data = UPCASTS[older](data)
    return Ticket(**_values(_Stored.model_validate(data)))


def _values(source: Any) -> dict[str, Any]:
    return {field.name: getattr(source, field.name) for field in fields(Ticket)}
