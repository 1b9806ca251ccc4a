"""What pages show: frozen values, made by use cases, drawn by templates. Moments are aware, spans are exact."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from b24app.kit.ids import DepartmentId, TicketId, UserId
from b24app.pipelines.classify import Role
from b24app.pipelines.stages import Meaning
from b24app.sla import ClockView, Ledger
from b24app.tickets.model import Party


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, as the portal itself confirmed."""

    user: UserId
    is_admin: bool = False
    language: str = "ru"


@dataclass(frozen=True, slots=True)
class Named:
    """An employee and the name people say."""

    id: UserId
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """One column of the SLA track."""

    key: str
    title: str
    state: Literal["past", "current", "future"]
    pauses: bool
    """Other clocks stand still in this stage."""
    used: timedelta | None
    """None: the ticket was never here."""
    limit: timedelta | None
    late: bool = False

    @property
    def percent(self) -> int:
        """How full the meter is, 0 to 100; a stage that was left is done."""
        if self.state == "past":
            return 100
        return share(self.used, self.limit) if self.used is not None else 0


@dataclass(frozen=True, slots=True)
class Hours:
    """Days of the week with the same hours: `first`–`last` as `mon`…`sun`."""

    first: str
    last: str
    text: str


@dataclass(frozen=True, slots=True)
class Share:
    """One side's part of the ticket's life; `start` and `percent` draw it on a bar of 100."""

    who: Literal["ours", "client", "vendor", "off"]
    span: timedelta
    start: float
    percent: float


@dataclass(frozen=True, slots=True)
class Waited:
    """One wait for somebody else: the proof of a share. `end` is None while it lasts."""

    why: str
    start: datetime
    end: datetime | None
    business: timedelta


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose time it was."""

    shares: tuple[Share, ...]
    waits: tuple[Waited, ...]
    estimated: bool
    """Some of it begins or ends at a moment the portal did not tell."""


@dataclass(frozen=True, slots=True)
class SlaCard:
    """The terms of a ticket."""

    main: ClockView | None
    """The clock with the big figure: of the present stage, else the most urgent one."""
    first_response: ClockView | None
    resolution: ClockView | None
    others: tuple[ClockView, ...]
    """Further clocks with a target: next answer, line, vendor."""
    policy: str
    """Title of the SLA policy; empty when none applies."""
    hours: tuple[Hours, ...]
    zone: str
    ledger: Ledger | None
    """Of the main clock."""
    ledgers: tuple[Ledger, ...]
    """Of the others."""
    whose: Whose | None

    @property
    def percent(self) -> int:
        """How much of the main clock is used, 0 to 100."""
        return share(self.main.used, self.main.limit) if self.main else 0


@dataclass(frozen=True, slots=True)
class Parameters:
    """What is known of the request besides its text. Words are in the viewer's language."""

    request_type: str
    category: str
    kind: str
    priority: str
    priority_level: str
    """`critical`, `high`, `normal`, `low` or an integrator's own label, for the colour."""
    line: int
    assignee: Named | None
    team: str
    company: Party | None
    requester: Party | None
    channel: str
    is_settled: bool
    """The category holds; otherwise it is a guess that a person has to confirm."""
    is_unsorted: bool
    """Nothing was recognised."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the request's text; the marked ones decided."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Because:
    """One reason, in parts: the template makes the sentence."""

    role: Role
    """`told`: `text` says it all, nothing is known of its parts."""
    axis: str
    label: str
    words: str
    text: str
    repaired: tuple[tuple[str, str], ...] = ()
    """Misspelt words that counted: as written, as read."""


@dataclass(frozen=True, slots=True)
class SetBy:
    """What a person set."""

    axis: str
    before: str
    label: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """A label that can be chosen; `value` is the rules' word of it."""

    value: str
    title: str
    percent: int | None = None
    """The share of what speaks for it, for a guess."""
    is_set: bool = False


