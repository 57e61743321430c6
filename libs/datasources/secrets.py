"""Passwords of users' databases: kept and sent only as ciphertext (Fernet), with the id of the key."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from libs.datasources.errors import DataSourceError


class SecretUnreadable(DataSourceError):
    """The ciphertext was made with a key that is not here any more."""

    code = "secret_unreadable"


@dataclass(frozen=True)
class Ciphertext:
    """An encrypted text and the id of the key that made it."""

    token: str
    key_id: str


class SecretBox:
    """Encrypts with the first key, decrypts with any; `ValueError` when there is no key or one is malformed."""

    def __init__(self, keys: Sequence[SecretStr | str]) -> None:
        plain = [key.get_secret_value() if isinstance(key, SecretStr) else key for key in keys]
        if not plain:
            raise ValueError("ESPALIER_SECRET_KEYS holds no key; make one with cryptography's Fernet.generate_key()")
        self._fernet = MultiFernet([Fernet(key) for key in plain])
        self._key_id = sha256(plain[0].encode()).hexdigest()[:12]

    @property
    def key_id(self) -> str:
        """The id of the newest key."""
        return self._key_id

    def encrypt(self, text: str) -> Ciphertext:
        """Encrypt with the newest key."""
        return Ciphertext(self._fernet.encrypt(text.encode()).decode(), self._key_id)

    def decrypt(self, token: str) -> str:
        """The text; raises `SecretUnreadable`."""
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            raise SecretUnreadable from None

    def rotate(self, token: str) -> Ciphertext:
        """The same text under the newest key."""
        return self.encrypt(self.decrypt(token))

    def __repr__(self) -> str:
        return f"SecretBox(key_id={self._key_id!r})"
