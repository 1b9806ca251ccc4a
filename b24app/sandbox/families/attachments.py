"""Files of the Drive attached to something else: `n123` attaches file 123, a bare number keeps an attachment.

Source: `api-reference/files/how-to-upload-files.md`, `disk/attached-object/disk-attached-object-get.md`.
"""

from typing import Any

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row

FILES, ATTACHED = "disk_object", "disk_attached"


class FileNotFound(Exception):
    """There is no such file on the Drive."""


def attach(portal: Portal, file_id: int, *, module: str, entity: str, entity_id: int, user: int) -> Row:
    """One more attachment of a file; raises `FileNotFound`."""
    found = portal.table(FILES).get(file_id)
    if found is None or found.get("TYPE") != "file":
        raise FileNotFound
    about = {"OBJECT_ID": file_id, "MODULE_ID": module, "ENTITY_TYPE": entity, "ENTITY_ID": entity_id}
    return portal.table(ATTACHED).add({**about, "CREATED_BY": user, "CREATE_TIME": portal.iso()})


def attach_all(portal: Portal, values: list[Any], *, module: str, entity: str, entity_id: int, user: int) -> list[int]:
    """Numbers of the attachments that these values mean; raises `FileNotFound`."""
    about = {"module": module, "entity": entity, "entity_id": entity_id, "user": user}
    kept: list[int] = []
    for value in values:
        text = str(value)
        if text.startswith("n"):
            kept.append(attach(portal, to_int(text[1:]), **about)["ID"])  # type: ignore[arg-type]
        elif to_int(text) in portal.table(ATTACHED):
            kept.append(to_int(text))
        else:
            portal.tell(f"{entity} {entity_id}: attachment {text} does not exist and was passed over")
    return kept


def printed(portal: Portal, number: int) -> dict[str, Any] | None:
    """An attachment as tasks print it in comments and checklists; None when its file is gone."""
    row = portal.table(ATTACHED).get(number)
    found = portal.table(FILES).get(row["OBJECT_ID"]) if row else None
    if found is None:
        return None
    link = f"/bitrix/tools/disk/uf.php?attachedId={number}&action="
    return {
        "ATTACHMENT_ID": str(number), "NAME": found["NAME"], "SIZE": str(found["SIZE"]), "FILE_ID": str(found["FILE_ID"]),
        "DOWNLOAD_URL": f"{link}download&ncc=1", "VIEW_URL": f"{link}show&ncc=1",
    }  # fmt: skip
