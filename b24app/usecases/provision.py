"""Making a portal ready: what is missing is added, what is there is used. Resumable, repeatable, page or no page.

Each step looks at the portal first, so a repetition after a crash, a re-saved application form or an administrator's
opening changes only what is not as it should be.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from b24app.bitrix import bots, methods_app, methods_crm
from b24app.bitrix.client import PortalClient
from b24app.bitrix.methods import Method
from b24app.chatbot.payloads import COMMAND
from b24app.desk.document import BoundPipeline, DeskDocument, PipelinePlan, StagePlan
from b24app.kit.errors import PortalRefused, RuleBroken
from b24app.kit.ids import DEAL, PipelineId, StageCode
from b24app.pipelines.stages import Meaning
from b24app.portal.binding import Binding
from b24app.portal.fields import FIELDS, FieldPlan, labels_of

BOT_CODE: Final = "b24app_modest"
TAB: Final = "CRM_DEAL_DETAIL_TAB"
NEEDED_SCOPES: Final = ("crm", "im", "imbot", "user", "department", "placement")
EVENTS: Final = (
    "ONCRMDEALADD",
    "ONCRMDEALUPDATE",
    "ONCRMDEALDELETE",
    "ONCRMDEALMOVETOCATEGORY",
    "ONCRMACTIVITYADD",
    "ONAPPUPDATE",
    "ONAPPUNINSTALL",
)
COLOURS: Final[Mapping[Meaning, str]] = {
    Meaning.TRIAGE: "#39A8EF",
    Meaning.WORK: "#2FC6F6",
    Meaning.WAITING: "#FFA900",
    Meaning.INTERNAL: "#9DCF00",
    Meaning.FEEDBACK: "#00C4FB",
    Meaning.DONE: "#7BD500",
    Meaning.FAIL: "#FF5752",
}
SEMANTICS: Final[Mapping[Meaning, str]] = {Meaning.DONE: "S", Meaning.FAIL: "F"}
PROGRESS_SORT: Final = 10


@dataclass(frozen=True, slots=True)
class Site:
    """What a step works with."""

    portal: PortalClient
    document: DeskDocument
    binding: Binding
    public_url: str
    pull: bool = False
    """Events are fetched: the portal cannot reach us."""

    def handler(self, path: str) -> str:
        """An address of ours below the public one."""
        return f"{self.public_url.rstrip('/')}{path}"


Step = Callable[[Site], Awaitable[Binding]]


async def _all(site: Site, calls: Mapping[str, Method[Any]]) -> None:
    """Independent changes in one request; the first refusal is raised when all were tried."""
    outcomes = await site.portal.batch(calls) if calls else {}
    for outcome in outcomes.values():
        outcome.unwrap()


async def rights(site: Site) -> Binding:
    """The application has the permissions it lives by."""
    granted = {scope.lower() for scope in await site.portal(methods_app.GetScopes())}
    missing = [scope for scope in NEEDED_SCOPES if scope not in granted]
    if missing:
        raise RuleBroken(f"В форме приложения не отмечены права: {', '.join(missing)}")
    return site.binding


async def pipeline(site: Site) -> Binding:
    """Every pipeline of the desk lives on the portal, with its stages."""
    binding = site.binding
    for plan in site.document.pipelines:
        bound = binding.pipelines.get(plan.key)
        category, is_new = await _category(site, plan, bound.id if bound else None)
        known = dict(bound.codes) if bound and bound.id == category else {}
        is_new = is_new or (not known and await _is_empty(site, category))
        codes = await _stages(site, plan, category, known, is_new=is_new)
        binding = binding.with_pipeline(plan.key, BoundPipeline(category, codes))
    return binding


async def _category(site: Site, plan: PipelinePlan, known: PipelineId | None) -> tuple[PipelineId, bool]:
    """The pipeline and whether it was made just now: only then its stages are nobody's."""
    found = await site.portal(methods_crm.ListCategories(entity_type_id=DEAL))
    ids = {category.id for category in found}
    if known is not None and known in ids:
        return known, False
    same = next((category.id for category in found if category.name == plan.title), None)
    if same is not None:
        return PipelineId(same), False
    try:
        made = await site.portal(methods_crm.AddCategory(entity_type_id=DEAL, fields={"name": plan.title}))
    except PortalRefused as refused:
        raise RuleBroken(
            f"Портал не дал создать воронку «{plan.title}» ({refused}). Выберите существующую воронку ниже."
        ) from refused
    return PipelineId(made.id), True


async def _is_empty(site: Site, category: PipelineId) -> bool:
    """No deal is in it: for instance, we made it and were interrupted before its stages."""
    wanted = methods_crm.ListItems(entity_type_id=DEAL, filter={"categoryId": category}, select=["id"])
    return not await site.portal(wanted)


