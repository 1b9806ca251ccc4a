"""What only running the classification rules shows: examples that do not come out, switches that switch nothing."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from b24app.desk.document import DeskDocument
from b24app.desk.problems import Path, Problem
from b24app.pipelines.classify import FailedExample, default_rules, failed_examples, known_names, off_names


def check_rules(document: DeskDocument) -> tuple[Problem, ...]:
    """Run the examples. Those written in the document must hold; a built-in one that own rules overrule is a warning.

    The built-in rules alone are tested with the product. Takes about a second: call it off the event loop.
    """
    data = document.rules_data
    return (*_examples(document, data), *_idle(data)) if isinstance(data, Mapping) else ()


def _examples(document: DeskDocument, data: Mapping[str, Any]) -> Iterator[Problem]:
    own_alone = _broken_alone()
    for failed in failed_examples(document.rules):
        is_own = _is_own(data, failed.path)
        if not is_own and failed in own_alone:
            continue
        names = (document.rules.title(failed.category), failed.text, document.rules.title(failed.got))
        wanted = "should be" if failed.side == "yes" else "should not be"
        yield Problem(
            ("classification", *failed.path),
            f"{failed.text!r} {wanted} {failed.category}, but is {failed.got}",
            "error" if is_own else "warning",
            f"example_{failed.side}",
            names,
        )


@lru_cache(maxsize=1)
def _broken_alone() -> frozenset[FailedExample]:
    """Examples that the built-in rules miss by themselves: nobody's change did that."""
    return frozenset(failed_examples(default_rules()))


def _is_own(data: Mapping[str, Any], path: Path) -> bool:
    here: Any = data
    for step in path[:-1]:
        here = here.get(step) if isinstance(here, Mapping) else None
    return here is not None


def _idle(data: Mapping[str, Any]) -> Iterator[Problem]:
    known = known_names(data)
    for place, name in enumerate(off_names(data)):
        if name not in known:
            path = ("classification", "off", place)
            yield Problem(path, f"nothing is called {name!r}", "warning", "off", (name,))
