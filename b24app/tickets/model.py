"""The ticket: its state, what may be asked of it, and what the world is told.

Everything here is a frozen value that can be stored as JSON. A ticket lives in a CRM item of the portal; its id says which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import PlainSerializer, PlainValidator

from b24app.kit.ids import DepartmentId, PipelineId, StageCode, TicketId, UserId, number_of
from b24app.pipelines.classify import Classification
from b24app.pipelines.stages import Meaning
from b24app.sla import Clocks, HistoryItem, clocks_from_dict, clocks_to_dict

StoredClocks = Annotated[
    Clocks,
    PlainValidator(lambda value: value if isinstance(value, Clocks) else clocks_from_dict(value)),
    PlainSerializer(clocks_to_dict),
]
"""Clocks with the form they are stored in."""


class Role(StrEnum):
    """In what capacity a person gets a message of Modest."""

    DISPATCHER = "dispatcher"
    DEPUTY = "deputy"
    HEAD = "head"
    ASSIGNEE = "assignee"


@dataclass(frozen=True, slots=True)
class Party:
    """A company or a person of the portal's CRM."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Word:
    """A letter or call between the client and us, as the portal's card keeps it."""

    id: int
    """The portal's number of it: later ones are greater."""
    ours: bool
    """From us to the client."""
    at: datetime


class Axis(StrEnum):
    """What people correct. The request type follows the category."""

    CATEGORY = "category"
    KIND = "kind"
    PRIORITY = "priority"
    LINE = "line"


class Source(StrEnum):
    """Where a person set a label."""

    MODEST = "modest"
    TAB = "tab"
    FIELD = "field"
    """In the deal's own fields, on the portal."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A label set by a person: it wins at once and for good, until a person sets another one."""

    axis: Axis
    before: str
    """The label until then; the same as `label` where a person confirmed a guess that had only been offered."""
    label: str
    by: UserId | None
    at: datetime
    source: Source
    rule: str = ""
    """Id of the rule that had given the label before; empty when none had, or a person."""
    reason: str = ""
    """Why the label before had been chosen, in the classifier's words."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the portal says about the item at the moment it was read. Made by `b24app.portal`."""

    pipeline: PipelineId
    stage: StageCode
    responsible: UserId
    subject: str
    text: str
    """The request as plain text: COMMENTS, else SOURCE_DESCRIPTION, else the first incoming activity."""
    channel: str
    company: Party | None
    requester: Party | None
    created_at: datetime
    updated_at: datetime
    moved_at: datetime
    semantics: Literal["P", "S", "F"] = "P"
    """The portal's own word on the stage: in progress, success, failure. Used for stages the desk does not know."""
    moved_by: UserId | None = None
    updated_by: UserId | None = None
    words: tuple[Word, ...] = ()
    """The latest letters and calls."""
    passed: tuple[HistoryItem, ...] = ()
    """The latest stages the portal remembers."""
    active_at: datetime | None = None
    """When something last happened in the card's timeline."""
    is_named_by_portal: bool = False
    """The portal made up the deal's title: it says nothing of the request."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Raw values of our list fields by the portal's names of them."""
    labels: Mapping[Axis, str] = field(default_factory=dict)
    """The same in our words; axes whose field is blank are left out."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message of Modest about this ticket that has live buttons in one person's dialog."""

    to: UserId
    message: int
    role: Role
    nth: int
    """0 for the first announcement, then the number of the reminder."""
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """What a list field of the deal shows, as far as we know: another value there was chosen by somebody."""

    axis: Axis
    label: str
    """Last read; empty: nothing."""
    sent: tuple[str, ...] = ()
    """Labels of ours that are or were on their way: their coming back is an echo."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One customer request, as it stands."""

    id: TicketId
    pipeline: PipelineId
    stage: StageCode
    meaning: Meaning
    seen_stage: StageCode
    """The stage last read from (or confirmed by) the portal: another one there means that somebody moved the deal."""
    seen_responsible: UserId
    """The responsible last read from (or confirmed by) the portal."""
    subject: str
    text: str
    channel: str
    company: Party | None
    requester: Party | None
    classification: Classification
    line: int
    policy: str
    """Key of the SLA policy that applies; empty when none does."""
    clocks: StoredClocks
    opened_at: datetime
    assignee: UserId | None = None
    team: DepartmentId | None = None
    accepted_at: datetime | None = None
    assigned_at: datetime | None = None
    closed_at: datetime | None = None
    reminders: int = 0
    notices: tuple[Notice, ...] = ()
    warned: tuple[str, ...] = ()
    """Marks of the SLA deadlines already given."""
    heard: int = 0
    """Number of the last letter or call that the clocks know of."""
    active_at: datetime | None = None
    """The last happening of the card's timeline that was read: a later one there means that somebody wrote."""
    corrected: tuple[Correction, ...] = ()
    """The latest correction of each axis that people have set."""
    asked_subject: str | None = None
    """The subject as the client wrote it, which the classifier read; empty where the portal made up the deal's title.

    None (tickets of an earlier release): as `subject`, which people may change.
    """
    shown: tuple[Shown, ...] = ()
    """The deal's own fields as last read."""
    quiet: bool = False
    """Spam or an auto-reply, as far as we are sure: shown once, nobody is reminded, no term runs."""
    closed_by: UserId | None = None
    """Who closed it last; None while it is open, and when nobody is known to have done it."""
    gone: Literal["", "deleted", "left"] = ""
    """The item was deleted or left the support pipelines; a deal that comes back starts anew."""
    confirmed: int = 0
    """How many changes of our own the portal has confirmed."""
    look_again: bool = False
    """The portal was read while a change of our own was on its way: what it showed could not be judged."""
    version: int = 0

    @property
    def number(self) -> str:
        """The number people see."""
        return number_of(self.id)

    @property
    def asked(self) -> str:
        """The subject as the client wrote it: what the classifier read, and offsets of reasons point into."""
        return self.subject if self.asked_subject is None else self.asked_subject

    @property
    def is_closed(self) -> bool:
        """Closed, with or without a result."""
        return self.meaning.is_final

    @property
    def is_unassigned(self) -> bool:
        """Somebody has to be chosen (contracts.md, "The ticket")."""
        return self.meaning is Meaning.TRIAGE and self.assignee is None and not self.gone

    def correction(self, axis: Axis) -> Correction | None:
        """What a person set on this axis; None while it is the classifier's own."""
        return next((one for one in self.corrected if one.axis is axis), None)

    def is_settled(self, axis: Axis) -> bool:
        """The label holds: a person set it, or the classifier was sure. Otherwise it is a guess that is only offered.

        Kind and line follow the category. The priority always holds: a term has to run from the first minute, so the
        best guess chooses the SLA policy until a person says otherwise.
        """
        if axis is Axis.PRIORITY or self.classification.decision == "auto" or self.correction(axis) is not None:
            return True
        return self.correction(Axis.CATEGORY) is not None


