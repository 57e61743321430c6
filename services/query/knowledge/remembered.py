"""What datasets know as it was last read, for as long as nothing of it has changed: reading it again takes long."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.postgres.pool import Connection
from services.query.knowledge.recall import Knowledge, knowledge

_MOST = 16
"""Datasets; the knowledge of a thousand tables takes some dozen megabytes."""
# Grows with everything that `knowledge` reads. Terms may come in any order, so each one's version counts.
_STATE = """
SELECT (SELECT name FROM copy), d.datasource_id, d.version, s.version,
    (SELECT max(sequence) FROM (
        SELECT sequence FROM structures WHERE datasource_id = d.datasource_id GROUP BY sequence
        HAVING count(*) = max(parts)) AS whole),
    (SELECT count(*) FROM checkpoints WHERE dataset_id = $1),
    (SELECT generation FROM generations WHERE dataset_id = $1),
    (SELECT sum(version) FROM terms WHERE dataset_id = $1),
    (SELECT max(terms_version) FROM terms WHERE dataset_id = $1)
FROM datasets AS d LEFT JOIN datasources AS s USING (datasource_id) WHERE dataset_id = $1
"""


@dataclass(frozen=True)
class Remembered:
    """The knowledge of the datasets that were asked last."""

    _by_dataset: OrderedDict[str, tuple[tuple[Any, ...], Knowledge | None]] = field(default_factory=OrderedDict)

    async def knowledge(self, connection: Connection, dataset_id: str, without: Sequence[str] = ()) -> Knowledge | None:
        """As `knowledge` of recall gives it; in a transaction that sees one moment."""
        if without:
            return await knowledge(connection, dataset_id, without)
        state = tuple(await connection.fetchrow(_STATE, dataset_id) or ())
        kept = self._by_dataset.get(dataset_id)
        if kept is None or kept[0] != state:
            kept = self._by_dataset[dataset_id] = (state, await knowledge(connection, dataset_id))
        self._by_dataset.move_to_end(dataset_id)
        while len(self._by_dataset) > _MOST:
            self._by_dataset.popitem(last=False)
        return kept[1]
