"""What the headers of a letter say about who wrote it: a person or a program."""

import re
from collections.abc import Mapping
from typing import Final

MAX_HEADERS: Final = 200

_BULK: Final = re.compile(r"auto[_-]?reply|bulk|junk", re.IGNORECASE)
_REPORTS: Final = "multipart/report"
_DAEMON: Final = "mailer-daemon"
_MARKS: Final = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-autoresponder", "x-failed-recipients")


def automatic(headers: Mapping[str, str]) -> str:
    """The header that says a program wrote this letter; empty when none does. Names are in any case of letters.

    Source: RFC 3834 (Auto-Submitted), RFC 3462 (reports of mail servers), Microsoft's X-Auto-Response-Suppress, common
    practice for the others.
    """
    known = {str(name).lower(): str(value).strip().lower() for name, value in list(headers.items())[:MAX_HEADERS]}
    told = {
        "Auto-Submitted": known.get("auto-submitted", "no").split(";")[0].strip() != "no",
        "X-Auto-Response-Suppress": known.get("x-auto-response-suppress", "none") not in {"none", ""},
        "Precedence": _BULK.search(known.get("precedence", "")[:100]) is not None,
        "Return-Path": known.get("return-path", "-") in {"", "<>"},
        "Content-Type": known.get("content-type", "").startswith(_REPORTS),
        "From": _DAEMON in known.get("from", ""),
    }
    return next((name for name in (*told, *_MARKS) if told.get(name, name in known)), "")
