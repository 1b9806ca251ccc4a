"""One file of an npm package of a pinned version, for tests: from the cache, else from the registry. Nothing of it is committed."""

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Final

import httpx
from tests.support.browser import REGISTRY, cache_folder

AXE: Final = ("axe-core", "4.14.1", "axe.min.js")


def file_of(package: str, version: str, member: str) -> str:
    """The text of a file as it was published."""
    kept = cache_folder() / f"{package.replace('/', '-')}-{version}-{Path(member).name}"
    if not kept.exists():
        text = _member(_packed(package, version), member)
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(kept)
    return kept.read_text(encoding="utf-8")


def _packed(package: str, version: str) -> bytes:
    """The package as npm fetches it; without npm the same file straight from the registry."""
    npm = shutil.which("npm")
    if npm:
        with tempfile.TemporaryDirectory() as folder:
            wanted = f"{package}@{version}"
            subprocess.run([npm, "pack", "--silent", wanted], cwd=folder, check=True, capture_output=True)
            return next(Path(folder).glob("*.tgz")).read_bytes()
    registry = os.environ.get("npm_config_registry") or REGISTRY  # noqa: SIM112 - npm spells it so
    with httpx.Client(follow_redirects=True, timeout=60) as client:
        answer = client.get(f"{registry.rstrip('/')}/{package}/-/{package.rpartition('/')[2]}-{version}.tgz")
        answer.raise_for_status()
        return answer.content


def _member(packed: bytes, member: str) -> str:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        found = archive.extractfile(f"package/{member}")
        if found is None:
            raise RuntimeError(f"the package has no {member}")
        return found.read().decode()
