"""`make bench`: every benchmark, or the ones named. Each prints ratios measured in one run."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BENCHES = {
    "ack": "ack.py",
    "sla": "sla/bench_calendar.py",
    "classify": "classify.py",
    "patterns": "patterns.py",
    "client": "client/run.py",
}
SOAKS = {"soak": "soak.py"}


def main(names: list[str]) -> int:
    """Run them one after another; the worst exit code is ours. Options behind a name are that bench's."""
    known = BENCHES | SOAKS
    first = next((place for place, word in enumerate(names) if word.startswith("-")), len(names))
    names, options = names[:first], names[first:]
    chosen = names or list(BENCHES)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}", file=sys.stderr)
        return 2
    codes = []
    for name in chosen:
        print(f"\n=== {name}", flush=True)
        codes.append(subprocess.run([sys.executable, str(HERE / known[name]), *options], check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
