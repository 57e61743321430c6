"""The SQL files that the gateway's database is made of."""

from pathlib import Path

from libs.postgres.schema import Schemas

_HERE = Path(__file__).parent
_LIBS = _HERE.parents[1] / "libs"

SCHEMAS = Schemas(
    core=(
        _LIBS / "events" / "core.sql",
        _LIBS / "leases" / "core.sql",
        _HERE / "core.sql",
        _HERE / "core-answer-headers.sql",
    ),
    read=(_LIBS / "events" / "read.sql", _HERE / "read.sql"),
)
