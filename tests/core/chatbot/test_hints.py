"""The weekly message: short, in the portal's language, with one link."""

from b24app.chatbot.hints import hints_message

KEYS = ("phrase:email:отвалился ящик", "phrase:crm:воронка", "sleeping:email-own-2")


def test_it_counts_what_is_new_and_leads_there() -> None:
    assert hints_message("ru", KEYS, "https://acme.bitrix24.ru/marketplace/app/5/").splitlines() == [
        "[b]Есть что поправить в правилах классификации[/b]",
        "Фразы из заявок, которых нет в правилах: 2",
        "Свои правила, которые ни разу не сработали: 1",
        "Настройки, Классификация, Подсказки: [URL=https://acme.bitrix24.ru/marketplace/app/5/]открыть приложение[/URL]",
    ]


def test_without_a_link_it_says_where() -> None:
    assert hints_message("en", KEYS, "").splitlines()[-1] == (
        "Where: the application “Support”, Settings, Classification, Suggestions."
    )
