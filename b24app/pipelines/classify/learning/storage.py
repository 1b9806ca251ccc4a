"""A learnt model as a JSON header and an `.npz`: nothing in it is ever executed, and nothing is believed unchecked.

Features are checksums of customers' words. They stand beside the tickets, and go with the portal.
"""

import json
import zipfile
import zlib
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from b24app.kit.errors import ModelBroken
from b24app.pipelines.classify.learning.axis import Axis
from b24app.pipelines.classify.learning.model import Model
from b24app.pipelines.classify.learning.space import Vocabulary
from b24app.pipelines.classify.modelfile import ModelFile

FORMAT: Final = 2
MAX_FILE: Final = 4_000_000
"""Bytes of the arrays as they are stored."""
MAX_ARRAY: Final = 8_000_000
"""Bytes of one array unpacked: a small file may stand for a huge one."""
MAX_FEATURES: Final = 50_000
MAX_LABELS: Final = 500
MAX_SOURCES: Final = 5_000

Arrays = dict[str, NDArray[Any]]
_Shape = tuple[str, tuple[int | None, ...]]


def packed(model: Model, *, examples: int, verdicts: Any, sources: str = "") -> ModelFile:
    """The stored form; `verdicts` are the figures of its cross-validation, as plain data.

    `sources` is a digest of what it was made of, for whoever wants to compare.
    """
    content = BytesIO()
    np.savez_compressed(content, allow_pickle=False, **_arrays(model))
    arrays = content.getvalue()
    header = {
        "format": FORMAT,
        "version": model.version,
        "features": _digest(model.vocabulary.marks.tobytes()),
        "axes": {name: _axis_data(axis) for name, axis in sorted(model.axes.items())},
        "auto": model.auto,
        "suggest": model.suggest,
        "alone": model.alone,
        "rules_version": model.rules_version,
        "examples": examples,
        "metrics": verdicts,
        "sources": sources,
        "sha256": _digest(arrays),
    }
    return ModelFile(json.dumps(header, ensure_ascii=False), arrays)


def unpacked(file: ModelFile) -> Model:
    """The model again. Raises `ModelBroken` with what is wrong with the file; never runs what stands in it."""
    try:
        return _read(file)
    except ModelBroken:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, OSError, RecursionError, MemoryError) as broken:
        raise ModelBroken(f"the model cannot be read: {type(broken).__name__}: {broken}") from broken
    except (zipfile.BadZipFile, NotImplementedError, zlib.error) as broken:
        raise ModelBroken(f"the arrays cannot be unpacked: {broken}") from broken


def _read(file: ModelFile) -> Model:
    header = json.loads(file.header)
    if header["format"] != FORMAT:
        raise ModelBroken(f"format {header['format']!r} is not known to this version")
    if len(file.arrays) > MAX_FILE:
        raise ModelBroken(f"the arrays are larger than {MAX_FILE} bytes")
    if _digest(file.arrays) != header["sha256"]:
        raise ModelBroken("the arrays are not those the header was made with")
    arrays = _checked(file.arrays, _wanted(header["axes"]))
    marks = arrays["marks"]
    if len(marks) > MAX_FEATURES or _digest(marks.tobytes()) != header["features"] or (marks[1:] <= marks[:-1]).any():
        raise ModelBroken("the features are not those the header was made with")
    if any(len(arrays[name]) != len(marks) for name in arrays if name == "rarity" or name.startswith("words-")):
        raise ModelBroken("arrays and features differ in number")
    return Model(
        version=str(header["version"]),
        vocabulary=Vocabulary(marks, arrays["rarity"]),
        axes={name: _axis(name, data, arrays) for name, data in header["axes"].items()},
        auto=_share(header["auto"]),
        suggest=_share(header["suggest"]),
        alone=header["alone"] is True,
        rules_version=int(header["rules_version"]),
        seen=frozenset(row.tobytes() for row in arrays["seen"]),
    )


def _arrays(model: Model) -> Arrays:
    found: Arrays = {
        "marks": model.vocabulary.marks,
        "rarity": model.vocabulary.rarity,
        "seen": np.frombuffer(b"".join(sorted(model.seen)), np.uint8).reshape(-1, 8),
    }
    for name, axis in model.axes.items():
        found[f"words-{name}"] = axis.words
        found[f"extra-{name}"] = axis.extra.astype(np.float16)
    return found


def _wanted(axes: Mapping[str, Mapping[str, Any]]) -> dict[str, _Shape]:
    """Types and shapes; None where the length follows from another array."""
    found: dict[str, _Shape] = {"marks": ("u4", (None,)), "rarity": ("f4", (None,)), "seen": ("u1", (None, 8))}
    for name, axis in axes.items():
        labels, sources = len(axis["labels"]), len(axis["sources"])
        if not (0 < labels <= MAX_LABELS and sources <= MAX_SOURCES):
            raise ModelBroken(f"{name}: {labels} labels and {sources} sources are too many")
        found |= {f"words-{name}": ("f2", (None, labels)), f"extra-{name}": ("f2", (sources, labels))}
    return found


def _checked(content: bytes, wanted: Mapping[str, _Shape]) -> Arrays:
    """Arrays of the archive, each checked by its header before a byte of it is unpacked into memory."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        members = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
        if set(members) != set(wanted) or len(archive.infolist()) != len(wanted):
            raise ModelBroken("the archive does not hold the arrays the header names")
        return {name: _array(archive, members[name], *shape) for name, shape in wanted.items()}


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, kind: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
    with archive.open(entry) as stream:
        content = stream.read(MAX_ARRAY + 1)
    if len(content) > MAX_ARRAY:
        raise ModelBroken(f"{entry.filename}: larger than {MAX_ARRAY} bytes")
    source = BytesIO(content)
    if np.lib.format.read_magic(source) != (1, 0):
        raise ModelBroken(f"{entry.filename}: an unknown form of array")
    found, by_columns, dtype = np.lib.format.read_array_header_1_0(source)
    fits = len(found) == len(shape) and all(w is None or w == g for w, g in zip(shape, found, strict=True))
    if dtype != np.dtype(f"<{kind}") or not fits:
        raise ModelBroken(f"{entry.filename}: {dtype} of {found} instead of {kind} of {shape}")
    flat = np.frombuffer(content[source.tell() :], dtype)
    array = flat.reshape(found, order="F" if by_columns else "C")
    if kind.startswith("f") and not np.isfinite(array).all():
        raise ModelBroken(f"{entry.filename}: holds what is no number")
    return array


def _axis_data(axis: Axis) -> dict[str, Any]:
    return {
        "labels": list(axis.labels),
        "sources": list(axis.sources),
        "trust": axis.trust,
        "temperature": axis.temperature,
    }


def _axis(name: str, data: Mapping[str, Any], arrays: Arrays) -> Axis:
    labels, sources = (tuple(str(one) for one in data[part]) for part in ("labels", "sources"))
    trust, temperature = float(data["trust"]), float(data["temperature"])
    if not (0 <= trust <= 10 and 0.01 <= temperature <= 100):  # noqa: PLR2004 - far outside of what training gives
        raise ModelBroken(f"{name}: trust {trust} or temperature {temperature} makes no sense")
    return Axis(
        name, labels, sources, trust, temperature, arrays[f"words-{name}"], arrays[f"extra-{name}"].astype(np.float32)
    )


def _share(value: Any) -> float | None:
    if value is None:
        return None
    if not 0 <= float(value) <= 1:
        raise ModelBroken(f"a threshold of {value!r} is none")
    return float(value)


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
