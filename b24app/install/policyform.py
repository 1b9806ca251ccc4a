"""The forms of SLA rules: the table of all targets, and one rule with its conditions, pauses and warnings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from b24app.install.fields import Reading, WrongText, numbers_of, span_of, span_text

Policy = dict[str, Any]
SINGLE: Final = ("first_response", "next_response", "resolution", "vendor")
WORDS: Final = ("type", "category", "priority", "line", "team", "contract")
"""Conditions chosen from lists; `client` and `channel` are typed."""
ROLES: Final = ("assignee", "dispatcher", "deputy", "head")
USUAL_PAUSE: Final = ["waiting"]
SPARE: Final = 2
"""Empty lines for more warnings."""
_LONGEST_TITLE: Final = 100


def target_names(stages: Sequence[str], lines: Sequence[str]) -> list[str]:
    """Every target a rule may set: `resolution`, `stages.work`, `lines.2`."""
    return [*SINGLE[:3], *(f"stages.{stage}" for stage in stages), *(f"lines.{line}" for line in lines), SINGLE[3]]


def target_of(policy: Mapping[str, Any], name: str) -> Any:
    """The target as the document writes it; None when the rule sets none."""
    group, _, key = name.partition(".")
    targets = policy.get("targets") or {}
    return (targets.get(group) or {}).get(key) if key else targets.get(group)


def limit_text(target: Any, language: str) -> str:
    """How much time a target gives, as people type it."""
    return span_text(target.get("within") if isinstance(target, Mapping) else target, language)


def table_from(reading: Reading, policies: Sequence[Policy], names: Sequence[str]) -> list[Policy]:
    """All rules with the times typed into the table; what else a target says stays."""
    return [
        _with_targets(policy, {name: reading.read(f"{place}.{name}", span_of) for name in names})
        for place, policy in enumerate(policies)
    ]


def _with_targets(policy: Policy, limits: Mapping[str, str | None]) -> Policy:
    targets: dict[str, Any] = {}
    for name, limit in limits.items():
        if limit is not None:
            _put(targets, name, _limited(target_of(policy, name), limit))
    return {**policy, "targets": targets}


def _limited(before: Any, limit: str) -> Any:
    return {**before, "within": limit} if isinstance(before, Mapping) else limit


def _put(targets: dict[str, Any], name: str, target: Any) -> None:
    group, _, key = name.partition(".")
    if key:
        targets.setdefault(group, {})[key] = target
    else:
        targets[group] = target


def rule_from(reading: Reading, before: Policy, names: Sequence[str]) -> Policy:
    """One rule as its form says it; keys that the form does not show stay."""
    shown = {"title", "for", "calendar", "time", "pause", "vendor_stages", "warn", "escalate", "targets"}
    chosen = {name: value for name in ("calendar",) if (value := reading.text(name))}
    if reading.text("time") == "calendar":
        chosen["time"] = "calendar"
    return {
        "key": before["key"],
        "title": reading.read("title", _title) or before["key"],
        "for": _conditions(reading),
        **chosen,
        **_alarms(reading),
        "targets": _targets(reading, before, names),
        **_stages(reading),
        **{key: value for key, value in before.items() if key not in {*shown, "key"}},
    }


def _stages(reading: Reading) -> dict[str, Any]:
    """Stages that pause and stages of a vendor; what is usual is not written down."""
    pause, vendor = reading.chosen("pause"), reading.chosen("vendor_stages")
    return {**({} if pause == USUAL_PAUSE else {"pause": pause}), **({"vendor_stages": vendor} if vendor else {})}


def _title(text: str) -> str:
    if not text or len(text) > _LONGEST_TITLE:
        raise WrongText("name", text[:_LONGEST_TITLE])
    return text


def _conditions(reading: Reading) -> Any:
    found: dict[str, Any] = {name: words for name in WORDS if (words := reading.chosen(f"for.{name}"))}
    if clients := reading.read("for.client", numbers_of):
        found["client"] = [str(client) for client in clients]
    if channels := [part.strip() for part in reading.text("for.channel").split(",") if part.strip()]:
        found["channel"] = channels
    return found or "all"


def _targets(reading: Reading, before: Policy, names: Sequence[str]) -> dict[str, Any]:
    targets: dict[str, Any] = {}
    for name in names:
        limit = reading.read(f"target.{name}", span_of)
        if limit is None:
            continue
        old = target_of(before, name)
        kept = (
            {key: value for key, value in old.items() if key not in {"within", "time", "calendar"}} if _is(old) else {}
        )
        kept |= {key: value for key in ("time", "calendar") if (value := reading.text(f"{key}.{name}"))}
        _put(targets, name, {"within": limit, **kept} if kept else limit)
    return targets


def _is(value: Any) -> bool:
    return isinstance(value, Mapping)


def _alarms(reading: Reading) -> dict[str, Any]:
    """Lines of the table of warnings: a time, before or after the term, and people."""
    found: dict[str, list[dict[str, Any]]] = {"warn": [], "escalate": []}
    for row in range(len([name for name in reading.form if name.startswith("alarm.") and name.endswith(".span")])):
        people: list[Any] = [role for role in reading.chosen(f"alarm.{row}.tell") if role in ROLES]
        people += [int(user) for user in reading.chosen(f"alarm.{row}.user") if user.isdecimal()]
        span = reading.read(f"alarm.{row}.span", span_of)
        if span is None or not people:
            continue
        side = "after" if reading.text(f"alarm.{row}.side") == "after" else "before"
        found["escalate" if side == "after" else "warn"].append({side: span, "tell": people})
    return {name: alarms for name, alarms in found.items() if alarms}


def alarm_rows(policy: Mapping[str, Any], language: str) -> Iterator[dict[str, Any]]:
    """Lines of the table of warnings, some empty ones behind."""
    for name, side in (("warn", "before"), ("escalate", "after")):
        for alarm in policy.get(name) or ():
            people = list(alarm.get("tell") or ())
            yield {
                "span": span_text(alarm.get(side), language),
                "side": side,
                "tell": [person for person in people if person in ROLES],
                "users": [person for person in people if isinstance(person, int)],
            }
    for place in range(SPARE):
        yield {"span": "", "side": "before" if place == 0 else "after", "tell": [], "users": []}


def ordered(policies: Sequence[Policy], act: str, place: int) -> tuple[list[Policy], int | None]:
    """The rules after a press on one of their buttons, and which of them is opened (none: the table stays)."""
    rules = list(policies)
    if act == "add":
        last = len(rules) - 1 if rules and rules[-1].get("for") == "all" else len(rules)
        fresh = {"key": free_key(rules), "title": "", "for": {"priority": ["critical"]}, "targets": {}}
        return [*rules[:last], fresh, *rules[last:]], last
    if not 0 <= place < len(rules):
        return rules, None
    if act == "remove":
        del rules[place]
    elif (other := place + {"up": -1, "down": 1}.get(act, 0)) in range(len(rules)):
        rules[place], rules[other] = rules[other], rules[place]
    return rules, None


def contracts_from(reading: Reading) -> dict[str, Any]:
    """Lines «gold Золотой: 12, 31»: key, title, companies."""
    return reading.read("contracts", _contracts) or {}


def _contracts(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        named, colon, clients = line.rpartition(":")
        key, _, title = named.strip().partition(" ")
        if not colon or not key or key in found:
            raise WrongText("contract", line)
        found[key] = {**({"title": title.strip()} if title.strip() else {}), "clients": numbers_of(clients)}
    return found


def contracts_text(contracts: Mapping[str, Any]) -> str:
    """The inverse of `contracts_from`."""
    return "\n".join(
        f"{key} {one.get('title') or ''}".strip() + ": " + ", ".join(map(str, one.get("clients") or ()))
        for key, one in contracts.items()
    )


def free_key(policies: Sequence[Mapping[str, Any]]) -> str:
    """A key no rule has yet."""
    taken = {policy.get("key") for policy in policies}
    return next(key for number in range(1, len(taken) + 2) if (key := f"rule{number}") not in taken)
