"""The page docs/rest.md, made of the methods' own values: what we call, what it needs, what may be repeated."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from b24app import bitrix
from b24app.bitrix.answers import FAILED, LOST, OPERATING, OVERLOAD, RATE
from b24app.bitrix.auth import EXPIRED
from b24app.bitrix.methods import Method, Walked

SITE = "https://apidocs.bitrix24.com/api-reference/"
HEAD = """# REST methods

Every method of Bitrix24 that b24app calls. The page is made from the code (`make docs`); a test keeps it complete and current.
Each method is one value of `b24app/bitrix/methods_*.py`: its parameters and its answer are typed there.

*Again*: **yes** means that sending it twice is the same as once, so it is repeated after a lost answer; **no** means that
a doubtful call is not repeated by itself. A list *by id* is walked by `>id` in batches, several at once, and may go on
where it was interrupted; a list *by page* is read with `start`.
"""


def methods() -> list[type[Method[Any]]]:
    """All of them, by their names on the portal."""
    for module in pkgutil.iter_modules(bitrix.__path__, "b24app.bitrix."):
        if module.name.startswith("b24app.bitrix.methods"):
            importlib.import_module(module.name)
    found = {kind for kind in _below(Method) if hasattr(kind, "rest_name") and kind.__module__.startswith("b24app.")}
    return sorted(found, key=lambda kind: (kind.rest_name.lower(), kind.__name__))


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def page() -> str:
    """The whole page."""
    called = methods()
    families = groupby(called, key=lambda kind: kind.rest_name.split(".")[0])
    return "\n".join([HEAD, _scopes(called), *(_family(name, list(kinds)) for name, kinds in families), _errors()])


def _scopes(called: list[type[Method[Any]]]) -> str:
    by_scope = sorted(called, key=lambda kind: kind.scope)
    rows = [
        f"| `{scope}` | {', '.join(dict.fromkeys(f'`{kind.rest_name}`' for kind in kinds))} |"
        for scope, kinds in groupby(by_scope, key=lambda kind: kind.scope)
    ]
    return "\n".join(["## Rights (scopes)\n", "| scope | methods |", "| --- | --- |", *rows, ""])


def _family(name: str, kinds: list[type[Method[Any]]]) -> str:
    head = [f"## {name}\n", "| method | what | again | errors of its own | value |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *map(_row, kinds), ""])


def _row(kind: type[Method[Any]]) -> str:
    again = "yes" if kind.repeat_is_safe else "no"
    if issubclass(kind, Walked):
        again += ", by id"
    elif "start" in kind.model_fields:
        again += ", by page"
    what = " ".join((inspect.getdoc(kind) or "").split())
    link = f"[`{kind.rest_name}`]({SITE}{kind.docs}.html)"
    return f"| {link} | {what} | {again} | {kind.errors or '—'} | `{kind.__name__}` |"


def _errors() -> str:
    """What b24app does with the codes any method may answer with."""
    rows = [
        (f"`{RATE}`, HTTP 429 without a code", "waits, learns that others share the limit, sends again"),
        (f"`{OPERATING}`", "the method waits for `operating_reset_at`, other methods go on; sent again"),
        (f"`{OVERLOAD}`", "not sent again: only the vendor's support lifts it"),
        (_codes(EXPIRED), "one refresh for everybody, the new pair stored first; sent again once"),
        (_codes(FAILED) + ", HTTP 5xx, no JSON", "sent again a few times if that is safe"),
        (_codes(LOST - EXPIRED), "not sent again: an administrator has to act"),
        ("any other code, an empty one too", "not sent again: shown to the integrator"),
        ("HTTP 302", "the portal was renamed: the same POST goes to the address the authorization server confirms"),
    ]
    table = [f"| {code} | {what} |" for code, what in rows]
    return "\n".join(["## Errors of every method\n", "| code | b24app |", "| --- | --- |", *table, ""])


def _codes(codes: frozenset[str]) -> str:
    return ", ".join(f"`{code}`" for code in sorted(codes))
