"""A portal whose application is the official JS SDK and nothing else."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from b24app.sandbox.apps import lifecycle
from b24app.sandbox.apps.scopes import SCOPES
from tests.support.browser import Site, portal_site, sdk_pages

Install = Callable[..., int]


@pytest.fixture
def site() -> Iterator[Site]:
    with portal_site(sdk_pages) as running:
        yield running


@pytest.fixture
def install(site: Site) -> Install:
    """Register the application; installed unless told otherwise. Gives its number."""

    def register(**form: Any) -> int:
        given = {"name": "SDK", "handler": f"{site.app_url}/app/main", "menu_title": "SDK", "scopes": SCOPES, **form}
        return int(site.run(lambda: lifecycle.register(site.portal, lifecycle.Form(**given)))["ID"])

    return register
