"""Kafka's Java packages: fetched once into `.cache` and checked against the hashes in `deploy/locks/kafka.sha256`.

`python -m deploy.local.kafka_jars` writes that file again, after the version here was changed.
"""

import fcntl
import hashlib
import sys
from pathlib import Path

from deploy.local.places import CACHE, CHECKOUT
from deploy.local.process import StackError

# The logger is what Kafka's own distribution adds to the library; without one it says nothing.
COORDINATES = "org.apache.kafka:kafka_2.13:4.2.0+org.slf4j:slf4j-simple:1.7.36"
LOCK = CHECKOUT / "deploy" / "locks" / "kafka.sha256"
CHECKED = CACHE / "kafka.checked"


def folder() -> Path:
    """Return the folder that holds `jars/` and `modules/`; the first call on a checkout fetches about 46 MB.

    Raises StackError when they cannot be fetched or are not what the lock file says.
    """
    lock = LOCK.read_text(encoding="utf-8")
    if (known := _checked_before(lock)) is not None:
        return known
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "kafka.lock").open("w") as only_one:
        fcntl.flock(only_one, fcntl.LOCK_EX)  # tests and a stack may want it at the same time
        if (known := _checked_before(lock)) is not None:
            return known
        print("espalier: fetching Apache Kafka 4.2 (46 MB, only once) ...", file=sys.stderr, flush=True)
        found = _fetch()
        if hashes(found) != lock:
            raise StackError(f"Kafka's packages in {found} differ from {LOCK.name}. Delete {CACHE} and try again.")
        CHECKED.write_text(f"{found}\n{lock}", encoding="utf-8")
    return found


def hashes(packages: Path) -> str:
    """Return one line `hash  path` for each package, as sha256sum(1) writes them."""
    files = sorted(packages.glob("*/*.jar"), key=lambda file: file.name)
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


def _checked_before(lock: str) -> Path | None:
    """Return the folder that was fetched and checked against this very lock file, if it is still there."""
    if not CHECKED.exists():
        return None
    found, _, checked = CHECKED.read_text(encoding="utf-8").partition("\n")
    return Path(found) if checked == lock and Path(found, "modules").is_dir() else None


def _fetch() -> Path:
    from jgo.env import EnvironmentBuilder
    from jgo.maven import MavenContext

    try:
        maven = MavenContext(repo_cache=CACHE / "maven", timeout=60)
        return Path(EnvironmentBuilder(context=maven, cache_dir=CACHE / "jgo").from_endpoint(COORDINATES).path)
    except Exception as error:  # the resolver raises whatever happens below it
        raise StackError(f"Apache Kafka could not be fetched from the Maven repository: {error}") from error


if __name__ == "__main__":
    LOCK.write_text(hashes(_fetch()), encoding="utf-8")
