"""Every word of Modest, in Russian and English. Rules never hold texts; this is their only place."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

RU: Final = {
    "new": "[b]Новая заявка № {number}[/b]",
    "again": "[b]Заявка № {number} ждёт назначения {waited}[/b]",
    "deputy": "Диспетчер пока не ответил.",
    "head": "Диспетчер и заместитель пока не ответили.",
    "channel": "Канал: {channel}",
    "priority": "Приоритет: {priority}",
    "due": "Назначить до {due}",
    "ask_team": "[b]В какой отдел?[/b]",
    "ask_agent": "[b]{team}. Кому назначить?[/b]",
    "no_agents": "[b]{team}.[/b] В отделе нет активных сотрудников.",
    "no_teams": "Нет отделов с сотрудниками: откройте заявку и назначьте в карточке.",
    "spam": "Спам",
    "open": "Открыть",
    "back": "Назад",
    "me": "Мне",
    "more": "Ещё",
    "accept": "Принял",
    "pass": "Передать другому",
    "assigned": "Заявка № {number}. Назначена: {agent}",
    "assigned_self": "Заявка № {number}. Назначена: {agent} (себе)",
    "outcome_spam": "Заявка № {number}: спам, закрыта",
    "outcome_closed": "Заявка № {number}: закрыта",
    "outcome_deleted": "Заявка № {number}: сделка удалена",
    "outcome_left": "Заявка № {number}: больше не в воронке поддержки",
    "outcome_moved": "Заявка № {number}: возвращена на классификацию",
    "outcome_replaced": "Заявка № {number}: напоминание ниже",
    "outcome_passed": "Заявка № {number}: передана, теперь ведёт {agent}",
    "outcome_passed_nobody": "Заявка № {number}: передана",
    "told": "[b]Вам заявка № {number}[/b]",
    "told_by": "Назначает {by}",
    "term": "Срок стадии: до {due}",
    "resolve": "Решить до {due}",
    "accepted": "Принято, заявка у вас.",
    "warn_before": "[b]Заявка № {number}: до срока {left}[/b]",
    "warn_at": "[b]Заявка № {number}: срок вышел[/b]",
    "warn_after": "[b]Заявка № {number}: просрочена на {left}[/b]",
    "warn_clock": "{clock}: до {due}",
    "warn_who": "Ответственный: {agent}",
    "warn_nobody": "Ответственный не назначен",
    "clock_first_response": "Первый ответ",
    "clock_next_response": "Следующий ответ",
    "clock_resolution": "Решение",
    "clock_stage": "Стадия «{stage}»",
    "clock_line": "Работа {line}-й линии",
    "clock_vendor": "Ответ подрядчика",
    "err_closed": "Заявка № {number} уже закрыта.",
    "err_unknown": "Такой заявки здесь нет.",
    "err_not_allowed": "Назначать эту заявку может диспетчер.",
    "err_assigned": "Заявка № {number} уже назначена: {agent}.",
    "err_unassigned": "Заявка № {number} ещё никому не назначена.",
    "err_left": "{reason} больше не работает в компании. Выберите другого.",
    "err_outdated": "Это сообщение устарело. Нажимайте кнопки под последним сообщением о заявке.",
    "err_rule": "Не получилось: {reason}",
    "hello": "Я Модест. Приношу новые заявки и напоминаю о сроках. Нажимайте кнопки под сообщениями.",
    "comment": "Заявка № {number} принята: {type}, приоритет {priority}, {line}-я линия.\n{why}.",
    "comment_sla": "Срок решения: {due} ({policy}).",
    "comment_no_reason": "Категория: {category}",
    "line": "{line}-я линия",
    "tomorrow": "завтра, {time}",
}

EN: Final = {
    "new": "[b]New ticket No. {number}[/b]",
    "again": "[b]Ticket No. {number} has waited for {waited}[/b]",
    "deputy": "The dispatcher has not answered yet.",
    "head": "Neither the dispatcher nor the deputy has answered yet.",
    "channel": "Channel: {channel}",
    "priority": "Priority: {priority}",
    "due": "Assign by {due}",
    "ask_team": "[b]Which department?[/b]",
    "ask_agent": "[b]{team}. Who takes it?[/b]",
    "no_agents": "[b]{team}.[/b] Nobody active in this department.",
    "no_teams": "No department has employees: open the ticket and assign it in the card.",
    "spam": "Spam",
    "open": "Open",
    "back": "Back",
    "me": "Me",
    "more": "More",
    "accept": "Got it",
    "pass": "Hand over",
    "assigned": "Ticket No. {number}. Assigned: {agent}",
    "assigned_self": "Ticket No. {number}. Assigned: {agent} (to self)",
    "outcome_spam": "Ticket No. {number}: spam, closed",
    "outcome_closed": "Ticket No. {number}: closed",
    "outcome_deleted": "Ticket No. {number}: the deal was deleted",
    "outcome_left": "Ticket No. {number}: no longer in the support pipeline",
    "outcome_moved": "Ticket No. {number}: back to triage",
    "outcome_replaced": "Ticket No. {number}: see the reminder below",
    "outcome_passed": "Ticket No. {number}: handed over to {agent}",
    "outcome_passed_nobody": "Ticket No. {number}: handed over",
    "told": "[b]Ticket No. {number} is yours[/b]",
    "told_by": "Assigned by {by}",
    "term": "Stage due by {due}",
    "resolve": "Resolve by {due}",
    "accepted": "Accepted, the ticket is with you.",
    "warn_before": "[b]Ticket No. {number}: {left} left[/b]",
    "warn_at": "[b]Ticket No. {number}: out of time[/b]",
    "warn_after": "[b]Ticket No. {number}: overdue by {left}[/b]",
    "warn_clock": "{clock}: due by {due}",
    "warn_who": "Assignee: {agent}",
    "warn_nobody": "Nobody is assigned",
    "clock_first_response": "First response",
    "clock_next_response": "Next response",
    "clock_resolution": "Resolution",
    "clock_stage": "Stage “{stage}”",
    "clock_line": "Work of line {line}",
    "clock_vendor": "The vendor's answer",
    "err_closed": "Ticket No. {number} is closed already.",
    "err_unknown": "There is no such ticket here.",
    "err_not_allowed": "Only a dispatcher may assign this ticket.",
    "err_assigned": "Ticket No. {number} is assigned already: {agent}.",
    "err_unassigned": "Ticket No. {number} is not assigned to anybody yet.",
    "err_left": "{reason} does not work here any more. Choose somebody else.",
    "err_outdated": "This message is outdated. Press the buttons under the latest one about the ticket.",
    "err_rule": "Not done: {reason}",
    "hello": "I am Modest. I bring new tickets and remind of terms. Press the buttons under my messages.",
    "comment": "Ticket No. {number} accepted: {type}, priority {priority}, line {line}.\n{why}.",
    "comment_sla": "Resolution due: {due} ({policy}).",
    "comment_no_reason": "Category: {category}",
    "line": "Line {line}",
    "tomorrow": "tomorrow, {time}",
}

_TEXTS: Final = {"ru": RU, "en": EN}
_UNITS: Final = {"ru": ("дн.", "ч", "мин"), "en": ("d", "h", "min")}


def say(language: str, key: str, **values: object) -> str:
    """The text `key` in a language; Russian for a language we do not speak."""
    return _TEXTS.get(language, RU)[key].format(**values)


def duration(language: str, span: timedelta) -> str:
    """«1 ч 22 мин»; whole minutes, at least one."""
    days_word, hours_word, minutes_word = _UNITS.get(language, _UNITS["ru"])
    minutes = max(int(span.total_seconds() // 60), 1)
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = ((days, days_word), (hours, hours_word), (left if not days else 0, minutes_word))
    return " ".join(f"{number}\u00a0{word}" for number, word in parts if number)


def moment(language: str, at: datetime, now: datetime, zone: str) -> str:
    """After «до» and "by": «12:05» today, «завтра, 09:45», else `25.11, 09:45`, in the calendar's zone."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    time = f"{local:%H:%M}"
    if local.date() == today:
        return time
    if local.date() == today + timedelta(days=1):
        return say(language, "tomorrow", time=time)
    return f"{local:%d.%m}, {time}"
