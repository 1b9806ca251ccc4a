"""What the classifier reads and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

DecisionWord = Literal["auto", "suggest", "none"]
Zone = Literal["subject", "body", "html", "attachments"]
"""A part of the request; the names of attachments count as one text, a line each."""
Role = Literal[
    "decided",
    "supports",
    "lost",
    "excluded",
    "header",
    "nothing",
    "usual",
    "labels",
    "route",
    "model",
    "agrees",
    "overruled",
    "read",
    "told",
]
"""What a reason does. Words of a rule decided, support, or spoke for a category that lost, or excluded a topic; a header
decided; nothing was found; the usual label was taken; a priority follows from other labels, a line from a route; the
learnt model decided, agrees with the rules, or overruled their label; the whole text was read in other letters. `told`:
only the sentence is known, as it is of reasons stored before they had roles.
"""


@dataclass(frozen=True, slots=True)
class RequestText:
    """One incoming message. `html` is read when `text` is blank; headers are the letter's, in any case of letters."""

    text: str
    subject: str = ""
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""
    """Address of the sender; without it the header From is read."""
    channel: str = ""
    """Where the request came in, in the portal's word for its source."""
    company: str = ""
    attachments: tuple[str, ...] = ()
    """File names."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one label was chosen, in a sentence for people.

    `start` and `end` are character offsets in the part of the original message that `zone` names; both are 0 when no
    words of the message decided (a header did, or nothing was found).
    """

    text: str
    rule: str
    start: int
    end: int
    axis: str = "category"
    zone: Zone = "body"
    role: Role = "told"
    label: str = ""
    """The label it speaks for; of `lost` and `overruled` the one that was not taken."""
    repaired: tuple[tuple[str, str], ...] = ()
    """Words that count only because they were read as others: as written, as read. `read`: the text, once."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A category that comes into question, and its share of all that speaks for any: 0 to 1."""

    category: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Classification:
    """The labels of one request. They are always the best guess; `decision` says whether to set or only to offer them."""

    request_type: str
    category: str
    kind: str
    priority: str
    line: int
    confidence: float
    """Of the category, 0 to 1."""
    decision: DecisionWord
    why: tuple[Reason, ...]
    reply: str
    """The body without quotes and signatures; never empty when the body is not."""
    candidates: tuple[Candidate, ...] = ()
    """Up to three categories to offer, the best first; the first one is `category` unless nothing was found."""
    rules_version: int = 0
    """Version of the rules that decided."""
    model_version: str = ""
    """Version of the learnt model that was asked; empty: rules alone."""
