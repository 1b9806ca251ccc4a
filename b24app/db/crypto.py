"""Secrets at rest: tokens and keys of portals are sealed before they reach a table."""

import os
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from b24app.kit.errors import SettingsError

_PURPOSE: Final = b"b24app: secrets at rest, v1"


class Cipher:
    """Seals with the first key and opens with any: put a new SECRET_KEY in front to rotate."""

    def __init__(self, secret: str, *older: str) -> None:
        self._keys = MultiFernet([Fernet(derive(key, _PURPOSE)) for key in (secret, *older)])

    def seal(self, text: str) -> str:
        """A form that only this installation can read."""
        return self._keys.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The secret again; `SettingsError` when it was sealed with another key."""
        try:
            return self._keys.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise SettingsError("B24APP_SECRET_KEY: stored secrets were sealed with another key") from error

    def seal_maybe(self, text: str | None) -> str | None:
        """None and the empty text stay nothing."""
        return self.seal(text) if text else None

    def open_maybe(self, sealed: str | None) -> str:
        """The empty text for nothing."""
        return self.open(sealed) if sealed else ""


def derive(secret: str, purpose: bytes) -> bytes:
    """32 bytes for one purpose, in the URL-safe alphabet: one SECRET_KEY serves several purposes that cannot be mixed up."""
    if not secret:
        raise SettingsError(
            "B24APP_SECRET_KEY: a long random text is needed, for instance of `openssl rand -base64 32`"
        )
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
    return urlsafe_b64encode(key)


def kept_secret(path: Path) -> str:
    """The installation's own secret, made on the first start and readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(token_urlsafe(48))
    return path.read_text().strip()
