"""The Drive, from the answers of `api-reference/disk/**.md`."""

import base64
from typing import Any

from tests.support.sandbox import Sandbox

MARIA = 2
HELLO = base64.b64encode("Привет".encode()).decode()


async def own(box: Sandbox) -> int:
    """Number of the administrator's storage."""
    rows = await box.call("disk.storage.getlist", {"filter": {"ENTITY_TYPE": "user", "ENTITY_ID": 1}})
    return int(rows[0]["ID"])


async def folder(box: Sandbox, name: str = "Акты") -> dict[str, Any]:
    made = await box.call("disk.storage.addfolder", {"id": await own(box), "data": {"NAME": name}})
    return dict(made)


async def refused(box: Sandbox, method: str, params: dict[str, Any], token: str = "") -> tuple[int, str, str]:
    answer = await box.raw(method, params, token)
    return answer.status_code, answer.json()["error"], answer.json()["error_description"]


async def test_storages_of_people_of_the_company_and_of_an_application(box: Sandbox) -> None:
    assert await box.call("disk.storage.gettypes") == ["user", "common", "group"]
    rows = await box.call("disk.storage.getlist", {})
    assert {(row["ENTITY_TYPE"], row["ENTITY_ID"]) for row in rows} == {
        ("common", "shared_files_s1"), ("user", "1"), ("user", "2"),
    }  # fmt: skip
    hers = await box.call("disk.storage.getlist", {}, token=box.token(MARIA))
    assert [row["ENTITY_ID"] for row in hers if row["ENTITY_TYPE"] == "user"] == ["2"]

    app = await box.call("disk.storage.getforapp", {}, token=box.token())
    assert app["ENTITY_TYPE"] == "restapp"
    renamed = await box.call("disk.storage.rename", {"id": app["ID"], "newName": "Поддержка"})
    assert renamed["NAME"] == "Поддержка"
    assert await refused(box, "disk.storage.getforapp", {}) == (
        400, "ACCESS_DENIED", "Access denied! Application context required",
    )  # fmt: skip


async def test_what_a_call_makes_is_a_number_and_what_was_read_is_a_string(box: Sandbox) -> None:
    made = await folder(box)
    assert (made["ID"], made["REAL_OBJECT_ID"], made["DELETED_TYPE"], made["DELETED_BY"]) == (
        made["ID"], made["ID"], 0, None,
    )  # fmt: skip
    read = await box.call("disk.folder.get", {"id": made["ID"]})
    assert (read["ID"], read["DELETED_TYPE"], read["DELETED_BY"]) == (str(made["ID"]), "0", "0")

    target = (await folder(box, "Архив"))["ID"]
    moved = await box.call("disk.folder.moveto", {"id": made["ID"], "targetFolderId": target})
    assert (moved["ID"], moved["PARENT_ID"]) == (str(made["ID"]), target)
    trashed = await box.call("disk.folder.markdeleted", {"id": made["ID"]})
    assert trashed["DELETED_TYPE"] == 3
    assert (await refused(box, "disk.folder.get", {"id": made["ID"]}))[1] == "ERROR_NOT_FOUND"
    assert (await box.call("disk.folder.restore", {"id": made["ID"]}))["DELETED_TYPE"] == 0


async def test_a_file_is_uploaded_and_fetched_by_its_signed_address(box: Sandbox) -> None:
    where = (await folder(box))["ID"]
    content = ["act.txt", HELLO]
    made = await box.call("disk.folder.uploadfile", {"id": where, "data": {"NAME": "Акт.txt"}, "fileContent": content})
    assert (made["NAME"], made["SIZE"], made["GLOBAL_CONTENT_VERSION"]) == ("Акт.txt", "12", 1)

    answer = await box.client.get(made["DOWNLOAD_URL"])
    assert (answer.status_code, answer.content.decode()) == (200, "Привет")
    assert answer.headers["content-type"].startswith("text/plain")
    broken = await box.client.get(made["DOWNLOAD_URL"] + "x")
    assert broken.status_code == 403

    taken = {"id": where, "data": {"NAME": "Акт.txt"}, "fileContent": content}
    assert await refused(box, "disk.folder.uploadfile", taken) == (
        400, "DISK_OBJ_22000", "A file with this name already exists",
    )  # fmt: skip
    second = await box.call("disk.folder.uploadfile", {**taken, "generateUniqueName": True})
    assert second["NAME"] == "Акт (1).txt"


async def test_without_content_a_file_is_posted_to_the_address_that_is_answered(box: Sandbox) -> None:
    where = (await folder(box))["ID"]
    place = await box.call("disk.folder.uploadfile", {"id": where}, token=box.token())
    assert place["field"] == "file"
    posted = await box.client.post(place["uploadUrl"], files={"file": ("log.bin", b"\x00\xff\x10")})
    assert posted.json()["result"]["SIZE"] == "3"
    (row,) = await box.call("disk.folder.getchildren", {"id": where})
    assert (await box.client.get(row["DOWNLOAD_URL"])).content == b"\x00\xff\x10"


