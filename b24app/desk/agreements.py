"""The SLA side of the desk document: calendars, contracts and policies, read and checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from b24app.desk.problems import Path, Reader
from b24app.pipelines.routing import LINES
from b24app.sla import (
    CALENDAR_KEYS,
    PRODUCTION_YEARS,
    BadData,
    BusinessCalendar,
    Known,
    Policy,
    check_policies,
    with_production,
)

PRODUCTION: Final = "production"
"""Key of a calendar in the desk: the country whose production calendar fills in holidays and shortened days."""
FOREVER_CLOSED: Final = "is never open: no term can be counted with it"


@dataclass(frozen=True, slots=True)
class Contract:
    """A client agreement that policies may name: the companies it was made with."""

    key: str
    title: str
    clients: tuple[int, ...]
    """Companies of the portal's CRM."""


@dataclass(frozen=True, slots=True)
class Sla:
    """Agreements of one desk."""

    contracts: tuple[Contract, ...]
    policies: tuple[Policy, ...]


def read_calendars(reader: Reader) -> dict[str, BusinessCalendar]:
    """Calendars by name; what is wrong with one is complained of, and it is left out."""
    found: dict[str, BusinessCalendar] = {}
    for name, entry in reader.entries("calendars"):
        entry.known(*CALENDAR_KEYS, PRODUCTION)
        try:
            calendar = calendar_of(entry.data)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            _complain(entry, error)
            continue
        if not calendar.is_ever_open:
            entry.complain(FOREVER_CLOSED, kind="closed")
        found[name] = calendar
    if not found and not reader.problems:
        reader.complain("at least one calendar is needed", "calendars")
    return found


def calendar_of(data: Mapping[str, Any]) -> BusinessCalendar:
    """One calendar of the desk, its production calendar filled in. ValueError says what is wrong with it."""
    plain = {key: value for key, value in data.items() if key != PRODUCTION}
    country = data.get(PRODUCTION)
    if country is not None:
        BusinessCalendar.from_dict(plain)  # its own mistakes first, named at their place
        try:
            plain = with_production(plain, country, PRODUCTION_YEARS)
        except ValueError as error:
            raise BadData(PRODUCTION, str(error)) from error
    return BusinessCalendar.from_dict(plain)


def read_sla(
    reader: Reader, calendars: Iterable[str], stages: Iterable[str], words: Mapping[str, Iterable[str]]
) -> Sla:
    """Contracts and policies of the section `sla`; `words` are what classification and routing may say, by condition."""
    below = reader.below("sla")
    below.known("contracts", "policies")
    contracts = tuple(_contract(name, entry) for name, entry in below.entries("contracts"))
    read: dict[int, Policy] = {}
    for place, entry in enumerate(below.items("policies")):
        try:
            read[place] = Policy.from_dict(entry.data)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            _complain(entry, error)
    known = Known(
        calendars=set(calendars),
        stages=set(stages),
        words={
            **{name: set(values) for name, values in words.items()},
            "line": {str(line) for line in LINES},
            "contract": {contract.key for contract in contracts},
        },
    )
    places = list(read)
    for problem in check_policies(list(read.values()), known):
        path: Path = ("policies", places[problem.place], *problem.path)
        below.complain(problem.text, *path, severity=problem.severity, kind=problem.kind, names=problem.names)
    return Sla(contracts, tuple(read.values()))


def _contract(name: str, reader: Reader) -> Contract:
    reader.known("title", "clients")
    clients = reader.ids("clients")
    if not clients:
        reader.complain("a contract is made with companies: a list of their ids is needed", "clients")
    return Contract(name, reader.text("title", ""), clients)


def contracts_data(contracts: Iterable[Contract]) -> dict[str, Any]:
    """The inverse of reading them."""
    return {one.key: {**({"title": one.title} if one.title else {}), "clients": list(one.clients)} for one in contracts}


def _complain(reader: Reader, error: Exception) -> None:
    if isinstance(error, BadData):
        reader.complain(error.problem, *error.where.split("."))
    else:
        reader.complain(str(error))
