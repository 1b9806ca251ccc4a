"""Every table. Moments are integers, epoch milliseconds UTC; what is only read as a whole is JSON text with a `v`.

`inbox`, `outbox`, `timer` and `lane` are the truth of background work, the same on SQLite and PostgreSQL. Their moments
(`ready_at`, `next_at`, `sent_at`, `received_at`, `done_at`) are the database's wall clock; `timer.due_at` and everything
people see are moments of the domain clock.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

PENDING: Final = 0
DONE: Final = 1
DEAD: Final = 2
DROPPED: Final = 3
"""An ignored row of the inbox, a cancelled one of the outbox."""

ERASED: Final = "erased"
"""Status of a portal whose rows are being deleted: nobody outside `db` sees it any more."""

IN: Final = 0
OUT: Final = 1

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts up only an INTEGER key; AUTOINCREMENT there keeps ids of deleted rows from coming back, causes name them.
_Key: Final = BigInteger().with_variant(Integer, "sqlite")
_PENDING_ONLY: Final = text("state = 0")


def _id() -> Column[int]:
    return Column("id", _Key, primary_key=True, autoincrement=True)


def _ms(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _number(name: str, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text(str(default)))


def _words(name: str, default: str | None = None, *, key: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default, primary_key=key)


def _portal(*, key: bool = False) -> Column[int]:
    return Column("portal_id", BigInteger, nullable=False, primary_key=key, autoincrement=False)


# Portals

portal = Table(
    "portal",
    metadata,
    _id(),
    Column("member_id", Text, nullable=False, unique=True),
    _words("domain"),
    _words("client_endpoint"),
    _words("server_endpoint"),
    _words("application_id", ""),
    Column("client_secret", Text),  # sealed; null: the keys of the settings
    Column("access_token", Text),  # sealed, as the next two
    Column("refresh_token", Text),
    Column("application_token", Text),
    _ms("expires_at", nullable=True),
    _words("scope", ""),
    Column("installer", BigInteger),
    _words("status", "active"),
    _words("reason", ""),
    _words("settings", "{}"),
    _ms("created_at"),
    _ms("updated_at"),
    Index(None, "domain"),
    sqlite_autoincrement=True,
)

portal_keys = Table(
    "portal_keys",
    metadata,
    _words("domain", key=True),
    _words("client_id"),
    _words("client_secret"),  # sealed
    _ms("added_at"),
)

desk_version = Table(
    "desk_version",
    metadata,
    _portal(key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _words("document"),
    Column("author", BigInteger),
    _words("state"),
    _words("comment", ""),
    _ms("created_at"),
    _ms("published_at", nullable=True),
)

person = Table(
    "person",
    metadata,
    _portal(key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    _words("name"),
    Column("active", Boolean, nullable=False),
    _words("position", ""),
    _words("departments", "[]"),
    _words("zone", ""),
)

department = Table(
    "department",
    metadata,
    _portal(key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    _words("name"),
    Column("head", BigInteger),
    Column("parent", BigInteger),
)

watermark = Table(
    "watermark",
    metadata,
    _portal(key=True),
    _words("name", key=True),
    _words("value"),
    _ms("updated_at"),
)

# Tickets

ticket = Table(
    "ticket",
    metadata,
    _portal(key=True),
    _words("id", key=True),
    _number("version"),
    Column("pipeline", BigInteger, nullable=False),
    _words("stage"),
    _words("meaning"),
    Column("assignee", BigInteger),
    Column("team", BigInteger),
    _words("priority", ""),
    _number("line", 1),
    _words("subject", ""),
    Column("company", BigInteger),
    _ms("due_at", nullable=True),
    _ms("opened_at"),
    _ms("closed_at", nullable=True),
    _words("gone", ""),
    _number("desk"),  # revision of the desk the ticket was decided by last
    _ms("updated_at"),
    _number("v", 1),
    _words("body"),
    Index(None, "portal_id", "meaning", "due_at"),
    Index(None, "portal_id", "assignee", "meaning"),
    Index(None, "portal_id", "opened_at"),
)

journal = Table(
    "journal",
    metadata,
    _id(),
    _portal(),
    _words("ticket"),
    _ms("at"),
    _words("kind"),
    Column("actor", BigInteger),
    _words("data", "{}"),
    _words("cause", ""),
    Index(None, "portal_id", "ticket", "id"),
    Index(None, "portal_id", "kind", "at"),
    sqlite_autoincrement=True,
)

bot_message = Table(
    "bot_message",
    metadata,
    _portal(key=True),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    _words("ticket"),
    Column("recipient", BigInteger, nullable=False),
    _words("dialog", ""),
    _words("kind", ""),
    Column("live", Boolean, nullable=False),
    _ms("sent_at"),
    Index(None, "portal_id", "ticket"),
)

correction = Table(
    "correction",
    metadata,
    _id(),
    _portal(),
    _words("ticket"),
    _words("axis"),
    _words("before"),
    _words("label"),
    Column("actor", BigInteger),
    _ms("at"),
    _words("source"),
    _words("rule", ""),
    _words("reason", ""),
    _number("desk"),  # revision of the desk, hence of the rule set, that was corrected
    Index(None, "portal_id", "ticket", "id"),
    Index(None, "portal_id", "at"),
    sqlite_autoincrement=True,
)

learnt_model = Table(
    "learnt_model",
    metadata,
    _portal(key=True),
    _words("version", ""),
    _words("header", ""),
    Column("arrays", LargeBinary),  # null: none was accepted yet
    _ms("made_at", nullable=True),
    _ms("tried_at"),
    Column("correction", BigInteger, nullable=False, server_default=text("0")),
    Column("accepted", Boolean, nullable=False),
    _words("report", "[]"),
)

# Background work

inbox = Table(
    "inbox",
    metadata,
    _id(),
    _portal(),
    _words("lane"),
    _words("kind"),
    _words("dedup_key"),
    Column("one_shot", Boolean, nullable=False),
    _number("v", 1),
    _words("body"),
    _ms("received_at"),
    Column("state", SmallInteger, nullable=False, server_default=text("0")),
    _number("attempts"),
    _words("last_error", ""),
    _ms("done_at", nullable=True),
    UniqueConstraint("portal_id", "dedup_key"),
    Index("ix_inbox_pending", "lane", "id", sqlite_where=_PENDING_ONLY, postgresql_where=_PENDING_ONLY),
    Index(None, "state", "done_at"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    _portal(),
    _words("lane"),
    _words("stream"),
    _words("kind"),
    _number("v", 1),
    _words("effect"),
    Column("method", Text),  # the rendered call: made at the first attempt, kept and repeated
    Column("params", Text),
    _words("idem_key"),
    _words("idem_class"),
    _number("priority", 1),
    Column("state", SmallInteger, nullable=False, server_default=text("0")),
    _number("attempts"),
    _ms("created_at"),
    _ms("sent_at", nullable=True),  # set before sending, cleared when the call is known not to have worked
    Column("next_at", BigInteger, nullable=False, server_default=text("0")),
    Column("result", Text),
    _words("last_error", ""),
    _words("cause", ""),
    _ms("done_at", nullable=True),
    UniqueConstraint("portal_id", "idem_key"),
    Index("ix_outbox_pending", "lane", "stream", "id", sqlite_where=_PENDING_ONLY, postgresql_where=_PENDING_ONLY),
    Index(None, "state", "done_at"),
    sqlite_autoincrement=True,
)

_DUE_ONLY: Final = text("due_at IS NOT NULL")
timer = Table(
    "timer",
    metadata,
    _id(),
    _portal(),
    _words("subject"),
    _words("kind"),
    _ms("due_at", nullable=True),
    _number("fired"),
    _number("attempts"),
    _words("last_error", ""),
    _number("v", 1),
    _words("data", "{}"),
    UniqueConstraint("portal_id", "subject", "kind"),
    Index("ix_timer_due", "due_at", sqlite_where=_DUE_ONLY, postgresql_where=_DUE_ONLY),
    sqlite_autoincrement=True,
)

lane = Table(
    "lane",
    metadata,
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    _words("key", key=True),
    _portal(),
    Column("ready_at", BigInteger, nullable=False, server_default=text("0")),
    Column("token", BigInteger, nullable=False, server_default=text("0")),
    Column("dirty", BigInteger, nullable=False, server_default=text("1")),
    _number("attempts"),
    Column("owner", Text),
    _ms("claimed_at", nullable=True),
    Index(None, "kind", "ready_at"),
)

portal_bucket = Table(
    "portal_bucket",
    metadata,
    _portal(key=True),
    Column("tat", Float(53), nullable=False, server_default=text("0")),
    Column("rate", Float(53), nullable=False),
    _number("burst", 50),
    Column("paused_until", BigInteger, nullable=False, server_default=text("0")),
    _words("pause_reason", ""),
)

method_block = Table(
    "method_block",
    metadata,
    _portal(key=True),
    _words("method", key=True),
    _ms("until"),
)
