"""The SQL files that the gateway's database is made of."""

from pathlib import Path

from libs.events.schemas import CORE, READ
from libs.postgres.schema import Schemas

_HERE = Path(__file__).parent

SCHEMAS = Schemas(
    core=(
        *CORE,
        _HERE / "core.sql",
        _HERE / "core-answer-headers.sql",
        _HERE / "core-account-control.sql",
        _HERE / "core-acts.sql",
    ),
    read=(*READ, _HERE / "read.sql"),
)
