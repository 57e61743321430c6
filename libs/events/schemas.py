"""The SQL files of events and leases, which every service's database has."""

from pathlib import Path

_LIBS = Path(__file__).parents[1]

CORE = (
    _LIBS / "events" / "core.sql",
    _LIBS / "leases" / "core.sql",
    _LIBS / "events" / "core-writing.sql",
    _LIBS / "leases" / "core-turns.sql",
    _LIBS / "events" / "core-late.sql",
)
READ = (_LIBS / "events" / "read.sql",)
