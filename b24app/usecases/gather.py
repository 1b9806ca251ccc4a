"""Reading a deal as it is now, with its company, contact, letters and stages, in one request."""

from collections.abc import Sequence
from typing import Any, Final

from b24app.bitrix.client import Outcome, PortalClient
from b24app.bitrix.methods import Method
from b24app.bitrix.methods_crm import GetItem, ListActivities, ListStageHistory
from b24app.bitrix.throttle import Priority
from b24app.kit.errors import PortalRefused
from b24app.kit.ids import TicketId, item_of
from b24app.portal.facts import TALK, company_of, facts_of, needs_letter, passed_of, person_of, words_of
from b24app.tickets.model import Facts

COMPANY: Final = 4
CONTACT: Final = 3
PARTS: Final = ("item", "company", "contact", "letters", "words", "passed")
AT_ONCE: Final = 8
"""Tickets read in one request: six commands each, 50 in a batch."""


async def read_tickets(
    portal: PortalClient, tickets: Sequence[TicketId], *, priority: Priority = Priority.EVENT
) -> dict[TicketId, Facts | None]:
    """What the portal shows of these tickets; None for an item that is no longer there.

    The portal's errors other than a missing item are raised: then nothing is known and nothing may be decided.
    """
    found: dict[TicketId, Facts | None] = {}
    for first in range(0, len(tickets), AT_ONCE):
        part = tickets[first : first + AT_ONCE]
        commands = {
            f"{place}_{name}": call for place, ticket in enumerate(part) for name, call in _calls(place, ticket)
        }
        outcomes = await portal.batch(commands, priority)
        for place, ticket in enumerate(part):
            found[ticket] = _facts({name: outcomes[f"{place}_{name}"] for name in PARTS})
    return found


def _calls(place: int, ticket: TicketId) -> list[tuple[str, Method[Any]]]:
    """The commands refer to the item's own answer, so that one request is enough."""
    entity_type, item = item_of(ticket)
    answer = f"$result[{place}_item][item]"
    letters = ListActivities(
        filter={"OWNER_TYPE_ID": entity_type, "OWNER_ID": item, "DIRECTION": 1},
        order={"ID": "ASC"},
        select=["ID", "SUBJECT", "DESCRIPTION"],
        start=-1,
    )
    return [
        ("item", GetItem(entity_type_id=entity_type, id=item)),
        ("company", GetItem(entity_type_id=COMPANY, id=f"{answer}[companyId]")),
        ("contact", GetItem(entity_type_id=CONTACT, id=f"{answer}[contactId]")),
        ("letters", letters),
        ("words", _words(entity_type, item)),
        ("passed", _passed(entity_type, item)),
    ]


def _words(entity_type: int, item: int) -> ListActivities:
    """The latest ones: a letter hangs on the contact too, and the card is only one of its bindings."""
    bound = [{"OWNER_TYPE_ID": entity_type, "OWNER_ID": item}]
    return ListActivities(
        filter={"BINDINGS": bound, "@TYPE_ID": list(TALK)},
        order={"ID": "DESC"},
        select=["ID", "TYPE_ID", "DIRECTION", "COMPLETED", "CREATED"],
        start=-1,
    )


def _passed(entity_type: int, item: int) -> ListStageHistory:
    return ListStageHistory(entity_type_id=entity_type, filter={"OWNER_ID": item}, order={"ID": "DESC"}, start=-1)


def _facts(parts: dict[str, Outcome]) -> Facts | None:
    error = parts["item"].error
    if isinstance(error, PortalRefused) and is_missing(error):
        return None
    item = parts["item"].unwrap()
    company = _shown(parts["company"]) if item.get("companyId") else None
    contact = _shown(parts["contact"]) if item.get("contactId") else None
    letters = _shown(parts["letters"]) or []
    letter = letters[0].description or letters[0].subject if letters and needs_letter(item) else ""
    return facts_of(
        item,
        company=company_of(company),
        requester=person_of(contact),
        letter=letter,
        words=words_of(_shown(parts["words"]) or []),
        passed=passed_of(_shown(parts["passed"]) or []),
    )


def _shown(outcome: Outcome) -> Any:
    """What the portal shows of it; None for what it refuses to show. A limit or a breakdown is no answer: raised."""
    return None if isinstance(outcome.error, PortalRefused) else outcome.unwrap()


def is_missing(refused: PortalRefused) -> bool:
    """The item does not exist (any more)."""
    return refused.code.upper() == "NOT_FOUND" or "not found" in refused.description.lower()
