"""What a card of an application may look like: `LayoutDto` and `RestAppLayoutDto`, described and checked.

Source: `crm/timeline/activities/configurable/structure/`. Objects are strict: a field that is not described is an error.
"""

import re
from collections.abc import Mapping
from typing import Any

from b24app.sandbox.kernel.errors import RestError

BLOCKS_MAX, BUTTONS_MAX, TAGS_MAX = 20, 2, 2
LANGUAGES = ("ru", "en")
_KEY = re.compile(r"[A-Za-z0-9_-]+")

# A shape: field -> what it holds; `*` at the end of a field: required. What a field may hold: `text` a string or
# translations, `flag`, `any`, another shape by name, `name[max]` a keyed map of shapes, or `a|b|c` one of these words.
_SCOPE = {"scope": "web|mobile"}
_SHOWN = {**_SCOPE, "hideIfReadonly": "flag"}
SHAPES: dict[str, dict[str, str]] = {
    "layout": {"icon*": "icon", "header*": "header", "body*": "body", "footer": "footer"},
    "icon": {"code*": "any"},
    "header": {"title*": "text", "titleAction": "action", "tags": f"tag[{TAGS_MAX}]"},
    "tag": {"title*": "text", "type*": "warning|success|failure|primary|secondary", "action": "action", **_SHOWN},
    "body": {"logo*": "logo", "blocks": f"block[{BLOCKS_MAX}]"},
    "logo": {"code*": "any", "action": "action"},
    "footer": {"buttons": f"button[{BUTTONS_MAX}]", "menu": "menu"},
    "button": {"title*": "text", "type*": "primary|secondary", "action*": "action", **_SHOWN},
    "menu": {"showPinItem": "flag", "showPostponeItem": "flag", "showDeleteItem": "flag", "items": "item[20]"},
    "item": {"title*": "text", "action*": "action", **_SHOWN},
    "action redirect": {"type*": "any", "uri*": "any"},
    "action restEvent": {"type*": "any", "id*": "any", "actionParams": "any", "animationType": "disable|loader"},
    "action openRestApp": {"type*": "any", "actionParams": "any", "sliderParams": "slider"},
    "slider": {"width": "any", "leftBoundary": "any", "title": "text"},
    "block text": {"value*": "text", "multiline": "flag", "title": "text", "bold": "flag", "size": "xs|sm|md",
                   "color": "base_50|base_60|base_70|base_90", **_SCOPE},
    "block largeText": {"value*": "text", **_SCOPE},
    "block link": {"text*": "text", "action*": "action", "bold": "flag", **_SCOPE},
    "block withTitle": {"title*": "text", "block*": "inner", "inline": "flag", **_SCOPE},
    "block lineOfBlocks": {"blocks*": f"inner[{BLOCKS_MAX}]", **_SCOPE},
    "block deadline": {"readonly": "flag", **_SCOPE},
    "app layout": {"blocks*": f"block[{BLOCKS_MAX}]"},
}  # fmt: skip
KINDS = {
    "action": ("redirect", "restEvent", "openRestApp"),
    "block": ("text", "largeText", "link", "withTitle", "lineOfBlocks", "deadline"),
    "inner": ("text", "link", "deadline"),
}


def check(layout: Any, shape: str = "layout") -> None:
    """Refuse a layout that the portal would refuse."""
    if not layout:
        raise RestError("ERROR_EMPTY_LAYOUT", "Поле layout должно быть заполнено")
    _object(layout, shape, "layout")


def check_blocks(layout: Any) -> None:
    """Refuse a set of blocks that the portal would refuse."""
    if not isinstance(layout, Mapping) or not layout.get("blocks"):
        raise RestError("FIELD_IS_REQUIRED", 'Поле "blocks" должно быть заполнено')
    _object(layout, "app layout", "layout")


def _object(value: Any, shape: str, where: str) -> None:
    if not isinstance(value, Mapping):
        raise RestError("WRONG_FIELD_VALUE", f'Неверное значение поля "{where}"')
    known = {name.rstrip("*"): kind for name, kind in SHAPES[shape].items()}
    for name in SHAPES[shape]:
        if name.endswith("*") and value.get(name[:-1]) in (None, "", {}, []):
            raise RestError("FIELD_IS_REQUIRED", f'Поле "{where}.{name[:-1]}" должно быть заполнено')
    for name, inner in value.items():
        if name not in known:
            raise RestError("FIELD_IS_REDUNDANT", f'Поле "{name}" не описано в "{where}"')
        _value(inner, known[name], f"{where}.{name}")


def _value(value: Any, kind: str, where: str) -> None:
    many = re.fullmatch(r"(\w+)\[(\d+)\]", kind)
    if many:
        _map(value, many[1], int(many[2]), where)
    elif kind == "text":
        _text(value, where)
    elif kind in KINDS:
        _typed(value, kind, where)
    elif "|" in kind:
        if value not in kind.split("|"):
            raise RestError("ENUM_FIELD", f'Поле "{where}" может быть одним из: {kind.replace("|", ", ")}')
    elif kind in SHAPES:
        _object(value, kind, where)


def _map(value: Any, kind: str, most: int, where: str) -> None:
    if not value:
        return
    if not isinstance(value, Mapping):
        raise RestError("WRONG_FIELD_VALUE", f'Неверное значение поля "{where}"')
    if len(value) > most:
        raise RestError("TOO_MANY_ITEMS", f'В "{where}" может быть не больше элементов: {most}')
    for key, inner in value.items():
        if not _KEY.fullmatch(str(key)):
            raise RestError("KEY_CONTAIN_WRONG_SYMBOLS", f'Недопустимые символы в ключе "{key}" поля "{where}"')
        _value(inner, kind, f"{where}.{key}")


def _text(value: Any, where: str) -> None:
    if isinstance(value, Mapping):
        for code in value:
            if code not in LANGUAGES:
                raise RestError("WRONG_LANG", f'Язык "{code}" не установлен на портале')
        return
    if not isinstance(value, str | int | float):
        raise RestError("WRONG_FIELD_VALUE", f'Неверное значение поля "{where}"')


def _typed(value: Any, kind: str, where: str) -> None:
    """An object whose fields depend on its `type`: an action has them beside it, a block in `properties`."""
    if not isinstance(value, Mapping):
        raise RestError("WRONG_FIELD_VALUE", f'Неверное значение поля "{where}"')
    name = value.get("type")
    if not name:
        raise RestError("FIELD_IS_REQUIRED", f'Поле "{where}.type" должно быть заполнено')
    if name not in KINDS[kind]:
        raise RestError("ENUM_FIELD", f'Поле "{where}.type" может быть одним из: {", ".join(KINDS[kind])}')
    if kind == "action":
        _object(value, f"action {name}", where)
        return
    for extra in set(value) - {"type", "properties"}:
        raise RestError("FIELD_IS_REDUNDANT", f'Поле "{extra}" не описано в "{where}"')
    _object(value.get("properties") or {}, f"block {name}", f"{where}.properties")
