"""PostgreSQL reads `row.name` as `name(row)` when the row has no column `name`: so each name must be a column."""

from collections.abc import Collection, Mapping

from sqlglot import exp

from libs.datasources.errors import RefusedByGate

_VALUES_COLUMN = "column"


def check_columns(tree: exp.Query, columns: Mapping[str, Collection[str]]) -> None:
    """Raise `RefusedByGate` for `row.name` where `name` is no column that the row can have.

    `columns` are those of each table. A row that is made inside the query has what its select list names.
    """
    rows = _rows(tree, {name: {column.lower() for column in names} for name, names in columns.items()})
    for node in tree.walk():
        if isinstance(node, exp.Dot) and not isinstance(node.expression, exp.Star):
            raise RefusedByGate("part")
        if isinstance(node, exp.Column) and node.table and not isinstance(node.this, exp.Star):
            known = rows.get(node.table.lower(), set())
            if node.name.lower() not in known:
                raise RefusedByGate("column", table=node.table, name=node.name)


def _rows(tree: exp.Query, columns: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Lower-case name of a row -> the columns that it may have: of all that bear this name in the query."""
    rows: dict[str, set[str]] = {}

    def add(name: str, found: set[str]) -> None:
        rows.setdefault(name.lower(), set()).update(found)

    # A row made of others may have the columns of those, so it is gone round until nothing is new.
    while True:
        before = sum(map(len, rows.values()))
        for node in tree.walk():
            if isinstance(node, exp.CTE):
                add(node.alias, _named(node) or _outputs(node.this, rows))
            elif isinstance(node, exp.Table):
                of_table = columns.get(node.name, set()) | rows.get(node.name.lower(), set())
                add(node.alias_or_name, _named(node) | of_table)
            elif isinstance(node, exp.Subquery | exp.Lateral | exp.Values) and node.alias:
                add(node.alias, _named(node) or _outputs(node.this if not isinstance(node, exp.Values) else node, rows))
        if sum(map(len, rows.values())) == before:
            return rows


def _named(node: exp.Expression) -> set[str]:
    """The columns that an alias names: `AS t(a, b)`."""
    alias = node.args.get("alias")
    return {column.name.lower() for column in alias.columns} if isinstance(alias, exp.TableAlias) else set()


def _outputs(made: exp.Expression, rows: Mapping[str, set[str]]) -> set[str]:
    """What the select lists of a query name; `*` may be any column of any of its rows."""
    if isinstance(made, exp.Values):
        widest = max((len(row.expressions) for row in made.expressions), default=0)
        return {f"{_VALUES_COLUMN}{number + 1}" for number in range(widest)}
    names: set[str] = set()
    for select in made.find_all(exp.Select):
        for one in select.expressions:
            if one.is_star:
                names |= {column for source in _sources(select) for column in rows.get(source, set())}
            else:
                names.add(_output_name(one))
    return names


def _sources(select: exp.Select) -> list[str]:
    parts = [select.args.get("from_"), *(select.args.get("joins") or []), *(select.args.get("laterals") or [])]
    return [part.this.alias_or_name.lower() for part in parts if part is not None]


def _output_name(one: exp.Expression) -> str:
    """As PostgreSQL names it: by alias, column or function."""
    inner = one
    while isinstance(inner, exp.Cast | exp.Paren):
        inner = inner.this
    if one.output_name or isinstance(inner, exp.Column):
        return str(one.output_name or inner.name).lower()
    return "case" if isinstance(inner, exp.Case) else inner.sql(dialect="postgres").partition("(")[0].lower()
