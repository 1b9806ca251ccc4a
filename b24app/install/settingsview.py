"""What the parts of the settings show: the values of their templates."""

from collections.abc import Mapping
from typing import Any, Final

from b24app.install import calendarform, policyform
from b24app.install.fields import Reading, span_text
from b24app.install.ruleview import facts_of
from b24app.kit.ids import PortalId
from b24app.ui import Scene
from b24app.usecases.deskedit import DeskEdit, Editing

PARTS: Final = ("people", "rules", "rule", "calendars", "versions")
Shown = dict[str, Any]
"""Values of the template; `typed` is the form that was sent, when something in it is wrong."""


async def drawn(shown: Shown, edit: DeskEdit, portal: PortalId, now: Editing, scene: Scene) -> Shown:
    """The values of the open part."""
    match shown["part"]:
        case "rule" if now.policies:
            return rule(shown, now, scene.language)
        case "calendars":
            return calendars(shown, now, scene)
        case "versions":
            return await versions(shown, edit, portal)
        case _:
            return {"part": "rules", **rules(shown, now, scene.language)}


def rules(shown: Shown, now: Editing, language: str) -> Shown:
    """The table of targets."""
    typed: Mapping[str, list[str]] | None = shown["typed"]

    def cell(place: int, name: str) -> str:
        if typed is not None and f"{place}.{name}" in typed:
            return typed[f"{place}.{name}"][0]
        return policyform.limit_text(policyform.target_of(now.policies[place], name), language)

    contracts = typed["contracts"][0] if typed and "contracts" in typed else policyform.contracts_text(now.contracts)
    return {"facts": facts_of(now, language), "cell": cell, "contracts": contracts}


def rule(shown: Shown, now: Editing, language: str) -> Shown:
    """One rule in full; what was typed stands in the form again, right or wrong."""
    place = min(shown.get("place") or 0, len(now.policies) - 1)
    facts, found = facts_of(now, language), now.policies[place]
    if shown["typed"] is not None:
        found = policyform.rule_from(Reading(shown["typed"]), found, facts.target_names)
    return {
        "facts": facts,
        "rule": found,
        "place": place,
        "alarms": list(policyform.alarm_rows(found, language)),
        "target_of": policyform.target_of,
        "limit": lambda target: policyform.limit_text(target, language),
        "span": span_text,
    }


def calendars(shown: Shown, now: Editing, scene: Scene) -> Shown:
    """One calendar and its year."""
    names, own = list(now.calendars), str(now.data.get("calendar") or "")
    name = next((one for one in (shown.get("name"), own, *names) if one in now.calendars), "")
    data = now.calendars.get(name) or {}
    fields = calendarform.fields_of(data, scene.language)
    typed: Mapping[str, list[str]] | None = shown["typed"]
    if typed is not None and "zone" in typed:
        fields |= {key: (typed.get(key) or [""])[0] for key in fields}
    year = shown.get("year") or scene.now.year
    return {
        "names": names,
        "name": name,
        "fields": fields,
        "year": year,
        "months": calendarform.year_of(data, year),
    }


async def versions(shown: Shown, edit: DeskEdit, portal: PortalId) -> Shown:
    """The history of the desk, and what one version changed."""
    known, number = await edit.versions(portal), shown.get("number") or 0
    lines = await edit.difference(portal, number) if number in {one.number for one in known} else []
    return {"versions": known, "number": number, "lines": lines}