async def test_a_file_keeps_its_versions(box: Sandbox) -> None:
    where = (await folder(box))["ID"]
    file = {"id": where, "data": {"NAME": "a.txt"}, "fileContent": ["a.txt", HELLO]}
    number = (await box.call("disk.folder.uploadfile", file))["ID"]
    newer = await box.call("disk.file.uploadversion", {"id": number, "fileContent": ["a.txt", "QUI="]})
    assert (newer["ID"], newer["GLOBAL_CONTENT_VERSION"], newer["SIZE"]) == (str(number), 2, "2")

    rows = await box.call("disk.file.getversions", {"id": number})
    assert [row["GLOBAL_CONTENT_VERSION"] for row in rows] == ["2", "1"]
    old = rows[1]["ID"]
    assert (await box.call("disk.file.restorefromversion", {"id": number, "versionId": old}))["SIZE"] == "12"


async def test_refusals_name_the_place_of_the_argument_and_the_number(box: Sandbox) -> None:
    assert await refused(box, "disk.file.get", {}) == (
        400,
        "ERROR_ARGUMENT",
        "Invalid value of parameter {Parameter #0}",
    )
    assert await refused(box, "disk.file.get", {"id": 999}) == (
        400, "ERROR_NOT_FOUND", "Could not find entity with id `999`",
    )  # fmt: skip
    made = await folder(box)
    file = {"id": made["ID"], "fileContent": ["a.txt", HELLO]}
    assert (await refused(box, "disk.folder.uploadfile", file))[1] == "DISK_BASE_SERVICE_22001"
    broken = {**file, "data": {"NAME": "a"}, "fileContent": ["a.txt", "not base64!"]}
    assert (await refused(box, "disk.folder.uploadfile", broken))[1] == "ERROR_COULD_NOT_SAVE_FILE"
    assert (await refused(box, "disk.folder.get", {"id": made["ID"]}, box.token(MARIA)))[1] == "ACCESS_DENIED"


async def test_a_folder_opened_to_a_colleague_is_read_by_her(box: Sandbox) -> None:
    made = await folder(box)
    share = {"id": made["ID"], "userId": MARIA, "taskName": "disk_access_read"}
    assert await box.call("disk.folder.sharetouser", share) is True
    assert (await box.call("disk.folder.get", {"id": made["ID"]}, token=box.token(MARIA)))["NAME"] == "Акты"


async def test_a_folder_is_copied_with_what_lies_in_it_and_deleted_with_it(box: Sandbox) -> None:
    source, target = (await folder(box))["ID"], (await folder(box, "Копии"))["ID"]
    file = {"id": source, "data": {"NAME": "a.txt"}, "fileContent": ["a.txt", HELLO]}
    await box.call("disk.folder.uploadfile", file)
    copied = await box.call("disk.folder.copyto", {"id": source, "targetFolderId": target})
    inside = await box.call("disk.folder.getchildren", {"id": copied["ID"], "filter": {"TYPE": "file"}})
    assert [row["NAME"] for row in inside] == ["a.txt"]
    assert await box.call("disk.folder.deletetree", {"id": source}) is True
    assert (await refused(box, "disk.folder.get", {"id": source}))[1] == "ERROR_NOT_FOUND"


async def test_search_wants_three_letters_and_looks_in_the_given_scope(box: Sandbox) -> None:
    made = await folder(box, "Отчёты за ноябрь")
    assert (await refused(box, "disk.file.search", {"QUERY": "от"}))[1] == "INVALID_QUERY"
    found = await box.call("disk.file.search", {"QUERY": "отчёты", "TYPE": "folder"})
    assert [row["ID"] for row in found] == [str(made["ID"])]
    assert (await refused(box, "disk.file.search", {"QUERY": "отчёты", "FILTER": {"NAME": "x"}}))[1] == "INVALID_FILTER"


async def test_a_file_of_the_drive_is_attached_to_a_task_by_its_number_with_n(box: Sandbox) -> None:
    where = (await folder(box))["ID"]
    file = {"id": where, "data": {"NAME": "a.txt"}, "fileContent": ["a.txt", HELLO]}
    number = (await box.call("disk.folder.uploadfile", file))["ID"]
    fields = {"TITLE": "С файлом", "RESPONSIBLE_ID": 1, "UF_TASK_WEBDAV_FILES": [f"n{number}"]}
    task = (await box.call("tasks.task.add", {"fields": fields}))["task"]["id"]
    read = await box.call("tasks.task.get", {"taskId": task, "select": ["UF_TASK_WEBDAV_FILES"]})
    (attachment,) = read["task"]["ufTaskWebdavFiles"]
    shown = await box.call("disk.attachedobject.get", {"id": attachment})
    assert (shown["OBJECT_ID"], shown["ENTITY_TYPE"], shown["ENTITY_ID"]) == (str(number), "tasks_task", str(task))
    assert (await box.client.get(shown["DOWNLOAD_URL"])).content.decode() == "Привет"