# Commands: what is asked. `by` is the person who asks, None for the portal or time itself.


@dataclass(frozen=True, slots=True)
class Observed:
    """The portal was read: the item exists and looks like this."""

    ticket: TicketId
    facts: Facts
    confirmed: int | None = None
    """`Ticket.confirmed` when the reading began; None when nobody looked."""
    under_way: bool = False
    """A change of our own waits or is on the wire."""

    def may_be_ours(self, ticket: Ticket) -> bool:
        """What is shown may be an earlier change of our own, or be older than the latest one: it tells nothing of people."""
        return self.under_way or self.confirmed not in {None, ticket.confirmed}


@dataclass(frozen=True, slots=True)
class Gone:
    """The item was deleted, or left every support pipeline."""

    ticket: TicketId
    why: Literal["deleted", "left"]


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the ticket to an agent."""

    ticket: TicketId
    agent: UserId
    by: UserId
    message: int | None = None
    """The message whose button was pressed, when it was one."""
    team: DepartmentId | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Move the ticket to a stage of its pipeline."""

    ticket: TicketId
    stage: str | Meaning
    """Key of the stage in the desk, or what the stage has to mean."""
    by: UserId
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Accept:
    """The assignee says: I have it."""

    ticket: TicketId
    by: UserId
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Browse:
    """Show another page of buttons in the same message."""

    ticket: TicketId
    by: UserId
    message: int
    team: DepartmentId | None = None
    """The department whose people are wanted; None for the list of departments."""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels a person sets; None leaves an axis as it is."""

    category: str | None = None
    kind: str | None = None
    priority: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Correct:
    """A person says what the request is about; the classifier learns from it."""

    ticket: TicketId
    labels: Labels
    by: UserId | None
    source: Source
    message: int | None = None
    """The message whose button was pressed, when it was one."""


@dataclass(frozen=True, slots=True)
class BrowseLabels:
    """Show the labels to choose from in the same message."""

    ticket: TicketId
    by: UserId
    message: int
    axis: Axis = Axis.CATEGORY
    page: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """The portal took a message: now its id is known."""

    ticket: TicketId
    to: UserId
    message: int
    role: Role
    nth: int


@dataclass(frozen=True, slots=True)
class Mirrored:
    """The portal took our change of the item and now shows these values."""

    ticket: TicketId
    stage: StageCode
    responsible: UserId


class Timer(StrEnum):
    """Kinds of deadlines of a ticket."""

    UNASSIGNED = "unassigned"
    SLA = "sla"


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A deadline of the ticket has come."""

    ticket: TicketId
    kind: Timer


@dataclass(frozen=True, slots=True)
class DeskChanged:
    """The desk was published anew: policies or calendars may differ."""

    ticket: TicketId


@dataclass(frozen=True, slots=True)
class BotReplaced:
    """The portal knows Modest under another number: what the former one wrote cannot be changed any more."""

    ticket: TicketId


Command = (
    Observed
    | Gone
    | Assign
    | Move
    | Accept
    | Browse
    | Correct
    | BrowseLabels
    | Said
    | Mirrored
    | TimerFired
    | DeskChanged
    | BotReplaced
)


