"""TCP ports of the loopback interface: the preferred one when it is free, otherwise another free one."""

import json
import random
import socket
import sys
from pathlib import Path

LOOPBACK = "127.0.0.1"
# Below the range from which systems give ports to outgoing connections, so that none of those takes one in between.
RANGE = range(20_000, 32_000)
TRIES = 200


def choose(preferred: int | None = None) -> int:
    """Return `preferred` when nothing listens there, else a free port at random: two stacks starting at once differ."""
    candidates = random.sample(RANGE, TRIES)
    for candidate in candidates if preferred is None else [preferred, *candidates]:
        if is_free(candidate):
            return candidate
    raise OSError(f"None of {TRIES} ports tried on {LOOPBACK} is free; end some servers and try again.")


def kept(home: Path, name: str) -> int:
    """Return the port that `name` had in `home` before when it is free, else another, which is kept from now on."""
    path = home / "ports.json"
    known: dict[str, int] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    port = choose(known.get(name))
    if port != known.get(name):
        home.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(known | {name: port}, indent=2) + "\n", encoding="utf-8")
    return port


def reserve(preferred: int) -> tuple[int, socket.socket]:
    """Like `choose`; and no other stack on this machine is given the port until the socket is closed.

    What holds it is an abstract Unix socket, which Linux takes away with the process; elsewhere nothing does.
    """
    for candidate in [preferred, *random.sample(RANGE, TRIES)]:
        holder = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if sys.platform == "linux":
                holder.bind(f"\0espalier-port-{candidate}")
        except OSError:
            holder.close()
            continue
        if is_free(candidate):
            return candidate, holder
        holder.close()
    raise OSError(f"None of {TRIES} ports tried on {LOOPBACK} is free; end some servers and try again.")


def is_free(port: int) -> bool:
    """Say whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are still fading counts as free, one listened on does not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Say whether something on `port` accepts connections within half a second."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.5):
            return True
    except OSError:
        return False
