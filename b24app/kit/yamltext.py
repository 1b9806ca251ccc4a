"""YAML as people mean it: only `true` and `false` are truth values.

YAML 1.1, which PyYAML reads, makes truth values of `yes`, `no`, `on` and `off` too: names and words of our documents.
Source: YAML 1.2.2, 10.3.2 (core schema).
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import yaml

_BOOL: Final = "tag:yaml.org,2002:bool"


class _Loader(yaml.SafeLoader):
    """Safe, with the truth values of YAML 1.2."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != _BOOL]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def load(text: str) -> Any:
    """Plain values of one document. Raises `yaml.YAMLError`."""
    return value(compose(text))


def value(node: yaml.Node | None) -> Any:
    """Plain values of nodes read before: a long document is parsed once."""
    return yaml.constructor.SafeConstructor().construct_document(node) if node is not None else None


def compose(text: str) -> yaml.Node | None:
    """The nodes of one document with their places. Raises `yaml.YAMLError`."""
    return yaml.compose(text, Loader=_Loader)


def dump(data: Any) -> str:
    """In the order people read it, words in their own letters."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120, default_flow_style=_flow(data))


def _flow(data: Any) -> bool | None:
    """Short lists on one line, but never the document itself."""
    return None if isinstance(data, dict) and any(isinstance(one, dict | list) for one in data.values()) else False


def plain(value: Any) -> Any:
    """Unquoted dates are text for us, as in JSON."""
    if isinstance(value, dict):
        return {key if isinstance(key, int | str) else str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def named_twice(node: yaml.Node | None) -> yaml.ScalarNode | None:
    """A key that its mapping has already: YAML would forget the first one in silence."""
    if isinstance(node, yaml.SequenceNode):
        return next((found for below in node.value if (found := named_twice(below))), None)
    if not isinstance(node, yaml.MappingNode):
        return None
    seen: set[str] = set()
    for key, below in node.value:
        if isinstance(key, yaml.ScalarNode):
            if str(key.value) in seen and key.value != "<<":
                return key
            seen.add(str(key.value))
        if (found := named_twice(below)) is not None:
            return found
    return None


def place_of(node: yaml.Node | None, path: Sequence[str | int]) -> tuple[int, int]:
    """Line and column (from 1) of the deepest existing place of a path.

    A value on the line of its key is pointed at itself, a longer one by its key.
    """
    best, below = node, node
    for step in path:
        key, below = _child(below, step)
        if below is None:
            break
        best = key if key is not None and key.start_mark.line != below.start_mark.line else below
    return (best.start_mark.line + 1, best.start_mark.column + 1) if best is not None else (1, 1)


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    """Key (None in a list) and value below a node."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if _is_key(key, step)), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    return None, None


def _is_key(node: yaml.Node, step: str | int) -> bool:
    return isinstance(node, yaml.ScalarNode) and str(node.value) == str(step)
