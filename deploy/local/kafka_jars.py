"""Kafka's Java packages: fetched once into `.cache`, those of `deploy/locks/kafka.txt` and checked against its hashes.

`python -m deploy.local.kafka_jars` resolves and writes that file again, after the version here was changed. Only the
part of jgo that speaks with Maven repositories is used: the part above it would fetch a second Java.
"""

import fcntl
import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.local.places import CACHE, CHECKOUT
from deploy.local.process import StackError

# The logger is what Kafka's own distribution adds to the library; without one it says nothing.
WANTED = ("org.apache.kafka:kafka_2.13:4.2.0", "org.slf4j:slf4j-simple:1.7.36")
LOCK = CHECKOUT / "deploy" / "locks" / "kafka.txt"
REPOSITORY = CACHE / "maven"
CHECKED = CACHE / "kafka.checked"


def paths() -> list[Path]:
    """Return the package files; the first call on a checkout fetches about 46 MB.

    Raises StackError when they cannot be fetched or are not what the lock file says.
    """
    lock = LOCK.read_text(encoding="utf-8")
    locked = {coordinate: expected for expected, coordinate in (line.split() for line in lock.splitlines())}
    files = {coordinate: _place(coordinate) for coordinate in locked}
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "kafka.lock").open("w") as only_one:
        fcntl.flock(only_one, fcntl.LOCK_EX)  # tests and a stack may want them at the same time
        known = CHECKED.exists() and CHECKED.read_text(encoding="utf-8") == lock
        if not known or not all(file.exists() for file in files.values()):
            print("espalier: fetching Apache Kafka 4.2 (46 MB, only once) ...", file=sys.stderr, flush=True)
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda coordinate: _fetch(coordinate, locked[coordinate]), locked))
            CHECKED.write_text(lock, encoding="utf-8")
    return list(files.values())


def _place(coordinate: str) -> Path:
    """Return where a package lies in a Maven repository."""
    group, artifact, version = coordinate.split(":")
    return REPOSITORY.joinpath(*group.split("."), artifact, version, f"{artifact}-{version}.jar")


def _fetch(coordinate: str, expected: str) -> None:
    """Fetch one package unless it is there and whole."""
    from jgo.maven import MavenContext

    group, artifact, version = coordinate.split(":")
    file = _place(coordinate)
    if file.exists() and _hash(file) == expected:
        return
    file.unlink(missing_ok=True)  # cut off by an earlier run that was stopped
    try:
        context = MavenContext(repo_cache=REPOSITORY, timeout=60)
        context.project(group, artifact).at_version(version).artifact().resolve()
    except Exception as error:  # the library raises whatever happens below it
        raise StackError(f"{coordinate} could not be fetched from the Maven repository: {error}") from error
    if _hash(file) != expected:
        file.unlink()
        raise StackError(
            f"{coordinate} is not the package that {LOCK.name} names: its SHA-256 differs. It was deleted."
        )


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def resolve() -> str:
    """Return the lock file's text: one line `sha256 group:artifact:version` for each package that Kafka needs."""
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=REPOSITORY, timeout=60)
    asked, needed = context.resolver.resolve([context.create_dependency(name) for name in WANTED])
    found = [item.artifact for item in asked]
    found += [item.artifact for item in needed if item.scope in {"compile", "runtime"}]
    lines = {f"{item.groupId}:{item.artifactId}:{item.version}": _hash(item.resolve()) for item in found}
    return "".join(f"{lines[coordinate]}  {coordinate}\n" for coordinate in sorted(lines))


if __name__ == "__main__":
    LOCK.write_text(resolve(), encoding="utf-8")
