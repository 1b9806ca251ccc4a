"""The fields of a task, as `tasks.task.getFields` describes them. Source: `tasks/tasks-task-get-fields.md`."""

from b24app.sandbox.families.kit.fields import Described, Field, Kind

Y_N = {"Y": "Да", "N": "Нет"}
STATUSES = {"2": "Ждёт выполнения", "3": "Выполняется", "4": "Ждёт контроля", "5": "Завершена", "6": "Отложена"}
PENDING, WORKING, CONTROL, DONE, DEFERRED = 2, 3, 4, 5, 6


def _flag(name: str, title: str | None = None, *, default: str | None = "N", readonly: bool = False) -> Field:
    return Field(name, Kind.FLAG, title, default, Y_N, readonly=readonly)


def _own(name: str, kind: Kind, title: str | None = None, default: object = None) -> Field:
    """A field the portal fills by itself."""
    return Field(name, kind, title, default, readonly=True)


TASK = Described([
    _own("ID", Kind.INT, "ID"),
    Field("PARENT_ID", Kind.INT, "ID базовой задачи"),
    Field("TITLE", Kind.STRING, "Название", "", required=True),
    Field("DESCRIPTION", Kind.STRING, "Описание", ""),
    Field("MARK", Kind.CHOICE, "Оценка", None, {"N": "Отрицательная", "P": "Положительная"}),
    Field("PRIORITY", Kind.INT, "Приоритет", 1, {"2": "Высокий", "1": "Средний", "0": "Низкий"}),
    Field("STATUS", Kind.INT, "Статус", PENDING, STATUSES),
    _flag("MULTITASK", "Множественная задача"),
    _flag("NOT_VIEWED", readonly=True),
    _flag("REPLICATE", "Повторяемая задача"),
    Field("GROUP_ID", Kind.INT, "Проект", 0),
    Field("STAGE_ID", Kind.INT, "Стадия", 0),
    Field("SPRINT_ID", Kind.INT, "Спринт"),
    Field("BACKLOG_ID", Kind.INT, "Бэклог"),
    Field("CREATED_BY", Kind.INT, "Постановщик", None, required=True),
    _own("CREATED_DATE", Kind.MOMENT),
    Field("RESPONSIBLE_ID", Kind.INT, "Исполнитель", None, required=True),
    Field("ACCOMPLICES", Kind.NUMBERS, None, []),
    Field("AUDITORS", Kind.NUMBERS, None, []),
    _own("CHANGED_BY", Kind.INT, "Изменил"),
    _own("CHANGED_DATE", Kind.MOMENT, "Дата изменения"),
    _own("STATUS_CHANGED_BY", Kind.INT, "Изменил статус"),
    _own("STATUS_CHANGED_DATE", Kind.MOMENT, "Дата изменения статуса"),
    _own("CLOSED_BY", Kind.INT, "Закрыл задачу"),
    _own("CLOSED_DATE", Kind.MOMENT, "Дата закрытия"),
    _own("ACTIVITY_DATE", Kind.MOMENT),
    _own("DATE_START", Kind.MOMENT, "Дата начала"),
    Field("DEADLINE", Kind.MOMENT, "Крайний срок"),
    Field("START_DATE_PLAN", Kind.MOMENT, "Плановое начало"),
    Field("END_DATE_PLAN", Kind.MOMENT, "Плановое завершение"),
    _own("GUID", Kind.STRING, "GUID"),
    Field("XML_ID", Kind.STRING, "XML_ID"),
    _own("COMMENTS_COUNT", Kind.INT, "Количество комментариев"),
    _own("SERVICE_COMMENTS_COUNT", Kind.INT),
    _flag("ALLOW_CHANGE_DEADLINE"),
    _flag("ALLOW_TIME_TRACKING"),
    _flag("TASK_CONTROL", "Принять работу"),
    _flag("ADD_IN_REPORT", "Включить в отчёт"),
    _own("FORKED_BY_TEMPLATE_ID", Kind.INT, "Создано по шаблону"),
    Field("TIME_ESTIMATE", Kind.INT, "Планируемое время", 0),
    _own("TIME_SPENT_IN_LOGS", Kind.INT, "Затрачено по истории"),
    _flag("MATCH_WORK_TIME", "Пропустить выходные дни"),
    _own("FORUM_TOPIC_ID", Kind.INT, "FORUM_TOPIC_ID"),
    _own("FORUM_ID", Kind.INT, "FORUM_ID"),
    _own("SITE_ID", Kind.STRING, "SITE_ID", "s1"),
    _flag("SUBORDINATE", "Задача подчинённого", readonly=True),
    _own("EXCHANGE_MODIFIED", Kind.MOMENT, "EXCHANGE_MODIFIED"),
    _own("EXCHANGE_ID", Kind.STRING, "EXCHANGE_ID"),
    _own("OUTLOOK_VERSION", Kind.INT, "OUTLOOK_VERSION", 1),
    _own("VIEWED_DATE", Kind.MOMENT, "Дата последнего просмотра"),
    Field("SORTING", Kind.DOUBLE, "Индекс сортировки"),
    _own("DURATION_FACT", Kind.INT, "Затрачено (фактически)"),
    _flag("IS_MUTED", readonly=True),
    _flag("IS_PINNED", readonly=True),
    _flag("IS_PINNED_IN_GROUP", readonly=True),
    Field("FLOW_ID", Kind.INT, "Поток"),
    _own("CHAT_ID", Kind.INT, "Чат"),
    Field("DESCRIPTION_IN_BBCODE", Kind.FLAG, None, "Y", readonly=True),
    Field("DURATION_PLAN", Kind.INT, "Затрачено (план)"),
    Field("DURATION_TYPE", Kind.CHOICE, "DURATION_TYPE", "days"),
    _flag("FAVORITE", readonly=True),
    Field("TAGS", Kind.STRINGS, None, []),
    Field("DEPENDS_ON", Kind.NUMBERS, None, []),
    Field("UF_CRM_TASK", Kind.STRINGS, "Элементы CRM", []),
    Field("UF_TASK_WEBDAV_FILES", Kind.STRINGS, "Загрузить файлы", []),
    _own("UF_MAIL_MESSAGE", Kind.INT),
])  # fmt: skip

