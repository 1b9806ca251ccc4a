"""Effects as rows: how each is stored, how urgent it is, and what may happen when it is sent twice."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from b24app.kit.ids import TicketId
from b24app.tickets.model import (
    Announce,
    CloseNotice,
    Comment,
    Effect,
    RefreshAgentNotice,
    RemoveNotice,
    ShowAgents,
    ShowLabels,
    ShowTeams,
    TellAgent,
    UpdateItem,
    WarnSla,
    WriteFields,
)

IdemClass = Literal["natural", "keyed", "read-back", "tolerant"]


class Urgency(IntEnum):
    """Smaller goes first; the shares of the request limit follow it (engine rules 4.5)."""

    PERSON = 0
    EVENT = 1
    REMINDER = 2
    BACKGROUND = 3


@dataclass(frozen=True, slots=True)
class Kind:
    """How effects of one type are treated."""

    name: str
    type: type[Effect]
    urgency: Urgency
    idem: IdemClass


KINDS: Final = (
    Kind("show_teams", ShowTeams, Urgency.PERSON, "natural"),
    Kind("show_agents", ShowAgents, Urgency.PERSON, "natural"),
    Kind("show_labels", ShowLabels, Urgency.PERSON, "natural"),
    Kind("refresh_agent_notice", RefreshAgentNotice, Urgency.PERSON, "natural"),
    Kind("close_notice", CloseNotice, Urgency.PERSON, "natural"),
    Kind("update_item", UpdateItem, Urgency.PERSON, "natural"),
    Kind("tell_agent", TellAgent, Urgency.EVENT, "tolerant"),
    Kind("announce", Announce, Urgency.EVENT, "tolerant"),
    Kind("remove_notice", RemoveNotice, Urgency.REMINDER, "natural"),
    Kind("warn_sla", WarnSla, Urgency.REMINDER, "tolerant"),
    Kind("write_fields", WriteFields, Urgency.BACKGROUND, "natural"),
    Kind("comment", Comment, Urgency.BACKGROUND, "read-back"),
)
_BY_TYPE: Final = {kind.type: kind for kind in KINDS}
_BY_NAME: Final = {kind.name: kind for kind in KINDS}
_ADAPTERS: Final[dict[str, TypeAdapter[Any]]] = {kind.name: TypeAdapter(kind.type) for kind in KINDS}


def kind_of(effect: Effect | type[Effect]) -> Kind:
    """How this effect is treated."""
    return _BY_TYPE[effect if isinstance(effect, type) else type(effect)]


def stream_of(ticket: TicketId, kind: type[Effect]) -> str:
    """Messages and moves of one ticket keep their order; what only decorates the card must not hold them up."""
    return f"{ticket}/card" if kind_of(kind).urgency is Urgency.BACKGROUND else ticket


def urgency_of(effect: Effect) -> Urgency:
    """A reminder gives way to a first announcement; everything else goes by its kind."""
    if isinstance(effect, Announce) and effect.nth:
        return Urgency.REMINDER
    return kind_of(effect).urgency


def to_data(effect: Effect) -> dict[str, Any]:
    """Plain JSON values of an effect; its kind is stored beside."""
    return dict(_ADAPTERS[kind_of(effect).name].dump_python(effect, mode="json"))


def from_data(name: str, data: dict[str, Any]) -> Effect:
    """The effect of a stored row; KeyError for a kind this version does not know."""
    effect: Effect = _ADAPTERS[name].validate_python(data)
    return effect


def knows(name: str) -> bool:
    """This version can deliver effects of that name."""
    return name in _BY_NAME
