"""Which SQL files make the trainer's database."""

from pathlib import Path

from libs.postgres.schema import Schemas

_HERE = Path(__file__).parent
_LIBS = Path(__file__).parents[2] / "libs"

SCHEMAS = Schemas(
    core=(_LIBS / "events" / "core.sql", _LIBS / "leases" / "core.sql", _HERE / "core.sql"),
    read=(
        _LIBS / "events" / "read.sql",
        _LIBS / "knowledge" / "databases.sql",
        _LIBS / "knowledge" / "terms.sql",
        _HERE / "read.sql",
    ),
)
