"""REST methods as values: logged, batched, queued and compared before they are sent.

A method names its parameters in our words; `params()` gives them in the portal's. `read()` makes a typed answer of the
`result`, tolerant of the dialects. The families stand in `methods_*.py` and are all reachable from here.
"""

from functools import cache
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

Answer = TypeVar("Answer")


class Method(BaseModel, Generic[Answer]):
    """One call of one REST method. Class variables say what the portal's documentation says."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    rest_name: ClassVar[str]
    scope: ClassVar[str] = "basic"
    """The right the application needs; `basic` is always there."""
    returns: ClassVar[Any] = Any
    wrapper: ClassVar[str] = ""
    """The key of `result` under which the answer stands, dots for deeper ones."""
    repeat_is_safe: ClassVar[bool] = False
    """Sending it twice is the same as once: it may be repeated after a time-out."""
    errors: ClassVar[str] = ""
    """Codes of its own, beside those any method may answer with."""
    docs: ClassVar[str] = ""
    """The page of the REST documentation, below `api-reference/`."""

    def params(self) -> dict[str, Any]:
        """Parameters as the portal wants them; what was not given is left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def read(self, result: Any) -> Answer:
        """The typed answer; pydantic's ValidationError when the portal answers with something else entirely."""
        for key in filter(None, self.wrapper.split(".")):
            result = result.get(key) if isinstance(result, dict) else None
        answer: Answer = _adapter(type(self)).validate_python(result)
        return answer


class UpperMethod(Method[Answer], Generic[Answer]):
    """A classic method: parameter names in capitals."""

    model_config = ConfigDict(alias_generator=str.upper)


class PlainMethod(Method[Answer], Generic[Answer]):
    """A classic method whose parameters keep their lower-case names."""

    model_config = ConfigDict(alias_generator=str)


class Walked(Method[list[Answer]], Generic[Answer]):
    """A list that can be walked by its ids: sorted by them, filtered by `>id`, without counting (`start=-1`)."""

    id_field: ClassVar[str] = "id"
    """Name of the id in filter, order and rows."""
    page: ClassVar[int] = 50
    """Rows of a full page; a shorter one is the last."""
    repeat_is_safe: ClassVar[bool] = True

    def walk(self, after: int | str | None, upto: int | None = None, *, down: bool = False) -> dict[str, Any]:
        """Parameters of the page behind an id (or behind a reference to one), up to an id, from the end if `down`.

        Source: documentation, settings/performance/huge-data.
        """
        raise NotImplementedError

    def bounds(self, after: int | str | None, upto: int | None) -> dict[str, Any]:
        """Conditions on the id."""
        found = {f">{self.id_field}": after, f"<={self.id_field}": upto}
        return {name: value for name, value in found.items() if value is not None}

    def rows_in(self, result: Any) -> list[Any]:
        """The bare rows of a page: PHP prints some lists as maps."""
        for key in filter(None, self.wrapper.split(".")):
            result = result.get(key) if isinstance(result, dict) else None
        return list(result.values()) if isinstance(result, dict) else result or []

    def last_id_of(self, key: str) -> str:
        """How a later command of the batch refers to the last id of the full page that `key` gave."""
        steps = [*filter(None, self.wrapper.split(".")), str(self.page - 1), self.id_field]
        return f"$result[{key}]" + "".join(f"[{step}]" for step in steps)


class PagedMethod(Method[list[Answer]], Generic[Answer]):
    """A list that knows no `>id`; `client.pages` reads it by `start`."""

    order: dict[str, str] | None = None
    filter: dict[str, Any] | None = None
    select: list[str] | None = None
    start: int | None = None

    repeat_is_safe: ClassVar[bool] = True


class ListMethod(Walked[Answer], Generic[Answer]):
    """A list with the usual parameters; `client.listing` walks it."""

    order: dict[str, str] | None = None
    filter: dict[str, Any] | None = None
    select: list[str] | None = None
    start: int | None = None

    def walk(self, after: int | str | None, upto: int | None = None, *, down: bool = False) -> dict[str, Any]:
        """The usual way: `filter`, `order`, `select`."""
        select = [self.id_field, *self.select] if self.select and not self._selects_id() else self.select
        condition = {**(self.filter or {}), **self.bounds(after, upto)}
        order = {self.id_field: "DESC" if down else "ASC"}
        changed = {"filter": condition, "order": order, "select": select, "start": -1}
        return self.model_copy(update=changed).params()

    def _selects_id(self) -> bool:
        return not {self.id_field, "*"}.isdisjoint(self.select or ())


class UpperListMethod(ListMethod[Answer], Generic[Answer]):
    """A classic list: id in capitals, parameters in lower case all the same."""

    id_field: ClassVar[str] = "ID"


@cache
def _adapter(kind: type[Method[Any]]) -> TypeAdapter[Any]:
    return TypeAdapter(kind.returns)


class Row(BaseModel):
    """A row of an answer: unknown keys are left alone, new portals add some."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, alias_generator=to_camel)


class UpperRow(BaseModel):
    """A row of a classic answer, keys in capitals."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, alias_generator=str.upper)
