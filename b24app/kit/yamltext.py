"""YAML as people mean it: only `true` and `false` are truth values.

YAML 1.1, which PyYAML reads, makes truth values of `yes`, `no`, `on` and `off` too: names and words of our documents.
Source: YAML 1.2.2, 10.3.2 (core schema).
"""

import re
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
