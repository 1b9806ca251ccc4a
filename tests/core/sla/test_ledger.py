"""The ledger that explains a term, and the split of a ticket's life into ours, the client's and the vendor's time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from b24app.sla import BusinessCalendar, Policy, ledger, open_clocks, view, whose_time
from hypothesis import given
from hypothesis import strategies as st
from tests.support.sla import POLICIES, Step, laws, lived, lives, moments

MOSCOW = ZoneInfo("Europe/Moscow")
WEEK = ("mon", "tue", "wed", "thu", "fri")
CALENDAR = {
    "main": BusinessCalendar.from_dict(
        {
            "timezone": "Europe/Moscow",
            "working_hours": {day: [["09:00", "13:00"], ["14:00", "18:00"]] for day in WEEK},
            "shortened_days": {"2026-09-03": 60},
            "holidays": ["2026-09-07"],
            "breaks": {"2026-09-08": [["10:00", "10:30"]]},
        }
    )
}
POLICY = Policy.from_dict({"key": "p", "for": "all", "targets": {"resolution": "10h", "stages": {"waiting": "1d"}}})


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=MOSCOW)


def test_every_line_of_a_term_has_its_reason() -> None:
    clocks = open_clocks(POLICY, CALENDAR, "main", local(2, 17, 50), stage="work", meaning="work")
    clocks = clocks.stage_entered("waiting", "waiting", local(3, 9, 30)).stage_entered("work", "work", local(3, 11, 40))
    explained = ledger(clocks, "resolution", local(3, 12))
    assert explained is not None
    assert [(row.kind, row.start, row.end) for row in explained.rows] == [
        ("opened", local(2, 17, 50), local(2, 17, 50)),
        ("work", local(2, 17, 50), local(2, 18)),
        ("night", local(2, 18), local(3, 9)),
        ("work", local(3, 9), local(3, 9, 30)),
        ("client", local(3, 9, 30), local(3, 11, 40)),
        ("work", local(3, 11, 40), local(3, 12)),
        ("work", local(3, 12), local(3, 13)),
        ("lunch", local(3, 13), local(3, 14)),
        ("work", local(3, 14), local(3, 17)),
        ("short_day", local(3, 17), local(3, 18)),
        ("night", local(3, 18), local(4, 9)),
        ("work", local(4, 9), local(4, 13)),
        ("lunch", local(4, 13), local(4, 14)),
        ("work", local(4, 14), local(4, 15)),
        ("term", local(4, 15), local(4, 15)),
    ]
    assert [row.planned for row in explained.rows].count(False) == 6
    assert explained.counted == explained.used == timedelta(hours=1)
    assert sum((row.counted for row in explained.rows), timedelta()) == timedelta(hours=10)
    assert explained.rows[4].business == timedelta(hours=2, minutes=10)


def test_a_weekend_with_a_holiday_is_one_rest_and_a_break_is_named() -> None:
    clocks = open_clocks(POLICY, CALENDAR, "main", local(4, 17), stage="work", meaning="work")
    explained = ledger(clocks, "resolution", local(4, 17))
    assert explained is not None
    kinds = [(row.kind, row.start, row.end) for row in explained.rows if row.kind not in {"work", "opened", "term"}]
    assert kinds[:2] == [("holiday", local(4, 18), local(8, 9)), ("break", local(8, 10), local(8, 10, 30))]


def test_past_the_term_the_ledger_goes_on() -> None:
    clocks = open_clocks(POLICY, CALENDAR, "main", local(1, 9), stage="work", meaning="work")
    explained = ledger(clocks, "resolution", local(2, 12))
    assert explained is not None
    assert [row.kind for row in explained.rows][-3:] == ["work", "term", "work"]
    assert explained.due_at == local(2, 11)
    assert explained.counted == explained.used == timedelta(hours=11)


def test_other_rules_are_a_line_and_the_time_before_them_stays() -> None:
    clocks = open_clocks(POLICY, CALENDAR, "main", local(1, 9), stage="work", meaning="work")
    longer = Policy.from_dict({"key": "vip", "for": "all", "targets": {"resolution": "12h"}})
    clocks = clocks.ruled(longer, CALENDAR, "main", local(1, 11))
    explained = ledger(clocks, "resolution", local(1, 12))
    assert explained is not None
    assert [(row.kind, row.detail) for row in explained.rows[:4]] == [
        ("opened", ""),
        ("work", ""),
        ("policy", "vip"),
        ("work", ""),
    ]
    assert explained.limit == timedelta(hours=12)


def test_a_calendar_changed_meanwhile_explains_the_past_by_the_hours_of_then() -> None:
    clocks = open_clocks(POLICY, CALENDAR, "main", local(1, 9), stage="work", meaning="work")
    through = {"main": BusinessCalendar(timezone="Europe/Moscow", weekly={day: [("09:00", "21:00")] for day in WEEK})}
    clocks = clocks.ruled(POLICY, through, "main", local(1, 16))
    explained = ledger(clocks, "resolution", local(1, 20))
    assert explained is not None
    assert "lunch" in [row.kind for row in explained.rows]
    assert explained.used == timedelta(hours=10)
    assert explained.due_at == local(1, 20)


@given(st.sampled_from(POLICIES), lives, moments)
@laws
def test_lines_follow_without_holes_and_sum_up_exactly(
    policy: Policy | None, life: list[tuple[datetime, Step]], now: datetime
) -> None:
    clocks = lived(policy, life, in_order=True)
    now = max(now, clocks.moved_at or now)
    for measure in clocks.measures:
        explained = ledger(clocks, measure.clock, now)
        shown = view(clocks, measure.clock, now)
        assert explained is not None
        assert shown is not None
        assert explained.counted == shown.used
        stretches = [row for row in explained.rows if row.length]
        assert all(one.end == two.start for one, two in pairwise(stretches))
        if explained.due_at is not None and explained.due_at > now and measure.since is not None:
            assert sum((row.counted for row in explained.rows), timedelta()) == explained.limit


@given(st.sampled_from(POLICIES), lives, moments)
@laws
def test_the_life_of_a_ticket_is_divided_without_a_rest(
    policy: Policy | None, life: list[tuple[datetime, Step]], now: datetime
) -> None:
    clocks = lived(policy, life, in_order=True)
    now = max(now, clocks.moved_at or now)
    divided = whose_time(clocks, now)
    end = clocks.closed_at or now
    assert sum((stretch.length for stretch in divided.stretches), timedelta()) == end - (clocks.opened_at or end)
    assert sum((divided.total(who) for who in ("ours", "client", "vendor", "off")), timedelta()) == divided.open_time


def test_waiting_for_a_vendor_is_the_vendors_time_and_has_its_own_clock() -> None:
    policy = Policy.from_dict({"key": "p", "for": "all", "targets": {"resolution": "10h", "vendor": "2h"}})
    clocks = open_clocks(policy, CALENDAR, "main", local(1, 9), stage="work", meaning="work")
    clocks = clocks.vendor_asked(local(1, 10)).vendor_answered(local(1, 15)).stage_entered("done", "done", local(1, 16))
    divided = whose_time(clocks, local(2, 12))
    assert divided.total("vendor") == timedelta(hours=4)
    assert divided.total("ours") == timedelta(hours=2)
    assert divided.total("off") == timedelta(hours=1)
    vendor = next(figure for figure in clocks.done if figure.clock == "vendor")
    assert (vendor.used, vendor.late) == (timedelta(hours=4), True)


def test_the_night_of_the_autumn_change_is_as_long_as_it_was() -> None:
    nights = {"main": BusinessCalendar(timezone="Europe/Berlin", weekly={"sat": [("22:00", "06:00")]})}
    start = datetime(2026, 10, 24, 20, tzinfo=UTC)
    clocks = open_clocks(POLICY, nights, "main", start, stage="work", meaning="work")
    explained = ledger(clocks, "resolution", start + timedelta(hours=12))
    assert explained is not None
    assert explained.rows[1].length == explained.rows[1].counted == timedelta(hours=9)
