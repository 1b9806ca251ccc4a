"""Each method reads the answer its documentation shows (`fixtures/restdocs`)."""

import json
from pathlib import Path
from typing import Any

import pytest
from b24app.bitrix.methods import Method
from b24app.bitrix.methods_crm import Activity
from pydantic import BaseModel
from tools import rest_docs

SAMPLES = Path(__file__).parents[3] / "fixtures" / "restdocs"
UNTOLD = {
    "ListDepartments": {"uf_head"},  # of a department without a head
    "ListActivities": set(Activity.model_fields) - {"id"},  # the page selects communications alone
    "ListDealUserFields": {"options"},  # `LIST` stands at fields of the type `enumeration` only
}
"""Fields that the sample of a page does not show."""


def samples() -> list[Any]:
    """Methods with the sample of their page."""
    found = []
    for kind in rest_docs.methods():
        for folder in (SAMPLES / "calls", SAMPLES):
            path = folder / f"{kind.rest_name}.json"
            if path.exists():
                found.append(pytest.param(kind, path, id=kind.__name__))
                break
    return found


def rows_in(answer: Any) -> list[BaseModel]:
    """The typed rows of an answer."""
    if isinstance(answer, BaseModel):
        return [answer]
    return [row for row in answer if isinstance(row, BaseModel)] if isinstance(answer, list | tuple) else []


@pytest.mark.parametrize(("kind", "path"), samples())
def test_the_documented_answer_is_understood(kind: type[Method[Any]], path: Path) -> None:
    result = json.loads(path.read_text(encoding="utf-8"))["answer"]["result"]

    answer = kind.model_construct().read(result)

    assert answer not in (None, [], {}, "")
    for row in rows_in(answer):
        missing = type(row).model_fields.keys() - row.model_fields_set
        assert missing <= UNTOLD.get(kind.__name__, set()), f"not in the answer: {missing}"


def test_samples_are_of_methods_we_call() -> None:
    called = {kind.rest_name for kind in rest_docs.methods()}

    assert {path.stem for path in (SAMPLES / "calls").glob("*.json")} <= called
