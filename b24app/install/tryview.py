"""What the test box and the dry run show."""

from typing import Any, Final

from b24app.desk.problems import path_of
from b24app.install.marked import Piece, pieces_of
from b24app.install.rulewords import told
from b24app.kit.errors import DeskInvalid
from b24app.kit.ids import PortalId
from b24app.pipelines.classify import Inspection, RequestText
from b24app.usecases.ruledesk import DRY_RUN, RuleDesk

Shown = dict[str, Any]
MODEL: Final = "model:"
"""How the rule of a reason begins that a learnt model gave."""


async def tried(values: Shown, desk: RuleDesk, portal: PortalId, language: str) -> Shown:
    """The test box: the text, its labels, what spoke and what kept silent."""
    text, subject = str(values.get("text") or ""), str(values.get("subject") or "")
    asked: Shown = {"text": text, "subject": subject, "seen": None, "broken": []}
    if not (text.strip() or subject.strip()):
        return asked
    try:
        seen, _ = await desk.inspect(portal, RequestText(text, subject))
    except DeskInvalid as invalid:
        return asked | {"broken": broken(invalid, language)}
    return asked | {
        "seen": seen,
        "learnt": by_model(seen, subject, text),
        "body": list(pieces_of(text, marks_of(seen, ("body", "html")))),
        "head": list(pieces_of(subject, marks_of(seen, ("subject",)))),
    }


def marks_of(seen: Inspection, zones: tuple[str, ...]) -> list[Piece]:
    """Words that decided, and those that spoke for others, in one zone; the stronger mark first."""
    labels = {"category": seen.found.category, "kind": seen.found.kind, "priority": seen.found.priority}
    found = [
        Piece(one.start, one.end, one.axis)
        for one in seen.found.why
        if one.end and one.zone in zones and one.rule.startswith(MODEL)
    ]
    for axis, standings in (("category", seen.categories), ("kind", seen.kinds), ("priority", seen.priorities)):
        for one in standings:
            mark = axis if one.label == labels[axis] else "lost"
            found += [
                Piece(voice.words.start, voice.words.end, mark) for voice in one.voices if voice.words.zone in zones
            ]
    found += [Piece(one.start, one.end, "excluded") for one in seen.excluded if one.zone in zones]
    return found


def by_model(seen: Inspection, subject: str, text: str) -> Shown:
    """The words by which a learnt model decided the category; empty when the rules did."""
    first = seen.found.why[0]
    if first.role != "model":
        return {}
    said = [one for one in seen.found.why if one.rule == first.rule and one.axis == first.axis and one.end]
    return {"words": [(subject if one.zone == "subject" else text)[one.start : one.end] for one in said]}


async def dry_run(values: Shown, desk: RuleDesk, portal: PortalId, language: str) -> Shown:
    """The dry run: asked for by a press, since it takes seconds."""
    wanted = int(values.get("wanted") or DRY_RUN)
    asked: Shown = {"wanted": wanted, "run": None, "broken": []}
    if not values.get("go"):
        return asked
    try:
        return asked | {"run": await desk.dry_run(portal, wanted)}
    except DeskInvalid as invalid:
        return asked | {"broken": broken(invalid, language)}


def broken(invalid: DeskInvalid, language: str) -> list[str]:
    """Why the draft cannot be tried: place and words."""
    found = []
    for problem in invalid.problems:
        path, text = path_of(problem)
        found.append(f"{'.'.join(map(str, path))}: {told(text, path, language)}")
    return found
