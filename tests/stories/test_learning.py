"""A wrong guess is corrected with a tap in Modest, the service learns, and the next request like it comes out right."""

from uuid import uuid4

from b24app.db.tickets import Wanted
from b24app.kit.ids import DEAL, PortalId, UserId, ticket_id
from b24app.pipelines.classify import RequestText, classify
from b24app.tickets.model import Axis, Correct, Labels, Source
from b24app.usecases.apply import apply
from tests.support.world import World

PORTAL = PortalId(1)
SUBJECT = "Проходная"
GATES = ("турникет щёлкает", "шлагбаум скрипит", "домофон хрипит", "турникет заклинило", "шлагбаум замер")
SCALES = ("весы обнулились", "сканер пищит", "весы врут", "сканер погас", "весы мигают")
PLACES = ("в офисе", "на складе", "у охраны")
UNSEEN = "опять заклинило турникет у проходной"


async def corrected_in_modest(world: World, text: str, title: str) -> None:
    """A letter comes, and the dispatcher says with two taps what it is about."""
    deal = await world.client_writes(SUBJECT, text)
    message = await world.dispatcher.sees(f"№ {deal}")
    ways = ("Исправить", "Выбрать категорию", "Другая")
    await message.tap(next(button for button in ways if button in message.buttons))
    await message.becomes("О чём заявка?")
    await message.tap(title)
    await message.becomes(f"Категория: {title} (")


async def corrected_on_the_tab(world: World, deal: int, label: str) -> None:
    """The same, said on the deal's page."""
    service = world.desk.service
    assert service is not None
    command = Correct(ticket_id(DEAL, deal), Labels(category=label), UserId(1), Source.TAB)
    async with service.store.work(PORTAL, cause=f"page:{uuid4()}") as work:
        await apply(command, work=work, desk=await work.desk(), now=service.clock.now())
        await work.commit()


async def test_what_people_correct_is_right_by_itself_after_training(world: World) -> None:
    service = world.desk.service
    assert service is not None
    async with service.store.read(PORTAL) as reading:
        before = classify(RequestText(UNSEEN, SUBJECT), (await reading.desk()).rules)
    assert before.category != "access"
    await corrected_in_modest(world, "турникет щёлкает всю ночь", "Доступ и права")
    await corrected_in_modest(world, "весы обнулились ночью", "CRM")
    for some, label in ((GATES, "access"), (SCALES, "crm")):
        for place in PLACES:
            deals = [await world.client_writes(SUBJECT, f"{what} {place}") for what in some]
            await world.settled()
            for deal in deals:
                await corrected_on_the_tab(world, deal, label)

    await service.learning.teach(PORTAL)
    async with service.store.read(PORTAL) as reading:
        training = await reading.models.last()
    assert training is not None
    assert training.accepted, training.report

    deal = await world.client_writes(SUBJECT, UNSEEN)
    await world.dispatcher.sees(f"№ {deal}", "Доступ и права")
    async with service.store.read(PORTAL) as reading:
        (ticket,) = await reading.tickets.some(Wanted(words=f"-{deal}"))
    assert ticket.classification.category == "access"
    assert ticket.correction(Axis.CATEGORY) is None
