"""Every error b24app raises on purpose. Each says who must act and whether to try again.

B24appError
├── RuleBroken             a person asked for what the rules forbid: shown to them, never retried
│   ├── TicketClosed
│   ├── TicketUnknown      the ticket is not (or no longer) one of this portal
│   ├── NotAllowed         this person has no right to do it
│   ├── AlreadyAssigned    somebody took the ticket first
│   ├── NotAssigned        nobody was chosen yet: there is nothing to accept
│   ├── AgentLeft          the chosen person does not work here any more
│   └── PressOutdated      a button of an old or foreign message
├── Conflict               the ticket was changed meanwhile: load it again and decide anew
├── CalendarNeverOpens     a moment was asked of a calendar without open time
├── DeskInvalid            the desk document breaks its own rules: shown to the integrator with line and column
├── ModelBroken            the stored model cannot be used: the rules go on alone, the next training makes a new one
├── Forgery                a request that could not be verified: refused with 403, counted
├── PortalError            the portal did not do what we asked
│   ├── PortalUnreachable  no answer: network, timeout                                    -> retried if the method may repeat
│   ├── PortalBusy         QUERY_LIMIT_EXCEEDED, OPERATION_TIME_LIMIT, 5xx without a code -> retried after a pause
│   ├── AccessExpired      expired_token                                                  -> refreshed, then retried
│   ├── AccessLost         the grant is gone: an administrator must open the application  -> never retried
│   ├── ListInterrupted    a list was not read to its end; `after` says where to go on    -> resumed by whoever reads it
│   └── PortalRefused      any other code, kept in `code`                                 -> never retried, shown to the integrator
└── SettingsError          the installation is wrong: stops the start and names the variable
"""

from datetime import datetime


class B24appError(Exception):
    """Root of the errors raised on purpose."""


class RuleBroken(B24appError):
    """A person asked for what the rules forbid."""


class TicketClosed(RuleBroken):
    """The ticket is closed."""


class TicketUnknown(RuleBroken):
    """There is no such ticket in this portal."""


class NotAllowed(RuleBroken):
    """This person may not do it."""


class AlreadyAssigned(RuleBroken):
    """Somebody else took the ticket first."""


class NotAssigned(RuleBroken):
    """Nobody was chosen for the ticket yet."""


class AgentLeft(RuleBroken):
    """The chosen person does not work here any more; the text is the name."""


class PressOutdated(RuleBroken):
    """The button belongs to a message that is no longer alive."""


class Conflict(B24appError):
    """The row was changed by another unit of work since it was read."""


class CalendarNeverOpens(B24appError):
    """No open time is left before or after the moment asked for."""


class DeskInvalid(B24appError):
    """The desk document is refused; `problems` are lines for the integrator."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class ModelBroken(B24appError):
    """A stored model is not what it should be; the message says what is wrong with it."""


class Forgery(B24appError):
    """A request whose sender could not be verified."""


class PortalError(B24appError):
    """The portal did not do what was asked."""


class PortalUnreachable(PortalError):
    """No answer: network failure or time-out. `sent` tells whether the request may have been executed."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class PortalBusy(PortalError):
    """The portal asks to come later; `until` is known for operating limits."""

    def __init__(self, code: str, *, until: datetime | None = None, sent: bool = False) -> None:
        super().__init__(code or "portal busy")
        self.code = code
        self.until = until
        self.sent = sent


class AccessExpired(PortalError):
    """The access token has expired and must be refreshed."""


class AccessLost(PortalError):
    """The portal no longer lets the application in; an administrator has to act."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(f"{code}: {description}" if description else code)
        self.code = code
        self.description = description


class PortalRefused(PortalError):
    """The portal refused the call: `code` may be an empty string."""

    def __init__(self, code: str, description: str = "", *, status: int = 400) -> None:
        super().__init__(f"{code or 'refused'}: {description}" if description else code or "refused")
        self.code = code
        self.description = description
        self.status = status


class ListInterrupted(PortalError):
    """A list was not read to its end: every row up to the id `after` was given, none behind it. The cause is chained."""

    def __init__(self, rest_name: str, after: int | None, cause: PortalError) -> None:
        super().__init__(f"{rest_name} was read up to id {after if after is not None else 'none'}: {cause}")
        self.rest_name = rest_name
        self.after = after
        self.cause = cause


class SettingsError(B24appError):
    """The installation is wrong; the message names the variable and what to do."""
