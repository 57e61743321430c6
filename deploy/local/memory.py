"""How much memory the processes of a stack use."""

import subprocess
import sys
from collections.abc import Collection
from pathlib import Path


def megabytes(groups: Collection[int]) -> float:
    """Return the memory of all processes of these process groups; what several of them share counts once on Linux."""
    if sys.platform == "linux":
        kilobytes = sum(_proportional(entry) for entry in Path("/proc").glob("[0-9]*") if _group(entry) in groups)
    else:
        done = subprocess.run(["ps", "-A", "-o", "pgid=,rss="], capture_output=True, text=True, check=True)
        rows = (line.split() for line in done.stdout.splitlines())
        kilobytes = sum(int(resident) for group, resident in rows if int(group) in groups)
    return kilobytes / 1024


def _group(entry: Path) -> int | None:
    """Return the process group of a process (proc_pid_stat(5), field 5); None when it has ended meanwhile."""
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[2])
    except OSError:
        return None


def _proportional(entry: Path) -> int:
    """Return the proportional set size of a process in kB (proc_pid_smaps(5)); 0 when it has ended meanwhile."""
    try:
        lines = (entry / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
