"""Business time against the two peers in Python, in one run: spans of an hour to 30 days, ten years of holidays.

The peers live in an environment of their own (`var/bench/peers`), made here on the first run.
"""

import json
import random
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from b24app.sla import BusinessCalendar, production_calendar
from b24app.sla.vector import between_many

HERE = Path(__file__).parent
PEERS = HERE.parents[1] / "var" / "bench" / "peers"
PACKAGES = ("businesstimedelta==1.0.1", "django-bizcal==0.13.0")
WANTED = {"businesstimedelta": 50, "django-bizcal": 15}
"""How many times faster we promise to be."""
ROUNDS = 3
OURS, THEIRS = 20_000, {"businesstimedelta": 300, "django-bizcal": 1_000}
MANY, MANY_WITHIN_S = 1_000_000, 2.0

YEARS = range(2018, 2028)
HOLIDAYS = sorted({day for year in YEARS for day in production_calendar("RU", year)["holidays"]})
WEEK = {day: [("09:00", "13:00"), ("14:00", "18:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
BEGIN = datetime(2018, 1, 9, tzinfo=UTC)
LAST_S = int((datetime(2027, 11, 1, tzinfo=UTC) - BEGIN).total_seconds())
HOUR_S, MONTH_S = 3600, 30 * 86_400


def spans(count: int) -> list[tuple[datetime, timedelta]]:
    """The same ones in every run; a term gets a quarter of the length, since offices are open a quarter of the time."""
    chance = random.Random(2026)
    return [
        (BEGIN + timedelta(seconds=chance.randrange(LAST_S)), timedelta(seconds=chance.randrange(HOUR_S, MONTH_S)))
        for _ in range(count)
    ]


def calendar() -> BusinessCalendar:
    """A fresh one, with a cold index."""
    days = {date.fromisoformat(day) for day in HOLIDAYS}
    return BusinessCalendar(timezone="Europe/Moscow", weekly=WEEK, holidays=days)


def ours(count: int) -> dict[str, Any]:
    """The same work as `peer.py` does, by the product."""
    asked, hours = spans(count), calendar()
    start = time.perf_counter()
    terms = [hours.add(begin, length / 4) for begin, length in asked]
    middle = time.perf_counter()
    lengths = [hours.between(begin, begin + length) for begin, length in asked]
    end = time.perf_counter()
    answers = [term.astimezone(UTC).isoformat() for term in terms] + [span.total_seconds() for span in lengths]
    return {"add_s": middle - start, "between_s": end - middle, "answers": answers}


def theirs(name: str, python: Path) -> dict[str, Any]:
    """A peer in its own process."""
    asked = [(begin.isoformat(), length.total_seconds()) for begin, length in spans(THEIRS[name])]
    told = json.dumps({"holidays": HOLIDAYS, "spans": asked})
    command = [str(python), str(HERE / "peer.py"), name]
    answer = subprocess.run(command, input=told, capture_output=True, text=True, check=True, timeout=600)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def environment() -> Path:
    """The interpreter of the peers' environment."""
    python = PEERS / "bin" / "python"
    done = PEERS / "installed"
    if not done.exists() or done.read_text() != " ".join(PACKAGES):
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([str(uv), "venv", "-q", "--clear", "--python", sys.executable, str(PEERS)], check=True)
        subprocess.run([str(uv), "pip", "install", "-q", "--python", str(python), *PACKAGES], check=True)
        done.write_text(" ".join(PACKAGES))
    return python


def compare(name: str, python: Path) -> bool:
    """Rounds of ours and theirs in turn; the middle one counts."""
    count = THEIRS[name]
    agreed = ours(count)["answers"]
    rates: dict[str, list[float]] = {"ours": [], name: []}
    for _ in range(ROUNDS):
        one, two = ours(OURS), theirs(name, python)
        if (wrong := sum(a != b for a, b in zip(agreed, two["answers"], strict=True))) > 0:
            print(f"sla: {name} answers {wrong} of {len(agreed)} questions differently")
        rates["ours"].append(2 * OURS / (one["add_s"] + one["between_s"]))
        rates[name].append(2 * count / (two["add_s"] + two["between_s"]))
    mine, other = sorted(rates["ours"])[ROUNDS // 2], sorted(rates[name])[ROUNDS // 2]
    ratio, wanted = mine / other, WANTED[name]
    print(f"sla: {mine:,.0f} a second, {name} {other:,.0f}: {ratio:,.0f} times (promised {wanted})", flush=True)
    return ratio >= wanted


def many() -> bool:
    """A million spans at once, as the reports ask, with a cold index."""
    chance = np.random.default_rng(2026)
    starts = np.datetime64("2018-01-09", "us") + chance.integers(0, LAST_S * 10**6, MANY).astype("timedelta64[us]")
    ends = starts + chance.integers(HOUR_S * 10**6, MONTH_S * 10**6, MANY).astype("timedelta64[us]")
    hours = calendar()
    start = time.perf_counter()
    between_many(hours, starts, ends)
    took = time.perf_counter() - start
    print(f"sla: {MANY:,} spans at once in {took:.2f} s (promised {MANY_WITHIN_S:.0f} s)")
    return took <= MANY_WITHIN_S


def main() -> int:
    """Print the figures; 1 when a promise is broken."""
    kept = [many()]
    python = environment()
    kept += [compare(name, python) for name in WANTED]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
