"""crm.currency.*: currencies by their letters, the base one, how each language writes them.

Source: `crm/currency/`.
"""

from typing import Any

from b24app.sandbox.crm import query
from b24app.sandbox.crm.fields import descriptions
from b24app.sandbox.kernel.errors import RestError, core_error
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Answer, Call, as_list, as_map, method, to_int
from b24app.sandbox.kernel.store import Row, Table

TEXTS = {"FULL_NAME": "string", "FORMAT_STRING": "string", "DEC_POINT": "string", "THOUSANDS_VARIANT": "string",
         "THOUSANDS_SEP": "string", "DECIMALS": "int", "HIDE_ZERO": "char"}  # fmt: skip
PLAN = {
    "CURRENCY": "string", "AMOUNT_CNT": "int", "AMOUNT": "double", "BASE": "char R", "SORT": "int",
    "DATE_UPDATE": "datetime R", "LID": "string R", "FORMAT_STRING": "string R", "FULL_NAME": "string R",
    "DEC_POINT": "string R", "THOUSANDS_SEP": "string R", "DECIMALS": "int R", "LANG": "currency_localization M",
}  # fmt: skip
FIRST = (("RUB", "Российский рубль", "# ₽", 1.0), ("USD", "Доллар США", "$#", 90.0), ("EUR", "Евро", "# €", 98.0),
         ("BYN", "Белорусский рубль", "# р.", 28.0), ("KZT", "Тенге", "# ₸", 0.19))  # fmt: skip
LANGUAGE, CODE_LENGTH = "ru", 3
COLUMNS = query.columns("CURRENCY", "FULL_NAME", AMOUNT_CNT="integer", AMOUNT="double", SORT="integer")


def table(portal: Portal) -> Table:
    """All currencies by code."""
    return portal.table("crm_currency")


def base(portal: Portal) -> str:
    """The code of the base currency."""
    return str(portal.setting("crm_currency_base", "RUB"))


def _texts(name: str, form: str) -> Row:
    return {"FULL_NAME": name, "FORMAT_STRING": form, "DEC_POINT": ".", "THOUSANDS_VARIANT": "B", "THOUSANDS_SEP": "&nbsp;",
            "DECIMALS": "2", "HIDE_ZERO": "Y"}  # fmt: skip


def start(portal: Portal) -> None:
    """The currencies of a fresh portal."""
    for place, (code, name, form, rate) in enumerate(FIRST if not len(table(portal)) else (), 1):
        table(portal).put(code, {"CURRENCY": code, "AMOUNT_CNT": 1, "AMOUNT": rate, "SORT": place * 100,
                                 "DATE_UPDATE": portal.iso(), "LANG": {LANGUAGE: _texts(name, form)}})  # fmt: skip


def shown(portal: Portal, row: Row) -> Row:
    """A currency in an answer, with the texts of the portal's language."""
    texts: Row = row["LANG"].get(LANGUAGE) or next(iter(row["LANG"].values()), {})
    plain = {"CURRENCY": row["CURRENCY"], "AMOUNT_CNT": str(row["AMOUNT_CNT"]), "AMOUNT": f"{row['AMOUNT']:.4f}",
             "SORT": str(row["SORT"]), "BASE": "Y" if row["CURRENCY"] == base(portal) else "N"}  # fmt: skip
    names = ("FULL_NAME", "FORMAT_STRING", "DEC_POINT", "THOUSANDS_SEP", "DECIMALS")
    spoken = {name: texts.get(name) for name in names}
    return {**plain, "LID": LANGUAGE, **spoken, "DATE_UPDATE": row["DATE_UPDATE"]}


@method("crm.currency.list", scope="crm")
def listing(call: Call) -> Any:
    order = call.map("order") or {"SORT": "ASC"}
    asked = query.Query(call.portal, COLUMNS)
    rows = asked.page(list(table(call.portal)), {}, order, call.get("start", default=0))
    return Answer([shown(call.portal, row) for row in rows.result], rows.total, rows.next)


@method("crm.currency.get", scope="crm")
def get(call: Call) -> Any:
    row = _found(call)
    return {**shown(call.portal, row), "LANG": row["LANG"]}


