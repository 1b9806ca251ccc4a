"""Our client and its peers on one model portal, in one run: ratios against goals, and a table.

The portal has 20,000 deals and the documented limits: a bucket of 50 requests that loses two a second, 480 s of working
time for each method in ten minutes, 50 commands in a batch one after another. A command takes 150 ms; one that lists
without counting takes 60 ms (the documentation's example falls from 49.9 s to 0.1 s). Peers are installed into an
environment of their own under var/; each run is a fresh process against a fresh portal.
"""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / "var" / "bench-peers"
PEERS = ["fast_bitrix24==1.8.14", "b24pysdk==1.3.2"]
DEALS, UPDATES, FEW_UPDATES, MANY = 20_000, 500, 300, 100_000
TIGHT_EXPORT = {"operating_s": 8.0, "basket_s": 2.0}
TIGHT_UPDATE = {"operating_s": 15.0, "basket_s": 2.0}
"""A window of 20 s instead of ten minutes, so that it runs out several times while one watches."""
SHARED = {"others": 1.0, "level": 44.0}
LONGEST_S = 600
Figures = dict[str, Any]


@dataclass
class Table:
    """Rows of the result and whether every goal was reached."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    missed: int = 0

    def goal(self, what: str, figure: float, most: float, *, unit: str = "", of: str = "") -> None:
        """One figure that must not exceed its goal."""
        reached = figure <= most
        self.missed += not reached
        shown = f"{figure:.2f}".rstrip("0").rstrip(".") + unit
        self.rows.append((what, f"{shown}{f' ({of})' if of else ''}", f"≤ {most:g}{unit}", "yes" if reached else "NO"))

    def holds(self, what: str, *, true: bool, shown: str) -> None:
        """One statement that must be true."""
        self.missed += not true
        self.rows.append((what, shown, "", "yes" if true else "NO"))

    def print(self) -> None:
        """As Markdown, ready for docs/performance.md."""
        print("\n| | measured | goal | reached |\n| --- | --- | --- | --- |")
        for row in self.rows:
            print(f"| {' | '.join(row)} |")


class Bench:
    """The portal's process and the programs that call it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.client.portal"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.origin: str = json.loads(self._process.stdout.readline())["origin"]

    def close(self) -> None:
        """The portal ends with its input."""
        self._process.communicate(timeout=20)

    def ours(self, scenario: str, deals: int, **portal: Any) -> Figures:
        """Our client in a fresh process."""
        return self._run([sys.executable, "-m", "bench.client.ours", scenario], deals, portal)

    def peer(self, library: str, scenario: str, deals: int, **portal: Any) -> Figures:
        """A peer in a fresh process of its own environment."""
        program = [str(ENVIRONMENT / "bin" / "python"), str(ROOT / "bench" / "client" / "peer.py")]
        return self._run([*program, library, scenario], deals, portal)

    def _run(self, command: list[str], deals: int, portal: dict[str, Any]) -> Figures:
        self._ask("/_model/reset", {"deals": deals} | portal)
        print(f"… {' '.join(command[-2:])} {deals} {portal or ''}", flush=True)
        done = subprocess.run(
            [*command, self.origin, str(deals)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        return json.loads(done.stdout.splitlines()[-1]) | self._ask("/_model/seen")

    def _ask(self, path: str, body: Any = None) -> Figures:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.origin + path, data), timeout=20) as answer:
            found: Figures = json.load(answer)
            return found


def install_peers() -> None:
    """Once; the environment stays."""
    if not (ENVIRONMENT / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *PEERS], check=True)


