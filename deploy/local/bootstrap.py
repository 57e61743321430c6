"""Makes `.venv` from the locked, hashed packages, and says in one line what a machine lacks.

Needs the standard library only and is run by the system's Python: `python3 deploy/local/bootstrap.py [--stack]`. A
second run finds the stamp of the lock files and ends at once. Nothing is written outside the checkout. With `--stack`
the memory that the whole stack needs is checked as well.
"""

import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
CACHE = CHECKOUT / ".cache"
STAMP = VENV / "espalier-locks.sha256"
LOCKS = CHECKOUT / "deploy" / "locks"
DISK_BYTES = 3 * 1024**3
MEMORY_BYTES = 2 * 1024**3


def stop(sentence: str) -> None:
    """End with one clear line."""
    sys.exit("espalier: " + sentence)


def check_machine() -> None:
    """End with one line when this Python or this platform cannot run Espalier."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is read by whatever Python the machine has
        stop(f"Python 3.11 or newer is needed, this is {platform.python_version()}. Name one: make PYTHON=python3.12")
    system, machine = platform.system(), platform.machine()
    if (system, machine) not in {
        ("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Darwin", "x86_64"),
    }:  # fmt: skip
        stop(f"{system} on {machine} is not supported; Linux or macOS on x86_64 or arm64 is.")
    if system == "Linux" and platform.libc_ver()[0] != "glibc":
        stop("this Linux has no glibc, which the packaged PostgreSQL needs; use a distribution with glibc.")
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        stop("Python's venv module is missing; on Debian or Ubuntu: apt install python3-venv")


def check_disk() -> None:
    """End with one line when there is no room for the packages."""
    free = shutil.disk_usage(CHECKOUT).free
    if free < DISK_BYTES:
        stop(f"{free / 1024**3:.1f} GB of disk are free in {CHECKOUT}; the installation needs {DISK_BYTES >> 30} GB.")


def check_memory() -> None:
    """End with one line when the stack would not fit into memory."""
    available = available_memory()
    if available is not None and available < MEMORY_BYTES:
        stop(f"{available / 1024**3:.1f} GB of memory are available; the stack needs {MEMORY_BYTES >> 30} GB.")


def available_memory() -> "int | None":
    """Return the bytes of memory to be had, respecting a container's limit; None where the system does not say."""
    meminfo = Path("/proc/meminfo")
    if not meminfo.exists():
        return None
    fields = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
    available = int(fields["MemAvailable"].split()[0]) * 1024
    limit, used = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")
    if limit.exists() and used.exists() and limit.read_text().strip() != "max":
        available = min(available, int(limit.read_text()) - int(used.read_text()))
    return available


def fingerprint() -> str:
    """Return the hash of what decides the content of `.venv`: both lock files and this Python."""
    content = b"".join((LOCKS / name).read_bytes() for name in ("installer.txt", "all.txt"))
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def is_installed() -> bool:
    """Say whether `.venv` already is what the lock files ask for."""
    return STAMP.exists() and STAMP.read_text() == fingerprint()


def run(step: str, command: "list[str]", environment: "dict[str, str]") -> None:
    """Run one step of the installation; its output is shown only when it fails."""
    print(f"espalier: {step} ...", file=sys.stderr, flush=True)
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        stop(f"{step} failed (exit code {done.returncode}); the lines above say why. Run the same command to go on.")


def package_index(python: str) -> "dict[str, str]":
    """Return the settings that make uv ask the package index that pip is configured to ask."""
    done = subprocess.run(
        [python, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    )
    return {"UV_DEFAULT_INDEX": done.stdout.strip()} if done.returncode == 0 and done.stdout.strip() else {}


def install() -> None:
    """Make `.venv` and install the locked packages into it, each checked against its hash."""
    python = str(VENV / "bin" / "python")
    environment = dict(os.environ)
    for foreign in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"):
        environment.pop(foreign, None)
    environment.update(
        PIP_CACHE_DIR=str(CACHE / "pip"), PIP_DISABLE_PIP_VERSION_CHECK="1", UV_CACHE_DIR=str(CACHE / "uv"),
        UV_LINK_MODE="hardlink", UV_NO_PROGRESS="1", UV_PYTHON_DOWNLOADS="never", UV_HTTP_TIMEOUT="120",
    )  # fmt: skip
    fresh = [] if (VENV / "pyvenv.cfg").exists() and usable(python) else ["--clear"]
    if fresh:
        run("making .venv", [sys.executable, "-m", "venv", *fresh, str(VENV)], environment)
    locked = ["install", "--require-hashes", "--quiet", "-r"]
    run("installing the installer", [python, "-m", "pip", *locked, str(LOCKS / "installer.txt")], environment)
    environment = {**package_index(python), **environment}
    uv = [
        str(VENV / "bin" / "uv"),
        "pip",
        "install",
        "--python",
        python,
        "--no-config",
        "--no-deps",
        "--require-hashes",
        # Where Python may not write bytecode, each start of a process would compile for seconds.
        "--compile-bytecode",
    ]
    run("installing the locked packages", [*uv, "--quiet", "-r", str(LOCKS / "all.txt")], environment)
    STAMP.write_text(fingerprint())


def usable(python: str) -> bool:
    """Say whether an existing `.venv` is of this Python's version and still runs."""
    try:
        answer = subprocess.run([python, "-c", "import sys; print(sys.version)"], capture_output=True, check=False)
    except OSError:
        return False
    return answer.stdout.decode().strip() == sys.version


def main() -> None:
    """Check the machine, then install what is not installed."""
    check_machine()
    if "--stack" in sys.argv[1:]:
        check_memory()
    if is_installed():
        return
    check_disk()
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once: the second waits and then has nothing to do
        if not is_installed():
            began = time.monotonic()
            install()
            print(f"espalier: installed in {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
