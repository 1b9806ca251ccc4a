"""crm.userfield.*: which kinds of user fields there are and what each of them can be told.

Source: `crm/universal/user-defined-fields/`.
"""

from typing import Any

from b24app.sandbox.crm.fields import descriptions
from b24app.sandbox.crm.userfields import FLAGS, LABELS, SETTINGS, TYPES
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method


@method("crm.userfield.types", scope="crm")
def types(call: Call) -> Any:
    own = [{"ID": code, "title": title} for code, title in TYPES.items()]
    registered = call.portal.table("userfieldtype")
    return own + [{"ID": f"rest_{row['APP_ID']}_{row['USER_TYPE_ID']}", "title": row["TITLE"]} for row in registered]


@method("crm.userfield.fields", scope="crm")
def fields(_: Call) -> Any:
    plan = {
        "ID": "int R",
        "ENTITY_ID": "string I",
        "FIELD_NAME": "string rI",
        "USER_TYPE_ID": "string rI",
        "XML_ID": "string",
    }
    plan |= dict.fromkeys(LABELS, "string") | dict.fromkeys(FLAGS, "char") | {"MULTIPLE": "char I", "SORT": "int"}
    return descriptions({**plan, "LIST": "uf_enum_element M", "SETTINGS": "object"})


@method("crm.userfield.enumeration.fields", scope="crm")
def enumeration_fields(_: Call) -> Any:
    return descriptions(
        {"ID": "int R", "SORT": "int", "VALUE": "string", "DEF": "char", "XML_ID": "string", "DEL": "char"}
    )


@method("crm.userfield.settings.fields", scope="crm")
def settings_fields(call: Call) -> Any:
    kind = str(call.get("type") or "")
    if not kind:
        raise RestError.plain("Parameter 'type' is not specified or empty.")
    known = SETTINGS.get(kind, {})
    return descriptions({name: "int" if isinstance(value, int) else "string" for name, value in known.items()})
