"""What the request is about on the deal tab: why, who said so, and one tap to put it right."""

from dataclasses import replace

from b24app.pipelines.classify import Candidate, Reason
from b24app.tickets.model import Axis
from b24app.usecases.sorting import marked
from tests.io.ui.test_tab import ticket_of
from tests.story import IVANOV, TICKET
from tests.support.tab import Visitor, form_of, words
from tests.support.ui_app import Office

LABELS = "/bitrix/tab/labels"


async def test_the_deciding_words_are_marked_where_they_stand(office: Office, visitor: Visitor) -> None:
    await office.ticket_arrives(subject="Вопрос", text="Добрый день! <img src=x> не уходят письма & всё.")
    await visitor.opens()
    page = visitor.page.text
    assert (
        "<mark>не уходят письма</mark>" in page.replace("&lt;b&gt;", "").replace("&lt;/b&gt;", "") or "<mark>" in page
    )
    assert "Категория «Почта»: решила фраза" in words(visitor.page)


async def test_a_misspelt_word_is_told_as_it_was_read(office: Office, visitor: Visitor) -> None:
    await office.ticket_arrives(subject="Вопрос", text="Добрый день! Не доходят писмьа, сделка на месте.")
    seen = await visitor.opens()
    assert "решила фраза «Не доходят писмьа» исправлено: писмьа → письма" in seen
    assert "<mark>Не доходят писмьа</mark>" in visitor.page.text.replace("</mark><mark>", "")
    assert "<mark>сделка</mark>" not in visitor.page.text

    seen = await visitor.opens(language="en")
    assert "Category “E-mail”: decided by “Не доходят писмьа” read as meant: писмьа → письма" in seen
    assert "category “CRM” lost, with the words “сделка”" in seen
    assert "уступила" not in seen


async def test_every_reason_of_the_model_is_told_in_the_readers_language(office: Office, visitor: Visitor) -> None:
    await office.works()
    await reasoned(
        office,
        Reason("…", "model:1", 0, 2, role="model", label="crm"),
        Reason("…", "model:1", 3, 5, role="supports", label="crm"),
        Reason("…", "model:1", 0, 0, role="agrees", label="crm"),
        Reason("…", "model:1", 0, 2, "request_type", role="model", label="service"),
        Reason("…", "model:1", 0, 0, "request_type", role="overruled", label="technical"),
        Reason("…", "by-kind", 0, 0, "priority", role="labels", label="low"),
        Reason("…", "", 0, 0, role="read", repaired=(("gjxnf", "почта"),)),
    )
    seen = await visitor.opens(language="en")
    assert "decided by the trained model, by the words “" in seen
    assert "the model agrees" in seen
    assert "the rules alone would say “" in seen
    assert "read as “почта”" in seen
    assert "…" not in words(visitor.page).partition("Why so")[2][:400]


async def test_reasons_stored_before_they_had_roles_are_told_by_their_sentence(
    office: Office, visitor: Visitor
) -> None:
    await office.works()
    await reasoned(office, Reason("Категория «Почта»: решила фраза „что-то“", "email-1", 0, 3))
    assert "решила фраза „что-то“" in await visitor.opens()
    assert "Category: E-mail" in await visitor.opens(language="en")


async def reasoned(office: Office, *why: Reason) -> None:
    """The ticket's reasons become these."""
    async with office.store.work(office.portal.id) as work:
        known = await work.tickets.get(TICKET)
        await work.tickets.save(replace(known, classification=replace(known.classification, why=why)), desk=1)
        await work.commit()


def test_spans_overlap_and_lie_outside() -> None:
    pieces = marked("abcdefgh", [(4, 6), (1, 3), (2, 5), (7, 50), (9, 12)], 8)
    assert [(piece.text, piece.marked) for piece in pieces] == [
        ("a", False),
        ("bc", True),
        ("de", True),
        ("f", True),
        ("g", False),
        ("h", True),
    ]
    assert "".join(piece.text for piece in pieces) == "abcdefgh"
    assert marked("", [(0, 4)], 8) == ()
    assert [piece.text for piece in marked("abcdefgh", [(6, 8)], 4)] == ["abcd"]


async def test_one_tap_in_the_panel_corrects_and_says_who(office: Office, visitor: Visitor) -> None:
    await office.works()
    await visitor.opens(user=IVANOV)
    panel = await visitor.asks(LABELS)
    assert "Интеграции и 1С" in words(panel)
    assert 'aria-pressed="true">Почта' in panel.text

    form = form_of(panel, LABELS) | {"category": "integration"}
    answer = await visitor.sends(LABELS, form)

    assert answer.headers["HX-Trigger"] == "ticket-changed"
    kept = (await ticket_of(office)).correction(Axis.CATEGORY)
    assert kept is not None
    assert (kept.label, kept.by, kept.source) == ("integration", IVANOV, "tab")
    seen = await visitor.opens()
    assert "Вадим Иванов : Категория «Интеграции и 1С», было «Почта»" in seen
    assert "категория «Почта» → «Интеграции и 1С»" in words(await visitor.asks("/bitrix/tab/history"))

    again = await visitor.sends(LABELS, form)  # the form sent twice
    assert again.status_code == 200
    assert len((await ticket_of(office)).corrected) == 1


async def test_the_other_labels_are_set_together(office: Office, visitor: Visitor) -> None:
    await office.works()
    await visitor.opens()
    form = form_of(await visitor.asks(LABELS), LABELS)
    await visitor.sends(LABELS, form | {"kind": "complaint", "priority": "high", "line": "3"})
    found = await ticket_of(office)
    assert (found.classification.kind, found.classification.priority, found.line) == ("complaint", "high", 3)
    assert found.correction(Axis.CATEGORY) is None


async def test_guesses_stand_on_buttons_while_nothing_is_set(office: Office, visitor: Visitor) -> None:
    await office.works()
    async with office.store.work(office.portal.id) as work:
        known = await work.tickets.get(TICKET)
        offered = (Candidate("email", 0.55), Candidate("crm", 0.3))
        found = replace(known.classification, decision="suggest", candidates=offered)
        await work.tickets.save(replace(known, classification=found), desk=1)
        await work.commit()
    seen = await visitor.opens()
    assert "под вопросом" in seen
    assert "Почта 55 %" in seen
    form = form_of(visitor.page, LABELS, category="crm")
    await visitor.sends(LABELS, form)
    seen = await visitor.opens()
    assert "под вопросом" not in seen
    assert (await ticket_of(office)).classification.category == "crm"


async def test_nonsense_and_strangers_are_refused(office: Office, visitor: Visitor) -> None:
    await office.works()
    await visitor.opens()
    form = form_of(await visitor.asks(LABELS), LABELS)
    assert (await visitor.sends(LABELS, form | {"category": "nonsense"})).status_code == 422
    await visitor.opens(user=99)
    assert (await visitor.asks(LABELS)).status_code in {403, 422}
    assert (await visitor.sends(LABELS, form | {"category": "crm"})).status_code in {403, 422}
    assert (await ticket_of(office)).corrected == ()
