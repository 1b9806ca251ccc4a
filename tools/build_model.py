"""Learn the general model of the built-in rules anew from the texts under fixtures/classify: `make model`.

The header names the texts it was made of, so that a test tells when one of them has changed since.
"""

import json
import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

os.putenv("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded: the same sums in the same order everywhere
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from b24app.pipelines.classify import RequestText  # noqa: E402 - after the path is known
from b24app.pipelines.classify.builtin import plain_rules  # noqa: E402
from b24app.pipelines.classify.learning.examples import AXES, Example  # noqa: E402
from b24app.pipelines.classify.learning.general import learn_general  # noqa: E402
from b24app.pipelines.classify.learning.storage import packed  # noqa: E402

TEXTS = ROOT / "fixtures" / "classify"
TAUGHT = ("dev*", "look", "strangers_look", "corpus/*")
"""Development texts. What quality is measured on is not among them."""
MEASURED = "others_train"
"""Requests of other authors: how sure the model may be is measured on them."""
PLACE = ROOT / "b24app" / "pipelines" / "classify" / "builtin"


def files() -> list[Path]:
    """The files it learns from, in a fixed order."""
    return [path for mask in (*TAUGHT, MEASURED) for path in sorted(TEXTS.glob(f"{mask}.jsonl"))]


def sources() -> str:
    """A digest of all texts."""
    return sha256(b"".join(path.read_bytes() for path in files())).hexdigest()


def examples(paths: list[Path]) -> Iterator[Example]:
    """Requests with their labels."""
    for path in paths:
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            yield Example(RequestText(row["text"], row.get("subject", "")), _labels(row))


def _labels(row: dict[str, Any]) -> dict[str, str]:
    return {axis: row[axis] for axis in AXES if row.get(axis)}


def main() -> None:
    """Write `general.json` and `general.npz`."""
    *taught, measured = files()
    known = list(examples(taught))
    model = learn_general(known, list(examples([measured])), plain_rules())
    file = packed(model, examples=len(known), verdicts=[], sources=sources())
    (PLACE / "general.json").write_text(file.header + "\n", encoding="utf-8")
    (PLACE / "general.npz").write_bytes(file.arrays)
    print(f"{model.version}: {len(known)} texts, {len(model.vocabulary.marks)} features, {len(file.arrays)} bytes")


if __name__ == "__main__":
    main()
