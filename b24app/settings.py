"""Settings of an installation: environment with the prefix `B24APP_`, or a `.env` file. Read once, frozen."""

import ipaddress
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from b24app.kit.durations import parse_duration
from b24app.kit.errors import SettingsError

PUBLIC_OAUTH_URL = "https://oauth.bitrix24.tech"


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class Settings(BaseSettings):
    """One frozen object; the meaning of every variable stands in docs/settings.md."""

    model_config = SettingsConfigDict(
        env_prefix="B24APP_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    database_url: str = "sqlite+aiosqlite:///var/b24app.db"
    public_url: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    oauth_url: str = PUBLIC_OAUTH_URL
    secret_key: SecretStr = SecretStr("")
    desk_file: Path | None = None
    remind_every: Duration = timedelta(minutes=5)
    reconcile_every: Duration = timedelta(minutes=1)
    pull_events: bool = False
    engine: Literal["", "embedded", "procrastinate"] = ""
    allow_http_portals: bool = False
    clock_url: str = ""
    log_format: Literal["text", "json"] = "text"
    rate_per_second: float = Field(default=2.0, gt=0)
    """Requests a second the tariff allows (Enterprise: 5)."""
    rate_burst: int = Field(default=50, gt=0)
    """Requests the tariff allows at once (Enterprise: 250)."""

    @property
    def is_sqlite(self) -> bool:
        """The embedded database: one process is a whole installation."""
        return self.database_url.startswith("sqlite")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.clock_url and not _is_loopback(self.clock_url):
            raise ValueError("CLOCK_URL: a movable clock is for rehearsals on this machine, only loopback addresses")
        if not self.database_url.startswith(("sqlite", "postgresql")):
            raise ValueError("DATABASE_URL: sqlite[+aiosqlite]:///file or postgresql[+psycopg]://…")
        if self.public_url and not _is_web(self.public_url):
            raise ValueError("PUBLIC_URL: the whole address, https://desk.example.ru")
        if not _is_web(self.oauth_url) or urlsplit(self.oauth_url).path.strip("/"):
            raise ValueError(
                "OAUTH_URL: the root of the authorization server without a path, https://oauth.bitrix24.tech"
            )
        if self.engine == "procrastinate":
            raise ValueError("ENGINE: procrastinate is not available in this version, leave it empty or embedded")
        if self.remind_every <= timedelta(0) or self.reconcile_every <= timedelta(0):
            raise ValueError("REMIND_EVERY and RECONCILE_EVERY must be longer than nothing")
        return self


def _is_web(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings() -> Settings:
    """Read the environment; raises `SettingsError` that names each wrong variable."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("; ".join(_problem(dict(item)) for item in error.errors())) from error


def _problem(item: dict[str, object]) -> str:
    place = item.get("loc")
    name = f"B24APP_{str(place[0]).upper()}: " if isinstance(place, tuple) and place else "B24APP_"
    return f"{name}{str(item.get('msg', '')).removeprefix('Value error, ')}"
