"""What the sender wrote now: the body without quotes, header blocks, signatures and notices.

Works line by line in linear time; patterns have no nested quantifiers and never look across lines. What is cut is not
lost: the whole message stays with the ticket.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from b24app.pipelines.classify import marks
from b24app.pipelines.classify.mapped import Mapped

MAX_LINE: Final = 400
"""Longer lines are prose: no header, attribution or signature looks like that."""
SIGNATURE_LINES: Final = 14
"""A signature with more lines than this below it is not one."""
MAX_LINES: Final = 4_000
"""Lines that are read; a letter with more of them is a log, and its request stands above."""
MAX_ATTEMPTS: Final = 20
WRAPPED: Final = 3
"""An attribution is wrapped over at most this many lines."""

SURE_HEADERS: Final = 2
MANY_HEADERS: Final = 3
FEW_WORDS: Final = 4
NAME_LINES: Final = 4


@dataclass(slots=True)
class _Letter:
    """The lines of a body and which of them were kept."""

    body: Mapped
    passed_on: bool
    """The subject says that the letter was forwarded."""
    spans: list[tuple[int, int]]
    lines: list[str]
    """Stripped; long ones emptied of meaning for the patterns, but never blank."""
    kept: list[int] = field(default_factory=list)
    attempts: int = 0
    """How often a signature was looked for: a letter of nothing but dashes must not be read many times over."""

    @classmethod
    def of(cls, body: Mapped, subject: str) -> "_Letter":
        spans: list[tuple[int, int]] = []
        start = 0
        for line in body.text.split("\n", MAX_LINES)[:MAX_LINES]:
            spans.append((start, start + len(line.rstrip("\r"))))
            start += len(line) + 1
        lines = [body.text[begin:end].strip() for begin, end in spans]
        passed_on = marks.PASSED_ON.match(subject) is not None
        return cls(body, passed_on, spans, [line if len(line) <= MAX_LINE else line[:1] for line in lines])

    def next_words(self, at: int) -> int:
        """Number of the first line from `at` on that is not blank; the number of lines when there is none."""
        return next(
            (number for number in range(at, min(len(self.lines), at + 4)) if self.lines[number]), len(self.lines)
        )

    def said(self) -> str:
        """What was kept so far, in short."""
        return " ".join(self.lines[number] for number in self.kept[:20])


def own_words(body: Mapped, subject: str = "") -> Mapped:
    """The part of the body written for this message; the whole body when nothing else would be left."""
    if "\n" not in body.text:
        return _trimmed(body)
    letter = _Letter.of(body, subject)
    at = 0
    while at < len(letter.lines):
        step = _step(letter, at)
        if step == 0:
            break
        at += step
    _drop_contacts(letter)
    own = body.lines(letter.spans[number] for number in letter.kept)
    return own if own.text.strip() else _trimmed(body)


def _trimmed(body: Mapped) -> Mapped:
    start = len(body.text) - len(body.text.lstrip())
    return body.lines([(start, len(body.text.rstrip()))]) if body.text.strip() else body


def _step(letter: _Letter, at: int) -> int:
    """Judge the line `at`; says how many lines are dealt with, 0 when the rest is quoted."""
    line = letter.lines[at]
    if not line:
        if letter.kept and letter.lines[letter.kept[-1]]:
            letter.kept.append(at)
        return 1
    if line[0] == ">" or marks.INITIALS.match(line):
        return 1
    return _quoted(letter, at, line) if _may_start_quote(line) else _plain(letter, at, line)


def _may_start_quote(line: str) -> bool:
    first = line[0]
    return (
        first in "-_=*"
        or ":" in line
        or "@" in line
        or first.isdigit()
        or line[:3].lower() == "on "
        or _is_marker(line)
    )


def _is_marker(line: str) -> bool:
    return marks.DIVIDER.match(line) is not None or marks.ABOVE.search(line) is not None


def _quoted(letter: _Letter, at: int, line: str) -> int:
    if _is_marker(line) or _header_block(letter, at):
        return _divided(letter, at, line)
    if marks.DASHES.match(line):
        return _dashes(letter, at, line)
    lines = _attribution(letter, at)
    if not lines:
        return _plain(letter, at, line)
    after = letter.next_words(at + lines)
    if after < len(letter.lines) and (letter.lines[after][0] == ">" or marks.INITIALS.match(letter.lines[after])):
        return lines
    return 0 if letter.kept else lines


def _divided(letter: _Letter, at: int, line: str) -> int:
    """A divider or header block ends the letter, unless the letter only forwards what stands below."""
    said = letter.said()
    points = len(said) < MAX_LINE // 4 and marks.POINTER.search(said) is not None
    if not said or points or (len(said.split()) < FEW_WORDS and (letter.passed_on or marks.FORWARD.search(line))):
        return _skip_headers(letter, at + 1) - at
    return 0


def _skip_headers(letter: _Letter, at: int) -> int:
    """The first line of a letter passed on, below the lines that say whose it was."""
    while at < len(letter.lines):
        line = letter.lines[at]
        if not line or marks.HEADER.match(line) or marks.DIVIDER.match(line):
            at += 1
        elif lines := _attribution(letter, at):
            at += lines
        else:
            break
    return at


def _header_block(letter: _Letter, at: int) -> bool:
    """«От: … Кому: …»: two header lines in a row, the first of them one that opens a block; or any three."""
    first = marks.HEADER.match(letter.lines[at])
    if first is None:
        return False
    names = {first.group(1).lower()}
    needed = SURE_HEADERS if names <= marks.HEADER_START else MANY_HEADERS
    while len(names) < needed:
        at = letter.next_words(at + 1)
        found = marks.HEADER.match(letter.lines[at]) if at < len(letter.lines) else None
        if found is None or found.group(1).lower() in names:
            return False
        names.add(found.group(1).lower())
    return True


def _dashes(letter: _Letter, at: int, line: str) -> int:
    after = letter.next_words(at + 1)
    if after >= len(letter.lines):
        return 1
    if _header_block(letter, after):
        return 0
    if marks.LONG_DASHES.match(line):
        return _chat_quote(letter, at, after)
    return _signature(letter, at) or _plain(letter, at, line)


def _chat_quote(letter: _Letter, at: int, after: int) -> int:
    """The portal's chat quotes between two lines of dashes, under a name and a time."""
    if marks.TIME.search(letter.lines[after]):
        for number in range(after + 1, min(len(letter.lines), after + 200)):
            if marks.LONG_DASHES.match(letter.lines[number]):
                return number + 1 - at
    return 1


