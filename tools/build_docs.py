"""`make docs`: pages made from the code, and the pictures of the README."""

import asyncio
from pathlib import Path

from tools import rest_docs, screenshots

ROOT = Path(__file__).parents[1]
PAGES = {ROOT / "docs" / "rest.md": rest_docs.page}


def main() -> None:
    """Write every page and take every picture."""
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")
        print(path.relative_to(ROOT))
    for path in asyncio.run(screenshots.main()):
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
