"""Samples of the official documentation, and how an answer differs from one (`fixtures/restdocs`)."""

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[2] / "fixtures" / "restdocs"

# Names of the samples that belong to their portal or their picture, not to the method.
OWN = (
    "UF_",
    "ufCrm",
    "parentId",
    "PARENT_ID_",
    "originId",
    "originatorId",
    "image",
    "urlPreview",
    "FACE_ID",
    "contacts",
)


def differences(sample: Any, ours: Any, where: str = "") -> list[str]:
    """What a sample has and we do not, and values of another JSON type."""
    if isinstance(sample, dict) and isinstance(ours, dict):
        if sample and all(str(key).isdigit() or len(str(key)) == 2 for key in sample):  # keyed by ids or languages
            sample, ours = {"*": next(iter(sample.values()))}, {"*": next(iter(ours.values()), None)}
        missing = [f"{where}.{name} is missing" for name in sample if name not in ours and not name.startswith(OWN)]
        return missing + [
            one for name in sample if name in ours for one in differences(sample[name], ours[name], f"{where}.{name}")
        ]
    if isinstance(sample, list) and isinstance(ours, list):
        return differences(sample[0], ours[0], f"{where}[0]") if sample and ours else []
    if sample is None or ours is None or sample in ([], {}) or ours in ([], {}):
        return []
    numbers = isinstance(sample, int | float) and isinstance(ours, int | float)
    return [] if numbers or type(sample) is type(ours) else [f"{where}: {sample!r} against {ours!r}"]


def sample(name: str) -> Any:
    """The `result` of a documented answer."""
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))["answer"]["result"]
