"""What the sender wrote now: the body without quotes, header blocks, signatures and notices.

Works line by line in linear time; patterns have no nested quantifiers and never look across lines. What is cut is not
lost: the whole message stays with the ticket.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from b24app.pipelines.classify.mapped import Mapped

MAX_LINE: Final = 400
"""Longer lines are prose: no header, attribution or signature looks like that."""
SIGNATURE_LINES: Final = 14
"""A signature with more lines than this below it is not one."""
MAX_ATTEMPTS: Final = 20
WRAPPED: Final = 3
"""An attribution is wrapped over at most this many lines."""

_HEADER: Final = re.compile(
    r"[*_ ]{0,3}(от|from|кому|to|отправлено|sent|дата|date|тема|subject|копия|cc)[*_ ]{0,3}:", re.IGNORECASE
)
_HEADER_START: Final = frozenset({"от", "from", "отправлено", "sent", "дата", "date"})
_WROTE: Final = re.compile(
    r"(?:wrote|writes|пишет|писал|писала|написал|написала|писал\(а\)|написал\(а\)|написала?\(а\))\s{0,3}:$",
    re.IGNORECASE,
)
_TIME: Final = re.compile(r"\b\d{1,2}:\d{2}\b")
_DATE: Final = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b20\d\d\b|\b\d{4}-\d{2}-\d{2}\b")
_DIVIDER: Final = re.compile(
    r"[-_=* ]{0,12}(исходное сообщение|original message|original appointment|пересылаемое сообщение"
    r"|пересланное сообщение|пересылаемое письмо|forwarded message|begin forwarded message"
    r"|начало переадресованного сообщения|конец пересылаемого сообщения)[-_=*: ]{0,12}$",
    re.IGNORECASE,
)
_FORWARD: Final = re.compile(r"пересыл|переслан|переадрес|forwarded", re.IGNORECASE)
_ABOVE: Final = re.compile(
    r"(?:reply|ответ\w{0,5})\b.{0,40}(?:above|выше)|(?:above|выше)\b.{0,20}(?:this line|этой (?:линии|строки|черты))",
    re.IGNORECASE,
)
_DASHES: Final = re.compile(r"[-_–—]{2,200}$")
_LONG_DASHES: Final = re.compile(r"[-_]{20,200}$")
_SIGN_OFF: Final = re.compile(
    r"(?:с\s{1,3}(?:глубоким\s|искренним\s|большим\s)?уважением|с наилучшими пожеланиями|с благодарностью|искренне ваш"
    r"|всего доброго|всего хорошего|хорошего дня|(?:best|kind|warm|many thanks and)\s{1,3}(?:regards|wishes)|regards|sincerely"
    r"|yours (?:sincerely|faithfully|truly)|cheers)(?=[\s,.!;-]|$)",
    re.IGNORECASE,
)
_DEVICE: Final = re.compile(
    r"(?:отправлено (?:с|из|через|от)\s|sent from (?:my|mail|outlook|yahoo)|sent via\s|get outlook for|скачать outlook"
    r"|отправлено мобильн|послано с\s)",
    re.IGNORECASE,
)
_NOTICE: Final = re.compile(
    r"(?:(?:это|данное|настоящее)\s(?:электронное\s)?(?:сообщение|письмо)\b.{0,80}(?:конфиденциал|предназначен)"
    r"|конфиденциальность:|уведомление о конфиденциальности|(?:this|the information in this)\s(?:e-?mail|message|communication)"
    r"\b.{0,120}(?:confidential|intended|privileged)|confidentiality notice|disclaimer:"
    r"|(?:внимание|осторожно|caution|warning)\b.{0,40}(?:внешн\w{2,4} (?:адрес|отправител|источник|почт)|external)"
    r"|\[?external( e-?mail)?\]|.{0,40}прежде чем (?:рас)?печатать"
    r"|.{0,30}before printing|.{0,60}(?:avast|проверено на вирусы|без вирусов|virus-free))",
    re.IGNORECASE,
)
_POSTSCRIPT: Final = re.compile(r"(?:p\.?\s?s\.?|з\.\s?ы\.|зы|ps|пс|p\.p\.s)[.:,\s-]", re.IGNORECASE)
_CONTACT: Final = re.compile(
    r"(?:(?:тел|моб|раб|факс|телефон|доб|phone|tel|mob|mobile|fax|e-?mail|почта|сайт|web|skype|www|http\w?|адрес)"
    r"[.:]{1,2}.{0,80}|[+8][\d ()-]{9,20}|[\w.+-]{1,64}@[\w.-]{1,80})$",
    re.IGNORECASE,
)
_POINTER: Final = re.compile(r"ниже|below|пересыла|forward|fyi|см\.", re.IGNORECASE)
FEW_WORDS: Final = 4


@dataclass(slots=True)
class _Letter:
    """The lines of a body and which of them were kept."""

    body: Mapped
    spans: list[tuple[int, int]]
    lines: list[str]
    """Stripped; long ones emptied of meaning for the patterns, but never blank."""
    kept: list[int] = field(default_factory=list)
    attempts: int = 0
    """How often a signature was looked for: a letter of nothing but dashes must not be read many times over."""

    @classmethod
    def of(cls, body: Mapped) -> "_Letter":
        spans: list[tuple[int, int]] = []
        start = 0
        for line in body.text.split("\n"):
            spans.append((start, start + len(line.rstrip("\r"))))
            start += len(line) + 1
        lines = [body.text[begin:end].strip() for begin, end in spans]
        return cls(body, spans, [line if len(line) <= MAX_LINE else line[:1] for line in lines])

    def next_words(self, at: int) -> int:
        """Number of the first line from `at` on that is not blank; the number of lines when there is none."""
        return next(
            (number for number in range(at, min(len(self.lines), at + 4)) if self.lines[number]), len(self.lines)
        )

    def said(self) -> str:
        """What was kept so far, in short."""
        return " ".join(self.lines[number] for number in self.kept[:20])


def own_words(body: Mapped) -> Mapped:
    """The part of the body written for this message; the whole body when nothing else would be left."""
    if "\n" not in body.text:
        return _trimmed(body)
    letter = _Letter.of(body)
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
    if line[0] == ">":
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
    return _DIVIDER.match(line) is not None or _ABOVE.search(line) is not None


def _quoted(letter: _Letter, at: int, line: str) -> int:
    if _is_marker(line) or _header_block(letter, at):
        return _divided(letter, at, line)
    if _DASHES.match(line):
        return _dashes(letter, at, line)
    lines = _attribution(letter, at)
    if not lines:
        return _plain(letter, at, line)
    after = letter.next_words(at + lines)
    if after < len(letter.lines) and letter.lines[after].startswith(">"):
        return lines
    return 0 if letter.kept else lines


def _divided(letter: _Letter, at: int, line: str) -> int:
    """A divider or header block ends the letter, unless the letter only forwards what stands below."""
    said = letter.said()
    few = len(said.split()) < FEW_WORDS or (len(said) < MAX_LINE // 4 and _POINTER.search(said) is not None)
    if few and (_FORWARD.search(line) or not said):
        return _skip_headers(letter, at + 1) - at
    return 0


def _skip_headers(letter: _Letter, at: int) -> int:
    while at < len(letter.lines) and (_HEADER.match(letter.lines[at]) or _DIVIDER.match(letter.lines[at])):
        at += 1
    return at


def _header_block(letter: _Letter, at: int) -> bool:
    """«От: … Кому: …»: two header lines in a row, the first of them one that opens a block."""
    first = _HEADER.match(letter.lines[at])
    if first is None or first.group(1).lower() not in _HEADER_START:
        return False
    after = letter.next_words(at + 1)
    second = _HEADER.match(letter.lines[after]) if after < len(letter.lines) else None
    return second is not None and second.group(1).lower() != first.group(1).lower()


def _dashes(letter: _Letter, at: int, line: str) -> int:
    after = letter.next_words(at + 1)
    if after >= len(letter.lines):
        return 1
    if _header_block(letter, after):
        return 0
    if _LONG_DASHES.match(line):
        return _chat_quote(letter, at, after)
    return _signature(letter, at) or _plain(letter, at, line)


def _chat_quote(letter: _Letter, at: int, after: int) -> int:
    """The portal's chat quotes between two lines of dashes, under a name and a time."""
    if _TIME.search(letter.lines[after]):
        for number in range(after + 1, min(len(letter.lines), after + 200)):
            if _LONG_DASHES.match(letter.lines[number]):
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
    return line[:3].lower() == "on " or _TIME.search(line) is not None or _DATE.search(line) is not None


def _attributes(letter: _Letter, joined: str, after: int) -> bool:
    dated = _TIME.search(joined) is not None or _DATE.search(joined) is not None
    if _WROTE.search(joined):
        following = letter.next_words(after)
        return dated or "@" in joined or (following < len(letter.lines) and letter.lines[following].startswith(">"))
    return dated and "@" in joined


def _plain(letter: _Letter, at: int, line: str) -> int:
    if _DEVICE.match(line):
        return 1
    if _SIGN_OFF.match(line) and len(line) < MAX_LINE // 4:
        return _signature(letter, at) or _keep(letter, at)
    if _NOTICE.match(line):
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
        or _POSTSCRIPT.match(line) is not None
        or _is_marker(line)
        or _NOTICE.match(line) is not None
        or _header_block(letter, number)
        or _attribution(letter, number) > 0
    )


def _drop_contacts(letter: _Letter) -> None:
    """Phones and addresses at the very end belong to a signature without a sign-off."""
    end = len(letter.kept)
    while end > 1 and (not letter.lines[letter.kept[end - 1]] or _CONTACT.match(letter.lines[letter.kept[end - 1]])):
        end -= 1
    del letter.kept[end:]
