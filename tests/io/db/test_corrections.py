"""What people set is kept, and only what people said or confirmed is learnt from."""

from dataclasses import replace
from datetime import timedelta

from b24app.db.corrections import Example, Known
from b24app.db.engine import Database
from b24app.kit.ids import PortalId, TicketId
from b24app.pipelines.stages import Meaning
from b24app.tickets.model import Axis, Correction, Source, Ticket
from tests.story import DISPATCHER, IVANOV, MORNING, Story
from tests.support.work import make_store

PORTAL, OTHER = PortalId(1), PortalId(2)
WRONG = Correction(
    Axis.CATEGORY, "email", "crm", DISPATCHER, MORNING, Source.MODEST, "email-1", "решила фраза „письма“"
)


def ticket(number: int, **changes: object) -> Ticket:
    story = Story()
    story.ticket_arrives()
    found = replace(story.known, id=TicketId(f"2-{number}"), version=0)
    return replace(found, **changes)  # type: ignore[arg-type]  # names are the story's


def solved(number: int, decision: str = "auto", **changes: object) -> Ticket:
    bare = ticket(number, meaning=Meaning.DONE, closed_at=MORNING + timedelta(hours=number), closed_by=IVANOV)
    found = replace(bare.classification, category="email", decision=decision)  # type: ignore[arg-type]  # a word of it
    return replace(bare, classification=found, **changes)  # type: ignore[arg-type]  # names are the story's


async def kept(database: Database, *found: Ticket, portal: PortalId = PORTAL) -> None:
    async with make_store(database).work(portal) as work:
        for one in found:
            await work.tickets.save(one, desk=3, at=MORNING)
            await work.corrections.add(one.id, one.corrected, desk=3)
        await work.commit()


async def test_a_correction_comes_back_as_it_was_made(database: Database) -> None:
    later = replace(WRONG, before="crm", label="sites", at=MORNING + timedelta(hours=1), rule="", reason="")
    await kept(database, ticket(1, corrected=(WRONG,)))
    async with make_store(database).work(PORTAL) as work:
        await work.corrections.add(TicketId("2-1"), [later], desk=4)
        await work.commit()

    async with make_store(database).read(PORTAL) as reading:
        assert [(row.correction, row.desk) for row in await reading.corrections.of(TicketId("2-1"))] == [
            (later, 4),
            (WRONG, 3),
        ]
        assert [row.correction.label for row in await reading.corrections.since(later.at)] == ["sites"]
        first = await reading.corrections.last()
        assert (await reading.corrections.after(0), await reading.corrections.after(first)) == (2, 0)


async def test_examples_are_what_people_set_and_what_they_closed_untouched(database: Database) -> None:
    await kept(
        database,
        ticket(1),  # a guess nobody looked at
        ticket(2, corrected=(WRONG,), subject="Renamed by the agent"),
        solved(3),
        solved(4, decision="suggest"),  # offered, never set: nobody confirmed it
        solved(5, closed_by=None),
        solved(6, corrected=(WRONG,)),
        ticket(7, corrected=(WRONG,), gone="deleted"),
    )
    await kept(database, ticket(8, corrected=(WRONG,)), portal=OTHER)

    async with make_store(database).read(PORTAL) as reading:
        found = {one.ticket: one for one in await reading.corrections.examples()}
        newest = await reading.corrections.examples(limit=2)

    subject, text = "Не отправляются письма", ticket(2).text
    assert found["2-2"] == Example(TicketId("2-2"), subject, text, (Known(Axis.CATEGORY, "crm", 1.0),))  # type: ignore[index]  # as text
    assert {(known.axis, known.weight) for known in found[TicketId("2-3")].known} == {
        (Axis.CATEGORY, 0.5),
        (Axis.KIND, 0.5),
        (Axis.PRIORITY, 0.5),
    }
    assert {known.axis: (known.label, known.weight) for known in found[TicketId("2-6")].known}[Axis.CATEGORY] == (
        "crm",
        1,
    )
    assert set(found) == {"2-2", "2-3", "2-6"}
    assert [one.ticket for one in newest] == ["2-6", "2-2"]
