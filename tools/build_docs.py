"""`make docs`: pages made from the code, and the pictures of the README.

`--check` writes nothing and fails when a page is not current; pictures are not compared.
"""

import asyncio
import sys
from pathlib import Path

from tools import rest_docs, screenshots

ROOT = Path(__file__).parents[1]
PAGES = {ROOT / "docs" / "rest.md": rest_docs.page}


def main(*, check: bool) -> int:
    """Write, or compare, every page; take every picture."""
    stale = [path for path, page in PAGES.items() if path.read_text(encoding="utf-8") != page()]
    for path in stale:
        print(f"{path.relative_to(ROOT)} {'is not current: make docs' if check else 'written'}")
        if not check:
            path.write_text(PAGES[path](), encoding="utf-8")
    if check:
        return int(bool(stale))
    for path in asyncio.run(screenshots.main()):
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
