"""Fields of employees: their labels, and which of them a scope may see.

Source: `api-reference/user/user-fields.md`, `user-scope.md` (the labels are those of a Russian portal).
"""

from collections.abc import Callable

LABELS = {
    "ID": "ID", "XML_ID": "Внешний код", "ACTIVE": "Активность", "NAME": "Имя", "LAST_NAME": "Фамилия",
    "SECOND_NAME": "Отчество", "TITLE": "Список пользователей", "EMAIL": "E-Mail",
    "LAST_LOGIN": "Последняя авторизация", "DATE_REGISTER": "Дата регистрации", "TIME_ZONE": "TIME_ZONE",
    "IS_ONLINE": "IS_ONLINE", "TIMESTAMP_X": "TIMESTAMP_X", "LAST_ACTIVITY_DATE": "LAST_ACTIVITY_DATE",
    "PERSONAL_GENDER": "Пол", "PERSONAL_PROFESSION": "Профессия", "PERSONAL_WWW": "Домашняя страничка",
    "PERSONAL_BIRTHDAY": "Дата рождения", "PERSONAL_PHOTO": "Фотография", "PERSONAL_ICQ": "ICQ",
    "PERSONAL_PHONE": "Личный телефон", "PERSONAL_FAX": "Факс", "PERSONAL_MOBILE": "Личный мобильный",
    "PERSONAL_PAGER": "Пейджер", "PERSONAL_STREET": "Улица проживания", "PERSONAL_CITY": "Город проживания",
    "PERSONAL_STATE": "Область / край", "PERSONAL_ZIP": "Почтовый индекс", "PERSONAL_COUNTRY": "Страна",
    "PERSONAL_MAILBOX": "Почтовый ящик", "PERSONAL_NOTES": "Дополнительные заметки", "WORK_PHONE": "Телефон компании",
    "WORK_COMPANY": "Компания", "WORK_POSITION": "Должность", "WORK_DEPARTMENT": "Департамент",
    "WORK_WWW": "Сайт компании", "WORK_FAX": "WORK_FAX", "WORK_PAGER": "WORK_PAGER", "WORK_STREET": "WORK_STREET",
    "WORK_MAILBOX": "WORK_MAILBOX", "WORK_CITY": "Город работы", "WORK_STATE": "WORK_STATE", "WORK_ZIP": "WORK_ZIP",
    "WORK_COUNTRY": "WORK_COUNTRY", "WORK_PROFILE": "WORK_PROFILE", "WORK_LOGO": "WORK_LOGO",
    "WORK_NOTES": "WORK_NOTES", "UF_SKYPE_LINK": "Ссылка на чат в Skype", "UF_ZOOM": "Zoom",
    "UF_EMPLOYMENT_DATE": "Дата принятия на работу", "UF_TIMEMAN": "Учёт рабочего времени",
    "UF_DEPARTMENT": "Подразделения", "UF_INTERESTS": "Интересы", "UF_SKILLS": "Навыки",
    "UF_WEB_SITES": "Другие сайты", "UF_XING": "Xing", "UF_LINKEDIN": "LinkedIn", "UF_FACEBOOK": "Facebook",
    "UF_TWITTER": "Twitter", "UF_SKYPE": "Skype", "UF_DISTRICT": "Район", "UF_PHONE_INNER": "Внутренний телефон",
    "USER_TYPE": "USER_TYPE",
}  # fmt: skip
_FULL_ONLY = {"LAST_LOGIN", "USER_TYPE", "PERSONAL_WWW", "PERSONAL_ICQ"}
BASIC = frozenset(LABELS) - _FULL_ONLY
BRIEF = frozenset({
    "ID", "XML_ID", "ACTIVE", "NAME", "LAST_NAME", "SECOND_NAME", "TITLE", "IS_ONLINE", "TIME_ZONE", "PERSONAL_PHOTO",
    "TIMESTAMP_X", "DATE_REGISTER", "PERSONAL_PROFESSION", "PERSONAL_GENDER", "PERSONAL_BIRTHDAY", "PERSONAL_CITY",
    "PERSONAL_STATE", "PERSONAL_COUNTRY", "WORK_POSITION", "WORK_CITY", "WORK_STATE", "WORK_COUNTRY",
    "LAST_ACTIVITY_DATE", "UF_EMPLOYMENT_DATE", "UF_TIMEMAN", "UF_SKILLS", "UF_INTERESTS", "UF_DEPARTMENT",
    "UF_PHONE_INNER",
})  # fmt: skip
DATES = frozenset({"PERSONAL_BIRTHDAY", "UF_EMPLOYMENT_DATE"})
READ_ONLY = frozenset(
    {"ID", "LAST_LOGIN", "DATE_REGISTER", "TIMESTAMP_X", "LAST_ACTIVITY_DATE", "IS_ONLINE", "USER_TYPE"}
)
OWN = "UF_USR_"


def visible(name: str, may: Callable[[str], bool]) -> bool:
    """Whether a caller with these scopes sees this field."""
    if name.startswith(OWN):
        return may("user.userfield")
    if may("user"):
        return name in LABELS
    return name in (BASIC if may("user_basic") else BRIEF)
