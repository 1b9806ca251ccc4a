"""The portal as the tab's use cases call it: deals by number, answered from memory, changed by `crm.item.update`."""

from collections.abc import Mapping
from typing import Any

from b24app.bitrix.client import Outcome
from b24app.bitrix.methods import Method
from b24app.bitrix.methods_crm import GetItem, UpdateItem
from b24app.bitrix.throttle import Priority
from b24app.kit.errors import PortalRefused, PortalUnreachable
from b24app.kit.ids import DEAL, PortalId


class SmallPortal:
    """Clients of every portal, and the one client they give."""

    def __init__(self, **deals: Mapping[str, Any]) -> None:
        self.deals = {int(name.removeprefix("deal_")): {"id": name, **fields} for name, fields in deals.items()}
        self.refuses = ""

    async def of(self, portal: PortalId, /) -> "SmallPortal":
        del portal
        return self

    async def batch(self, commands: Mapping[str, Method[Any]], priority: Priority, /) -> dict[str, Outcome]:
        del priority
        return {name: self._answer(method) for name, method in commands.items()}

    def _answer(self, method: Method[Any]) -> Outcome:
        if isinstance(method, GetItem) and method.entity_type_id == DEAL:
            found = self.deals.get(int(method.id))
            return Outcome(found) if found else Outcome(error=PortalRefused("NOT_FOUND", "not found"))
        return Outcome(None)

    async def pages(self, method: Method[Any], priority: Priority, /) -> list[Any]:
        """People are not shown here: what the service knows of them has to do."""
        del priority
        raise PortalUnreachable(method.rest_name, sent=False)

    async def __call__(self, method: UpdateItem, priority: Priority, /) -> dict[str, Any]:
        del priority
        if self.refuses:
            raise PortalRefused(self.refuses, "the portal said so")
        self.deals[method.id] |= method.fields
        return self.deals[method.id]
