"""disk.storage.*, disk.rights.getTasks. Sources: `disk/storage/*.md`, `disk/rights/disk-rights-get-tasks.md`."""

from typing import Any

from b24app.sandbox.families.drive import model, reading, shapes
from b24app.sandbox.kernel.errors import access_denied
from b24app.sandbox.kernel.registry import Call, method
from b24app.sandbox.kernel.store import Row


@method("disk.storage.getFields", scope="disk")
def get_fields(_: Call) -> Any:
    return shapes.storage_fields()


@method("disk.storage.getTypes", scope="disk")
def get_types(_: Call) -> Any:
    return [model.USER, model.COMMON, model.GROUP]


@method("disk.storage.get", scope="disk")
def get(call: Call) -> Any:
    return shapes.storage(reading.storage(call))


@method("disk.storage.getList", scope="disk")
def get_list(call: Call) -> Any:
    """Storages the caller may read; those of applications are not shown."""
    rows = [row for row in model.storages(call.portal) if row["ENTITY_TYPE"] != model.APP]
    rows = [row for row in rows if model.may_read(call.portal, row, call.user_id)]
    answer = reading.listed(call, rows)
    answer.result = [shapes.storage(row) for row in answer.result]
    return answer


@method("disk.storage.getForApp", scope="disk")
def get_for_app(call: Call) -> Any:
    if call.app_id is None:
        raise access_denied("Access denied! Application context required", 400)
    return shapes.storage(model.app_storage(call.portal, call.app))


@method("disk.storage.rename", scope="disk")
def rename(call: Call) -> Any:
    """Only storages of applications have names of their own."""
    row, name = reading.storage(call), str(call.get("newName") or "").strip()
    if not name:
        raise reading.wrong(1)
    if row["ENTITY_TYPE"] != model.APP or not call.is_admin:
        raise access_denied("Access denied", 400)
    return shapes.storage(model.storages(call.portal).update(row["ID"], NAME=name))


def _root(call: Call) -> Row:
    row = reading.storage(call)
    root = model.objects(call.portal).get(row["ROOT_OBJECT_ID"])
    if root is None:
        raise reading.missing(row["ROOT_OBJECT_ID"])
    return root


@method("disk.storage.getChildren", scope="disk")
def get_children(call: Call) -> Any:
    return reading.children(call, _root(call))


@method("disk.storage.addFolder", scope="disk")
def add_folder(call: Call) -> Any:
    return reading.add_folder(call, _root(call))


@method("disk.storage.uploadFile", scope="disk")
def upload_file(call: Call) -> Any:
    return reading.upload(call, _root(call))


@method("disk.rights.getTasks", scope="disk")
def rights(_: Call) -> Any:
    return [{"ID": "79", "NAME": "disk_access_full", "TITLE": "Полный доступ"},
            {"ID": "75", "NAME": "disk_access_edit", "TITLE": "Редактирование"},
            {"ID": "77", "NAME": "disk_access_add", "TITLE": "Добавление"},
            {"ID": "71", "NAME": "disk_access_read", "TITLE": "Чтение"}]  # fmt: skip
