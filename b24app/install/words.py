"""Words of this room's pages. Russian stands in the templates, English here."""

from collections.abc import Callable, Mapping
from typing import Final

ENGLISH: Final[Mapping[str, str]] = {
    "Установка": "Installation",
    "Поддержка": "Support",
    "Готово. Приложение установлено, Modest ждёт заявок.": "Done. The application is installed, Modest waits for tickets.",
    "Готовим портал. Страницу можно закрыть, работа пойдёт дальше.": "The portal is being prepared. You may close the page, work goes on.",
    "Шаг не удался. Исправьте причину и нажмите «Повторить».": "A step failed. Remove the cause and press “Repeat”.",
    "Повторить": "Repeat",
    "Проверить ещё раз": "Check again",
    "Права приложения": "Rights of the application",
    "Сотрудники и отделы": "People and departments",
    "Правила и рабочее время": "Rules and working time",
    "Воронка и стадии": "Pipeline and stages",
    "Поля сделки": "Fields of the deal",
    "Бот Модест": "The bot Modest",
    "События": "Events",
    "Вкладка в сделке": "Tab of the deal",
    "ждёт": "waiting",
    "идёт": "running",
    "готово": "done",
    "не удалось": "failed",
    "Люди и воронка": "People and pipeline",
    "Диспетчеры": "Dispatchers",
    "Заместитель": "Deputy",
    "Руководитель": "Head",
    "руководитель отдела диспетчера": "head of the dispatcher's department",
    "нет": "none",
    "Отделы на кнопках": "Departments on the buttons",
    "Воронка": "Pipeline",
    "своя, «Поддержка»": "our own, “Поддержка”",
    "Сохранить": "Save",
    "Сохранено.": "Saved.",
    "Сотрудники и отделы ещё читаются.": "People and departments are still being read.",
    "Очередь": "Queue",
    "Настройки": "Settings",
    "Диагностика": "Diagnostics",
    "Очередь пуста": "The queue is empty",
    "Новые заявки появятся здесь сами.": "New tickets appear here by themselves.",
    "№": "No.",
    "Заявка": "Ticket",
    "Клиент": "Customer",
    "Срок": "Due",
    "Стадия": "Stage",
    "Ответственный": "Assignee",
    "не назначен": "unassigned",
    "Без ответственного": "Unassigned",
    "Настройки меняет администратор портала.": "Only an administrator of the portal changes settings.",
    "Последнее событие портала": "The portal's last event",
    "событий ещё не было": "no events yet",
    "Не доставлено или не обработано": "Not delivered or not handled",
    "Всё доставлено и обработано.": "Everything is delivered and handled.",
    "Приложение должен установить администратор портала.": "An administrator of the portal has to install the application.",
    "Приложение ещё не установлено": "The application is not installed yet",
    "Попросите администратора портала открыть приложение в левом меню.": "Ask an administrator of the portal to open the application in the left menu.",
    "Служба поддержки отвечает": "The service answers",
    "Укажите этот адрес в форме локального приложения и откройте приложение на портале под администратором.": "Put this address into the form of the local application, then open the application on the portal as an administrator.",
    "Доступ обновлён": "Access is renewed",
    "Вернитесь на портал: приложение снова работает.": "Go back to the portal: the application works again.",
    "Портал не отвечает": "The portal does not answer",
    "Обновите страницу через минуту.": "Reload the page in a minute.",
}  # fmt: skip
STEPS: Final[Mapping[str, str]] = {
    "rights": "Права приложения",
    "people": "Сотрудники и отделы",
    "desk": "Правила и рабочее время",
    "pipeline": "Воронка и стадии",
    "fields": "Поля сделки",
    "bot": "Бот Модест",
    "events": "События",
    "tab": "Вкладка в сделке",
}
STATES: Final[Mapping[str, str]] = {
    "waiting": "ждёт",
    "running": "идёт",
    "done": "готово",
    "failed": "не удалось",
}
ICONS: Final[Mapping[str, str]] = {"waiting": "clock", "running": "refresh", "done": "done", "failed": "alert"}
KINDS: Final[Mapping[str, str]] = {"waiting": "", "running": "info", "done": "ok", "failed": "bad"}


def words_of(language: str) -> Callable[[str], str]:
    """Says a Russian text in the language of the page."""
    return (lambda text: text) if language == "ru" else (lambda text: ENGLISH.get(text, text))
