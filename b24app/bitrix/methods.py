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
    scope: ClassVar[str] = ""
    returns: ClassVar[Any] = Any
    wrapper: ClassVar[str] = ""
    """The key of `result` under which the answer stands, dots for deeper ones."""
    repeat_is_safe: ClassVar[bool] = False
    """Sending it twice is the same as once: it may be repeated after a time-out."""
    errors: ClassVar[str] = ""
    docs: ClassVar[str] = ""
    """The page of the REST documentation."""

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


class ListMethod(Method[list[Answer]], Generic[Answer]):
    """A method that gives rows page by page; `client.listing` walks it."""

    order: dict[str, str] | None = None
    filter: dict[str, Any] | None = None
    select: list[str] | None = None
    start: int | None = None

    id_field: ClassVar[str] = "id"
    """Name of the id in filter, order and rows."""
    repeat_is_safe: ClassVar[bool] = True


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
