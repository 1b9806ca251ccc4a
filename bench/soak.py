"""`make soak`: the stories of killed processes and a killed PostgreSQL, longer and at other moments each round.

Each round must end with every ticket announced, and nothing said twice but what was on the wire at a kill of ours.
`make soak ARGS="--rounds 2 --burst 100 --kills 4"` is a shorter one.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
STORIES = ("tests/stories/test_killed.py", "tests/stories/test_database_killed.py")
LONGEST_S = 3600
"""Of one round: whatever hangs is a failure too."""


def main() -> int:
    """Rounds one after another; ends at the first that fails, and says how to repeat it."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--burst", type=int, default=400)
    asked.add_argument("--kills", type=int, default=8)
    wanted = asked.parse_args()
    for seed in range(1, wanted.rounds + 1):
        told = {"SOAK_BURST": str(wanted.burst), "SOAK_KILLS": str(wanted.kills), "SOAK_SEED": str(seed)}
        print(f"round {seed}: {wanted.burst} new deals and {wanted.kills} kills in each story", flush=True)
        story = [sys.executable, "-m", "pytest", "-q", "--durations=0", "--durations-min=5", *STORIES]
        begun = time.monotonic()
        code = subprocess.run(story, cwd=ROOT, env=os.environ | told, check=False, timeout=LONGEST_S).returncode
        print(f"round {seed}: {time.monotonic() - begun:.0f} s", flush=True)
        if code:
            again = " ".join(f"{name}={value}" for name, value in told.items())
            print(f"failed; again: {again} {' '.join(story)}", file=sys.stderr)
            return code
    print(f"{wanted.rounds} rounds passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
