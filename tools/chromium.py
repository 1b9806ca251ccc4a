"""Find Chromium for the browser tests: `B24APP_CHROMIUM`, the machine's own, or Debian's package when run as root.

Prints the one command to run when it can't be had; a missing browser is a failure, never a skip.
"""

import os
import shutil
import subprocess
import sys

COMMAND = "apt-get update && apt-get install -y --no-install-recommends chromium"


def find() -> str | None:
    """The path of the browser, None when there is none."""
    wished = os.environ.get("B24APP_CHROMIUM")
    if wished:
        return wished if os.access(wished, os.X_OK) else None
    return shutil.which("chromium") or shutil.which("chromium-browser")


def install() -> None:
    """Debian's package, with the rights of root and without a question asked."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(COMMAND, shell=True, check=False, stdout=subprocess.DEVNULL)


def main() -> int:
    if find() is None:
        install()
    found = find()
    if found is None:
        print(f"Browser tests need Chromium. Run:\n  {COMMAND}\nor set B24APP_CHROMIUM to its path.", file=sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
