"""Where the local stack keeps things: state under `.espalier`, downloads under `.cache`, both inside the checkout."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = CHECKOUT / ".cache"


def home() -> Path:
    """Return the folder of the stack's state: the setting ESPALIER_HOME, or `.espalier` in the checkout."""
    return Path(os.environ.get("ESPALIER_HOME") or CHECKOUT / ".espalier").resolve()


def write_private(path: Path, content: str) -> None:
    """Write `content` to `path` in one step, readable by its owner only."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    fresh.replace(path)
