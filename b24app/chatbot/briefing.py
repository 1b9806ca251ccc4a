"""What a message needs to know besides the ticket: the desk, the load of people, the moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from b24app.chatbot.message import plain, shortened
from b24app.chatbot.texts import duration, moment, say
from b24app.desk.model import Desk
from b24app.kit.ids import DepartmentId, UserId
from b24app.pipelines.classify.titles import NO_CATEGORY
from b24app.tickets import terms
from b24app.tickets.model import Axis, Ticket

SUBJECT_LETTERS: Final = 120
EXCERPT_LETTERS: Final = 280
_ENDS: Final = " .!?…"


@dataclass(frozen=True, slots=True)
class Load:
    """Open tickets beside each name on the buttons."""

    agents: Mapping[UserId, int] = field(default_factory=dict)
    teams: Mapping[DepartmentId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Briefing:
    """Everything Modest looks at when it speaks of one ticket."""

    ticket: Ticket
    desk: Desk
    now: datetime
    load: Load = field(default_factory=Load)

    def say(self, key: str, **values: object) -> str:
        """A text of this desk's language about this ticket."""
        return say(self.desk.language, key, number=self.ticket.number, **values)

    def name(self, user: UserId | None) -> str:
        """A person's name, safe inside BB code."""
        return plain(self.desk.directory.name(user)) if user is not None else ""

    def moment(self, at: datetime) -> str:
        """«12:05» or «завтра, 09:45» in the calendar's zone."""
        return moment(self.desk.language, at, self.now, self.desk.calendar.timezone)

    def duration(self, span: timedelta) -> str:
        """«1 ч 22 мин»."""
        return duration(self.desk.language, span)

    def title(self, label: str) -> str:
        """A label of the classifier in people's words."""
        return self.desk.rules.title(label, self.desk.language)

    def label(self, axis: Axis, label: str) -> str:
        """A label of any axis in people's words; lines are numbers, and nothing recognised is a word of its own."""
        if axis is Axis.LINE:
            return self.say("line", line=label)
        return self.say("unsorted") if axis is Axis.CATEGORY and label == NO_CATEGORY else self.title(label)

    def who(self) -> str:
        """Company and person who wrote; the mail address or nothing when the portal knows no more."""
        parties = (self.ticket.company, self.ticket.requester)
        return ", ".join(plain(party.name) for party in parties if party and party.name)

    def essence(self, *, short: bool = False) -> list[str]:
        """Subject, first lines and sender: the middle of every message about a ticket. `short`: the lines were read."""
        subject = plain(shortened(self.ticket.subject, SUBJECT_LETTERS))
        excerpt = plain(shortened(self.ticket.classification.reply or self.ticket.text, EXCERPT_LETTERS))
        said = short or excerpt.rstrip(_ENDS) in {"", subject.rstrip(_ENDS)}
        lines = [subject, "" if said else f"«{excerpt}»", self.who()]
        return [line for line in lines if line]

    def stage_due(self) -> datetime | None:
        """When the present stage has to be over; None without a target or on hold."""
        return terms.stage_due(self.ticket, self.now)

    def resolution_due(self) -> datetime | None:
        """When the ticket has to be solved; None without a target or on hold."""
        return terms.resolution_due(self.ticket, self.now)
