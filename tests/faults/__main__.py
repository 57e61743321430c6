"""`make faults`: the tests that kill and freeze processes, several times over; prints one JSON line a run."""

import json
import os
import sys
import time

import pytest

TARGETS = {
    "tests/faults/test_events_killed.py": 3,
    "tests/system/test_trainer_dies.py": 3,
    "tests/faults/test_trainings_killed.py": 1,
    "tests/faults/test_questions_killed.py": 1,
}
"""What is run, and how often."""


def main() -> int:
    """Run all; gives the exit code: 0 only when every run held."""
    worst = 0
    os.environ |= {
        "ESPALIER_FAULTS_TRAININGS": "100", "ESPALIER_FAULTS_QUESTIONS": "1000", "ESPALIER_FAULTS_SECONDS": "120",
    }  # fmt: skip
    for target, times in TARGETS.items():
        for number in range(times):
            began = time.perf_counter()
            code = int(pytest.main(["-q", "--capture=no", target]))
            seconds = round(time.perf_counter() - began, 1)
            print(json.dumps({"faults": target, "run": number + 1, "held": code == 0, "seconds": seconds}), flush=True)
            worst = max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(main())
