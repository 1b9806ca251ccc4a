"""Settings of classification: rules in people's hands, from the form through the draft to the next ticket."""

import re
from typing import Any

import pytest
from tests.io.install.test_app_page import arrives, opened
from tests.io.install.test_settings_page import Page, published, words
from tests.support.install_app import Doors
from tests.support.install_portal import InstallPortal


@pytest.fixture
async def page(doors: Doors, portal: InstallPortal) -> Page:
    return Page(doors, await opened(doors, portal))


async def presses(page: Page, path: str, **data: str) -> str:
    """A button outside of a form: it sends the base of the page along."""
    base = re.search(r'name="base" value="([^"]+)"', page.seen.text)
    assert base
    form = {"base": base[1], **data}
    page.seen = await page.doors.client.post(f"/bitrix/app/{path}", data=form, headers=page.session)
    return words(page.seen)


async def draft(page: Page) -> Any:
    (portal,) = await page.doors.portals()
    async with page.doors.service.store.read(portal.id) as reading:
        version = await reading.desks.draft()
    assert version is not None
    return version.document["classification"]


async def test_categories_are_listed_in_their_order_with_what_is_built_in(page: Page) -> None:
    seen = words(await page.opens("topics"))
    assert "Встроенные правила растут вместе с программой" in seen
    assert seen.index("Телефония telephony") < seen.index("Счета и оплата billing")
    assert "Почта email Техническая поддержка" in seen


async def test_a_phrase_is_found_wherever_it_stands(page: Page) -> None:
    seen = words(await page.opens("topics", q="воксимплант"))
    assert "Телефония telephony-1 воксимплант" in seen
    assert "нет фраз со словами «квазар»" in words(await page.opens("topics", q="квазар"))


async def test_a_changed_rule_goes_through_the_draft_into_the_next_ticket(page: Page) -> None:
    await page.opens("topic", name="tasks")
    rows = len([name for name in page.form("topic?name=tasks") if name.endswith(".id")])
    fresh = f"r.{rows - 1}"
    saved = await page.sends("topic?name=tasks", **{f"{fresh}.any": "заело кофемашину", f"{fresh}.weight": "8"})
    assert saved.status_code == 200
    assert await draft(page) == {
        "base": "builtin",
        "categories": {"tasks": {"rules": [{"id": "tasks-own-1", "weight": 8, "any": ["заело кофемашину"]}]}},
    }
    assert "tasks-own-1 заело кофемашину своё вес 8" in words(await page.opens("topic", name="tasks"))

    told = await page.publishes()
    assert "Действует с этой минуты" in words(told)
    await arrives(page.doors, 7405)


async def test_a_broken_phrase_is_told_at_its_field_and_nothing_is_lost(page: Page) -> None:
    await page.opens("topic", name="email")
    answer = await page.sends(
        "topic?name=email", **{"r.0.any": "письмо\n(ящик\n$нет", "r.0.weight": "много", "title": "Ящики"}
    )
    assert answer.status_code == 422
    assert "«много» не вес" in words(answer)
    answer = await page.sends("topic?name=email", **{"r.0.weight": "4"})
    told = words(answer)
    assert "строка 2, «(ящик»: скобка не закрыта (знак 5); строка 3, «$нет»: макроса $нет нет" in told
    assert page.form("topic?name=email")["title"] == ["Ящики"]
    assert page.form("topic?name=email")["r.0.any"] == ["письмо\n(ящик\n$нет"]


async def test_rules_are_switched_off_given_back_and_removed_by_buttons_of_the_form(page: Page) -> None:
    await page.opens("topic", name="email")
    await page.sends("topic?name=email", act="off:1", **{"r.0.weight": "2,5"})
    assert await draft(page) == {
        "base": "builtin",
        "off": ["email-2"],
        "categories": {"email": {"rules": [{"id": "email-1", "weight": 2.5}]}},
    }
    await page.opens("topic", name="email")
    assert "email-2" in words(page.seen)
    await page.sends("topic?name=email", act="on:1")
    await page.opens("topic", name="email")
    await page.sends("topic?name=email", act="remove:0")
    assert "email-1" not in str((await draft(page) or {}).get("categories"))


