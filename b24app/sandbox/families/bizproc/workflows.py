"""bizproc.workflow.* and bizproc.task.list. Sources: `bizproc/bizproc-workflow-*.md`, `bizproc/template/*.md`."""

from typing import Any

from b24app.sandbox.families.bizproc import running
from b24app.sandbox.families.drive import model as drive
from b24app.sandbox.families.kit.fields import yes_no
from b24app.sandbox.families.kit.names import upper, upper_keys
from b24app.sandbox.kernel import query
from b24app.sandbox.kernel.errors import RestError, access_denied
from b24app.sandbox.kernel.registry import Call, as_list, method, to_int
from b24app.sandbox.kernel.store import Row

TEMPLATES = "bp_template"
INSTANCE = (
    "ID",
    "MODIFIED",
    "OWNED_UNTIL",
    "MODULE_ID",
    "ENTITY",
    "DOCUMENT_ID",
    "STARTED",
    "STARTED_BY",
    "TEMPLATE_ID",
)
TEMPLATE = ("ID", "MODULE_ID", "ENTITY", "DOCUMENT_TYPE", "AUTO_EXECUTE", "NAME", "DESCRIPTION", "MODIFIED",
            "IS_MODIFIED", "USER_ID", "SYSTEM_CODE", "PARAMETERS")  # fmt: skip


def _admin(call: Call) -> None:
    if not call.is_admin:
        raise access_denied("Access denied!")


@method("bizproc.workflow.start", scope="bizproc")
def start_workflow(call: Call) -> Any:
    """A workflow of a template over a document; it runs until it is stopped."""
    _admin(call)
    number = call.int("TEMPLATE_ID")
    if not number:
        raise RestError("ERROR_WRONG_WORKFLOW_ID", "Empty TEMPLATE_ID")
    template = call.portal.table(TEMPLATES).get(number)
    if template is None:
        raise RestError("ERROR_WRONG_WORKFLOW_ID", "Template not found")
    place = [str(one) for one in as_list(call.get("DOCUMENT_ID"))]
    if len(place) != 3 or not all(place):
        raise RestError.plain("Wrong DOCUMENT_ID!")
    if place[:2] != template["DOCUMENT_TYPE"][:2]:
        raise RestError.plain("Template type and DOCUMENT_ID mismatch!")
    return running.begin(call.portal, place, template=number, user=call.user_id)["ID"]


def _flow(call: Call) -> Row | None:
    _admin(call)
    number = str(call.get("ID") or "")
    if not number:
        raise RestError("ERROR_WRONG_WORKFLOW_ID", "Empty workflow instance ID")
    return call.portal.table(running.WORKFLOWS).get(number)


@method("bizproc.workflow.terminate", scope="bizproc")
def terminate(call: Call) -> Any:
    """Stop a workflow; what it wrote stays."""
    flow = _flow(call)
    if flow:
        call.portal.table(running.WORKFLOWS).update(flow["ID"], OPEN=False, STATUS=str(call.get("STATUS") or ""))
    return True


@method("bizproc.workflow.kill", scope="bizproc")
def kill(call: Call) -> Any:
    """Delete a workflow with all it wrote."""
    flow = _flow(call)
    if flow:
        call.portal.table(running.WORKFLOWS).delete(flow["ID"])
    return True


@method("bizproc.workflow.instances", "bizproc.workflow.instance.list", scope="bizproc")
def instances(call: Call) -> Any:
    _admin(call)
    lines = query.conditions(upper_keys(call.map("FILTER")))
    rows = [
        row
        for row in call.portal.table(running.WORKFLOWS).where(OPEN=True)
        if query.passes(row, lines, call.portal.clock)
    ]
    order = upper_keys(call.map("ORDER")) or {"MODIFIED": "desc"}
    answer = query.page(query.ordered(rows, order, call.portal.clock), call.get("start"))
    names = [upper(str(one)) for one in as_list(call.get("SELECT"))] or ["ID", "MODIFIED", "OWNED_UNTIL"]
    answer.result = [{name: _text(row[name]) for name in INSTANCE if name in names} for row in answer.result]
    return answer


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


