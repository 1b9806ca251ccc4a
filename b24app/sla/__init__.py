"""Calendars, policies, clocks and their explanation. Pure.

What other rooms use:

- `BusinessCalendar`, `production_calendar`: contracts.md, "Python (pure core)".
- `Policy.from_dict(data)` / `policy.to_dict()`, `check_policies(policies)`; `choose(policies, Subject(type=…, priority=…))`
  gives the first policy that matches, or None. A `Policy` has `key`, `title`, `calendar` (name, empty: the desk's own).
- `open_clocks(policy, calendars, default, at, stage=key, meaning=meaning, line="1")` starts the clocks of a ticket;
  `calendars` are the desk's by name, `default` is the name of its own calendar. `Clocks()` has no clock at all.
- Transitions, each `clocks.something(…, at) -> Clocks`: `stage_entered(key, meaning, at)` (closes, reopens, pauses,
  resumes and resolves by what the stage means), `responded(at)`, `customer_replied(at)`, `line_changed(line, at)`,
  `vendor_asked(at)`, `vendor_answered(at)`, and `ruled(policy, calendars, default, at)` after anything that may change
  the rules: another policy, priority, line or client, a published desk. It gives the same object when nothing changed.
- Reading at a moment: `view(clocks, name, now)` and `views(clocks, now)` → `ClockView` (`state` ok/warn/bad/pause/met/
  none, `used`, `left`, `due_at`, `counts_until`, …), `due(clocks, name, now)`, `most_urgent(clocks, now)`,
  `next_deadlines(clocks, now)` → `Deadline`s (warnings, terms, escalations; `people` are `Role`s or user ids; `mark` names
  each once). Names of clocks: `first_response`, `next_response`, `resolution`, `stage:<key>`, `line:<n>`, `vendor`.
- Explaining: `ledger(clocks, name, now)` → `Ledger` of `Row`s that follow without holes and sum up exactly (`planned` ones
  are still to come, `estimated` ones touch a guess), `whose_time(clocks, now)` → `WhoseTime` (`total("ours"|"client"|
  "vendor"|"off")`, `stretches` are the proof).
- Repair: `read_history(items, words, present)` → `StageHistory`, `misses(clocks, history)`, `rebuild(clocks, history)`,
  `happened(clocks, what, at)` for a message learnt of late.
- `what_if(clocks, policy, calendars, default)`: the same life under other rules.
- `replay(scenario)` and `rehearse(document)`: sla-scenarios.md; the command writes `rehearse(…).document` as JSON to the
  standard output and `.line`, the totals, to the standard error output.
- `clocks_to_dict`, `clocks_from_dict`: JSON for the ticket's row.
"""

from b24app.kit.errors import CalendarNeverOpens
from b24app.sla.calendar import CALENDAR_KEYS, BusinessCalendar, describe_hours, hours_of_months
from b24app.sla.clock import Clocks, open_clocks
from b24app.sla.conduct import FAMILIES, Conduct
from b24app.sla.hours import BadData
from b24app.sla.ledger import Ledger, Row, ledger
from b24app.sla.measure import Figure, Measure, Spell
from b24app.sla.policy import POLICY_KEYS, Conditions, Policy, Subject, choose, family
from b24app.sla.policycheck import Known, PolicyProblem, check_policies
from b24app.sla.production import PRODUCTION_YEARS, production_calendar, with_production
from b24app.sla.reading import ClockView, Deadline, due, most_urgent, next_deadlines, view, views
from b24app.sla.rebuild import HistoryItem, StageHistory, StageRow, happened, misses, read_history, rebuild, what_if
from b24app.sla.rehearsal import Rehearsal, rehearse
from b24app.sla.replaying import replay
from b24app.sla.state import Era, Mark, Wait
from b24app.sla.storage import clocks_from_dict, clocks_to_dict
from b24app.sla.target import Alarm, Role, Target
from b24app.sla.whose import Stretch, WhoseTime, whose_time

__all__ = [
    "CALENDAR_KEYS",
    "FAMILIES",
    "POLICY_KEYS",
    "PRODUCTION_YEARS",
    "Alarm",
    "BadData",
    "BusinessCalendar",
    "CalendarNeverOpens",
    "ClockView",
    "Clocks",
    "Conditions",
    "Conduct",
    "Deadline",
    "Era",
    "Figure",
    "HistoryItem",
    "Known",
    "Ledger",
    "Mark",
    "Measure",
    "Policy",
    "PolicyProblem",
    "Rehearsal",
    "Role",
    "Row",
    "Spell",
    "StageHistory",
    "StageRow",
    "Stretch",
    "Subject",
    "Target",
    "Wait",
    "WhoseTime",
    "check_policies",
    "choose",
    "clocks_from_dict",
    "clocks_to_dict",
    "describe_hours",
    "due",
    "family",
    "happened",
    "hours_of_months",
    "ledger",
    "misses",
    "most_urgent",
    "next_deadlines",
    "open_clocks",
    "production_calendar",
    "read_history",
    "rebuild",
    "rehearse",
    "replay",
    "view",
    "views",
    "what_if",
    "whose_time",
    "with_production",
]
