"""crm.enum.*, crm.settings.mode.get, crm.multifield.fields: fixed lists.

Source: `crm/auxiliary/`, `crm/crm-settings-mode-get.md`, methods.md 0.3.
"""

from collections.abc import Iterable
from typing import Any

from b24app.sandbox.crm import kinds
from b24app.sandbox.crm.fields import descriptions
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.kernel.store import Row

CLASSIC_MODE, SIMPLE_MODE = 1, 2
LISTS: dict[str, list[tuple[int, str, str]]] = {
    "activitytype": [(1, "Встреча", "MEETING"), (2, "Звонок", "CALL"), (3, "Задача", "TASK"), (4, "Письмо", "EMAIL"),
                     (5, "Активность", "ACTIVITY"), (6, "Пользовательское действие", "PROVIDER")],
    "activitystatus": [(1, "Ожидается", "WAITING"), (2, "Завершено", "COMPLETED"),
                       (3, "Завершено автоматически", "AUTOCOMPLETED")],
    "activitydirection": [(1, "Входящее", "INCOMING"), (2, "Исходящее", "OUTGOING")],
    "activitypriority": [(1, "Низкая", "LOW"), (2, "Средняя", "MEDIUM"), (3, "Высокая", "HIGH")],
    "activitynotifytype": [(1, "минут", "MINUTE"), (2, "часов", "HOUR"), (3, "дней", "DAY")],
    "contenttype": [(1, "Обычный текст", "PLAIN_TEXT"), (2, "BBCode", "BB_CODE"), (3, "HTML", "HTML")],
    "addresstype": [(1, "Фактический адрес", "PRIMARY"), (4, "Адрес регистрации", "HOME"),
                    (6, "Юридический адрес", "REGISTERED"), (8, "Почтовый адрес", "POSTAL"), (9, "Адрес бенефициара",
                    "BENEFICIARY"), (11, "Адрес доставки", "DELIVERY")],
}  # fmt: skip
MORE_OWNERS = ((5, "Счёт", "INVOICE", "I"), (8, "Реквизиты", "REQUISITE", "RQ"), (14, "Заказ", "ORDER", "O"))


def _list(rows: Iterable[tuple[int, str, str]]) -> list[Row]:
    return [{"ID": number, "NAME": name, "SYMBOL_CODE": code, "SYMBOL_CODE_SHORT": None} for number, name, code in rows]


def _register(name: str, rows: list[tuple[int, str, str]]) -> None:
    method(f"crm.enum.{name}", scope="crm")(lambda _: _list(rows))


for _name, _rows in LISTS.items():
    _register(_name, _rows)


@method("crm.enum.ownertype", scope="crm")
def owner_type(call: Call) -> Any:
    return owners(call.portal)


def owners(portal: Portal) -> list[Row]:
    """Every kind of objects, smart processes last."""
    found = [(kind.number, kind.title, kind.name, kind.short) for kind in kinds.all_kinds(portal)]
    own = [one for one in found if one[0] < kinds.INVOICE]
    rest = [one for one in found if one[0] >= kinds.INVOICE]
    rows = [*own, *MORE_OWNERS, *rest]
    return [{"ID": number, "NAME": name, "SYMBOL_CODE": code, "SYMBOL_CODE_SHORT": short}
            for number, name, code, short in rows]  # fmt: skip


@method("crm.enum.fields", scope="crm")
def fields(_: Call) -> Any:
    return descriptions({"ID": "int", "NAME": "string", "SYMBOL_CODE": "string", "SYMBOL_CODE_SHORT": "string"})


@method("crm.enum.getorderownertypes", scope="crm")
def order_owner_types(_: Call) -> Any:
    rows = ((1, "Лид", "LEAD"), (2, "Сделка", "DEAL"), (3, "Контакт", "CONTACT"), (4, "Компания", "COMPANY"))
    return [{"id": number, "name": name, "code": code, "attribute": code} for number, name, code in rows]


@method("crm.enum.settings.mode", scope="crm")
def settings_mode(_: Call) -> Any:
    return _list(((CLASSIC_MODE, "Классический режим CRM", "CLASSIC"), (SIMPLE_MODE, "Простой режим CRM", "SIMPLE")))


@method("crm.settings.mode.get", scope="crm")
def mode(call: Call) -> Any:
    return call.portal.setting("crm_mode", CLASSIC_MODE)


@method("crm.multifield.fields", scope="crm")
def multifield_fields(_: Call) -> Any:
    return descriptions({"ID": "integer R", "TYPE_ID": "string", "VALUE": "string", "VALUE_TYPE": "string"})
