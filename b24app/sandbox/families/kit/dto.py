"""Described objects of REST 3.0: what may be selected, filtered, sorted, written, and the refusals when it may not.

Sources: `api-reference/rest-v3.md`, `tasks/tasks-task-*-rest-v3.md`, `tasks/result/*.md`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import V3Error
from b24app.sandbox.kernel.registry import Call
from b24app.sandbox.kernel.store import Row

OPERATORS = {"=": "=", "!=": "!=", ">": ">", ">=": ">=", "<": "<", "<=": "<=", "in": "@", "between": "><"}
PAGE, MOST = 50, 1000
DESCRIBED = ("name", "type", "title", "description", "validationRules", "requiredGroups", "filterable", "sortable",
             "editable", "multiple", "elementType")  # fmt: skip
SHOWN = ("name", "type", "title", "description", "filterable", "sortable", "multiple")
REQUEST = "Error during request object validation"


def invalid(*wrong: tuple[str, str], dto: bool = False) -> V3Error:
    """A validation refusal: pairs of field and message; `dto` says that the object inside `fields` is wrong."""
    name = "VALIDATION_DTOVALIDATIONEXCEPTION" if dto else "VALIDATION_REQUESTVALIDATIONEXCEPTION"
    text = "Error during object validation" if dto else REQUEST
    return V3Error(name, text, validation=[{"message": message, "field": name} for name, message in wrong])


def absent(name: str) -> V3Error:
    """A required parameter is not there."""
    return invalid((name, f"Required field `{name}` is missing"))


def denied() -> V3Error:
    """The object is not the caller's to touch."""
    return V3Error("ACCESSDENIEDEXCEPTION", "Access denied", 403)


@dataclass(frozen=True, slots=True)
class Prop:
    """One property of an object; `of` names the object it relates to."""

    name: str
    type: str = "string"
    filterable: bool = False
    sortable: bool = False
    editable: bool = True
    required: bool = False
    readonly: bool = False
    of: str = ""


@dataclass(frozen=True, slots=True)
class Dto:
    """A described object."""

    name: str
    props: Mapping[str, Prop]
    basic: tuple[str, ...] = ()  # what is answered when nothing is selected
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # fields of related objects by their names

    def unknown(self, name: str, entity: str = "") -> V3Error:
        """The object has no such field."""
        return V3Error("UNKNOWNDTOPROPERTYEXCEPTION", f"Unknown field `{name}` for entity `{entity or self.name}`")


def dto(name: str, props: Iterable[Prop], basic: Iterable[str] = (), **related: tuple[str, ...]) -> Dto:
    """An object by its properties."""
    return Dto(name, {one.name: one for one in props}, tuple(basic), related)


# --- select


def selected(call: Call, thing: Dto) -> list[str]:
    """Names of `select` that the object has; its own unknown fields vanish, those of relations are refused."""
    given = call.get("select")
    if given in (None, [], {}):
        return list(thing.basic)
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise V3Error("INVALIDSELECTEXCEPTION", f"Unable to recognize select expression `{given}`")
    found: list[str] = []
    for name in given:
        own, dot, inner = name.partition(".")
        prop = thing.props.get(own)
        if prop is None:
            call.portal.tell(f"{call.method}: {thing.name} has no field {own}, it was left out")
        elif dot and inner not in thing.related.get(prop.of, ()):
            raise thing.unknown(inner, prop.of)
        else:
            found.append(name)
    return found


def shaped(names: Iterable[str], value: Callable[[str], Any], related: Callable[[str, str], Any]) -> Row:
    """Selected fields as an answer: dotted names become objects inside."""
    shown: Row = {}
    for name in names:
        own, dot, inner = name.partition(".")
        if not dot:
            shown[own] = value(own)
        elif isinstance(shown.setdefault(own, {}), dict):
            shown[own][inner] = related(own, inner)
    return shown


# --- filter, order, pages


def filtered(call: Call, thing: Dto) -> Callable[[Row], bool]:
    """A test made of `filter`: conditions joined by AND, groups with a logic of their own."""
    given = call.get("filter")
    if given in (None, [], {}):
        return lambda _: True
    if not isinstance(given, list):
        raise V3Error("INVALIDFILTEREXCEPTION", f"Unable to recognize filter expression `{given}`")
    tests = [_condition(call, thing, one) for one in given]
    return lambda row: all(test(row) for test in tests)


def _condition(call: Call, thing: Dto, given: Any) -> Callable[[Row], bool]:
    if isinstance(given, dict) and "conditions" in given:
        tests = [_condition(call, thing, one) for one in given["conditions"]]
        joined = any if str(given.get("logic", "and")).lower() == "or" else all
        flip = bool(given.get("negative"))
        return lambda row: joined(test(row) for test in tests) != flip
    if not isinstance(given, list) or len(given) not in {2, 3}:
        raise V3Error("INVALIDFILTEREXCEPTION", f"Unable to recognize filter expression `{given}`")
    name, value = str(given[0]), given[-1]
    operator = str(given[1]) if len(given) == 3 else "in" if isinstance(value, list) else "="
    _check(thing, name, operator, value)
    line = query.Condition(OPERATORS[operator], name, value)
    return lambda row: query.passes(row, [line], call.portal.clock)


def _check(thing: Dto, name: str, operator: str, value: Any) -> None:
    prop = thing.props.get(name)
    if prop is None:
        raise thing.unknown(name)
    if operator not in OPERATORS:
        raise V3Error("UNKNOWNFILTEROPERATOREXCEPTION", f"Unknown filter operator `{operator}`")
    if not prop.filterable:
        raise invalid(
            (name, f"In DTO `{thing.name}`, the `{name}` field requires the `Filterable` attribute for such a request")
        )
    wrong = [one for one in (value if isinstance(value, list) else [value]) if not fits(prop, one)]
    if wrong:
        raise invalid((name, f"Field `{name}` requires data type `{prop.type}` for this request"))


