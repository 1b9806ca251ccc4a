"""Which activities of the portal are words between the client and us."""

import pytest
from b24app.bitrix.methods_crm import Activity
from b24app.portal.facts import words_of

CALL, LETTER, TODO = "2", "4", "6"


@pytest.mark.parametrize(
    ("kind", "direction", "completed", "said"),
    [
        (LETTER, "1", "N", "client"),
        (LETTER, "2", "Y", "us"),
        (LETTER, "2", "N", None),
        (CALL, "1", "Y", "us"),
        (CALL, "1", "N", None),
        (CALL, "2", "Y", "us"),
        (TODO, "2", "Y", None),
    ],
)
def test_what_was_said_and_by_whom(kind: str, direction: str, completed: str, said: str | None) -> None:
    row = {"ID": "9", "TYPE_ID": kind, "DIRECTION": direction, "COMPLETED": completed}
    words = words_of([Activity.model_validate({**row, "CREATED": "2026-09-01T12:00:00+03:00"})])
    assert ["us" if word.ours else "client" for word in words] == ([said] if said else [])
