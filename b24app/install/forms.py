"""Forms of this room whose fields may repeat."""

from collections.abc import Mapping

from b24app.bitrix.forms import parse_form
from b24app.kit.ids import DepartmentId, PipelineId, UserId
from b24app.usecases.staff import Choice
from b24app.usecases.trust import text_of

Form = Mapping[str, list[str]]


def lists_of(body: str) -> dict[str, list[str]]:
    """Every value of every field, in the order they were sent."""
    found: dict[str, list[str]] = {}
    for pair in body.split("&"):
        for name, value in parse_form(pair).items():
            found.setdefault(name, []).append(text_of({name: value}, name))
    return found


def choice_of(form: Form) -> Choice:
    """The choices of a form; ValueError for what is no number."""

    def numbers(name: str) -> list[int]:
        return [int(value) for value in form.get(name, ()) if value]

    deputy, head, pipeline = (next(iter(numbers(name)), None) for name in ("deputy", "head", "pipeline"))
    return Choice(
        dispatchers=tuple(UserId(user) for user in numbers("dispatchers")),
        deputy=UserId(deputy) if deputy else None,
        head=UserId(head) if head else None,
        departments=tuple(DepartmentId(team) for team in numbers("departments")),
        pipeline=PipelineId(pipeline) if pipeline is not None else None,
    )