DURATIONS = ["secs", "mins", "hours", "days", "weeks", "months", "years"]
# Kept in the row, but not among the fields a plain answer shows.
ASIDE = {"TAGS", "DEPENDS_ON", "UF_CRM_TASK", "UF_TASK_WEBDAV_FILES", "UF_MAIL_MESSAGE"}
SYSTEM_UF = {"UF_CRM_TASK", "UF_TASK_WEBDAV_FILES", "UF_MAIL_MESSAGE"}
SORTABLE = frozenset({
    "ID", "TITLE", "TIME_SPENT_IN_LOGS", "DATE_START", "CREATED_DATE", "CHANGED_DATE", "CLOSED_DATE", "ACTIVITY_DATE",
    "START_DATE_PLAN", "END_DATE_PLAN", "DEADLINE", "REAL_STATUS", "STATUS", "STATUS_COMPLETE", "PRIORITY", "MARK",
    "CREATED_BY", "RESPONSIBLE_ID", "CREATED_BY_LAST_NAME", "RESPONSIBLE_LAST_NAME", "GROUP_ID", "TIME_ESTIMATE",
    "ALLOW_CHANGE_DEADLINE", "ALLOW_TIME_TRACKING", "MATCH_WORK_TIME", "FAVORITE", "SORTING", "IS_PINNED",
    "IS_PINNED_IN_GROUP", "MESSAGE_ID", "DEADLINE_ORIGINAL",
})  # fmt: skip


def described() -> dict[str, dict[str, object]]:
    """The fields as `tasks.task.getFields` prints them."""
    return {name: _described(one) for name, one in TASK.fields.items() if name not in _NOT_LISTED}


_NOT_LISTED = {"CHAT_ID", "DESCRIPTION_IN_BBCODE", "TAGS", "DEPENDS_ON"}
_TYPES = {"UF_CRM_TASK": "crm", "UF_TASK_WEBDAV_FILES": "disk_file", "UF_MAIL_MESSAGE": "mail_message"}


def _described(one: Field) -> dict[str, object]:
    kind = "enum" if one.values or one.kind is Kind.FLAG else str(one.kind.value)
    shown: dict[str, object] = {"title": one.title, "type": _TYPES.get(one.name, kind)}
    if one.name == "ID":
        return {**shown, "primary": True}
    if one.name == "DURATION_TYPE":
        return {**shown, "type": "enum", "values": DURATIONS, "default": "days"}
    if one.values:
        shown["values"] = dict(one.values)
    if one.required:
        return {**shown, "required": True}
    return shown if one.default in ("", []) else {**shown, "default": one.default}
