"""Application, rights, events, placements, options, calendar."""

from typing import Annotated, Any, ClassVar

from b24app.bitrix.dialects import Flag, Map, MaybeNumber, Number, Rows, Words
from b24app.bitrix.methods import PlainMethod, Row, UpperMethod, UpperRow, Walked


class AppAnswer(UpperRow):
    """The application as the portal knows it."""

    id: Number = 0
    code: Words = ""
    status: Words = ""
    installed: Flag = False
    language_id: Words = ""
    license: Words = ""
    license_family: Words = ""
    """`ent` is the plan with the larger limits."""


class GetApp(PlainMethod[AppAnswer]):
    """This application on the portal."""

    rest_name = "app.info"
    returns = AppAnswer
    repeat_is_safe = True
    errors = "ACCESS_DENIED (by webhook)"
    docs = "common/system/app-info"


class Profile(UpperRow):
    """Whose token this is."""

    id: Number
    admin: Flag = False
    name: Words = ""
    last_name: Words = ""
    time_zone: Words = ""


class GetProfile(PlainMethod[Profile]):
    """The user of the token, with the right of administration."""

    rest_name = "profile"
    returns = Profile
    repeat_is_safe = True
    docs = "common/users/profile"


class GetScopes(PlainMethod[list[str]]):
    """Rights granted to the application."""

    rest_name = "scope"
    returns = Annotated[list[str], Rows]
    repeat_is_safe = True
    docs = "common/system/scope"


class GetServerTime(PlainMethod[str]):
    """The portal's clock, ISO with its own offset."""

    rest_name = "server.time"
    returns = str
    repeat_is_safe = True
    docs = "common/system/server-time"


class EventBinding(Row):
    """One subscription."""

    event: Words
    handler: Words = ""
    auth_type: Words = ""
    offline: Flag = False
    """Kept in the portal's queue until it is fetched, instead of sent."""


class ListEventBindings(PlainMethod[list[EventBinding]]):
    """Subscriptions of this application."""

    rest_name = "event.get"
    returns = Annotated[list[EventBinding], Rows]
    repeat_is_safe = True
    errors = "WRONG_AUTH_TYPE (by webhook)"
    docs = "events/event-get"


class BindEvent(PlainMethod[Any]):
    """Subscribe an address of ours to an event."""

    rest_name = "event.bind"
    errors = "ERROR_EVENT_NOT_FOUND (also: scope missing), ERROR_CORE (bound already), ERROR_WRONG_HANDLER_URL"
    docs = "events/event-bind"

    event: str
    handler: str


class BindOfflineEvent(PlainMethod[Any]):
    """Have the portal keep an event in its queue, for whom it cannot reach."""

    rest_name = "event.bind"
    errors = "ERROR_EVENT_NOT_FOUND, ACCESS_DENIED (no administrator, or the plan has no offline events)"
    docs = "events/event-bind"

    event: str
    event_type: str = "offline"


class UnbindOfflineEvent(PlainMethod[Any]):
    """The portal need not keep the event any more."""

    rest_name = "event.unbind"
    repeat_is_safe = True
    errors = "ACCESS_DENIED"
    docs = "events/event-unbind"

    event: str
    event_type: str = "offline"


class OfflineEvent(UpperRow):
    """One thing that changed: the queue keeps one row for each event and object."""

    id: Words
    event_name: Words
    event_data: Any = None


class TakeOfflineEvents(PlainMethod[list[OfflineEvent]]):
    """The oldest events of the queue, which are gone from it by this."""

    rest_name = "event.offline.get"
    returns = Annotated[list[OfflineEvent], Rows]
    wrapper = "events"
    errors = "ACCESS_DENIED (no administrator, or the plan has no offline events)"
    docs = "events/event-offline-get"

    limit: int = 50


class UnbindEvent(PlainMethod[Any]):
    """End a subscription."""

    rest_name = "event.unbind"
    repeat_is_safe = True
    errors = "ACCESS_DENIED"
    docs = "events/event-unbind"

    event: str
    handler: str


class PlacementBinding(Row):
    """One place of ours in the portal's pages."""

    placement: Words
    handler: Words = ""


class ListPlacementBindings(PlainMethod[list[PlacementBinding]]):
    """Places of this application."""

    rest_name = "placement.get"
    scope = "placement"
    returns = Annotated[list[PlacementBinding], Rows]
    repeat_is_safe = True
    errors = "WRONG_AUTH_TYPE (by webhook)"
    docs = "widgets/placement-get"


class BindPlacement(UpperMethod[Any]):
    """Show an address of ours in a place of the portal's pages."""

    rest_name = "placement.bind"
    scope = "placement"
    errors = "ERROR_ARGUMENT, ERROR_PLACEMENT_NOT_FOUND, ERROR_WRONG_HANDLER_URL, ERROR_CORE (bound already)"
    docs = "widgets/placement-bind"

    placement: str
    handler: str
    title: str
    lang_all: dict[str, Any]


class UnbindPlacement(UpperMethod[Any]):
    """Take it away again."""

    rest_name = "placement.unbind"
    scope = "placement"
    repeat_is_safe = True
    errors = "WRONG_AUTH_TYPE (by webhook), ACCESS_DENIED, ERROR_ARGUMENT"
    docs = "widgets/placement-unbind"

    placement: str
    handler: str


class GetCalendarSettings(PlainMethod[dict[str, Any]]):
    """The company's working time and days off."""

    rest_name = "calendar.settings.get"
    scope = "calendar"
    returns = Map
    repeat_is_safe = True
    docs = "calendar/calendar-settings-get"


class GetSchedule(PlainMethod[dict[str, Any]]):
    """One work schedule with its shifts; empty for an unknown number. There is no list of them."""

    rest_name = "timeman.schedule.get"
    scope = "timeman"
    returns = Map
    repeat_is_safe = True
    docs = "timeman/schedule/timeman-schedule-get"

    id: int


class User(UpperRow):
    """An employee."""

    id: Number
    name: Words = ""
    last_name: Words = ""
    active: Flag = True
    email: Words = ""
    time_zone: Words = ""
    work_position: Words = ""
    user_type: Words = ""
    uf_department: Annotated[tuple[Number, ...], Rows] = ()


class ListUsers(Walked[User]):
    """Employees, 50 a page; bots and guests are never among them. Sorted by `sort` and `order`, two plain texts."""

    rest_name = "user.get"
    scope = "user"
    returns = Annotated[list[User], Rows]
    id_field: ClassVar[str] = "ID"
    errors = "insufficient_scope"
    docs = "user/user-get"

    filter: dict[str, Any] | None = None
    sort: str | None = None
    order: str | None = None
    start: int | None = None

    def walk(self, after: int | str | None, upto: int | None = None, *, down: bool = False) -> dict[str, Any]:
        """The same walk with this method's own names."""
        condition = {**(self.filter or {}), **self.bounds(after, upto)}
        return {"FILTER": condition, "sort": "ID", "order": "DESC" if down else "ASC", "start": -1}


class DepartmentRow(UpperRow):
    """A department; the root has no parent."""

    id: Number
    name: Words = ""
    parent: MaybeNumber = None
    uf_head: MaybeNumber = None


class ListDepartments(UpperMethod[list[DepartmentRow]]):
    """Departments, 50 a page."""

    rest_name = "department.get"
    scope = "department"
    returns = Annotated[list[DepartmentRow], Rows]
    repeat_is_safe = True
    docs = "departments/department-get"

    start: int | None = None