def export(bench: Bench, table: Table) -> None:
    """All deals, alone."""
    we = bench.ours("export", DEALS)
    fast, official = bench.peer("fast_bitrix24", "export", DEALS), bench.peer("b24pysdk", "export", DEALS)
    table.holds("export of 20,000: every deal once, in order", true=we["right"], shown=f"{we['rows']:,} rows")
    for name, peer in (("fast_bitrix24", fast), ("b24pysdk", official)):
        seconds = f"{we['seconds']:.1f} s : {peer['seconds']:.1f} s"
        table.goal(f"export, time of {name}", we["seconds"] / peer["seconds"], 0.6, unit=" ×", of=seconds)
    served = f"{we['server_s']:.0f} s : {fast['server_s']:.0f} s"
    table.goal("export, server time of fast_bitrix24", we["server_s"] / fast["server_s"], 0.5, unit=" ×", of=served)
    table.goal(
        "export, HTTP requests",
        we["requests"],
        24,
        of=f"fast_bitrix24 {fast['requests']}, b24pysdk {official['requests']}",
    )
    table.goal("export alone, 503", we["refused_rate"], 0)
    table.goal(
        "export, CPU",
        we["cpu_s"],
        1.0,
        unit=" s",
        of=f"fast_bitrix24 {fast['cpu_s']:.1f} s, b24pysdk {official['cpu_s']:.1f} s",
    )
    table.goal(
        "export, growth of memory",
        we["memory_mib"],
        25,
        unit=" MiB",
        of=f"fast_bitrix24 {fast['memory_mib']:.0f} MiB, b24pysdk {official['memory_mib']:.0f} MiB",
    )
    gaps = bench.ours("export", DEALS, gaps=True)
    table.holds("export where every third deal was deleted", true=gaps["right"], shown=f"{gaps['seconds']:.1f} s")
    table.goal("… HTTP requests", gaps["requests"], 24)
    many = bench.ours("export", MANY)
    table.holds("export of 100,000: every deal once, in order", true=many["right"], shown=f"{many['rows']:,} rows")
    grown = f"{many['memory_mib']:.1f} : {we['memory_mib']:.1f} MiB"
    table.goal("100,000, memory of 20,000", many["memory_mib"] / we["memory_mib"], 1.2, unit=" ×", of=grown)
    table.goal("100,000 alone, 503", many["refused_rate"], 0)


def update(bench: Bench, table: Table) -> None:
    """500 updates, alone."""
    we, fast = bench.ours("update", UPDATES), bench.peer("fast_bitrix24", "update", UPDATES)
    right = we["right"] and we["written"] == UPDATES and not we["written_twice"]
    table.holds("500 updates: each done once, with its outcome", true=right, shown=f"{we['written']} written")
    seconds = f"{we['seconds']:.1f} s : {fast['seconds']:.1f} s"
    table.goal("updates, time of fast_bitrix24", we["seconds"] / fast["seconds"], 1.4, unit=" ×", of=seconds)
    table.goal("updates, requests at once", we["most_at_once"], 8, of=f"fast_bitrix24 {fast['most_at_once']}")
    table.goal("updates, longest request", we["longest_s"], 30, unit=" s")
    table.goal("updates alone, 503", we["refused_rate"], 0)


def shared(bench: Bench, table: Table) -> None:
    """Somebody else on our address had filled the bucket, and goes on with a request a second."""
    we, fast = bench.ours("export", DEALS, **SHARED), bench.peer("fast_bitrix24", "export", DEALS, **SHARED)
    table.holds(
        "shared bucket: every deal once", true=we["right"], shown=f"{we['rows']:,} rows in {we['seconds']:.0f} s"
    )
    table.goal("shared bucket, 503", we["refused_rate"], 2, of=f"fast_bitrix24 {fast['refused_rate']}")


def tight(bench: Bench, table: Table) -> None:
    """Working time that runs out several times."""
    scenarios: list[tuple[str, int, dict[str, float]]] = [
        ("export", DEALS, TIGHT_EXPORT),
        ("update", FEW_UPDATES, TIGHT_UPDATE),
    ]
    for scenario, deals, limits in scenarios:
        we = bench.ours(scenario, deals, limits=limits)
        right = we["right"] and not we["written_twice"] and we["written"] in {0, deals}
        shown = f"{we['rows']:,} in {we['seconds']:.0f} s"
        table.holds(f"tight working time, {scenario}: nothing lost or doubled", true=right, shown=shown)
        table.goal(f"tight working time, {scenario}: refusals", we["refused_operating"], 30)
        for library in ("fast_bitrix24", "b24pysdk"):
            peer = bench.peer(library, scenario, deals, limits=limits)
            ended = "completes" if peer["right"] else f"{peer['rows']:,} rows; {peer.get('error', 'no error told')}"
            table.rows.append((f"… {library}", ended, "", ""))


def press(bench: Bench, table: Table) -> None:
    """A person while the export runs: the answer itself takes 0.15 s."""
    we = bench.ours("press", MANY)
    table.goal("button press during an export, p95", we["p95_s"], 1.0, unit=" s", of=f"{we['presses']} presses")
    table.goal("export with presses, 503", we["refused_rate"], 0)


PARTS: dict[str, Callable[[Bench, Table], None]] = {
    "export": export,
    "update": update,
    "shared": shared,
    "tight": tight,
    "press": press,
}


def main(names: list[str]) -> int:
    """Every part, or the ones named. 1 when a goal was missed."""
    install_peers()
    bench, table = Bench(), Table()
    try:
        for name in names or list(PARTS):
            PARTS[name](bench, table)
    finally:
        bench.close()
    table.print()
    return bool(table.missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
