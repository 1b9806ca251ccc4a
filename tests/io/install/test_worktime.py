"""The portal's working time becomes a calendar; stages of a pipeline that is there get our meanings."""

import pytest
from b24app.bitrix.methods_crm import Status
from b24app.desk.builtin import built_in_desk
from b24app.desk.document import parse
from b24app.usecases.staff import match_stages
from b24app.usecases.worktime import calendar_of, calendar_of_schedule, zone_of

WEEK = ["SA", "SU"]


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("9", "18", ["09:00", "18:00"]),
        ("9.30", "19.5", ["09:30", "19:50"]),
        ("0", "23.59", ["00:00", "24:00"]),
        ("8", "24", ["08:00", "24:00"]),
    ],
)
def test_hours_of_the_portal(start: str, end: str, hours: list[str]) -> None:
    settings = {"work_time_start": start, "work_time_end": end, "week_holidays": WEEK}
    calendar = calendar_of(settings, "Europe/Moscow", year=2026)
    assert calendar is not None
    assert calendar["working_hours"]["mon"] == [hours]
    assert "sat" not in calendar["working_hours"]


@pytest.mark.parametrize(("start", "end"), [("", ""), ("9", "9"), ("nine", "18"), (None, "18"), ("9", "77")])
def test_hours_without_sense_are_not_taken(start: str, end: str) -> None:
    settings = {"work_time_start": start, "work_time_end": end, "week_holidays": WEEK}
    assert calendar_of(settings, "Europe/Moscow", year=2026) is None


def test_days_off_repeat_every_year_and_worked_days_are_open() -> None:
    settings = {
        "work_time_start": "9",
        "work_time_end": "18",
        "week_holidays": WEEK,
        "year_holidays": "1.01,9.05,29.02,nonsense",
        "year_workdays": "31.10,9.05",
    }
    calendar = calendar_of(settings, "Asia/Almaty", year=2026)
    assert calendar is not None
    assert set(calendar["holidays"]) == {"2026-01-01", "2027-01-01", "2028-01-01", "2028-02-29"}
    assert calendar["date_hours"]["2026-10-31"] == [["09:00", "18:00"]]


def test_a_work_schedule_gives_its_shifts_and_no_break() -> None:
    day = {"WORK_TIME_START": 28800, "WORK_TIME_END": 61200, "BREAK_DURATION": 3600, "WORK_DAYS": "12345"}
    night = {"WORK_TIME_START": "79200", "WORK_TIME_END": "21600", "WORK_DAYS": "56"}
    gone = {"WORK_TIME_START": 0, "WORK_TIME_END": 86400, "WORK_DAYS": "7", "DELETED": True}
    calendar = calendar_of_schedule({"SHIFTS": [day, night, gone]}, "Europe/Moscow")
    assert calendar is not None
    assert calendar["working_hours"]["mon"] == [["08:00", "17:00"]]
    assert calendar["working_hours"]["fri"] == [["08:00", "17:00"], ["22:00", "06:00"]]
    assert calendar["working_hours"]["sat"] == [["22:00", "06:00"]]
    assert "sun" not in calendar["working_hours"]


@pytest.mark.parametrize(
    "schedule", [{}, {"SHIFTS": []}, {"SHIFTS": [{"WORK_TIME_START": "", "WORK_TIME_END": 1, "WORK_DAYS": "1"}]}]
)
def test_a_schedule_without_fixed_hours_gives_no_calendar(schedule: dict[str, object]) -> None:
    assert calendar_of_schedule(schedule, "Europe/Moscow") is None


@pytest.mark.parametrize(
    ("personal", "server", "zone"),
    [
        ("Asia/Almaty", "", "Asia/Almaty"),
        ("", "2026-02-20T09:02:13+03:00", "Europe/Moscow"),
        ("", "2026-02-20T09:02:13+05:00", "Etc/GMT-5"),
        ("", "2026-02-20T09:02:13-04:00", "Etc/GMT+4"),
        ("Mars/Base", "2026-02-20T09:02:13+00:00", "UTC"),
        ("../etc", "", "UTC"),
    ],
)
def test_the_zone_is_the_administrators_else_the_portals(personal: str, server: str, zone: str) -> None:
    assert zone_of(personal, server) == zone


def test_stages_of_an_existing_pipeline_keep_their_names() -> None:
    rows = [
        ("C3:NEW", "Приём", "", 10),
        ("C3:A", "В работе", "", 30),
        ("C3:B", "Счёт", "", 20),
        ("C3:WON", "Готово", "S", 40),
        ("C3:LOSE", "Отказ", "F", 50),
        ("C3:SPAM", "Спам", "F", 60),
    ]
    stages = [
        Status.model_validate({"ID": str(n), "STATUS_ID": code, "NAME": name, "SEMANTICS": sem, "SORT": sort})
        for n, (code, name, sem, sort) in enumerate(rows)
    ]

    codes = match_stages(parse(built_in_desk()).pipelines[0], stages)

    assert codes == {"triage": "C3:NEW", "work": "C3:A", "done": "C3:WON", "fail": "C3:LOSE"}
