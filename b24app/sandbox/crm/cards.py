"""Settings of detail cards: `crm.*.details.configuration.*`, personal and common.

Source: `crm/deals/custom-form/`, `crm/universal/item-details-configuration/`. A card is a list of sections of fields.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from b24app.sandbox.crm import kinds
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, as_list, as_map, method
from b24app.sandbox.kernel.store import Table

EXTRAS = ("dealCategoryId", "leadCustomerType", "categoryId")


@dataclass(frozen=True, slots=True)
class Card:
    """Whose card of which kind."""

    kind: int
    variant: str
    user: int  # 0: common for all

    @property
    def key(self) -> str:
        """Where it is kept."""
        return f"{self.kind}:{self.variant}:{self.user}"


def cards(call: Call) -> Table:
    """All kept settings."""
    return call.portal.table("crm_card")


def named(call: Call, kind: int) -> Card:
    """The card that a call names."""
    extras = call.map("extras")
    variant = next((str(extras[name]) for name in EXTRAS if extras.get(name) not in (None, "")), "0")
    common = str(call.get("scope") or "P").upper() == "C"
    user = call.int("userId") or call.user_id
    if user != call.user_id and not call.is_admin:
        raise RestError.plain("Access denied.")
    return Card(kind, variant, 0 if common else user)


class Family:
    """The four methods of one kind; `kind=0` reads entityTypeId."""

    def __init__(self, kind: int) -> None:
        self.kind = kind

    def _kind(self, call: Call) -> int:
        return self.kind or kinds.needed(call.portal, call.need("entityTypeId")).number

    def get(self, call: Call) -> Any:
        """Sections, or null while nothing was set."""
        row = cards(call).get(named(call, self._kind(call)).key)
        return row["DATA"] if row else None

    def set(self, call: Call) -> Any:
        """Keep sections."""
        card = named(call, self._kind(call))
        if not card.user and not call.is_admin:
            raise RestError.plain("Access denied.")
        cards(call).put(card.key, {"DATA": checked(call.get("data")), "KIND": card.kind, "VARIANT": card.variant,
                                   "USER_ID": card.user})  # fmt: skip
        return True

    def reset(self, call: Call) -> Any:
        """Back to the portal's own sections."""
        cards(call).delete(named(call, self._kind(call)).key)
        return True

    def force(self, call: Call) -> Any:
        """Everybody sees the common card: personal settings go."""
        if not call.is_admin:
            raise RestError.plain("Access denied.")
        card = named(call, self._kind(call))
        for key in list(cards(call).keys()):
            row = cards(call).get(key)
            if row and row["KIND"] == card.kind and row["VARIANT"] == card.variant and row["USER_ID"]:
                cards(call).delete(key)
        return True


def checked(data: Any) -> list[Any]:
    """Sections as they may be kept."""
    if isinstance(data, dict) and data:
        raise RestError.plain("The data must be indexed array.")
    if not isinstance(data, list):
        raise RestError.plain("Parameter 'data' must be array.")
    if not data:
        raise RestError.plain("There are no data to write.")
    for place, item in enumerate(data):
        _check_section(place, as_map(item))
    return data


def _check_section(place: int, section: dict[str, Any]) -> None:
    if section.get("type") != "section":
        kind = section.get("type")
        raise RestError.plain(f"Section at index {place} has type '{kind}'. The expected type is 'section'.")
    for name in ("name", "title"):
        if not section.get(name):
            raise RestError.plain(f"Section at index {place} does not have {name}.")
    for inner, element in enumerate(as_list(section.get("elements"))):
        if not as_map(element).get("name"):
            raise RestError.plain(f"Element at index {inner} in section at index {place} does not have name.")


def _register(prefix: str, family: Family) -> None:
    acts: dict[str, Callable[[Call], Any]] = {
        "get": family.get, "set": family.set, "reset": family.reset, "forceCommonScopeForAll": family.force,
    }  # fmt: skip
    for act, run in acts.items():
        method(f"{prefix}.details.configuration.{act}", scope="crm")(run)


for _number in (kinds.LEAD, kinds.DEAL, kinds.CONTACT, kinds.COMPANY):
    _register(f"crm.{kinds.BUILT_IN[_number].classic}", Family(_number))
_register("crm.item", Family(0))
