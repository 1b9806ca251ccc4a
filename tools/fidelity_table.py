"""Print the table of docs/fidelity.md from a report of the harness: `python tools/fidelity_table.py report.json`."""

import json
import sys
from pathlib import Path

COLUMNS = ("expected", "passed", "failed", "skipped")


def main() -> None:
    """One line per scope, core before extra, then the sums."""
    report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    rows = [(row["tier"], scope, row) for suite in report["suites"].values() for scope, row in suite["scopes"].items()]
    print("| Tier | Scope | Cases | Passed | Failed | Skipped |\n| --- | --- | ---: | ---: | ---: | ---: |")
    for tier, scope, row in sorted(rows, key=lambda one: one[0]):
        print(f"| {tier} | `{scope}` | " + " | ".join(str(row[name]) for name in COLUMNS) + " |")
    for tier in ("core", "extra"):
        total = report["totals"].get(tier)
        if total:
            print(
                f"| **{tier}** | net rate **{total['net_rate']}** | "
                + " | ".join(str(total[name]) for name in COLUMNS)
                + " |"
            )


if __name__ == "__main__":
    main()
