"""The Drive: storages, folders, files with versions, links, attachments. Sources: `api-reference/disk/**.md`.

An answer shows where a value comes from: what was read is a string, what this very call made or changed is a number
(`PARENT_ID` after a move, `DELETED_TYPE` after a restore).
"""
