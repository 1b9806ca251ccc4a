"""Guards over all templates and files: what the policy of the pages forbids, and words in both languages."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import b24app
import pytest
from b24app import cardtab
from b24app.ui import Static, Templates
from b24app.ui.env import HERE
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT: Final = Path(b24app.__file__).parent
SOURCES: Final = sorted(path for path in ROOT.rglob("templates/**/*.html") if "sandbox" not in path.parts)
BUDGET: Final = 60 * 1024
FORBIDDEN: Final = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\bhx-on\b", re.IGNORECASE),
    "script in hx-vals": re.compile(r"\bjs:|javascript:", re.IGNORECASE),
    "trigger filter": re.compile(r"hx-trigger=\"[^\"]*\[", re.IGNORECASE),
    "foreign address": re.compile(r"(?:src|href|action|hx-[a-z]+)=[\"'](?:https?:)?//", re.IGNORECASE),
    "unescaped value": re.compile(r"\|\s*safe\b"),
}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("source", SOURCES, ids=_name)
@pytest.mark.parametrize("rule", FORBIDDEN)
def test_a_template_holds_nothing_that_the_policy_forbids(source: Path, rule: str) -> None:
    assert FORBIDDEN[rule].search(source.read_text(encoding="utf-8")) is None


@pytest.mark.parametrize("source", SOURCES, ids=_name)
def test_every_button_has_a_type_and_a_name(source: Path) -> None:
    for button in re.findall(r"<button\b[^>]*>", source.read_text(encoding="utf-8")):
        assert re.search(r'\btype="(button|submit|\{\{ type \}\})"', button), button
        assert re.search(r"\bname=|data-open=", button), button


def test_the_guards_see_what_they_forbid() -> None:
    bad = '<script>x</script><p style="a" onclick="b" hx-on:click="c"><img src="//evil.example/x">'
    found = {rule for rule, pattern in FORBIDDEN.items() if pattern.search(bad)}
    assert found == {"inline script", "style attribute", "event attribute", "hx-on", "foreign address"}


def test_every_template_compiles_in_both_languages() -> None:
    templates = Templates(Static(), {"cardtab": cardtab.TEMPLATES})
    for language, environment in templates._environments.items():
        for name in templates.names():
            assert environment.get_template(name) is not None, (language, name)


def test_the_files_of_a_page_fit_the_budget() -> None:
    static = Static()
    page = sum(len(static.files[name].packed) for name in static.files)
    assert page <= BUDGET


def test_no_file_of_ours_asks_another_host() -> None:
    for name, file in Static().files.items():
        if not name.startswith("vendor/"):
            text = file.body.decode().replace("http://www.w3.org/2000/svg", "")
            assert not re.search(r"https?://[a-z]|@import|url\((?!#)", text), name


def test_vendored_files_are_what_their_note_says() -> None:
    folder = HERE / "static" / "vendor"
    noted = re.findall(r"`([\w.]+)` \| .*`([0-9a-f]{64})`", (folder / "README.md").read_text(encoding="utf-8"))
    assert noted
    for name, digest in noted:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_a_packed_file_is_the_file() -> None:
    for file in Static().files.values():
        assert gzip.decompress(file.packed) == file.body


def _messages() -> Iterator[str]:
    options = {"**/templates/**.html": {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}}
    found = extract_from_dir(
        ROOT, [("**/templates/**.html", "jinja2")], options, keywords={"_": None, "gettext": None, "plural": (2,)}
    )
    for path, _, message, _, _ in found:
        if not path.startswith("sandbox"):
            assert isinstance(message, str)
            yield message


def test_every_text_of_the_templates_has_an_english_one() -> None:
    with (HERE / "locale" / "en.po").open("rb") as file:
        catalogue = {str(message.id): message for message in read_po(file, locale="en") if message.id}
    wanted = set(_messages())
    assert len(wanted) > 100
    assert wanted - set(catalogue) == set()
    assert set(catalogue) - wanted == set()
    for message in catalogue.values():
        assert message.string
        assert not message.fuzzy
        assert not re.search("[а-яё]", str(message.string), re.IGNORECASE)
        assert set(re.findall(r"%\(\w+\)s", str(message.id))) == set(re.findall(r"%\(\w+\)s", str(message.string)))