# --- templates of an application


def _owner(call: Call) -> int:
    if call.app_id is None:
        raise access_denied("Access denied! Application context required")
    _admin(call)
    return call.app_id


@method("bizproc.workflow.template.add", scope="bizproc")
def template_add(call: Call) -> Any:
    """A template from an exported file; the sandbox keeps the file as it is."""
    owner = _owner(call)
    place = [str(one) for one in as_list(call.get("DOCUMENT_TYPE"))]
    if len(place) != 3:
        raise RestError("ERROR_TEMPLATE_VALIDATION_FAILURE", "Incorrect field DOCUMENT_TYPE!")
    if not call.get("NAME"):
        raise RestError("ERROR_TEMPLATE_VALIDATION_FAILURE", "Empty field NAME!")
    row = call.portal.table(TEMPLATES).add({
        "APP_ID": owner, "DOCUMENT_TYPE": place, "MODULE_ID": place[0], "ENTITY": place[1], "NAME": str(call.get("NAME")),
        "DESCRIPTION": str(call.get("DESCRIPTION") or ""), "AUTO_EXECUTE": call.int("AUTO_EXECUTE"), "USER_ID": call.user_id,
        "MODIFIED": call.portal.iso(), "IS_MODIFIED": "N", "SYSTEM_CODE": f"rest_app_{owner}", "PARAMETERS": [],
        "FILE_ID": _file(call),
    })  # fmt: skip
    return row["ID"]


def _file(call: Call) -> int:
    try:
        name, body = drive.content(call.get("TEMPLATE_DATA"))
    except RestError:
        body, name = "", ""
    if not body:
        raise RestError("ERROR_TEMPLATE_VALIDATION_FAILURE", "Incorrect field TEMPLATE_DATA!")
    return int(drive.keep(call.portal, body, name or "template.bpt")["ID"])


def _template(call: Call) -> Row:
    row = call.portal.table(TEMPLATES).first(ID=call.int("ID"), APP_ID=_owner(call))
    if row is None:
        raise RestError("ERROR_TEMPLATE_NOT_FOUND", "Workflow template not found.")
    return row


@method("bizproc.workflow.template.update", scope="bizproc")
def template_update(call: Call) -> Any:
    row, fields = _template(call), upper_keys(call.map("FIELDS"))
    kept: Row = {name: str(fields[name]) for name in ("NAME", "DESCRIPTION") if fields.get(name)}
    if "AUTO_EXECUTE" in fields:
        kept["AUTO_EXECUTE"] = to_int(fields["AUTO_EXECUTE"])
    call.portal.table(TEMPLATES).update(row["ID"], **kept, MODIFIED=call.portal.iso(), IS_MODIFIED=yes_no(False))
    return row["ID"]


@method("bizproc.workflow.template.delete", scope="bizproc")
def template_delete(call: Call) -> Any:
    call.portal.table(TEMPLATES).delete(_template(call)["ID"])
    return None


@method("bizproc.workflow.template.list", scope="bizproc")
def template_list(call: Call) -> Any:
    _admin(call)
    lines = query.conditions(upper_keys(call.map("FILTER")))
    rows = [row for row in call.portal.table(TEMPLATES) if query.passes(row, lines, call.portal.clock)]
    order = upper_keys(call.map("ORDER")) or {"ID": "ASC"}
    answer = query.page(query.ordered(rows, order, call.portal.clock), call.get("start"))
    names = [upper(str(one)) for one in as_list(call.get("SELECT"))] or ["ID"]
    wanted = [name for name in TEMPLATE if name in names]
    answer.result = [
        {name: row[name] if isinstance(row[name], list) else _text(row[name]) for name in wanted}
        for row in answer.result
    ]
    return answer


@method("bizproc.task.list", scope="bizproc")
def task_list(_: Call) -> Any:
    """Tasks of workflows are made by templates of the designer, which the sandbox does not run: there are none."""
    return []
