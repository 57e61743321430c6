"""Whether a join repeats the rows of a table: what is counted or added there would count twice."""

from collections.abc import Sequence

from services.query.knowledge.schema import Relation, Schema


def repeats(schema: Schema, path: Sequence[Relation], table: str) -> bool:
    """Whether a row of `table` may stand in several rows of the join along `path`."""
    reached, edges = {table}, list(path)
    while edges:
        edge = next((e for e in edges if (e.source in reached) != (e.target in reached)), None)
        if edge is None:
            return False
        edges = [e for e in edges if {e.source, e.target} != {edge.source, edge.target}]
        beside = [e for e in path if {e.source, e.target} == {edge.source, edge.target}]
        to_target = edge.source in reached
        new = edge.target if to_target else edge.source
        columns = {e.target_col if e.source in reached else e.source_col for e in beside}
        if not _unique(schema, new, columns, target=to_target):
            return True
        reached.add(new)
    return False


def _unique(schema: Schema, table: str, columns: set[str], *, target: bool) -> bool:
    """Whether `columns` tell the rows of a table apart; what is pointed at does, unless the key has further columns."""
    key = {column.name for column in schema.table(table).columns if column.primary_key}
    if key and key <= columns:
        return True
    return target and not (columns & key and len(key) > 1)
