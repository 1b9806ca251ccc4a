"""Texts made to be slow, each of any size: `make(n)` grows with n."""

from collections.abc import Callable
from typing import Final

Make = Callable[[int], str]

HOSTILE: Final[dict[str, Make]] = {
    "prose": lambda n: "не работает почта " * n,
    "long word": lambda n: "а" * 18 * n,
    "long misspelt words": lambda n: "".join(
        f"телефонния{chr(0x430 + at % 32)}{chr(0x430 + at // 32 % 32)} " for at in range(n)
    ),
    "blank lines": lambda n: "\n" * 18 * n + "x",
    "blanks": lambda n: " \t" * 9 * n + "x",
    "quote marks": lambda n: ">" * 18 * n,
    "quoted lines": lambda n: ">\n" * 9 * n,
    "quotes in quotes": lambda n: "\n".join(">" * (at % 60) + " да" for at in range(n)),
    "signatures": lambda n: "--\n" * 6 * n,
    "sign-offs": lambda n: "С уважением,\n" * n,
    "attributions": lambda n: "11.08.2026 10:15, Иван пишет:\n" * n,
    "half attributions": lambda n: "On Tue, Aug 11\n" * n,
    "headers": lambda n: "От: a\nКому: b\n" * n,
    "chat quotes": lambda n: ("-" * 30 + "\nИван [10:15]\n") * n,
    "contacts": lambda n: "+7 495 123-45-67\n" * n,
    "names": lambda n: "Иван Петров\n" * n,
    "addresses": lambda n: "a@" * 9 * n,
    "links": lambda n: "http://" * 3 * n,
    "accents": lambda n: "а\u0301" * 9 * n,
    "invisible letters": lambda n: "а\u200b\u00ad" * 6 * n,
    "questions": lambda n: "? " * 9 * n,
    "colours of the alphabet": lambda n: "аa" * 9 * n,
    "zero bytes": lambda n: "\x00почта" * 3 * n,
    "halves of characters": lambda n: "\ud83d почта\udc00" * 2 * n,
    "right to left": lambda n: "\u202eשלום почта " * n,
    "pictures": lambda n: "👩‍👩‍👧‍👦🏳️‍🌈" * n,
    "denials": lambda n: "неработает " * n,
    "wrong layout": lambda n: "yt hf,jnftn gjxnf " * n,
    "transliteration": lambda n: "ne rabotaet pochta " * n,
    "open tags": lambda n: "<div>" + "<" * 18 * n,
    "tags": lambda n: "<div>" + "<b>" * 6 * n,
    "tags never closed": lambda n: "<div>" + "<div class='gmail_quote" * n,
    "open comments": lambda n: "<div>" + "<!--" * 4 * n,
    "nested quotes": lambda n: "<blockquote>" * n + "x",
    "nested tags": lambda n: "<div>" * 3 * n + "x" + "</div>" * 3 * n,
    "entities": lambda n: "<p>" + "&#999;" * 3 * n,
    "half entities": lambda n: "<p>" + "&a" * 9 * n,
    "attributes": lambda n: "<div " + "a='1' " * 3 * n + ">x</div>",
    "forwarded marks": lambda n: "<div class=gmail_quote>" * n + "x",
}