@method("crm.currency.add", scope="crm")
def add(call: Call) -> Any:
    _admin(call)
    given = {str(name).upper(): value for name, value in call.map("fields").items()}
    for name in ("CURRENCY", "AMOUNT_CNT", "AMOUNT"):
        if given.get(name) in (None, ""):
            raise core_error(f"Undefined array key &quot;{name}&quot;")
    code = str(given["CURRENCY"]).upper()
    if len(code) != CODE_LENGTH:
        raise core_error("Идентификатор валюты должен состоять из 3 символов")
    if code in table(call.portal):
        raise core_error(f"Валюта {code} уже существует")
    texts = {LANGUAGE: _texts(code, f"# {code}")} | _spoken(given.get("LANG"))
    row = {"CURRENCY": code, "SORT": 100, "DATE_UPDATE": call.portal.iso(), "LANG": texts, **_numbers(given)}
    table(call.portal).put(code, row)
    _happened(call, code, "ADD")
    return code


@method("crm.currency.update", scope="crm")
def update(call: Call) -> Any:
    _admin(call)
    row = _found(call)
    given = {str(name).upper(): value for name, value in call.map("fields").items()}
    texts = {**row["LANG"], **_spoken(given.get("LANG"))}
    table(call.portal).update(row["CURRENCY"], **_numbers(given), LANG=texts, DATE_UPDATE=call.portal.iso())
    _happened(call, row["CURRENCY"], "UPDATE")
    return True


@method("crm.currency.delete", scope="crm")
def delete(call: Call) -> Any:
    _admin(call)
    row = _found(call)
    if row["CURRENCY"] == base(call.portal):
        raise RestError.plain("Cannot delete base currency.")
    table(call.portal).delete(row["CURRENCY"])
    _happened(call, row["CURRENCY"], "DELETE")
    return True


@method("crm.currency.fields", scope="crm")
def fields(_: Call) -> Any:
    return descriptions(PLAN)


@method("crm.currency.base.get", scope="crm")
def base_get(call: Call) -> Any:
    return base(call.portal)


@method("crm.currency.base.set", scope="crm")
def base_set(call: Call) -> Any:
    _admin(call)
    call.portal.set_setting("crm_currency_base", _found(call)["CURRENCY"])
    return True


@method("crm.currency.localizations.get", scope="crm")
def localizations_get(call: Call) -> Any:
    return _found(call)["LANG"]


@method("crm.currency.localizations.set", scope="crm")
def localizations_set(call: Call) -> Any:
    _admin(call)
    row, texts = _found(call), _spoken(call.get("localizations"))
    table(call.portal).update(row["CURRENCY"], LANG={**row["LANG"], **texts})
    return bool(texts)


@method("crm.currency.localizations.delete", scope="crm")
def localizations_delete(call: Call) -> Any:
    _admin(call)
    row = _found(call)
    gone = {str(code) for code in as_list(call.get("lids"))}
    rest = {code: texts for code, texts in row["LANG"].items() if code not in gone}
    table(call.portal).update(row["CURRENCY"], LANG=rest)
    return len(rest) < len(row["LANG"]) or bool(gone)


@method("crm.currency.localizations.fields", scope="crm")
def localizations_fields(_: Call) -> Any:
    return descriptions(TEXTS)


def _found(call: Call) -> Row:
    code = str(call.get("id") or "")
    if not code:
        raise RestError.plain("The parameter id is invalid or not defined.")
    row = table(call.portal).get(code.upper())
    if row is None:
        raise RestError.plain("Not found")
    return row


def _numbers(given: Row) -> Row:
    found: Row = {}
    for name in ("AMOUNT_CNT", "SORT"):
        if given.get(name) not in (None, ""):
            found[name] = to_int(given[name])
    if given.get("AMOUNT") not in (None, ""):
        found["AMOUNT"] = float(str(given["AMOUNT"]).replace(",", "."))
    return found


def _spoken(raw: Any) -> dict[str, Row]:
    """Texts by language, each with all its keys."""
    return {str(code).lower(): {name: as_map(texts).get(name) for name in TEXTS} for code, texts in as_map(raw).items()}


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise RestError.plain("Access denied.")


def _happened(call: Call, code: str, act: str) -> None:
    call.portal.raise_event(f"ONCRMCURRENCY{act}", {"FIELDS": {"ID": code}}, user=call.user_id, subject=code)
