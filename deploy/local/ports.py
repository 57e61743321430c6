"""TCP ports of the loopback interface: the preferred one when it is free, otherwise any free one."""

import socket

LOOPBACK = "127.0.0.1"


def choose(preferred: int = 0) -> int:
    """Return `preferred` when nothing listens there, else a free port that the kernel names (0 asks for that)."""
    for candidate in (preferred, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            # As servers do: a port in TIME_WAIT counts as free, one that is listened on does not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, candidate))
                probe.listen(1)
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("No TCP port of 127.0.0.1 is free; close some programs that hold connections and try again.")


def answers(port: int, host: str = LOOPBACK) -> bool:
    """Say whether something accepts connections on `port` of `host` within half a second."""
    try:
        with socket.create_connection((host, port), timeout=0.5):
            return True
    except OSError:
        return False
