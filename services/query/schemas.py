"""Which SQL files make the query service's database."""

from pathlib import Path

from libs.events.schemas import CORE, READ
from libs.postgres.schema import Schemas

_HERE = Path(__file__).parent
_LIBS = Path(__file__).parents[2] / "libs"

SCHEMAS = Schemas(
    core=(*CORE, _HERE / "core.sql", _HERE / "core-clearings.sql"),
    read=(
        *READ,
        _LIBS / "knowledge" / "databases.sql",
        _LIBS / "knowledge" / "terms.sql",
        _HERE / "read.sql",
    ),
)
