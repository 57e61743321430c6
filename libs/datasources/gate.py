"""The one gate for SQL: whatever wants to run on a user's database is parsed, checked by allow-list, and rendered anew.

What runs is never the text that came in but the text of the checked tree, so that comments, odd spacing and whatever a
parser might read differently from a database are gone.
"""

import logging
import re
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlglot import Dialect as SqlDialect
from sqlglot import Token, TokenType, exp
from sqlglot.errors import ParseError, SqlglotError

from libs.datasources.dialect import Dialect
from libs.datasources.errors import RefusedByGate
from libs.datasources.gate_columns import check_columns
from libs.datasources.gate_recursion import bounded
from libs.datasources.gate_rows import Conditions, restricted
from libs.datasources.gate_rules import FUNCTIONS, NAMED, SESSION_NAMES, SYNTAX
from libs.datasources.gate_tables import check_tables, comparable, folded, tables_read

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it would log people's SQL

_LONGEST = 20_000
_MOST_NODES = 5_000
DEFAULT_LIMIT = 1_000
_PLAIN_NAME = re.compile(r"[^\W\d][\w$]*")
_WIDE_FORMAT = re.compile(r"\d{4}|\*")
_WIDEST = 1_000
_DEEPEST_TYPED = 6
_MOST_BRACKETS = 100
_DEEPEST_EXPRESSION = 50
_NEVER = ("into", "locks", "hint", "operation_modifiers")
"""Of a SELECT: it writes, locks, or tells the server how to run it (MySQL: HIGH_PRIORITY)."""
_NEAR = 60
"""Characters of the place where a text cannot be read on from."""


@dataclass(frozen=True)
class Admitted:
    """SQL that may run: rendered from the checked tree. `limited` when the LIMIT was added or lowered.

    `filtered` is the same SQL over the rows that a row policy shows; None when no policy concerns its tables.
    `one_more` asks for a row more than the cap, as that tells whether the cap cuts any off; None for less than the cap.
    """

    sql: str
    tables: tuple[str, ...]
    limited: bool
    filtered: str | None = None
    one_more: str | None = None

    @property
    def running(self) -> str:
        """What is sent to the database; `sql` is what is shown, kept and learned, whoever asks."""
        return self.filtered or self.one_more or self.sql


def admit(
    sql: str,
    dialect: Dialect,
    *,
    tables: Mapping[str, Collection[str]] | None = None,
    limit: int | None = DEFAULT_LIMIT,
    filters: Mapping[str, Sequence[str]] | None = None,
) -> Admitted:
    """Check one statement; raises `RefusedByGate`. `limit` caps the rows.

    With `tables`, names with the names of their columns, only those may be read. With `filters`, names of tables with
    conditions in SQL, only those of their rows are seen for which all conditions hold.
    """
    try:
        tree = _only_statement(sql, dialect)
        _check_syntax(tree, dialect)
        limited = limit is not None and _apply_limit(tree, limit)
        cap = limit if limit is not None and _asks_for(tree, limit) else None
        if cap is not None:
            _set_limit(tree, cap + 1)
        rendered, again = _rendered(tree, dialect)
        read = _check_names(again, dialect, tables)
        conditions = _conditions(again, dialect, filters or {})
        filtered = None
        if conditions:
            filtered, visible = _rendered(restricted(again, dialect, conditions, (tables or {}).values()), dialect)
            _check_names(visible, dialect, tables)
    except RefusedByGate:
        raise
    except RecursionError:
        raise RefusedByGate("too_deep") from None
    except Exception:  # what a parser stumbles over is its text's fault, and nothing the caller could foresee
        raise RefusedByGate("unparsable") from None
    if cap is None:
        return Admitted(rendered, read, limited, filtered)
    _set_limit(again, cap)
    return Admitted(again.sql(dialect=dialect, comments=False), read, limited, filtered, rendered)


def parse(sql: str, dialect: Dialect) -> exp.Expr:
    """The one statement or expression of a text, unchecked; raises `RefusedByGate` for what cannot be parsed."""
    if not sql.strip():
        raise RefusedByGate("empty")
    if "\x00" in sql:
        raise RefusedByGate("no_text")
    if len(sql) > _LONGEST:
        raise RefusedByGate("too_long", most=_LONGEST)
    try:
        known = SqlDialect.get_or_raise(dialect)
        tokens = known.tokenize(sql)
        _check_nesting(tokens, known.parser_class.TYPE_TOKENS)
        found = [each for each in known.parser().parse(tokens, sql) if each is not None]
    except RefusedByGate:
        raise
    except SqlglotError as error:
        raise _malformed(error) from None
    except RecursionError:
        raise RefusedByGate("too_deep") from None
    except Exception:  # what a parser stumbles over is its text's fault, and nothing the caller could foresee
        raise RefusedByGate("unparsable") from None
    if len(found) != 1:
        raise RefusedByGate("several")
    parsed: exp.Expr = found[0]
    return parsed