def _attribution(letter: _Letter, at: int) -> int:
    """How many lines «12.08.2026 10:15, Иван пишет:» takes here, 0 when it is none."""
    joined = ""
    for count in range(1, WRAPPED + 1):
        if at + count > len(letter.lines) or not letter.lines[at + count - 1]:
            return 0
        joined = f"{joined} {letter.lines[at + count - 1]}".strip()
        if joined[-1] == ":":
            return count if _attributes(letter, joined, at + count) else 0
        if count == 1 and not _opens_attribution(joined):
            return 0
    return 0


def _opens_attribution(line: str) -> bool:
    return line[:3].lower() == "on " or marks.TIME.search(line) is not None or marks.DATE.search(line) is not None


def _attributes(letter: _Letter, joined: str, after: int) -> bool:
    dated = marks.TIME.search(joined) is not None or marks.DATE.search(joined) is not None
    if marks.WROTE.search(joined):
        following = letter.next_words(after)
        return dated or "@" in joined or (following < len(letter.lines) and letter.lines[following].startswith(">"))
    return dated and ("@" in joined or marks.STAMPED.match(joined) is not None)


def _plain(letter: _Letter, at: int, line: str) -> int:
    if marks.DEVICE.match(line):
        return 1
    if marks.SIGN_OFF.match(line) and len(line) < MAX_LINE // 4:
        return _signature(letter, at) or _keep(letter, at)
    if marks.NOTICE.match(line):
        return _paragraph(letter, at)
    return _keep(letter, at)


def _keep(letter: _Letter, at: int) -> int:
    letter.kept.append(at)
    return 1


def _paragraph(letter: _Letter, at: int) -> int:
    end = at
    while end < len(letter.lines) and letter.lines[end]:
        end += 1
    return end - at


def _signature(letter: _Letter, at: int) -> int:
    """Lines of the signature from `at`: to the end, a quote or a postscript. 0 when too much follows for one."""
    letter.attempts += 1
    if letter.attempts > MAX_ATTEMPTS:
        return 0
    count = 0
    for number in range(at, len(letter.lines)):
        line = letter.lines[number]
        if not line:
            continue
        if number > at and (_ends_signature(letter, number, line)):
            return number - at
        count += 1
        if count > SIGNATURE_LINES:
            return 0
    return len(letter.lines) - at


def _ends_signature(letter: _Letter, number: int, line: str) -> bool:
    return (
        line[0] == ">"
        or marks.POSTSCRIPT.match(line) is not None
        or _is_marker(line)
        or marks.NOTICE.match(line) is not None
        or _header_block(letter, number)
        or _attribution(letter, number) > 0
    )


def _drop_contacts(letter: _Letter) -> None:
    """Phones and addresses at the very end belong to a signature without a sign-off; so do names right above them."""
    lines = [letter.lines[number] for number in letter.kept]
    end = len(lines)
    while end > 1 and (not lines[end - 1] or marks.CONTACT.match(lines[end - 1])):
        end -= 1
    if end < len(lines) and any(lines[end:]):
        end = _names(lines, end)
    del letter.kept[_unsigned(lines[:end]) :]


def _unsigned(lines: Sequence[str]) -> int:
    """Where a signature without a sign-off begins: a last short paragraph with a person's name and no sentence."""
    end = len(lines)
    while end > 0 and not lines[end - 1]:
        end -= 1
    start = end
    while start > 0 and end - start <= NAME_LINES and marks.POST.match(lines[start - 1]):
        start -= 1
    apart = 1 < start < end and not lines[start - 1] and not lines[start - 2].endswith((":", ","))
    named = any(marks.PERSON.match(line) for line in lines[start:end])
    return start if apart and named and end - start <= NAME_LINES else len(lines)


def _names(lines: Sequence[str], end: int) -> int:
    """Where the names above contacts begin: a short paragraph of its own, which nothing introduces."""
    start = end
    while start > 0 and end - start <= NAME_LINES and marks.NAME.match(lines[start - 1]):
        start -= 1
    apart = 1 < start < end and not lines[start - 1]
    return start if apart and end - start <= NAME_LINES and not lines[start - 2].endswith(":") else end
