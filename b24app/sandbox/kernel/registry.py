"""The methods of the portal by name, and the call that a method gets.

    @method("user.current", scope="user")
    def user_current(call: Call) -> object:
        return call.portal.users.get(call.user_id)

A result is printed as it is; `Answer` adds `total` and `next`; a refusal is raised as `RestError`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.errors import RestError, access_denied, bad_argument, wrong_auth_type
from b24app.sandbox.kernel.portal import Portal

BASIC = "_global"


class Only(StrEnum):
    """Who may call beyond the scope."""

    ANY = "any"
    APPLICATION = "application"
    ADMIN = "admin"
    ADMIN_APPLICATION = "admin application"


@dataclass(slots=True)
class Answer:
    """A result with keys that stand beside it in the envelope."""

    result: Any
    total: int | None = None
    next: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    status: int = 200


class Params(dict[str, Any]):
    """Parameters whose names are compared without case, as most methods of the portal do.

    `unread` are those no method has looked at: a real portal passes over them in silence.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._lower = {str(key).lower(): key for key in values}
        self.unread = set(values)

    def __iter__(self) -> Iterator[str]:
        self.unread.clear()  # whoever walks over all of them looks at all of them
        return super().__iter__()

    def __getitem__(self, key: str) -> Any:
        self.unread.discard(key)
        return super().__getitem__(key)

    def items(self) -> Any:
        self.unread.clear()
        return super().items()

    def get(self, key: str, default: Any = None) -> Any:
        """The parameter of exactly this name."""
        self.unread.discard(key)
        return super().get(key, default)

    def find(self, *names: str, default: Any = None) -> Any:
        """The first of these parameters that was given."""
        for name in names:
            key = self._lower.get(name.lower())
            if key is not None:
                return self[key]
        return default

    def has(self, name: str) -> bool:
        """Whether a parameter was given at all."""
        key = self._lower.get(name.lower())
        self.unread.discard(key or "")
        return key is not None


@dataclass(slots=True)
class Call:
    """One method call: who calls what with which parameters."""

    portal: Portal
    method: str
    params: Params
    caller: Caller
    in_batch: bool = False
    source: str = ""

    @property
    def user_id(self) -> int:
        """The user on whose behalf the call runs."""
        return self.caller.user_id

    @property
    def is_admin(self) -> bool:
        """Whether that user is an administrator of the portal."""
        return self.portal.is_admin(self.caller.user_id)

    @property
    def app_id(self) -> int | None:
        """The application's number; None for a webhook."""
        return self.caller.app_id

    @property
    def app(self) -> dict[str, Any]:
        """The calling application's row; refuses a webhook."""
        row = self.portal.apps.get(self.caller.app_id)
        if row is None:
            raise wrong_auth_type()
        return row

    def get(self, *names: str, default: Any = None) -> Any:
        """A parameter by any of its names, any case."""
        return self.params.find(*names, default=default)

    def need(self, *names: str) -> Any:
        """A parameter that must be there (controllers answer code 100)."""
        if not any(self.params.has(name) for name in names):
            raise RestError.missing(names[0])
        return self.params.find(*names)

    def argument(self, name: str) -> Any:
        """A parameter that must not be empty (old services answer ERROR_ARGUMENT)."""
        value = self.params.find(name)
        if value in (None, "", [], {}):
            raise bad_argument(name)
        return value

    def int(self, *names: str, default: int = 0) -> int:
        """A number; what is no number counts as `default`, as a PHP cast to int."""
        return to_int(self.params.find(*names), default)

    def map(self, *names: str) -> dict[str, Any]:
        """A map; anything else counts as empty."""
        return as_map(self.params.find(*names))

    def rows(self, *names: str) -> list[Any]:
        """A list; a map gives its values, a scalar one item, nothing none."""
        return as_list(self.params.find(*names))


def to_int(value: Any, default: int = 0) -> int:
    """A PHP-like cast to int."""
    try:
        return int(str(value).strip()) if not isinstance(value, bool) else int(value)
    except (TypeError, ValueError):
        return default


def as_map(value: Any) -> dict[str, Any]:
    """A JSON map, or a list as the map keyed 0..n-1, or an empty map."""
    if isinstance(value, Mapping):
        return dict(value)
    return {str(index): item for index, item in enumerate(value)} if isinstance(value, list) else {}


def as_list(value: Any) -> list[Any]:
    """A JSON list; a map gives its values, a scalar one item, None or "" nothing."""
    if value is None or value == "":
        return []
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else [value]


Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Method:
    """One REST method of the portal."""

    name: str
    scope: str
    run: Handler
    only: Only = Only.ANY
    batch: bool = True
    v3: bool = False

    @property
    def newer(self) -> bool:
        """Whether an older on-premise portal lacks it: REST 3.0, bots of the second generation, `im.v2`."""
        return self.v3 or self.name.lower().startswith(("imbot.v2.", "im.v2."))

    def admit(self, call: Call) -> None:
        """Refuse a caller who may not call this method at all."""
        if self.only in (Only.APPLICATION, Only.ADMIN_APPLICATION) and call.app_id is None:
            raise wrong_auth_type()
        if self.only in (Only.ADMIN, Only.ADMIN_APPLICATION) and not call.is_admin:
            raise access_denied()


class Registry:
    """Methods by lower-cased name, v2 and v3 apart."""

    def __init__(self) -> None:
        self._methods: dict[tuple[bool, str], Method] = {}

    def add(self, entry: Method) -> None:
        """Register, or replace, a method."""
        self._methods[(entry.v3, entry.name.lower())] = entry

    def find(self, name: str, *, v3: bool = False) -> Method | None:
        """The method of this name in any case."""
        return self._methods.get((v3, name.lower()))

    def __iter__(self) -> Iterator[Method]:
        return iter(self._methods.values())


REGISTRY = Registry()


def method(
    *names: str, scope: str = BASIC, only: Only = Only.ANY, batch: bool = True, v3: bool = False
) -> Callable[[Handler], Handler]:
    """Register a function as one or more methods. Several scopes: any of them, `"user|user_basic"`."""

    def register(run: Handler) -> Handler:
        for name in names:
            REGISTRY.add(Method(name, scope, run, only, batch, v3))
        return run

    return register