def sorted_by(call: Call, thing: Dto) -> Row:
    """`order`, checked."""
    given = call.get("order")
    if given in (None, [], {}):
        return {"id": "ASC"}
    if not isinstance(given, dict):
        raise V3Error("INVALIDORDEREXCEPTION", f"Unable to recognize sorting parameter `{given}`")
    for name, way in given.items():
        prop = thing.props.get(name)
        if prop is None:
            raise thing.unknown(name)
        if str(way).upper() not in {"ASC", "DESC"} or not prop.sortable:
            raise V3Error("INVALIDORDEREXCEPTION", f"Unable to recognize sorting parameter `{name}: {way}`")
    return given


def paged(call: Call, rows: list[Row], most: int = MOST, *, size: int = PAGE) -> list[Row]:
    """One page by `pagination`; there is no total and no next."""
    given = call.get("pagination") or {}
    if not isinstance(given, dict) or any(not str(value).isdigit() for value in given.values()):
        raise _page(given)
    limit = min(int(given.get("limit", size)), most)
    if limit == 0:
        raise _page(given)
    first = int(given["offset"]) if "offset" in given else (max(int(given.get("page", 1)), 1) - 1) * limit
    return rows[first : first + limit]


def _page(given: Any) -> V3Error:
    return V3Error("INVALIDPAGINATIONEXCEPTION", f"Unable to recognize the pagination parameter `{given}`")


# --- writing


def number(call: Call, name: str = "id") -> int:
    """A whole number that must be there; a text is no number here."""
    value = call.params.get(name)
    if value is None:
        raise absent(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid((name, f"Field `{name}` requires data type `int` for this request"))
    return value


def given_fields(call: Call, thing: Dto, *, new: bool, dto_errors: bool = False) -> Row:
    """`fields`, checked by the description: required ones there, types right, nothing that may not be written."""
    fields = call.params.get("fields")
    if not isinstance(fields, dict) or not fields:
        raise absent("fields")
    wrong = list(_wrong(thing, fields, new=new))
    if wrong:
        raise invalid(*wrong)
    missing = [one.name for one in thing.props.values() if new and one.required and fields.get(one.name) in (None, "")]
    if missing and dto_errors:
        raise invalid(*[(name, f'The required field "{name}" is not filled') for name in missing], dto=True)
    if missing:
        raise invalid(*[(name, f"Required field `{name}` is missing") for name in missing])
    return fields


def _wrong(thing: Dto, fields: Row, *, new: bool) -> Iterable[tuple[str, str]]:
    for name, value in fields.items():
        prop = thing.props.get(name)
        if prop is None or prop.readonly:
            raise thing.unknown(name)
        if not new and not prop.editable:
            text = f"In DTO `{thing.name}`, the field `{name}` requires the presence of the `Editable` attribute"
            yield name, f"{text} for such a request"
        elif not fits(prop, value):
            yield name, f"Field `{name}` requires data type `{prop.type}` for this request"


def fits(prop: Prop, value: Any) -> bool:
    """Whether a value has the type of a property."""
    if value is None:
        return True
    tests: dict[str, Callable[[Any], bool]] = {
        "int": lambda one: isinstance(one, int) and not isinstance(one, bool),
        "bool": lambda one: isinstance(one, bool) or one in ("Y", "N"),
        "array": lambda one: isinstance(one, list),
        "DateTime": _is_moment,
        "string": lambda one: isinstance(one, str),
    }
    return tests.get(prop.type, lambda _: True)(value)


def _is_moment(value: Any) -> bool:
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return len(str(value)) >= len("2026-01-01T00:00:00")


# --- descriptions


def described(call: Call, thing: Dto) -> list[Row]:
    """Fields of an object, as `*.field.list` answers them."""
    names = _wanted(call)
    return [{name: value for name, value in _full(prop).items() if name in names} for prop in thing.props.values()]


def one_described(call: Call, thing: Dto) -> Row:
    """One field, as `*.field.get` answers it."""
    name = call.params.get("name")
    if not name:
        raise absent("name")
    prop = thing.props.get(str(name))
    if prop is None:
        error = V3Error("", f"Field `{name}` not found")
        error.code = "BITRIX_REST_V3_REALISATION_EXCEPTION_FIELDNOTFOUNDEXCEPTION"
        raise error
    names = _wanted(call, full=True)
    return {name: value for name, value in _full(prop).items() if name in names}


def _wanted(call: Call, *, full: bool = False) -> tuple[str, ...]:
    given = call.get("select")
    if given in (None, []):
        return DESCRIBED if full else SHOWN
    if not isinstance(given, list):
        raise V3Error("INVALIDSELECTEXCEPTION", f"Unable to recognize select expression `{given}`")
    for name in given:
        if name not in DESCRIBED:
            raise V3Error("UNKNOWNDTOPROPERTYEXCEPTION", f"Unknown field `{name}` for entity `DtoFieldDto`")
    return tuple(given)


def _full(prop: Prop) -> Row:
    return {
        "name": prop.name, "type": "object" if prop.of or prop.type == "DateTime" else prop.type, "title": prop.name,
        "description": None, "validationRules": [], "requiredGroups": None, "filterable": prop.filterable,
        "sortable": prop.sortable, "editable": prop.editable and not prop.readonly, "multiple": False,
        "elementType": None,
    }  # fmt: skip