def parse_expression(sql: str, dialect: Dialect) -> exp.Expr:
    """The tree of an expression, such as a business term's, that is to become part of a statement.

    That it can be parsed allows nothing: what is made of it passes `admit`. Raises `RefusedByGate`.
    """
    tree = parse(sql, dialect)
    level = [tree]
    for _ in range(_DEEPEST_EXPRESSION):
        level = [child for node in level for child in node.iter_expressions()]
    if level:
        raise RefusedByGate("too_deep")
    return tree


def _rendered(tree: exp.Query, dialect: Dialect) -> tuple[str, exp.Query]:
    """The text of a tree, and how that text reads: it is what runs, so the last word is about it."""
    text = tree.sql(dialect=dialect, comments=False)
    again = _only_statement(text, dialect)
    if again != tree and _shape(again) != _shape(tree):
        raise RefusedByGate("ambiguous")
    _check_syntax(again, dialect)
    return text, again


def _check_names(tree: exp.Query, dialect: Dialect, tables: Mapping[str, Collection[str]] | None) -> tuple[str, ...]:
    """The tables that are read; raises `RefusedByGate` for one, or for a column, that may not be."""
    read = check_tables(tree, dialect, tables)
    if dialect == "postgres" and tables is not None:
        check_columns(tree, tables)
    return read


def _conditions(tree: exp.Query, dialect: Dialect, filters: Mapping[str, Sequence[str]]) -> Conditions:
    """The `filters` of the tables that are read, parsed; one that cannot be keeps its table from being read at all."""
    read = {folded(table.this, dialect) for table in tables_read(tree, dialect)}
    found = {}
    for name, written in filters.items():
        if (key := comparable(name, dialect)) in read:
            try:
                found[key] = [parse_expression(one, dialect) for one in written]
            except RefusedByGate:
                raise RefusedByGate("policy", name=name) from None
    return found


def _malformed(error: SqlglotError) -> RefusedByGate:
    """Where the parser stopped, if it says so; its own words are for those who know it from inside."""
    for found in error.errors if isinstance(error, ParseError) else ():
        return RefusedByGate("malformed", line=found["line"], column=found["col"], near=found["highlight"][:_NEAR])
    return RefusedByGate("unparsable")


def _only_statement(sql: str, dialect: Dialect) -> exp.Query:
    statement = parse(sql, dialect)
    while isinstance(statement, exp.Subquery) and set(filter(statement.args.get, statement.args)) == {"this"}:
        statement = statement.this
    if not isinstance(statement, exp.Select | exp.SetOperation):
        raise RefusedByGate("no_select")
    return statement


def _check_nesting(tokens: Sequence[Token], types: Set[TokenType]) -> None:
    """The parser tries `[` and `decimal(` both as a type and as a value, at each level: 2^depth attempts.

    Of `a[1][1]...` it looks through all that came before at each bracket.
    """
    if sum(token.token_type == TokenType.L_BRACKET for token in tokens) > _MOST_BRACKETS:
        raise RefusedByGate("too_large")
    costly: list[bool] = []
    deep = 0
    before: TokenType | None = None
    for token in tokens:
        if token.token_type in (TokenType.L_BRACKET, TokenType.L_PAREN):
            costly.append(token.token_type == TokenType.L_BRACKET or before in types)
            deep += costly[-1]
            if deep > _DEEPEST_TYPED:
                raise RefusedByGate("too_deep")
        elif token.token_type in (TokenType.R_BRACKET, TokenType.R_PAREN) and costly:
            deep -= costly.pop()
        before = token.token_type


def _shape(tree: exp.Query) -> list[int]:
    """The form of a tree whatever its nodes are called: `stddev` comes back as `stddev_samp`, in the same place.

    Without parentheses, which rendering adds: `2 * mod(a, b)` comes back as `2 * (a % b)`, which is the same tree.
    """
    nodes = (node for node in tree.dfs() if not (isinstance(node, exp.Paren) or _is_cast_of_round(node)))
    return [sum(1 for _ in node.iter_expressions()) for node in nodes]


def _is_cast_of_round(node: exp.Expr) -> bool:
    """PostgreSQL rounds to decimals only numerics, so rendering puts a cast there."""
    cast = node.parent if isinstance(node, exp.DataType) else node
    return isinstance(cast, exp.Cast) and isinstance(cast.parent, exp.Round)


