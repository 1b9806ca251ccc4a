"""`make soak`: the stories of a killed service, longer and at other moments each round, on both databases.

Each round must end with every ticket announced, and nothing said twice but what was on the wire at a kill.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS, BURST, KILLS = 5, 400, 8


def main() -> int:
    """Rounds one after another; ends at the first that fails, and says how to repeat it."""
    for seed in range(1, ROUNDS + 1):
        wanted = {"SOAK_BURST": str(BURST), "SOAK_KILLS": str(KILLS), "SOAK_SEED": str(seed)}
        print(f"round {seed}: {BURST} new deals, {KILLS} kills", flush=True)
        story = [sys.executable, "-m", "pytest", "-q", "tests/stories/test_killed.py"]
        if code := subprocess.run(story, cwd=ROOT, env=os.environ | wanted, check=False).returncode:
            again = " ".join(f"{name}={value}" for name, value in wanted.items())
            print(f"failed; again: {again} {' '.join(story)}", file=sys.stderr)
            return code
    print(f"{ROUNDS * 2} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