async def test_a_category_of_ones_own_is_added_filled_and_removed(page: Page) -> None:
    await page.opens("topics")
    assert (await page.sends("topics", **{"new.title": "Почта", "new.key": "email"})).status_code == 422
    await page.sends("topics", **{"new.title": "Склад и кассы", "new.key": ""})
    assert "склад-и-кассы" in (await draft(page))["categories"]
    await page.opens("topics")
    await presses(page, "topics", act="remove", name="склад-и-кассы")
    await page.sends("topics", **{"new.title": "Склад и кассы", "new.key": "store"})
    assert page.form("topic?name=store")["title"] == ["Склад и кассы"]
    await page.sends(
        "topic?name=store",
        **{"r.0.any": "касса\nостатки на складе", "examples.yes": "Касса не пробивает чек", "line": "2"},
    )
    assert "касса, остатки на складе" in words(page.seen)
    checked = await page.sends("draft", act="check")
    assert "Ошибок нет." in words(checked)
    await page.opens("topics")
    assert "Склад и кассы store своя Техническая поддержка 2-я линия 1 правило" in words(page.seen)
    await presses(page, "topics", act="remove", name="store")
    assert await draft(page) is None


async def test_an_example_that_does_not_come_out_forbids_publishing_and_is_named(page: Page) -> None:
    await page.opens("topic", name="email")
    before = await published(page)
    yes = page.form("topic?name=email")["examples.yes"][0]
    await page.sends("topic?name=email", **{"examples.yes": f"{yes}\nСломался принтер в бухгалтерии"})
    told = words(await page.sends("draft", act="check"))
    assert "Категория «Почта»: пример «Сломался принтер в бухгалтерии» должен попасть в «Почта»" in told
    refused = await page.publishes()
    assert refused.status_code == 422
    assert await published(page) == before


async def test_what_tells_the_kind_of_a_request(page: Page) -> None:
    assert "Виды обращений Проблема Вопрос Запрос" in words(await page.opens("topics"))
    await page.opens("kind", name="complaint")
    new = f"r.{len([name for name in page.form('kind?name=complaint') if name.endswith('.id')]) - 1}"
    answer = await page.sends("kind?name=complaint", **{f"{new}.any": "сколько можно (ждать"})
    assert answer.status_code == 422
    assert "скобка не закрыта" in words(answer)
    await page.sends("kind?name=complaint", **{f"{new}.any": "сколько можно ждать", f"{new}.weight": "6"})
    assert await draft(page) == {
        "base": "builtin",
        "kinds": {"complaint": [{"id": "kind-complaint-own-1", "weight": 6, "any": ["сколько можно ждать"]}]},
    }
    await page.sends("kind?name=complaint", act="remove:0")
    assert await draft(page) is None


async def test_priority_rules_are_asked_from_the_top(page: Page) -> None:
    await page.opens("priority")
    form = page.form("priority")
    rows = len([name for name in form if name.endswith(".id")])
    new = f"r.{rows - 1}"
    await page.sends("priority", **{f"{new}.any": "генеральный директор", f"{new}.set": "critical", f"{new}.wins": "1"})
    written = await draft(page)
    assert written["priority"] == [
        {"any": ["генеральный директор"], "id": "priority-own-1", "set": "critical", "wins": True}
    ]
    await page.opens("priority")
    assert "Критический priority-own-1 генеральный директор своё" in words(page.seen)
    answer = await page.sends("priority", **{"r.0.any": "", "r.0.when.kind": []})
    assert answer.status_code == 422
    assert "нужны фразы или условие" in words(answer)


async def test_routes_of_the_portal_come_before_the_built_in_ones(page: Page) -> None:
    await page.opens("routing")
    assert "Своих маршрутов нет" in words(page.seen)
    await page.sends("routing", act="add")
    assert "нужна" not in words(page.seen)
    await page.sends("routing", **{"r.0.when.category": ["email", "sites"], "r.0.line": "2"})
    await page.opens("routing")
    assert "2-я линия Почта, Сайты и формы" in words(page.seen)
    await presses(page, "routing", act="silence:route-talk")
    assert (await draft(page))["off"] == ["route-talk"]
    await page.publishes()
    assert (await published(page))["routing"] == [
        {"id": "route-own-1", "when": {"category": ["email", "sites"]}, "line": 2}
    ]


