"""What a machine lacks is said in one clear line before anything is installed or started."""

import importlib.util
import platform
import shutil
import sys
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from deploy.local import bootstrap

Usage = namedtuple("Usage", "total used free")
GIGABYTE = 1024**3


def refusal(check: Any) -> str:
    """Return the one line with which `check` ends the program."""
    with pytest.raises(SystemExit) as ended:
        check()
    line = str(ended.value)
    assert line.startswith("espalier: ") and "\n" not in line
    return line


def test_this_machine_is_good_enough() -> None:
    bootstrap.check_machine()
    bootstrap.check_disk()
    bootstrap.check_memory()


def test_an_old_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    assert "Python 3.11 or newer is needed" in refusal(bootstrap.check_machine)


def test_a_missing_venv_module_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else found(name))
    assert "apt install python3-venv" in refusal(bootstrap.check_machine)


def test_an_unsupported_platform_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert "riscv64 is not supported" in refusal(bootstrap.check_machine)


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(9 * GIGABYTE, 8 * GIGABYTE, GIGABYTE))
    assert "1.0 GB of disk are free" in refusal(bootstrap.check_disk)


def test_too_little_memory_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "available_memory", lambda: GIGABYTE)
    assert "1.0 GB of memory are available" in refusal(bootstrap.check_memory)


def test_a_changed_lock_file_asks_for_an_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("installer.txt", "all.txt"):
        (tmp_path / name).write_text("one==1\n")
    monkeypatch.setattr(bootstrap, "LOCKS", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp")
    assert not bootstrap.is_installed()
    bootstrap.STAMP.write_text(bootstrap.fingerprint())
    assert bootstrap.is_installed()
    (tmp_path / "all.txt").write_text("one==2\n")
    assert not bootstrap.is_installed()
