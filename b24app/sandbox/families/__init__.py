"""Method families beside the CRM: tasks, lists, Drive, groups, calendars, documents, storages, channels.

A family is a description (fields with their types, what may be written, sorted, filtered) and the acts on it; how
values are read, compared, paged and printed is shared in `kit` and in `kernel.query`.
"""
