"""The application's pages on small portals."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.app_site import HeldSite
from tests.support.tab_site import TabSite, tab_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TabSite]:
    """A portal page with the tab of one ticket."""
    with tab_site(tmp_path) as running:
        yield running


@pytest.fixture
def held(tmp_path: Path) -> Iterator[HeldSite]:
    """The application's pages on a small portal."""
    running = HeldSite(tmp_path)
    yield running
    running.close()
