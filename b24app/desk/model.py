"""The rules of one portal as the decisions see them: the published document, bound to the portal's codes and people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from b24app.desk.agreements import Contract
from b24app.desk.directory import Directory
from b24app.kit.ids import DepartmentId, PipelineId, UserId
from b24app.pipelines.classify import Rules
from b24app.pipelines.classify.assist import Assistant
from b24app.pipelines.routing import Routing
from b24app.pipelines.stages import Pipeline
from b24app.sla import BusinessCalendar, Policy


@dataclass(frozen=True, slots=True)
class People:
    """Who distributes requests, and what is on the buttons."""

    dispatchers: tuple[UserId, ...] = ()
    deputy: UserId | None = None
    head: UserId | None = None
    """None: the head of the dispatcher's department."""
    departments: tuple[DepartmentId, ...] = ()
    """Departments on the buttons, in this order; empty: all that have active employees."""


@dataclass(frozen=True, slots=True)
class BotRules:
    """How Modest insists."""

    remind_every: timedelta = timedelta(minutes=5)
    deputy_after: int = 3
    """After so many reminders in vain the next ones go to the deputy too."""
    head_after: int = 6
    """The same for the head."""
    round_the_clock: bool = False
    """Reminders outside the business calendar as well."""
    buttons: int = 8
    """Departments or people on one page of buttons; the rest is behind «Ещё»."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The rules of one portal, complete: what decisions and messages need to know besides the ticket."""

    revision: int
    """Number of the published version."""
    language: str
    pipelines: tuple[Pipeline, ...]
    people: People
    bot: BotRules
    rules: Rules
    routing: Routing
    policies: tuple[Policy, ...]
    calendars: Mapping[str, BusinessCalendar]
    calendar_name: str
    directory: Directory = field(default_factory=Directory)
    contracts: tuple[Contract, ...] = ()
    model: Assistant | None = field(default=None, compare=False, repr=False)
    """What was learnt from this portal's corrections; None: the rules classify alone."""

    @property
    def calendar(self) -> BusinessCalendar:
        """The calendar of the desk itself: reminders, and policies that name none."""
        return self.calendars[self.calendar_name]

    def contract_of(self, company: int | None) -> str:
        """Key of the agreement made with this company; empty when there is none."""
        return next((one.key for one in self.contracts if company in one.clients), "")

    def pipeline(self, pipeline: PipelineId) -> Pipeline | None:
        """The support pipeline with this category id, None for a foreign one."""
        return next((known for known in self.pipelines if known.id == pipeline), None)

    def teams(self) -> tuple[DepartmentId, ...]:
        """Departments offered on the buttons, in their order."""
        if self.people.departments:
            return tuple(team for team in self.people.departments if team in self.directory.departments)
        return tuple(department.id for department in self.directory.staffed())

    def dispatchers(self) -> tuple[UserId, ...]:
        """Who is asked first. Where nobody of them works here any more: the deputy, the head; a ticket is kept from nobody."""
        named = tuple(user for user in self.people.dispatchers if self.directory.works(user))
        above = next((user for user in (self.deputy(), self.head()) if user is not None), None)
        return named or ((above,) if above is not None else self.people.dispatchers)

    def deputy(self) -> UserId | None:
        """Who is asked when the dispatchers are silent."""
        deputy = self.people.deputy
        return deputy if deputy is not None and self.directory.works(deputy) else None

    def head(self) -> UserId | None:
        """Who is asked last: the head named in the desk, else the head of a dispatcher's department."""
        if self.people.head is not None and self.directory.works(self.people.head):
            return self.people.head
        heads = (self.directory.head_of(user) for user in self.people.dispatchers)
        return next((head for head in heads if head is not None), None)

    def distributes(self, user: UserId) -> bool:
        """This person may assign any ticket."""
        return user in {*self.dispatchers(), self.deputy(), self.head()}