async def _stages(
    site: Site, plan: PipelinePlan, category: PipelineId, known: dict[str, StageCode], *, is_new: bool
) -> dict[str, StageCode]:
    """Our stages among the portal's: by the code we remember, by suffix, by title; else a new one."""
    entity = stage_entity(category)
    there = await site.portal(methods_crm.ListStatuses(filter={"ENTITY_ID": entity}))
    by_code = {status.status_id: status for status in there}
    codes: dict[str, StageCode] = {}
    for place, stage in enumerate(plan.stages):
        code = _existing(stage, there, known.get(stage.key), category)
        if code is None:
            code = await _add_stage(site, stage, entity, category, place)
        elif by_code[code].name != stage.title and is_new:
            await site.portal(methods_crm.UpdateStatus(id=by_code[code].id, fields={"NAME": stage.title}))
        codes[stage.key] = code
    if is_new:
        await _drop_foreign(site, there, set(codes.values()))
        await _order(site, plan, entity, codes)
    return codes


def stage_entity(category: PipelineId) -> str:
    """ENTITY_ID of the stages of a deal pipeline. Source: methods.md A.5."""
    return f"DEAL_STAGE_{category}" if category else "DEAL_STAGE"


def _existing(
    stage: StagePlan, there: list[methods_crm.Status], known: StageCode | None, category: PipelineId
) -> StageCode | None:
    codes = {status.status_id for status in there}
    wished = StageCode(f"C{category}:{stage.suffix}" if category else stage.suffix)
    if known in codes:
        return known
    if wished in codes:
        return wished
    semantics = SEMANTICS.get(stage.meaning)
    named = (s.status_id for s in there if s.name == stage.title and (s.semantics or None) == semantics)
    return next((StageCode(code) for code in named), None)


async def _add_stage(site: Site, stage: StagePlan, entity: str, category: PipelineId, place: int) -> StageCode:
    code = StageCode(f"C{category}:{stage.suffix}" if category else stage.suffix)
    fields: dict[str, Any] = {
        "ENTITY_ID": entity,
        "STATUS_ID": stage.suffix,
        "NAME": stage.title,
        "SORT": PROGRESS_SORT * (place + 1),
        "COLOR": COLOURS[stage.meaning],
        "SEMANTICS": SEMANTICS.get(stage.meaning, ""),
    }
    await site.portal(methods_crm.AddStatus(fields=fields))
    return code


async def _drop_foreign(site: Site, there: list[methods_crm.Status], ours: set[StageCode]) -> None:
    """A new pipeline comes with stages of a sale; those nobody uses go. A refusal leaves them, they do no harm."""
    for status in there:
        if status.status_id not in ours:
            try:
                await site.portal(methods_crm.DeleteStatus(id=status.id, force=True))
            except PortalRefused:
                continue


async def _order(site: Site, plan: PipelinePlan, entity: str, codes: Mapping[str, StageCode]) -> None:
    """Stages stand in the desk's order: progress before success before failure."""
    there = {s.status_id: s for s in await site.portal(methods_crm.ListStatuses(filter={"ENTITY_ID": entity}))}
    progress = [stage for stage in plan.stages if not stage.meaning.is_final]
    for place, stage in enumerate(progress):
        status = there.get(codes[stage.key])
        sort = PROGRESS_SORT * (place + 1)
        if status is not None and status.sort != sort:
            await site.portal(
                methods_crm.UpdateStatus(id=status.id, fields={"SORT": sort, "COLOR": COLOURS[stage.meaning]})
            )


async def fields(site: Site) -> Binding:
    """Our calculated fields exist on the deal; those that people correct labels in have every label to choose."""
    there = await _user_fields(site)
    lists = {plan.key: labels_of(plan.key, site.document.rules, site.document.language) for plan in _chosen()}
    missing = [plan for plan in FIELDS if plan.name not in there]
    await _all(site, {p.key: methods_crm.AddDealUserField(fields=_field(p, lists.get(p.key, {}))) for p in missing})
    there = await _user_fields(site) if missing else there
    fresh = {plan.name: _fresh(there[plan.name], lists[plan.key]) for plan in _chosen() if plan.name in there}
    grown = {name: rows for name, rows in fresh.items() if rows and there[name].user_type_id == "enumeration"}
    update = methods_crm.UpdateDealUserField
    await _all(site, {name: update(id=there[name].id, fields={"LIST": rows}) for name, rows in grown.items()})
    there = await _user_fields(site) if grown else there
    choices = {plan.key: _ids(there[plan.name], lists[plan.key]) for plan in _chosen() if plan.name in there}
    known = {key: found for key, found in choices.items() if found}
    return replace(site.binding, fields={plan.key: plan.name for plan in FIELDS}, choices=known)


async def _user_fields(site: Site) -> dict[str, methods_crm.UserField]:
    return {known.field_name: known for known in await site.portal.pages(methods_crm.ListDealUserFields())}


