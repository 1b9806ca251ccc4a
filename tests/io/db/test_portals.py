"""Installations, their secrets and their rules."""

from datetime import timedelta
from pathlib import Path

import pytest
from b24app.db import tables
from b24app.db.crypto import Cipher, kept_secret
from b24app.db.engine import Database
from b24app.db.portals import Grant, Keys, PortalStatus
from b24app.kit.errors import SettingsError
from b24app.kit.ids import PortalId, UserId
from sqlalchemy import select
from tests.story import company
from tests.support.work import MORNING, install, installation, make_store


async def test_secrets_are_sealed_in_the_table_and_readable_through_the_repository(database: Database) -> None:
    store = make_store(database)
    keys = Keys("local.7", "the secret of local.7")
    async with store.work() as work:
        await work.portals.install(installation(keys=keys, application_id="local.7"))
        await work.portals.add_keys("Other.bitrix24.ru", keys)
        await work.commit()

    async with database.reads() as session:
        rows = [*await session.execute(select(tables.portal)), *await session.execute(select(tables.portal_keys))]
    assert not any(word in str(rows) for word in ("'access'", "'refresh'", "token of the application", "the secret"))
    async with store.read() as reading:
        portal = await reading.portals.by_member("b1f0")
        assert portal is not None
        assert portal.grant == Grant("access", "refresh", MORNING + timedelta(hours=1))
        assert (portal.application_token, portal.keys) == ("token of the application", keys)
        assert await reading.portals.keys_for("other.bitrix24.ru") == keys
        assert await reading.portals.keys_for("acme.bitrix24.ru") is None
    assert "secret" not in repr(portal)
    assert "access'" not in repr(portal)


async def test_installing_again_renews_tokens_and_keeps_what_was_provisioned(database: Database) -> None:
    store = make_store(database)
    first = await install(store)
    async with store.work(first.id) as work:
        await work.portals.save_settings(first.id, {"bot": 7})
        await work.portals.set_status(first.id, PortalStatus.UNINSTALLED, "removed")
        await work.commit()

    async with store.work() as work:
        again = await work.portals.install(
            installation(grant=Grant("newer", "newer", MORNING), application_token="", domain="renamed.bitrix24.ru")
        )
        await work.commit()

    assert (again.id, again.settings, again.status) == (first.id, {"bot": 7}, PortalStatus.ACTIVE)
    assert again.grant == Grant("newer", "newer", MORNING)
    assert again.application_token == "token of the application"
    async with store.read() as reading:
        assert [portal.domain for portal in await reading.portals.all()] == ["renamed.bitrix24.ru"]
        assert await reading.portals.active() == [first.id]


async def test_a_portal_nobody_installed_is_uninstalled(database: Database) -> None:
    async with make_store(database).read() as reading:
        assert await reading.portals.status(PortalId(99)) is PortalStatus.UNINSTALLED
        with pytest.raises(KeyError):
            await reading.portals.get(PortalId(99))


async def test_a_unit_without_commit_leaves_nothing(database: Database) -> None:
    store = make_store(database)
    async with store.work() as work:
        await work.portals.install(installation())
    async with store.read() as reading:
        assert await reading.portals.all() == []


async def test_versions_of_the_desk(database: Database) -> None:
    store = make_store(database)
    portal = (await install(store)).id
    async with store.work(portal) as work:
        await work.desks.publish({"n": 1}, author=None, comment="first")
        await work.desks.save_draft({"n": 2}, author=UserId(5))
        await work.desks.save_draft({"n": 3}, author=UserId(5))
        await work.commit()
    async with store.read(portal) as reading:
        published, draft = await reading.desks.published(), await reading.desks.draft()
    assert published is not None
    assert draft is not None
    assert (published.number, published.document, draft.document) == (1, {"n": 1}, {"n": 3})

    async with store.work(portal) as work:
        latest = await work.desks.publish(draft.document, author=UserId(5), comment="second")
        await work.commit()

    async with store.read(portal) as reading:
        assert await reading.desks.published() == latest
        assert await reading.desks.draft() is None
        assert [version.state for version in await reading.desks.history()] == ["published", "past"]


async def test_the_directory_is_what_the_portal_said_last(database: Database) -> None:
    store = make_store(database)
    portal = (await install(store)).id
    everybody = company()
    async with store.work(portal) as work:
        await work.people.save(everybody.agents.values())
        await work.people.replace(everybody)
        await work.marks.set("users", "2026-09-01")
        await work.commit()
    async with store.read(portal) as reading:
        assert await reading.people.directory() == everybody
        assert (await reading.marks.get("users"), await reading.marks.get("deals")) == ("2026-09-01", "")


def test_a_rotated_key_opens_what_the_old_one_sealed() -> None:
    sealed = Cipher("old").seal("text")
    assert Cipher("new", "old").open(sealed) == "text"
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        Cipher("new").open(sealed)


def test_the_secret_of_an_installation_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret"
    made = kept_secret(path)
    assert len(made) > 40
    assert kept_secret(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
