"""Lines by which the parts of a letter are told apart: headers, attributions, dividers, signatures, notices.

Every pattern is tried on one stripped line of at most 400 characters and has no nested quantifiers.
"""

import re
from typing import Final

HEADER: Final = re.compile(
    r"[*_ ]{0,3}(от|from|кому|to|отправлено|sent|дата|date|тема|subject|копия|cc|bcc|важность|importance|reply-to|отправитель|получатель)[*_ ]{0,3}:",
    re.IGNORECASE,
)
HEADER_START: Final = frozenset({"от", "from", "отправлено", "sent", "дата", "date"})
WROTE: Final = re.compile(
    r"(?:(?:wrote|writes|пишет|писал|писала|написал|написала|писал\(а\)|написал\(а\)|написала?\(а\))[\d\s.,:/-]{0,30}"
    r"|^(?:вы писали|you wrote)\b.{0,60}):$",
    re.IGNORECASE,
)
TIME: Final = re.compile(r"\b\d{1,2}:\d{2}\b")
DATE: Final = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b20\d\d\b|\b\d{4}-\d{2}-\d{2}\b")
STAMPED: Final = re.compile(
    r"\d{1,2}[./]\d{1,2}[./]\d{2,4},?\s(?:в\s|at\s)?\d{1,2}:\d{2}(?::\d{2})?,\s[«\"A-ZА-ЯЁ][^:]{2,60}:$"
)
"""«11.08.2026 10:15, Анна Белова:» — the comma after the time tells it from a line of a log."""
DIVIDER: Final = re.compile(
    r"[-_=* ]{0,12}(исходное сообщение|original message|original appointment|пересылаемое сообщение"
    r"|пересланное сообщение|пересылаемое письмо|forwarded message|begin forwarded message"
    r"|начало переадресованного сообщения|конец пересылаемого сообщения)[-_=*: ]{0,12}$",
    re.IGNORECASE,
)
FORWARD: Final = re.compile(r"пересыл|переслан|переадрес|forwarded", re.IGNORECASE)
ABOVE: Final = re.compile(
    r"(?:reply|ответ\w{0,5})\b.{0,40}(?:above|выше)|(?:above|выше)\b.{0,20}(?:this line|этой (?:линии|строки|черты))",
    re.IGNORECASE,
)
DASHES: Final = re.compile(r"[-_–—]{2,200}$")
LONG_DASHES: Final = re.compile(r"[-_]{20,200}$")
SIGN_OFF: Final = re.compile(
    r"(?:с\s{1,3}ув\.|(?:спасибо|(?:many |kind )?thanks(?: again| in advance)?|thank you),$|с\s{1,3}(?:глубоким\s|искренним\s|большим\s)?уважением|с наилучшими пожеланиями|с благодарностью|искренне ваш"
    r"|всего доброго|всего хорошего|хорошего дня|(?:best|kind|warm|many thanks and)\s{1,3}(?:regards|wishes)|regards|sincerely"
    r"|yours (?:sincerely|faithfully|truly)|cheers)(?=[\s,.!;-]|$)",
    re.IGNORECASE,
)
DEVICE: Final = re.compile(
    r"(?:(?:отправлено|послано) (?:с|со|из|через|от|мобильн\w{1,4})\s(?:мо\w{2}|\w{0,12}мобил|смартфон|телефон|планшет|устройств|приложени|почты"
    r"|i(?:phone|pad|os)|айфон|android|samsung|galaxy|xiaomi|redmi|huawei|honor|outlook|яндекс|yandex|mail|gmail|bluemail|spark|myoffice)"
    r"|sent (?:from|with|by|via) (?:my|mail|outlook|yahoo|proton|gmail|samsung|an? i|spark|blue)|(?:get|download) outlook for"
    r"|(?:скача(?:ть|йте)|получ(?:ить|ите)) outlook)",
    re.IGNORECASE,
)
NOTICE: Final = re.compile(
    r"(?:(?:это|данное|настоящее)\s(?:электронное\s)?(?:сообщение|письмо)\b.{0,80}(?:конфиденциал|предназначен)"
    r"|конфиденциальность:|уведомление о конфиденциальности|(?:this|the information in this)\s(?:e-?mail|message|communication)"
    r"\b.{0,120}(?:confidential|intended|privileged)|confidentiality notice|disclaimer:"
    r"|(?:внимание|осторожно|caution|warning)\b.{0,40}(?:внешн\w{2,4} (?:адрес|отправител|источник|почт)|external)"
    r"|\[?external( e-?mail)?\]|.{0,60}прежде чем (?:рас)?печатать"
    r"|.{0,60}before printing|.{0,60}(?:avast|проверено на вирусы|без вирусов|virus-free))",
    re.IGNORECASE,
)
INITIALS: Final = re.compile(r"[A-ZА-ЯЁ][\w]{0,2}>")
"""How The Bat! marks quoted lines: «ИП> …»."""
NAME: Final = re.compile(r"[A-ZА-ЯЁ«\"][^.?!:;]{1,59}$")
"""A line of a signature that is no contact: a name, a post, a firm."""
PERSON: Final = re.compile(r"[A-ZА-ЯЁ][a-zа-яё-]{1,24}(?:\s[A-ZА-ЯЁ][\w.-]{0,24}){1,2}(?:[,|/ ]{1,3}.{2,60})?$")
POST: Final = re.compile(r"[A-ZА-ЯЁa-zа-яё«\"][^.?!:;]{1,59}$|.{1,60}(?:тел|tel|phone|моб)\b.{0,40}$")
"""What stands beside a person in a signature: post, firm, telephone."""
POSTSCRIPT: Final = re.compile(r"(?:p\.?\s?s\.?|з\.\s?ы\.|зы|ps|пс|p\.p\.s)[.:,\s-]", re.IGNORECASE)
CONTACT: Final = re.compile(
    r"(?:(?:тел|моб|раб|факс|телефон|доб|phone|tel|mob|mobile|fax|e-?mail|почта|сайт|web|skype|www|http\w?|адрес)"
    r"[.:]{1,2}.{0,80}|[+8][\d ()-]{9,20}|[\w.+-]{1,64}@[\w.-]{1,80})$",
    re.IGNORECASE,
)
POINTER: Final = re.compile(r"ниже|below|пересыла|forward|fyi|см\.", re.IGNORECASE)
PASSED_ON: Final = re.compile(r"\s*(?:fwd?|пересл|пер|перенапр)\s?:", re.IGNORECASE)
