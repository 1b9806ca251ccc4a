"""CRM: items, pipelines, stages, user fields, history, timeline, activities."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from b24app.bitrix.dialects import Flag, Moment, Number, Rows, Words
from b24app.bitrix.methods import ListMethod, Method, PagedMethod, PlainMethod, Row, UpperListMethod, UpperRow


class GetItem(Method[dict[str, Any]]):
    """One CRM item, typed values, dates with the portal's offset. Deals are type 2, contacts 3, companies 4."""

    rest_name = "crm.item.get"
    scope = "crm"
    returns = dict[str, Any]
    wrapper = "item"
    repeat_is_safe = True
    errors = "NOT_FOUND, ACCESS_DENIED"
    docs = "crm/universal/crm-item-get"

    entity_type_id: int
    id: int | str
    """A number, or inside a batch a reference to another command's answer."""
    use_original_uf_names: str = "Y"


class ListItems(ListMethod[dict[str, Any]]):
    """CRM items page by page, 50 a page."""

    rest_name = "crm.item.list"
    scope = "crm"
    returns = Annotated[list[dict[str, Any]], Rows]
    wrapper = "items"
    errors = "INVALID_ARG_VALUE, NOT_FOUND"
    docs = "crm/universal/crm-item-list"

    entity_type_id: int
    use_original_uf_names: str = "Y"


class UpdateItem(Method[dict[str, Any]]):
    """Change fields of one CRM item; an unchanged value is skipped by the portal, unknown names are ignored silently."""

    rest_name = "crm.item.update"
    scope = "crm"
    returns = dict[str, Any]
    wrapper = "item"
    repeat_is_safe = True
    errors = "NOT_FOUND, ACCESS_DENIED, CRM_FIELD_ERROR_VALUE_NOT_VALID, CRM_FIELD_ERROR_REQUIRED"
    docs = "crm/universal/crm-item-update"

    entity_type_id: int
    id: int
    fields: dict[str, Any]
    use_original_uf_names: str = "Y"


class AddItem(Method[dict[str, Any]]):
    """A new CRM item. Not repeatable: the portal has no key for it."""

    rest_name = "crm.item.add"
    scope = "crm"
    returns = dict[str, Any]
    wrapper = "item"
    errors = "CRM_FIELD_ERROR_VALUE_NOT_VALID, CRM_FIELD_ERROR_REQUIRED, ACCESS_DENIED"
    docs = "crm/universal/crm-item-add"

    entity_type_id: int
    fields: dict[str, Any]
    use_original_uf_names: str = "Y"


class Category(Row):
    """A pipeline."""

    id: Number
    name: Words = ""


class ListCategories(Method[list[Category]]):
    """Pipelines of an object type."""

    rest_name = "crm.category.list"
    scope = "crm"
    returns = Annotated[list[Category], Rows]
    wrapper = "categories"
    repeat_is_safe = True
    errors = "NOT_FOUND, ENTITY_TYPE_NOT_SUPPORTED"
    docs = "crm/universal/category/crm-category-list"

    entity_type_id: int


class AddCategory(Method[Category]):
    """A new pipeline; the portal gives it stages of its own."""

    rest_name = "crm.category.add"
    scope = "crm"
    returns = Category
    wrapper = "category"
    errors = "ACCESS_DENIED, ADDING_DISABLED"
    docs = "crm/universal/category/crm-category-add"

    entity_type_id: int
    fields: dict[str, Any]


class Status(UpperRow):
    """A stage of a pipeline, or an entry of a dictionary."""

    id: Number
    status_id: Words
    name: Words = ""
    sort: Number = 0
    semantics: str | None = None


class ListStatuses(PagedMethod[Status]):
    """Entries of one dictionary. Always filter by one ENTITY_ID: an unfiltered list is cut at 50."""

    rest_name = "crm.status.list"
    scope = "crm"
    returns = Annotated[list[Status], Rows]
    errors = "empty code with a text (no right, bad parameters)"
    docs = "crm/status/crm-status-list"


class AddStatus(PlainMethod[int]):
    """A new stage; the pipeline's prefix is added to STATUS_ID by the portal."""

    rest_name = "crm.status.add"
    scope = "crm"
    returns = Number
    errors = "empty code with a text, ERROR_CORE"
    docs = "crm/status/crm-status-add"

    fields: dict[str, Any]


class UpdateStatus(PlainMethod[Any]):
    """Name, order or colour of a stage."""

    rest_name = "crm.status.update"
    scope = "crm"
    repeat_is_safe = True
    errors = "empty code with a text (no right, unknown)"
    docs = "crm/status/crm-status-update"

    id: int
    fields: dict[str, Any]


class DeleteStatus(Method[Any]):
    """Remove a stage; system ones only with FORCED."""

    rest_name = "crm.status.delete"
    scope = "crm"
    repeat_is_safe = True
    errors = "empty code with a text (no right, unknown, system without FORCED, still used)"
    docs = "crm/status/crm-status-delete"

    id: int
    force: bool = False

    def params(self) -> dict[str, Any]:
        """FORCED travels inside `params`."""
        return {"id": self.id} | ({"params": {"FORCED": "Y"}} if self.force else {})


