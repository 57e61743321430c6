"""Becomes another program that ends when its parent does, and that is not root when it must not be.

Run as a script: `python launch.py PARENT_PID SIGNAL_NUMBER USER_ID|- COMMAND...`. The kernel sends the signal to the
program as soon as the parent is gone, however it went (prctl(2), PR_SET_PDEATHSIG). A user id other than `-` is taken
on when the caller is root; the right to pass folders of other users stays (capabilities(7), CAP_DAC_OVERRIDE), so that
nobody has to open up the folders above.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


def become(user: int) -> None:
    """Take on `user` for good, keeping where the kernel allows it the right to pass other users' folders."""
    kernel = ctypes.CDLL(None, use_errno=True)
    kernel.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    bit = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    rights = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    if kernel.capset(header, rights) == 0:
        kernel.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def main(parent: int, signal_number: int, user: str, command: list[str]) -> None:
    """Tie this process to `parent` and become `command`."""
    if user != "-" and os.geteuid() == 0:
        become(int(user))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # it went before the wish was known
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - becoming another program is the point


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