async def test_words_macros_topics_and_thresholds(page: Page) -> None:
    await page.opens("words")
    assert page.form("words")["auto"] == ["80"]
    typed = {
        "auto": "90",
        "dictionary": "касса, ккт, фискальник",
        "new.name": "деньги",
        "new.words": "вернуть ... деньги\nсписать дважды",
        "excluded_topic": page.form("words")["excluded_topic"][0] + "\nни слова о {x}",
    }
    assert (await page.sends("words", **typed)).status_code == 200
    assert await draft(page) == {
        "base": "builtin",
        "macros": {"деньги": ["вернуть ... деньги", "списать дважды"]},
        "excluded_topic": ["ни слова о {x}"],
        "dictionary": [{"synonyms": ["касса", "ккт", "фискальник"]}],
        "defaults": {"auto": 0.9, "suggest": 0.35},
    }
    answer = await page.sends("words", **{"macros.деньги": "(вернуть", "suggest": "почти"})
    assert answer.status_code == 422
    assert "«почти» не проценты" in words(answer)
    answer = await page.sends("words", suggest="95")
    assert "порог подсказки выше порога" in words(answer)


async def test_the_same_as_text_with_line_and_column(page: Page) -> None:
    await page.opens("yaml")
    assert page.form("topics/yaml")["text"] == ["base: builtin\n"]
    text = "base: builtin\ncategories:\n  email:\n    rules:\n    - any: [ящик, '(почта']\n"
    answer = await page.sends("topics/yaml", text=text)
    assert answer.status_code == 422
    assert "5:19: «(почта»: скобка не закрыта" in words(answer)
    await page.sends("topics/yaml", text=text.replace("(", ""))
    assert (await draft(page))["categories"]["email"]["rules"] == [{"any": ["ящик", "почта"]}]
    assert "3:3: " in words(await page.sends("topics/yaml", text="a: 1\n\n'b"))


async def test_the_built_in_rules_can_be_taken_over_and_given_back(page: Page) -> None:
    await page.opens("topics")
    assert "Правила целиком ваши" in await presses(page, "topics", act="copy")
    assert (await draft(page))["categories"]["email"]["rules"][0]["id"] == "email-1"
    await presses(page, "topics", act="builtin")
    assert await draft(page) is None


async def test_the_test_box_shows_the_winner_and_why_the_others_lost_by_the_draft(page: Page) -> None:
    await page.opens("topic", name="tasks")
    rows = len([name for name in page.form("topic?name=tasks") if name.endswith(".id")])
    await page.sends("topic?name=tasks", **{f"r.{rows - 1}.any": "заело кофемашину", f"r.{rows - 1}.weight": "9"})
    await page.opens("try")
    assert "Проверяется черновик" in words(page.seen)
    text = "С утра заело кофемашину. Вопрос не про почту."
    seen = words(await page.sends("try", text=text))
    assert "Категория Задачи и проекты , уверенность" in seen
    assert "Почта email-2 почту : тема исключена словами «не про»" in seen
    assert '<mark class="category">заело кофемашину</mark>' in page.seen.text
    assert '<mark class="excluded">не про</mark>' in page.seen.text


async def test_a_dry_run_over_tickets_of_the_past(page: Page) -> None:
    await arrives(page.doors, 7405)
    await page.doors.works()
    (portal,) = await page.doors.portals()
    async with page.doors.service.store.read(portal.id) as reading:
        (ticket,) = await reading.tickets.latest(5)
    await page.opens("dryrun")
    assert "Черновика нет" in words(page.seen)
    assert "Изменились бы 0 из 1" in words(await page.sends("dryrun"))

    await page.opens("topics")
    await presses(page, "topics", act="off", name=ticket.classification.category)
    seen = words(await page.sends("dryrun") if "wanted" in page.seen.text else await _run(page))
    assert "Изменились бы 1 из 1" in seen
    assert "Категория 1 заявка" in seen
    assert "никто ничего не исправлял" in seen
    assert 'href="https' in page.seen.text or "/crm/deal/details/7405/" in page.seen.text


async def _run(page: Page) -> Any:
    await page.opens("dryrun")
    return await page.sends("dryrun")


@pytest.mark.parametrize(
    "path",
    [
        "topics",
        "topic?name=email",
        "kind?name=problem",
        "priority",
        "routing",
        "words",
        "topics/yaml",
        "try",
        "dryrun",
        "phrase",
    ],
)
async def test_only_an_administrator_sees_and_changes_rules(doors: Doors, portal: InstallPortal, path: str) -> None:
    session = await opened(doors, portal, "agent")
    assert (await doors.client.post(f"/bitrix/app/{path}", data={}, headers=session)).status_code == 403
    seen = await doors.client.get("/bitrix/app/settings?part=topics", headers=session)
    assert "Телефония" not in seen.text
