"""Commands as an integrator types them: what is wrong is named in a line, never by a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def b24app(folder: Path, *words: str, **settings: str) -> tuple[int, str]:
    """Run a command in a folder of its own; gives its exit code and everything it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("B24APP_")}
    given = {f"B24APP_{name}": value for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", "b24app", *words],
        cwd=folder,
        env=environment | {"NO_COLOR": "1", "COLUMNS": "200"} | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    return done.returncode, said


def test_keys_are_stored_under_the_portals_bare_address_and_the_list_shows_who_is_awaited(tmp_path: Path) -> None:
    keys = ("--client-id", "local.1", "--client-secret", "secret")

    code, _ = b24app(tmp_path, "portal", "add", "--domain", "https://Acme.bitrix24.ru/", *keys)
    assert code == 0
    code, said = b24app(tmp_path, "portal", "add", "--domain", "", *keys)
    assert code == 2
    assert "acme.bitrix24.ru" in said

    _, listed = b24app(tmp_path, "portal", "list")
    assert "acme.bitrix24.ru\tnot installed" in listed
    assert "https" not in listed


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"DESK_FILE": "nowhere.yaml"}, "B24APP_DESK_FILE: there is no file nowhere.yaml"),
        ({"PUBLIC_URL": "desk.example.ru"}, "PUBLIC_URL: the whole address"),
        ({"OAUTH_URL": "https://oauth.example.ru/rest/"}, "OAUTH_URL: the root"),
        (
            {"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/x", "SECRET_KEY": "a key"},
            "the database does not answer",
        ),
    ],
    ids=["desk", "public url", "oauth url", "database"],
)
def test_what_is_wrong_stops_the_start_and_is_named(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    code, said = b24app(tmp_path, "serve", "--port", "0", **settings)

    assert code == 2
    assert words in said
    assert "secret" not in said


def test_the_doctor_says_who_acts_when_nothing_is_there_yet(tmp_path: Path) -> None:
    code, said = b24app(
        tmp_path, "doctor", DESK_FILE="nowhere.yaml", DATABASE_URL="postgresql://u@127.0.0.1:1/x", SECRET_KEY="a key"
    )

    assert code == 1
    assert "✗ B24APP_DESK_FILE: there is no file nowhere.yaml" in said
    assert "✗ B24APP_PUBLIC_URL не задан: укажите https-адрес" in said
    assert "✗ База данных не отвечает: проверьте B24APP_DATABASE_URL" in said


def test_a_desk_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, said = b24app(tmp_path, "desk", "check", "nowhere.yaml")

    assert code == 2
    assert "nowhere.yaml" in said