# Effects: what must be done. One effect is one message or one change for one recipient.


@dataclass(frozen=True, slots=True)
class Announce:
    """A new message that rings: the unassigned ticket with buttons. `nth` > 0 is a reminder."""

    ticket: TicketId
    to: UserId
    role: Role
    nth: int


@dataclass(frozen=True, slots=True)
class ShowTeams:
    """Put the departments on the buttons of a message."""

    ticket: TicketId
    to: UserId
    message: int
    page: int = 0


@dataclass(frozen=True, slots=True)
class ShowAgents:
    """Put the people of a department on the buttons of a message."""

    ticket: TicketId
    to: UserId
    message: int
    team: DepartmentId
    page: int = 0


@dataclass(frozen=True, slots=True)
class ShowLabels:
    """Put the labels of an axis on the buttons of a message."""

    ticket: TicketId
    to: UserId
    message: int
    axis: Axis
    page: int = 0


class Outcome(StrEnum):
    """Why a message loses its buttons."""

    ASSIGNED = "assigned"
    SPAM = "spam"
    CLOSED = "closed"
    DELETED = "deleted"
    LEFT = "left"
    MOVED = "moved"
    REPLACED = "replaced"
    ACCEPTED = "accepted"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class CloseNotice:
    """Rewrite a message so that it says how it ended, without buttons."""

    ticket: TicketId
    to: UserId
    message: int
    outcome: Outcome
    agent: UserId | None = None
    by: UserId | None = None


@dataclass(frozen=True, slots=True)
class RemoveNotice:
    """Delete a message that a newer one replaces; where that fails it is cut to one line."""

    ticket: TicketId
    to: UserId
    message: int


@dataclass(frozen=True, slots=True)
class TellAgent:
    """Tell the specialist: this ticket is yours."""

    ticket: TicketId
    agent: UserId
    by: UserId | None


@dataclass(frozen=True, slots=True)
class RefreshAgentNotice:
    """Rewrite the specialist's message after «Принял» or back from the list of people."""

    ticket: TicketId
    to: UserId
    message: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class UpdateItem:
    """Set responsible and stage of the portal's item."""

    ticket: TicketId
    responsible: UserId | None = None
    stage: StageCode | None = None


@dataclass(frozen=True, slots=True)
class WriteFields:
    """Write the calculated fields (type, category, line, priority, SLA term, channel) to the item."""

    ticket: TicketId


class Remark(StrEnum):
    """What a timeline comment tells."""

    ARRIVED = "arrived"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Comment:
    """Leave a comment in the item's timeline."""

    ticket: TicketId
    remark: Remark
    corrections: tuple[Correction, ...] = ()
    """What a person set, for the remark about it."""


@dataclass(frozen=True, slots=True)
class WarnSla:
    """Tell a person that a term is near, met its end, or is long over."""

    ticket: TicketId
    to: UserId
    clock: str
    """Name of the clock, as `b24app.sla` says it."""
    offset_s: int
    """Business seconds relative to the term: negative before, 0 at it, positive after."""
    due_at: datetime


Effect = (
    Announce
    | ShowTeams
    | ShowAgents
    | ShowLabels
    | CloseNotice
    | RemoveNotice
    | TellAgent
    | RefreshAgentNotice
    | UpdateItem
    | WriteFields
    | Comment
    | WarnSla
)


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Wake the ticket at this moment; replaces an earlier deadline of the same kind."""

    kind: Timer
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ClearTimer:
    """The deadline is no longer wanted."""

    kind: Timer


class Happened(StrEnum):
    """Kinds of entries of the journal."""

    ARRIVED = "arrived"
    CLASSIFIED = "classified"
    CORRECTED = "corrected"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    STAGE = "stage"
    REMINDED = "reminded"
    WARNED = "warned"
    BREACHED = "breached"
    CLOSED = "closed"
    REOPENED = "reopened"
    GONE = "gone"
    SLA_CHANGED = "sla_changed"
    CLIENT_WROTE = "client_wrote"
    ANSWERED = "answered"
    REBUILT = "rebuilt"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ticket's history; `data` are plain words and numbers, rendered on the page."""

    what: Happened
    by: UserId | None = None
    data: dict[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """The next state, what the world must be told in this order, the timers to set or clear, and the history."""

    ticket: Ticket | None
    """None: there is nothing to keep (a deal that is no ticket)."""
    effects: tuple[Effect, ...] = ()
    timers: tuple[SetTimer | ClearTimer, ...] = ()
    journal: tuple[Entry, ...] = ()
    cancel: tuple[type[Effect], ...] = ()
    """Effects of this ticket that still wait in the outbox and lost their sense."""
    corrections: tuple[Correction, ...] = ()
    """Labels a person has just set: kept for good, the classifier learns from them."""

    def then(self, later: "Decision") -> "Decision":
        """Both decisions as one; `later` was made from the ticket of this one."""
        return Decision(
            later.ticket,
            self.effects + later.effects,
            self.timers + later.timers,
            self.journal + later.journal,
            self.cancel + later.cancel,
            self.corrections + later.corrections,
        )