def _check_syntax(tree: exp.Query, dialect: Dialect) -> None:
    for count, node in enumerate(tree.walk()):
        if count > _MOST_NODES:
            raise RefusedByGate("too_large")
        kind = type(node)
        if kind is exp.Anonymous:
            if node.name.lower() not in NAMED[dialect] or isinstance(node.parent, exp.Dot | exp.Table):
                raise RefusedByGate("function", name=node.name)
        elif kind not in SYNTAX and kind not in FUNCTIONS:
            raise RefusedByGate("syntax", kind=kind.__name__)
        _check_arguments(node, dialect)


def _check_arguments(node: exp.Expr, dialect: Dialect) -> None:
    """What hides in the arguments of an allowed node instead of being a node itself."""
    if isinstance(node, exp.Select) and any(map(node.args.get, _NEVER)):
        raise RefusedByGate("clause")
    if isinstance(node, exp.DataType) and node.this in (exp.DataType.Type.USERDEFINED, exp.DataType.Type.XML):
        raise RefusedByGate("type")
    if isinstance(node, exp.Dot) and not isinstance(node.expression, exp.Identifier | exp.Star):
        raise RefusedByGate("schema_function")
    if isinstance(node, exp.In) and node.args.get("field") is not None:
        raise RefusedByGate("in_table")  # SQLite: all rows of a table
    # SQLite needs no RECURSIVE to recurse.
    if isinstance(node, exp.With) and (node.args.get("recursive") or dialect == "sqlite") and not bounded(node):
        raise RefusedByGate("recursion")
    if isinstance(node, exp.Identifier) and not node.args.get("quoted") and not _PLAIN_NAME.fullmatch(node.name):
        raise RefusedByGate("name", name=node.name)
    if isinstance(node, exp.Column) and not node.table and isinstance(node.this, exp.Identifier):
        session = not node.this.args.get("quoted") and node.name.lower() in SESSION_NAMES[dialect]
        if session:
            raise RefusedByGate("session", name=node.name)
    _check_width(node)


def _check_width(node: exp.Expr) -> None:
    """A short text may ask for a gigabyte: `lpad('x', 1000000000)`, `format('%1000000000s', 'x')`."""
    if isinstance(node, exp.Pad):
        width = node.expression
        if not (isinstance(width, exp.Literal) and _at_most(width.name, _WIDEST)):
            raise RefusedByGate("pad", most=_WIDEST)
    named = isinstance(node, exp.Anonymous) and node.name.lower() in {"printf", "format"}
    if named or isinstance(node, exp.Format):
        pattern = node.this if isinstance(node, exp.Format) else next(iter(node.expressions), None)
        if not (isinstance(pattern, exp.Literal) and pattern.is_string) or _WIDE_FORMAT.search(pattern.name):
            raise RefusedByGate("format")


def _at_most(number: str, most: int) -> bool:
    """Whether a text is a plain number up to `most`; Python refuses to convert one of thousands of digits."""
    digits = number.lstrip("0")
    return number.isdecimal() and len(digits) <= len(str(most)) and int(digits or "0") <= most


def _apply_limit(tree: exp.Query, limit: int) -> bool:
    """Add a LIMIT, or lower the one that is there; True when something changed."""
    current = tree.args.get("limit")
    if isinstance(current, exp.Fetch):
        options = current.args.get("limit_options")
        if options is not None and (options.args.get("with_ties") or options.args.get("percent")):
            raise RefusedByGate("limit_ties")
        asked = current.args.get("count") or exp.Literal.number(1)
        tree.set("limit", exp.Limit(expression=asked))
        return _apply_limit(tree, limit)
    if current is not None:
        asked = current.expression
        negative = isinstance(asked, exp.Neg)  # SQLite: no limit
        number = asked.this if isinstance(asked, exp.Neg) else asked
        unlimited = isinstance(asked, exp.Null) or asked.name.upper() == "ALL"
        if not unlimited and not (isinstance(number, exp.Literal) and not number.is_string and number.name.isdecimal()):
            raise RefusedByGate("limit")
        if not unlimited and not negative and _at_most(number.name, limit):
            return False
    _set_limit(tree, limit)
    return True


def _asks_for(tree: exp.Query, limit: int) -> bool:
    """Whether so many rows are asked for, by whoever wrote it or by the cap: SQL that is kept does not tell."""
    written: str = tree.args["limit"].expression.name
    return written.lstrip("0") == str(limit)


def _set_limit(tree: exp.Query, limit: int) -> None:
    tree.set("limit", exp.Limit(expression=exp.Literal.number(limit)))
