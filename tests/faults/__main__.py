"""`make faults`: the tests that kill and freeze processes, several times over; prints one JSON line a run."""

import json
import os
import sys
import time

import pytest

TARGETS = ("tests/faults", "tests/system/test_trainer_dies.py")
TIMES = 3


def main() -> int:
    """Run all; gives the exit code: 0 only when every run held."""
    worst = 0
    os.environ |= {"ESPALIER_FAULTS_TRAININGS": "100", "ESPALIER_FAULTS_SECONDS": "120"}
    for number in range(TIMES):
        for target in TARGETS:
            began = time.perf_counter()
            code = int(pytest.main(["-q", "--capture=no", target]))
            seconds = round(time.perf_counter() - began, 1)
            print(json.dumps({"faults": target, "run": number + 1, "held": code == 0, "seconds": seconds}), flush=True)
            worst = max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(main())
