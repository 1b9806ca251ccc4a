"""Keyboards are stored as the portal stores them, and what it drops silently is told."""

import json

import pytest
from b24app.sandbox.messenger.keyboard import KeyboardError, normalise


def test_the_documented_sample_is_stored_as_documented() -> None:
    given = {
        "BUTTONS": [
            {"TEXT": " Take ", "COMMAND": "/ticket", "COMMAND_PARAMS": "take 342"},
            {"TEXT": "x"},
            {"TEXT": "Site", "LINK": "ftp://a"},
        ]
    }

    made = normalise(given, bot_id=456)

    assert made.buttons == [{
        "BOT_ID": 456, "TYPE": "BUTTON", "COMMAND": "ticket", "COMMAND_PARAMS": "take 342", "TEXT": "Take",
        "VOTE": "N", "BLOCK": "N", "WAIT": "N", "CONTEXT": "ALL", "DISABLED": "N", "DISPLAY": "BLOCK",
    }]  # fmt: skip
    assert list(made.buttons[0]) == [
        "BOT_ID", "TYPE", "COMMAND", "COMMAND_PARAMS", "TEXT", "VOTE", "BLOCK", "WAIT", "CONTEXT", "DISABLED", "DISPLAY",
    ]  # fmt: skip
    assert [line.split(":")[0] for line in made.lost] == ["button 2 was dropped", "button 3 was dropped"]


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"BUTTONS": rows}, json.dumps])
def test_three_forms_of_a_keyboard_mean_the_same(wrap: object) -> None:
    rows = [{"TEXT": "a", "COMMAND": "t"}, {"TYPE": "NEWLINE"}, {"TEXT": "b", "LINK": "/crm/"}]

    made = normalise(wrap(rows), bot_id=5)  # type: ignore[operator]  # one of three callables

    assert [one["TYPE"] for one in made.buttons] == ["BUTTON", "NEWLINE", "BUTTON"]


def test_a_command_without_a_bot_is_dropped_and_told() -> None:
    made = normalise([{"TEXT": "a", "COMMAND": "t"}])

    assert made.buttons == []
    assert "no BOT_ID" in made.lost[0]


def test_one_action_a_button_and_the_link_wins() -> None:
    button = {"TEXT": "a", "LINK": "https://example.com/", "ACTION": "PUT", "ACTION_VALUE": "x", "COMMAND": "t"}

    assert "LINK" in normalise([button], bot_id=5).buttons[0]
    del button["LINK"]
    assert "ACTION" in normalise([button], bot_id=5).buttons[0]
    button["ACTION"] = "DANCE"
    assert "COMMAND" in normalise([button], bot_id=5).buttons[0]


def test_looks_that_mean_nothing_are_ignored() -> None:
    button = {
        "TEXT": "a", "LINK": "/x/", "WIDTH": "-5", "BG_COLOR": "red", "TEXT_COLOR": "#FFF", "BG_COLOR_TOKEN": "loud",
        "DISPLAY": "line", "CONTEXT": "mobile", "BLOCK": "y",
    }  # fmt: skip

    made = normalise([button]).buttons[0]

    assert "WIDTH" not in made
    assert "BG_COLOR" not in made
    assert "BG_COLOR_TOKEN" not in made
    assert (made["TEXT_COLOR"], made["DISPLAY"], made["CONTEXT"], made["BLOCK"]) == ("#FFF", "LINE", "MOBILE", "Y")


@pytest.mark.parametrize("raw", ["{", "7", 7])
def test_what_is_no_keyboard_is_an_error(raw: object) -> None:
    with pytest.raises(KeyboardError) as error:
        normalise(raw)
    assert error.value.code == "KEYBOARD_ERROR"


def test_a_keyboard_above_60_000_characters_is_too_large() -> None:
    with pytest.raises(KeyboardError) as error:
        normalise([{"TEXT": "a" * 1000, "LINK": "/x/"}] * 60)
    assert error.value.code == "KEYBOARD_OVERSIZE"
