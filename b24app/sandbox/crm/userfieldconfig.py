"""userfieldconfig.*: user fields of every object, of smart processes too, in the universal dialect.

Source: `crm/universal/userfieldconfig/`. Needs the scope `userfieldconfig` and the scope of the module.
"""

from typing import Any

from b24app.sandbox.crm import kinds, query, userfields
from b24app.sandbox.crm.names import camel, snake
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Answer, Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row

LANGUAGES = ("ru", "en")
TAKEN = ("userTypeId", "xmlId", "sort", "multiple", "mandatory", "showFilter", "editInList", "isSearchable", "settings",
         "editFormLabel", "helpMessage", "enum")  # fmt: skip
SHOWN = ("ID", "ENTITY_ID", "FIELD_NAME", "USER_TYPE_ID", "XML_ID", "SORT", *userfields.FLAGS)
COLUMNS = {camel(name): column for name, column in userfields.COLUMNS.items()}


@method("userfieldconfig.add", scope="userfieldconfig")
def add(call: Call) -> Any:
    _module(call, admin=True)
    given = as_map(call.need("field"))
    entity, name = str(given.get("entityId") or ""), str(given.get("fieldName") or "")
    if not name:
        raise RestError.plain("The 'FIELD_NAME' field is not found.")
    if not _known(call, entity) or not name.startswith("UF_CRM_"):
        raise RestError.plain("Вы не можете создавать пользовательские поля")
    try:
        row = userfields.add(call.portal, entity, name, _taken(call, given), call.user_id)
    except RestError as error:
        raise RestError.plain(error.description) from None
    return {"field": shown(row)}


@method("userfieldconfig.update", scope="userfieldconfig")
def update(call: Call) -> Any:
    _module(call, admin=True)
    row, fields = _found(call), _taken(call, as_map(call.need("field")))
    for name in userfields.IMMUTABLE & set(fields):
        if str(fields.pop(name)) != str(row[name]):
            call.portal.tell(f"{name} of user field {row['FIELD_NAME']} cannot change and was ignored")
    userfields.table(call.portal).update(row["ID"], **userfields.changes(call.portal, row, fields))
    if "LIST" in fields:
        userfields.happened(call.portal, row, "SETENUMVALUES", call.user_id)
    userfields.happened(call.portal, row, "UPDATE", call.user_id)
    return {"field": shown(row)}


@method("userfieldconfig.get", scope="userfieldconfig")
def get(call: Call) -> Any:
    _module(call)
    return {"field": shown(_found(call))}


@method("userfieldconfig.delete", scope="userfieldconfig")
def delete(call: Call) -> Any:
    _module(call, admin=True)
    userfields.remove(call.portal, _found(call), call.user_id)
    return None


@method("userfieldconfig.list", scope="userfieldconfig")
def listing(call: Call) -> Any:
    _module(call)
    select = call.get("select")
    language = str(as_map(select).get("language") or "") if isinstance(select, dict) else ""
    order = call.map("order") or {"sort": "ASC", "id": "ASC"}
    asked = query.Query(call.portal, COLUMNS)
    page = asked.page(list(userfields.table(call.portal)), call.map("filter"), order, call.get("start", default=0))
    return Answer({"fields": [_listed(row, language) for row in page.result]}, page.total, page.next)


@method("userfieldconfig.getTypes", scope="userfieldconfig")
def get_types(call: Call) -> Any:
    _module(call)
    rows = userfields.TYPES.items()
    own = {code: {"userTypeId": code, "description": title} for code, title in rows}
    for row in call.portal.table("userfieldtype"):
        code = f"rest_{row['APP_ID']}_{row['USER_TYPE_ID']}"
        own[code] = {"userTypeId": code, "description": row["TITLE"]}
    return {"types": own}


@method("userfieldconfig.getSettingsFields", scope="userfieldconfig")
def get_settings_fields(call: Call) -> Any:
    _module(call)
    return {"settingsFields": userfields.SETTINGS.get(str(call.get("userTypeId") or ""), {})}


def shown(row: Row) -> Row:
    """A field with all its texts and elements."""
    found = _plain(row)
    found["languageId"] = {code: code for code in LANGUAGES}
    for name in userfields.LABELS:
        texts = row.get(name)
        found[camel(name)] = texts or dict.fromkeys(LANGUAGES)
    if row["USER_TYPE_ID"] == "enumeration":
        found["enum"] = [
            {"id": str(one["ID"]), "userFieldId": str(row["ID"]), "value": one["VALUE"], "def": one["DEF"],
             "sort": str(one["SORT"]), "xmlId": one["XML_ID"]}
            for one in row.get("LIST") or []
        ]  # fmt: skip
    return found


def _listed(row: Row, language: str) -> Row:
    found = _plain(row)
    if language:
        texts = {camel(name): (row.get(name) or {}).get(language) for name in userfields.LABELS}
        found |= {"languageId": {language: language}} | {
            name: {language: text} if text else None for name, text in texts.items()
        }
    return found


def _plain(row: Row) -> Row:
    found: Row = {camel(name): None if row.get(name) is None else str(row[name]) for name in SHOWN}
    return {**found, "settings": row.get("SETTINGS") or {}}


def _taken(call: Call, given: Row) -> Row:
    """Given characteristics under their kept names; the rest is ignored."""
    for name in set(given) - {*TAKEN, "entityId", "fieldName"}:
        call.portal.tell(f"{name} of a user field was ignored", method=call.method)
    found = {snake(name): given[name] for name in TAKEN if name in given}
    if "ENUM" in found:
        rows = [as_map(one) for one in as_list(found.pop("ENUM"))]
        found["LIST"] = [{snake(str(key)): value for key, value in one.items()} for one in rows]
    return found


def _module(call: Call, *, admin: bool = False) -> None:
    module = str(call.need("moduleId"))
    if not call.caller.may(module):
        raise RestError.plain(f"The current method required more scopes. ({module})")
    if module != "crm":
        raise RestError.plain("No settings for UserFieldAccess")
    if admin and not call.is_admin:
        raise RestError.plain("Доступ запрещён")


def _known(call: Call, entity: str) -> bool:
    names = {kind.user_fields for kind in kinds.all_kinds(call.portal)}
    return entity in names | {"CRM_REQUISITE"}


def _found(call: Call) -> Row:
    row = userfields.table(call.portal).get(to_int(call.need("id")))
    if row is None:
        raise RestError.plain("Пользовательское поле не найдено")
    return row
