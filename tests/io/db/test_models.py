"""A learnt model is kept as data: what comes back answers the same, and what is not as it should be is refused by name."""

import io
import json
import zipfile
from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from b24app.db.engine import Database
from b24app.db.models import Training
from b24app.kit.errors import ModelBroken
from b24app.kit.ids import PortalId
from b24app.pipelines.classify import RequestText, Rules, classify, rules_from_data
from b24app.pipelines.classify.learning.examples import Example
from b24app.pipelines.classify.learning.model import Model
from b24app.pipelines.classify.learning.storage import packed, unpacked
from b24app.pipelines.classify.learning.training import train
from b24app.pipelines.classify.modelfile import ModelFile
from tests.support.work import MORNING, make_store

PORTAL, OTHER = PortalId(1), PortalId(2)
OWN = {"categories": {"email": {"request_type": "technical", "rules": [{"any": ["почта"]}]}}}
TEXTS = ["ящик отвалился", "ящик пуст", "рассылка встала", "печать двоится", "печать встала", "принтер молчит"]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return rules_from_data(OWN)


@pytest.fixture(scope="module")
def model(rules: Rules) -> Model:
    rows = [
        Example(RequestText(f"{text} {place}"), {"category": "email" if at < 3 else "Принтеры"})
        for at, text in enumerate(TEXTS)
        for place in ("утром", "днём", "вечером", "снова")
    ]
    found = train(rows, rules).model
    assert found is not None
    return found


@pytest.fixture(scope="module")
def file(model: Model) -> ModelFile:
    return packed(model, examples=24, verdicts=[])


def test_a_model_answers_the_same_after_it_was_stored(rules: Rules, model: Model, file: ModelFile) -> None:
    again = unpacked(file)

    for text in [*TEXTS, "что-то другое", ""]:
        request = RequestText(text)
        assert repr(classify(request, rules, again)) == repr(classify(request, rules, model))
    assert (again.version, again.seen, again.auto) == (model.version, model.seen, model.auto)
    assert len(file.arrays) < 3_000_000


def test_the_header_tells_what_the_model_is_made_of(file: ModelFile) -> None:
    header = json.loads(file.header)

    assert set(header["axes"]["category"]["labels"]) == {"email", "Принтеры", "none"}
    assert header["examples"] == 24
    assert header["sha256"] == sha256(file.arrays).hexdigest()


def changed(file: ModelFile, arrays: bytes | None = None, **header: Any) -> ModelFile:
    """A file that was tampered with: its digest is right again."""
    content = file.arrays if arrays is None else arrays
    return ModelFile(json.dumps(json.loads(file.header) | {"sha256": sha256(content).hexdigest()} | header), content)


def with_array(file: ModelFile, name: str, array: Any, *, pickled: bool = False) -> ModelFile:
    arrays = dict(np.load(io.BytesIO(file.arrays))) | {name: array}
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=pickled, **arrays)
    return changed(file, content.getvalue())


def test_what_is_not_as_it_should_be_is_refused_by_name(file: ModelFile) -> None:
    words = np.load(io.BytesIO(file.arrays))["words-category"]
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in zipfile.ZipFile(io.BytesIO(file.arrays)).namelist():
            archive.writestr(name, b"\0" * 50_000_000)
    tampered = {
        "not those the header": ModelFile(file.header, file.arrays[:-1] + b"x"),
        "cannot be": changed(file, file.arrays[: len(file.arrays) // 2]),
        "larger than 8000000": changed(file, bomb.getvalue()),
        "larger than 4000000": changed(file, b"\0" * 4_000_001),
        "format 3": changed(file, format=3),
        "float64": with_array(file, "words-category", words.astype(np.float64)),
        "object": with_array(file, "words-category", np.array([[{}, 1, 2]] * len(words)), pickled=True),
        "differ in number": with_array(file, "words-category", words[:-1]),
        "instead of f2": with_array(file, "words-category", words[:, :1]),
        "no number": with_array(file, "words-category", words * np.float16("nan")),
        "does not hold": with_array(file, "more", words),
        "features are not": with_array(file, "marks", np.array([2, 1], np.uint32)),
        "temperature": changed(
            file, axes={"category": json.loads(file.header)["axes"]["category"] | {"temperature": 0}}
        ),
        "threshold": changed(file, auto=7),
        "JSONDecodeError": ModelFile("{", file.arrays),
        "TypeError": ModelFile("[]", file.arrays),
        "KeyError": ModelFile('{"format": 2}', file.arrays),
        "RecursionError": ModelFile("[" * 100_000, file.arrays),
    }
    for why, broken in tampered.items():
        with pytest.raises(ModelBroken, match=why):
            unpacked(broken)


async def test_a_portal_keeps_the_model_in_use_and_how_the_last_training_went(
    database: Database, file: ModelFile
) -> None:
    first = Training(MORNING, correction=20, accepted=True, report=("категория: решает модель",))
    refused = replace(first, correction=40, accepted=False, report=("категория: решают правила",))
    async with make_store(database).work(PORTAL) as work:
        await work.models.save(first, "v1", file)
        await work.models.save(refused)
        await work.commit()

    async with make_store(database).read(PORTAL) as reading:
        assert await reading.models.version() == "v1"
        assert await reading.models.file() == file
        assert await reading.models.last() == refused
    async with make_store(database).read(OTHER) as reading:
        assert (await reading.models.version(), await reading.models.file(), await reading.models.last()) == (
            "",
            None,
            None,
        )


async def test_what_was_learnt_goes_with_the_portal(database: Database, file: ModelFile) -> None:
    for portal in (PORTAL, OTHER):
        async with make_store(database).work(portal) as work:
            await work.models.save(Training(MORNING, 1, accepted=True, report=()), "v1", file)
            await work.commit()
    async with make_store(database).work(PORTAL) as work:
        await work.models.forget()
        await work.commit()

    async with make_store(database).read(PORTAL) as reading:
        assert await reading.models.file() is None
    async with make_store(database).read(OTHER) as reading:
        assert await reading.models.version() == "v1"