@dataclass(frozen=True, slots=True)
class Sorting:
    """What the request was sorted into, why, and what may be chosen instead."""

    category: str
    is_settled: bool
    is_unsorted: bool
    guesses: tuple[LabelChoice, ...]
    because: tuple[Because, ...]
    set_by: tuple[SetBy, ...]
    subject: tuple[Piece, ...]
    text: tuple[Piece, ...]
    is_cut: bool
    """The text is longer than what is shown."""
    may_correct: bool


@dataclass(frozen=True, slots=True)
class LabelChoices:
    """The panel of labels: everything there is, the present ones set."""

    categories: tuple[LabelChoice, ...]
    kinds: tuple[LabelChoice, ...]
    priorities: tuple[LabelChoice, ...]
    lines: tuple[LabelChoice, ...]


@dataclass(frozen=True, slots=True)
class MoveTo:
    """A stage one click away."""

    stage: str
    title: str
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Actions:
    """What this viewer may do with the ticket now."""

    assign: bool = False
    moves: tuple[MoveTo, ...] = ()

    @property
    def any(self) -> bool:
        """There is something to do."""
        return self.assign or bool(self.moves)


@dataclass(frozen=True, slots=True)
class Card:
    """One ticket as the tab shows it."""

    ticket: TicketId
    number: str
    subject: str
    stage: str
    meaning: Meaning
    is_closed: bool
    closed_at: datetime | None
    seen: str
    """What the viewer acts upon: sent back with a change, so that a change by somebody else meanwhile is noticed."""
    track: tuple[Step, ...]
    sla: SlaCard
    parameters: Parameters
    sorting: Sorting
    actions: Actions
    silent_since: datetime | None
    """The portal does not answer since; our changes wait in a queue."""


@dataclass(frozen=True, slots=True)
class NotATicket:
    """The deal is in no support pipeline."""

    ticket: TicketId
    pipeline: str
    """Title of the pipeline «Сделать заявкой» moves it to."""
    may_adopt: bool


@dataclass(frozen=True, slots=True)
class BeingCreated:
    """The deal is in a support pipeline, its ticket is not made yet."""

    ticket: TicketId


@dataclass(frozen=True, slots=True)
class Gone:
    """The deal was deleted."""

    ticket: TicketId


@dataclass(frozen=True, slots=True)
class NoRights:
    """This viewer may not see the ticket."""

    ticket: TicketId


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The ticket is unknown here, and the portal, which would know, does not answer."""

    ticket: TicketId


@dataclass(frozen=True, slots=True)
class NotReady:
    """The installation of this portal is not finished: there are no rules yet."""

    ticket: TicketId


CardState = Card | NotReady | NotATicket | BeingCreated | Gone | NoRights | NoAnswer


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can take the ticket."""

    id: UserId
    name: str
    position: str
    load: int
    """Open tickets."""
    is_me: bool
    is_assignee: bool


@dataclass(frozen=True, slots=True)
class TeamOf:
    """A department with its people."""

    id: DepartmentId
    name: str
    people: tuple[Candidate, ...]
    by_rules: bool = False
    """The routing rules propose it for this ticket."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The panel «Назначить»."""

    ticket: TicketId
    seen: str
    me: Candidate | None
    """None for a viewer who is no active employee."""
    teams: tuple[TeamOf, ...]
    team: DepartmentId | None
    """The department that is open."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history."""

    id: int
    what: str
    """A word of `tickets.model.Happened`, or `letter` for the request itself."""
    at: datetime
    by: str
    """Name of the person who did it; empty for the portal, Modest or time."""
    data: dict[str, Any]
    text: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """A piece of the history, the newest first."""

    lines: tuple[Happening, ...]
    shown: int
    """How many were asked for."""
    more: bool
    only: Literal["all", "system"]


@dataclass(frozen=True, slots=True)
class Changed:
    """The change is refused because somebody else was first."""

    by: str
    """Empty when nobody is known."""


def share(used: timedelta, limit: timedelta | None) -> int:
    """Per cent used, 0 to 100; 0 without a limit."""
    return max(0, min(100, round(used / limit * 100))) if limit else 0
