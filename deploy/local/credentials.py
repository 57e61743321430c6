"""The secrets of a local stack: made at random once, kept in its state folder, readable by their owner only."""

import dataclasses
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from deploy.local.places import write_private


@dataclass(frozen=True)
class Credentials:
    """What a stack must know again after a restart."""

    secret_keys: str
    """Fernet keys for the ciphertext of users' passwords, comma separated, newest first."""
    first_username: str
    first_password: str
    postgres_password: str


def keep(home: Path) -> Credentials:
    """Return the credentials kept in `home`/secrets.json, making them when the file is missing."""
    path = home / "secrets.json"
    if not path.exists():
        made = Credentials(
            secret_keys=Fernet.generate_key().decode(),
            first_username="admin",
            first_password=secrets.token_urlsafe(12),
            postgres_password=secrets.token_urlsafe(24),
        )
        home.mkdir(parents=True, exist_ok=True)
        write_private(path, json.dumps(dataclasses.asdict(made), indent=2) + "\n")
    return Credentials(**json.loads(path.read_text(encoding="utf-8")))
