"""`b24app sandbox` as a process: what it prints, how it stops, what outlives a kill."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

COMMAND = (sys.executable, "-m", "b24app", "sandbox", "--json", "--port", "0")


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The command, and what its first line says."""
    process = subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


def ask(about: dict[str, Any], method: str, **params: Any) -> Any:
    return httpx.post(f"{about['webhook_url']}{method}", json=params, trust_env=False).json()["result"]


def test_the_first_line_tells_everything_and_sigterm_stops_cleanly() -> None:
    with running("--empty") as (process, about):
        assert set(about) == {
            "base_url", "oauth_url", "webhook_url", "client_id", "client_secret", "control_url", "member_id", "domain",
            "users",
        }  # fmt: skip
        assert about["base_url"] == f"http://{about['domain']}"
        assert [user["id"] for user in about["users"]] == [1, 2]
        assert ask(about, "profile")["ID"] == "1"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_killed_portal_goes_on_where_its_last_call_ended(tmp_path: Path) -> None:
    state = str(tmp_path / "portal.db")
    with running("--empty", "--state", state) as (process, about):
        httpx.post(f"{about['control_url']}clock", json={"now": "2026-03-02T10:00", "speed": 0}, trust_env=False)
        deal = ask(about, "crm.deal.add", fields={"TITLE": "Переживёт"})
        token = about["users"][0]["access_token"]
        process.kill()
        process.wait(10)

    with running("--empty", "--state", state) as (_, again):
        kept = ("member_id", "client_id", "client_secret")
        assert {name: again[name] for name in kept} == {name: about[name] for name in kept}
        assert ask(again, "crm.deal.get", id=deal)["TITLE"] == "Переживёт"
        assert ask(again, "server.time").startswith("2026-03-02T10:00")
        answer = httpx.post(f"{again['base_url']}/rest/profile", json={"auth": token}, trust_env=False)
        assert answer.json()["result"]["ID"] == "1"
        assert ask(again, "crm.deal.add", fields={"TITLE": "Следующая"}) == deal + 1
