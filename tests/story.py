"""One ticket, one clock, every effect kept: the stories of the core read like stories."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from b24app.desk.builtin import built_in_desk
from b24app.desk.directory import Agent, Department, Directory
from b24app.desk.document import BoundPipeline, bind, data_of, parse
from b24app.desk.model import Desk
from b24app.kit.ids import DEAL, DepartmentId, PipelineId, StageCode, UserId, ticket_id
from b24app.tickets.decide import decide
from b24app.tickets.model import (
    Announce,
    Command,
    Decision,
    Effect,
    Entry,
    Facts,
    Observed,
    Party,
    Said,
    SetTimer,
    TellAgent,
    Ticket,
    Timer,
    TimerFired,
)

DISPATCHER, DEPUTY, HEAD, IVANOV, PETROVA = (UserId(number) for number in (1, 2, 3, 11, 12))
LINE_1, LINE_2 = DepartmentId(10), DepartmentId(20)
TICKET = ticket_id(DEAL, 7405)
SUPPORT, SALES = PipelineId(5), PipelineId(0)
MORNING = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)  # Tuesday, 10:00 in Moscow

E = TypeVar("E", bound=Effect)


def company() -> Directory:
    """Two departments, five people."""
    return Directory.of(
        [
            Agent(DISPATCHER, "Динара Ахметова", departments=(LINE_1,)),
            Agent(DEPUTY, "Олег Смирнов", departments=(LINE_1,)),
            Agent(HEAD, "Мария Орлова", departments=(LINE_1,)),
            Agent(IVANOV, "Вадим Иванов", departments=(LINE_1,)),
            Agent(PETROVA, "Анна Петрова", departments=(LINE_2,)),
        ],
        [Department(LINE_1, "1-я линия", head=HEAD), Department(LINE_2, "2-я линия", head=PETROVA)],
    )


def desk(**bot: object) -> Desk:
    """The built-in desk of a company with one dispatcher and a deputy."""
    data = built_in_desk()
    data["people"] = {"dispatchers": [DISPATCHER], "deputy": DEPUTY, "head": None, "departments": []}
    data["bot"] |= bot
    document = parse(data)
    codes = {s.key: StageCode(f"C5:{s.suffix}") for s in document.pipelines[0].stages}
    assert parse(data_of(document)).people == document.people
    return bind(document, {"support": BoundPipeline(SUPPORT, codes)}, company(), revision=1)


class Story:
    """Plays commands against `decide` and answers like an obedient portal."""

    def __init__(self, rules: Desk | None = None, start: datetime = MORNING) -> None:
        self.desk = rules or desk()
        self.now = start
        self.ticket: Ticket | None = None
        self.effects: list[Effect] = []
        self.journal: list[Entry] = []
        self.timers: dict[Timer, datetime] = {}
        self._message = 100
        self.facts = Facts(
            pipeline=SUPPORT,
            stage=StageCode("C5:NEW"),
            responsible=DISPATCHER,
            subject="Не отправляются письма",
            text="Добрый день! С утра не уходят письма из CRM: ошибка авторизации SMTP.",
            channel="E-mail",
            company=Party(12, "ООО «Северный ветер»"),
            requester=Party(44, "Ольга Смирнова"),
            created_at=start,
            updated_at=start,
            moved_at=start,
        )

    @property
    def known(self) -> Ticket:
        """The ticket, which must exist by now."""
        assert self.ticket is not None
        return self.ticket

    def ticket_arrives(self) -> None:
        """A new deal was read."""
        self.does(Observed(TICKET, self.facts))

    def portal_shows(self, **changes: object) -> None:
        """Somebody changed the deal by hand, and it was read again."""
        if "stage" in changes:
            changes.setdefault("moved_at", self.now)
        self.facts = replace(self.facts, updated_at=self.now, **changes)  # type: ignore[arg-type]  # names are the story's
        self.does(Observed(TICKET, self.facts))

    def does(self, command: Command) -> Decision:
        """One command, its effects kept, its messages delivered."""
        decision = decide(self.ticket, command, desk=self.desk, now=self.now)
        self.ticket = decision.ticket
        self.journal += decision.journal
        for timer in decision.timers:
            if isinstance(timer, SetTimer):
                self.timers[timer.kind] = timer.due_at
            else:
                self.timers.pop(timer.kind, None)
        self.effects += decision.effects
        for effect in decision.effects:
            self._deliver(effect)
        return decision

    def _deliver(self, effect: Effect) -> None:
        self._message += 1
        if isinstance(effect, Announce):
            self.does(Said(TICKET, effect.to, self._message, effect.role, effect.nth))
        elif isinstance(effect, TellAgent):
            from b24app.tickets.model import Role  # noqa: PLC0415 - used by this branch alone

            self.does(Said(TICKET, effect.agent, self._message, Role.ASSIGNEE, 0))

    def passes(self, **span: float) -> None:
        """Time goes by; every deadline that comes is fired at its own moment."""
        until = self.now + timedelta(**span)
        while self.timers and min(self.timers.values()) <= until:
            kind = min(self.timers, key=lambda name: self.timers[name])
            self.now = max(self.timers.pop(kind), self.now)
            self.does(TimerFired(TICKET, kind))
        self.now = until

    def count(self, kind: type[Effect]) -> int:
        """How many effects of a kind there were."""
        return len(self.all(kind))

    def all(self, kind: type[E]) -> list[E]:
        """Effects of a kind, in order."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def last(self, kind: type[E]) -> E:
        """The latest effect of a kind."""
        return self.all(kind)[-1]

    def live(self, user: UserId = DISPATCHER) -> int:
        """The one message with live buttons in this person's dialog."""
        (message,) = [notice.message for notice in self.known.notices if notice.to == user]
        return message
