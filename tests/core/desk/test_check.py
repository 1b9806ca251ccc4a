"""The check of a desk document: every mistake is named with line and column of the YAML, whoever wrote it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import yaml
from b24app.desk.builtin import built_in_desk
from b24app.desk.directory import Agent, Department, Directory
from b24app.desk.document import data_of, parse
from b24app.deskfile import DeskText, read_desk, with_full_rules, write_desk
from b24app.kit.ids import DepartmentId, UserId

HEAD = """\
version: 1
pipelines:
  - key: support
    title: Поддержка
    stages:
      - {key: triage, title: Приём, meaning: triage}
      - {key: work, title: В работе, meaning: work}
      - {key: waiting, title: Ожидание, meaning: waiting}
      - {key: done, title: Успех, meaning: done}
      - {key: fail, title: Неуспех, meaning: fail}
people: {dispatchers: [1], deputy: 7}
calendar: main
"""
CALENDAR = """\
calendars:
  main:
    timezone: Europe/Moscow
    working_hours: {mon: [["09:00", "18:00"]]}
"""


def checked(below: str) -> list[str]:
    return [str(finding) for finding in read_desk(HEAD + below).findings]


def policies(*rows: str) -> str:
    return CALENDAR + "sla:\n  policies:\n" + "".join(f"    - {row}\n" for row in rows)


def policy(**changes: Any) -> str:
    row = {"key": "one", "for": "all", "targets": {"resolution": "8h"}} | changes
    return yaml.safe_dump(row, default_flow_style=True, width=1000).strip()


def test_a_sound_document_has_no_remarks() -> None:
    assert checked(policies(policy(key="fast", **{"for": {"priority": ["high"]}}), policy())) == []


@pytest.mark.parametrize(
    ("calendars", "remark"),
    [
        ("calendars:\n  main: {timezone: Mars/Base}\n", "14:20: error: calendars.main.timezone: there is no zone"),
        (
            'calendars:\n  main:\n    timezone: UTC\n    working_hours:\n      mon: [["9", "18:00"]]\n',
            "17:12: error: calendars.main.working_hours.mon: '9' is no time",
        ),
        (
            "calendars:\n  main:\n    timezone: UTC\n    working_hours: {}\n    date_hours: {2026-01-05: []}\n",
            "14:3: error: calendars.main: is never open",
        ),
        (
            "calendars:\n  main:\n    timezone: UTC\n    wroking_hours: {}\n",
            "16:20: error: calendars.main.wroking_hours: unknown key",
        ),
        (
            'calendars:\n  main:\n    timezone: UTC\n    production: KZ\n    working_hours: {mon: [["09:00", "18:00"]]}\n',
            "16:17: error: calendars.main.production: there is no production calendar for 'KZ'",
        ),
    ],
)
def test_a_mistake_in_a_calendar_is_named_where_it_stands(calendars: str, remark: str) -> None:
    assert any(line.startswith(remark) for line in checked(calendars)), checked(calendars)


@pytest.mark.parametrize(
    ("rows", "remark"),
    [
        ([policy(**{"for": {}})], "19:13: error: sla.policies.0.for: conditions are needed"),
        ([policy(**{"for": {"priority": []}})], "error: sla.policies.0.for.priority: an empty condition"),
        ([policy(**{"for": {"priority": None}})], "error: sla.policies.0.for.priority: a list of words is needed"),
        ([policy(), policy(key="two")], "20:13: error: sla.policies.1.for: never used: 'one' before it is for all"),
        ([policy(), policy()], "error: sla.policies.1.key: two policies have the key 'one'"),
        ([policy(pause=["lunch"])], "error: sla.policies.0.pause: there is no stage 'lunch'"),
        ([policy(targets={"stages": {"wrok": "1h"}})], "error: sla.policies.0.targets.stages.wrok: there is no stage"),
        ([policy(targets={"resolution": "soon"})], "error: sla.policies.0.targets.resolution: 'soon' is no duration"),
        ([policy(targets={"lines": {"9": "1h"}})], "error: sla.policies.0.targets.lines.9: there is no line '9'"),
        ([policy(calendar="night")], "error: sla.policies.0.calendar: there is no calendar 'night'"),
        (
            [policy(targets={"resolution": {"within": "1h", "calendar": "night"}})],
            "error: sla.policies.0.targets.resolution.calendar: there is no calendar 'night'",
        ),
        ([policy(**{"for": {"priority": ["urgent"]}})], "never matches: priority is never 'urgent'"),
        ([policy(**{"for": {"contract": ["gold"]}})], "never matches: contract is never 'gold'"),
        ([policy(colour="red")], "error: sla.policies.0.colour: unknown key"),
        ([policy(warn=[{"before": "15m", "tell": ["boss"]}])], "'boss' is nobody"),
    ],
)
def test_a_mistake_in_a_policy_is_named_where_it_stands(rows: list[str], remark: str) -> None:
    found = checked(policies(*rows))
    assert any(remark in line for line in found), found


def test_policies_that_hide_another_only_together_are_found() -> None:
    rows = (
        policy(key="c", **{"for": {"priority": ["critical"]}}),
        policy(key="h", **{"for": {"priority": ["high"]}}),
        policy(key="both", **{"for": {"priority": ["critical", "high"], "line": ["1"]}}),
        policy(),
    )
    assert [line.split("error: ")[-1] for line in checked(policies(*rows))] == [
        "sla.policies.2.for: never used: 'c', 'h' before it take the same tickets"
    ]


def test_overlapping_policies_are_a_warning_and_so_is_a_missing_last_one() -> None:
    rows = (policy(key="c", **{"for": {"priority": ["critical"]}}), policy(key="m", **{"for": {"channel": ["E-mail"]}}))
    assert [line.split(": ", maxsplit=1)[1] for line in checked(policies(*rows))] == [
        "warning: sla.policies.1.for: tickets that match 'c' too go to 'c', which stands before",
        "warning: sla.policies.1.for: no policy is for all: tickets that match none have no terms",
    ]


def test_a_mistake_before_does_not_move_the_place_of_the_next() -> None:
    found = checked(policies(policy(key=""), policy(key="two", pause=["lunch"])))
    assert "20:" in found[-1]
    assert "sla.policies.1.pause" in found[-1]


def test_a_key_written_twice_is_not_forgotten_in_silence() -> None:
    assert checked(CALENDAR + "calendar: other\n") == ["17:1: error: document: 'calendar' stands here twice"]


def test_people_who_left_are_named_wherever_they_stand() -> None:
    told = [{"before": "15m", "tell": ["assignee", 9]}]
    read = read_desk(HEAD + policies(policy(warn=told)))
    directory = Directory.of([Agent(UserId(1), "Динара Ахметова"), Agent(UserId(7), "Олег Смирнов", active=False)], [])
    assert [str(finding) for finding in read.people(directory)] == [
        "11:36: warning: people.deputy: Олег Смирнов does not work here (any more)",
        "19:61: warning: sla.policies.0.warn: № 9 does not work here (any more)",
    ]


def test_a_department_the_portal_does_not_have_is_named() -> None:
    read = read_desk(HEAD + policies(policy(key="west", **{"for": {"team": [10, 77]}}), policy()))
    directory = Directory.of([Agent(UserId(1), "А"), Agent(UserId(7), "Б")], [Department(DepartmentId(10), "Запад")])
    assert [str(finding) for finding in read.people(directory)] == [
        "19:20: warning: sla.policies.0.for.team: there is no department 77"
    ]


def test_the_built_in_desk_is_sound_and_survives_being_written() -> None:
    first = built_in_desk()
    document = parse(first)
    again = read_desk(write_desk(data_of(document)))
    assert _errors(again) == []
    assert again.document is not None
    assert again.document.calendars == document.calendars
    assert again.document.sla == document.sla
    assert data_of(document)["calendars"]["main"]["production"] == "RU"


def _errors(read: DeskText) -> list[str]:
    return [str(finding) for finding in read.findings]


def test_a_production_calendar_takes_the_hours_of_the_week_it_is_filled_into() -> None:
    """The Saturday of 27 April 2024 worked like the Monday it was swapped with, and 2 November one hour less."""
    week = "{mon: [['10:00', '19:00']], tue: [['10:00', '17:00']], sat: [['11:00', '12:00']]}"
    below = f"calendars:\n  main:\n    timezone: Europe/Moscow\n    production: RU\n    working_hours: {week}\n"
    own = "    date_hours: {2026-01-05: [['10:00', '12:00']]}\n"
    read = read_desk(HEAD + below + own)
    assert read.document is not None
    hours = read.document.calendars["main"]
    lengths = {
        day: _length(hours.day(day).intervals) for day in (date(2024, 4, 27), date(2024, 11, 2), date(2026, 1, 5))
    }
    assert list(lengths.values()) == [timedelta(hours=9), timedelta(hours=6), timedelta(hours=2)]
    assert not hours.is_open(datetime(2026, 1, 6, 9, tzinfo=UTC))
    assert read.data["calendars"]["main"]["production"] == "RU"


def _length(intervals: tuple[tuple[int, int], ...]) -> timedelta:
    return timedelta(microseconds=sum(end - start for start, end in intervals))


CLASSIFICATION = """\
classification:
  base: builtin
  off: [spam-9]
  categories:
    warehouse:
      title: Склад
      request_type: technical
      rules:
        - {any: [склад, остаток], weight: 4}
      examples:
        yes: ["Не сходится остаток на складе"]
        no: [На складе не печатает сканер]
