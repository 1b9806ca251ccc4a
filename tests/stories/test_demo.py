"""`b24app demo` as somebody on a fresh machine runs it: start, click, stop, start again."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.request import urlopen

import pytest
from b24app.demo.run import first_morning


@contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command in a folder of its own; gives what it has printed when the box with the links is whole."""
    command = [sys.executable, "-m", "b24app", "demo", "--port", "0", "--sandbox-port", "0", "--speed", "5"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        shown = ""
        while "Ctrl-C" not in shown:
            line = process.stdout.readline()
            assert line, f"ended early: {shown}"
            shown += line
        yield process, shown
    finally:
        process.kill()
        process.communicate()


def messenger_of(shown: str) -> str:
    """What the dispatcher sees of Modest."""
    found = re.search(r"(http://localhost:\d+)/online/\?IM_DIALOG=(\d+)&as=(\d+)", shown)
    assert found is not None, shown
    portal, bot, who = found.groups()
    with urlopen(f"{portal}/online/live?dialog={bot}&as={who}", timeout=10) as answer:  # noqa: S310 - a portal of this test
        return str(json.load(answer)["talk"])


@pytest.mark.parametrize(
    ("today", "begins"),
    [
        ("2026-11-25", "2026-11-25"),
        ("2026-11-28", "2026-11-30"),
        ("2026-11-04", "2026-11-05"),
        ("2026-12-31", "2027-01-11"),
        ("2035-01-01", "2035-01-09"),
    ],
    ids=["working day", "weekend", "holiday", "new year", "a year nobody has decreed yet"],
)
def test_the_story_begins_on_a_working_day(today: str, begins: str) -> None:
    noon = datetime.fromisoformat(f"{today}T09:00:00+00:00")

    assert first_morning(noon) == datetime.fromisoformat(f"{begins}T10:00:00+03:00")


def test_a_request_is_announced_and_a_second_start_goes_on(tmp_path: Path) -> None:
    with running(tmp_path) as (process, shown):
        assert "Новая заявка №" in messenger_of(shown)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=15)
        assert process.returncode == 0
        assert "Остановлено." in rest
        assert "Traceback" not in rest
        first = re.search(r"на портале (\S+ \S+)", shown)

    with running(tmp_path) as (_, again):
        assert "Новая заявка №" in messenger_of(again)
        second = re.search(r"на портале (\S+ \S+)", again)

    assert first is not None
    assert second is not None
    assert first[1].endswith("10:00")
    assert second[1].startswith(first[1].split()[0])