class FieldOption(UpperRow):
    """An element of a list field; `xml_id` is ours where we made it."""

    id: Number
    value: Words = ""
    xml_id: Words = ""


class UserField(UpperRow):
    """A user field of the deal."""

    id: Number
    field_name: Words
    user_type_id: Words = ""
    options: list[FieldOption] = Field(default_factory=list, alias="LIST")
    """Elements of a list; empty for other types."""


class ListDealUserFields(PagedMethod[UserField]):
    """User fields of deals."""

    rest_name = "crm.deal.userfield.list"
    scope = "crm"
    returns = Annotated[list[UserField], Rows]
    errors = "empty code with a text (bad order or filter)"
    docs = "crm/deals/user-defined-fields/crm-deal-userfield-list"


class AddDealUserField(PlainMethod[int]):
    """A new user field of deals."""

    rest_name = "crm.deal.userfield.add"
    scope = "crm"
    returns = Number
    errors = "ERROR_CORE (duplicate, too long, bad type)"
    docs = "crm/deals/user-defined-fields/crm-deal-userfield-add"

    fields: dict[str, Any]


class UpdateDealUserField(PlainMethod[bool]):
    """Change a user field of deals; elements of its list that are not named stay."""

    rest_name = "crm.deal.userfield.update"
    scope = "crm"
    returns = bool
    repeat_is_safe = True
    errors = "ERROR_NOT_FOUND, ERROR_CORE"
    docs = "crm/deals/user-defined-fields/crm-deal-userfield-update"

    id: int
    fields: dict[str, Any]


class StageRow(UpperRow):
    """The entry into a stage; the next row of the same owner ends it."""

    id: Number
    type_id: Number = 0
    owner_id: Number = 0
    created_time: Moment = None
    category_id: Number = 0
    stage_semantic_id: Words = ""
    stage_id: Words = ""


class ListStageHistory(ListMethod[StageRow]):
    """Through which stages items went: the source clocks are rebuilt from."""

    rest_name = "crm.stagehistory.list"
    scope = "crm"
    returns = Annotated[list[StageRow], Rows]
    wrapper = "items"
    id_field: ClassVar[str] = "ID"
    errors = "ENTITY_TYPE_NOT_SUPPORTED, INVALID_ARG_VALUE, allowed_only_intranet_user"
    docs = "crm/crm-stage-history-list"

    entity_type_id: int


class AddTimelineComment(PlainMethod[int]):
    """A comment in the card's timeline, BB code."""

    rest_name = "crm.timeline.comment.add"
    scope = "crm"
    returns = Number
    errors = "OWNER_NOT_FOUND, ACCESS_DENIED"
    docs = "crm/timeline/comments/crm-timeline-comment-add"

    fields: dict[str, Any]


class TimelineComment(UpperRow):
    """A comment of the timeline."""

    id: Number
    comment: Words = ""
    author_id: Number = 0
    created: Moment = None


class ListTimelineComments(PagedMethod[TimelineComment]):
    """Comments of one card; the filter must have ENTITY_ID and ENTITY_TYPE."""

    rest_name = "crm.timeline.comment.list"
    scope = "crm"
    returns = Annotated[list[TimelineComment], Rows]
    errors = "empty code with a text (no right)"
    docs = "crm/timeline/comments/crm-timeline-comment-list"


class Activity(UpperRow):
    """A letter, call or other deed on a card."""

    id: Number
    subject: Words = ""
    description: Words = ""
    direction: Words = ""
    created: Moment = None
    type_id: Number = 0
    completed: Flag = True
    owner_type_id: Number = 0
    owner_id: Number = 0


class ListActivities(UpperListMethod[Activity]):
    """Deeds of a card, filtered by OWNER_TYPE_ID and OWNER_ID."""

    rest_name = "crm.activity.list"
    scope = "crm"
    returns = Annotated[list[Activity], Rows]
    docs = "crm/timeline/activities/activity-base/crm-activity-list"


class ActivityBinding(Row):
    """A card that a deed hangs on."""

    entity_type_id: Number
    entity_id: Number


class ListActivityBindings(Method[list[ActivityBinding]]):
    """Cards one deed hangs on, those the user may read; 50 at most."""

    rest_name = "crm.activity.binding.list"
    scope = "crm"
    returns = Annotated[list[ActivityBinding], Rows]
    repeat_is_safe = True
    errors = "NOT_FOUND, ACCESS_DENIED"
    docs = "crm/timeline/activities/binding/crm-activity-binding-list"

    activity_id: int


class GetCrmMode(PlainMethod[int]):
    """1: classic with leads, 2: simple without."""

    rest_name = "crm.settings.mode.get"
    scope = "crm"
    returns = Number
    repeat_is_safe = True
    docs = "crm/crm-settings-mode-get"