def _chosen() -> list[FieldPlan]:
    return [plan for plan in FIELDS if plan.is_chosen]


def _fresh(there: methods_crm.UserField, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Elements the list does not have yet: an integrator added a category."""
    known = {option.xml_id for option in there.options} | {option.value for option in there.options}
    return [row for row in _elements(labels) if row["XML_ID"] not in known and row["VALUE"] not in known]


def _elements(labels: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"VALUE": title, "XML_ID": f"b24app_{label}", "SORT": PROGRESS_SORT * place, "DEF": "N"}
        for place, (label, title) in enumerate(labels.items(), start=1)
    ]


def _ids(there: methods_crm.UserField, labels: Mapping[str, str]) -> dict[str, int]:
    """Ids of our elements; one that people renamed is still ours by its code, one they made themselves by its words."""
    by_code = {option.xml_id: option.id for option in there.options}
    by_words = {option.value: option.id for option in there.options}
    found = {label: by_code.get(f"b24app_{label}", by_words.get(title)) for label, title in labels.items()}
    return {label: number for label, number in found.items() if number is not None}


def _field(plan: FieldPlan, labels: Mapping[str, str]) -> dict[str, Any]:
    label = {"ru": plan.ru, "en": plan.en}
    return {
        "FIELD_NAME": plan.name,
        "USER_TYPE_ID": plan.type,
        "XML_ID": plan.name,
        "EDIT_FORM_LABEL": label,
        "LIST_COLUMN_LABEL": label,
        "LIST_FILTER_LABEL": label,
        "SHOW_FILTER": "Y",
        "SHOW_IN_LIST": "Y",
        "EDIT_IN_LIST": "Y" if plan.is_chosen else "N",
        **({"LIST": _elements(labels)} if labels else {}),
    }


async def bot(site: Site) -> Binding:
    """Modest is there, listens at our address and knows his one hidden command."""
    version = await bots.generation(site.portal)
    handler = site.handler("/bitrix/bot")
    register = partial(
        bots.register, site.portal, version, name="Модест", handler=handler, command=COMMAND, fetch=site.pull
    )
    try:
        number = await register(code=BOT_CODE)
    except PortalRefused as refused:
        if refused.code.upper() != "BOT_CODE_ALREADY_TAKEN":
            raise
        # The bot of an application of ours that was removed here earlier: it stays, and nobody else may use its code.
        app = await site.portal(methods_app.GetApp())
        number = await register(code=f"{BOT_CODE}_{app.id}")
    return replace(site.binding, bot=number, bot_api=version)


async def events(site: Site) -> Binding:
    """Every event is bound to our address, and to no old one of ours; or kept by the portal until we fetch it."""
    handler = "" if site.pull else site.handler("/bitrix/events")
    bound = await site.portal(methods_app.ListEventBindings())
    stale = [o for o in bound if o.handler not in {"", handler} and o.handler.endswith("/bitrix/events")]
    kept = {o.event.upper() for o in bound if o.offline}
    if site.pull:
        await _keep_offline(site, kept)
    else:
        ours = {o.event.upper() for o in bound if o.handler == handler}
        await _all(site, {e: methods_app.BindEvent(event=e, handler=handler) for e in EVENTS if e not in ours})
        await _all(site, {e: methods_app.UnbindOfflineEvent(event=e) for e in EVENTS if e in kept})
    await _all(site, {str(n): methods_app.UnbindEvent(event=o.event, handler=o.handler) for n, o in enumerate(stale)})
    return site.binding


async def _keep_offline(site: Site, kept: set[str]) -> None:
    """A plan without offline events is no reason to stop: the sweep of every minute finds what changed."""
    wanted = [event for event in EVENTS if event.startswith("ONCRM") and event not in kept]
    if wanted:
        await site.portal.batch({event: methods_app.BindOfflineEvent(event=event) for event in wanted})


async def tab(site: Site) -> Binding:
    """The tab «Поддержка» stands in the deal card."""
    handler = site.handler(f"/bitrix/placement/{TAB}")
    bound = await site.portal(methods_app.ListPlacementBindings())
    ours = [binding for binding in bound if binding.placement == TAB]
    if handler not in {binding.handler for binding in ours}:
        titles = {"ru": {"TITLE": "Поддержка"}, "en": {"TITLE": "Support"}}
        await site.portal(methods_app.BindPlacement(placement=TAB, handler=handler, title="Поддержка", lang_all=titles))
    for stale in ours:
        if stale.handler != handler:
            await site.portal(methods_app.UnbindPlacement(placement=TAB, handler=stale.handler))
    return site.binding


STEPS: Final[tuple[tuple[str, Step], ...]] = (
    ("rights", rights),
    ("pipeline", pipeline),
    ("fields", fields),
    ("bot", bot),
    ("events", events),
    ("tab", tab),
)
"""In this order; people and calendar stand before them (`usecases.people`), they fill the desk."""