"""


def test_mistakes_in_classification_rules_have_their_place() -> None:
    broken = CLASSIFICATION.replace("[склад, остаток], weight: 4", '[склад, "(остаток"], weight: heavy')
    weight, bracket = checked(broken + CALENDAR)[:2]
    place = "error: classification.categories.warehouse.rules.0"
    assert weight == f"21:46: {place}.weight: a number from 0 to 100 is expected"
    assert bracket == f"21:25: {place}.any.1: '(остаток': a bracket is not closed (character 8)"


def test_examples_are_run_and_idle_switches_named() -> None:
    told = checked(CLASSIFICATION + CALENDAR)
    assert (
        "24:14: error: classification.categories.warehouse.examples.no.0: 'На складе не печатает сканер' should not be"
        " warehouse, but is warehouse" in told
    )
    assert "15:9: warning: classification.off.0: nothing is called 'spam-9'" in told


def test_yes_no_and_off_are_names_and_words_not_truth_values() -> None:
    read = read_desk(HEAD + CLASSIFICATION.replace("[склад, остаток]", "[склад, no, off]") + CALENDAR)
    assert read.data["classification"]["categories"]["warehouse"]["rules"][0]["any"] == ["склад", "no", "off"]
    assert "classification.off" not in read.data
    assert read_desk(write_desk(read.data)).data == read.data


def test_the_classification_is_written_out_in_full_on_demand() -> None:
    data = read_desk(HEAD + CALENDAR).data
    full = with_full_rules(data)["classification"]
    assert full["categories"]["email"]["rules"][0]["id"] == "email-1"
    assert "base" not in full
