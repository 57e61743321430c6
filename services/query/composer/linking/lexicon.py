"""Every phrase that means something in one database: names of tables and columns, comments, terms, stored values."""

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sqlglot import exp

from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import parse_expression
from services.query.composer.language.cues import TIME_WORDS
from services.query.composer.language.synonyms import synonyms
from services.query.composer.language.words import keys
from services.query.knowledge.schema import Column, Schema, Table, Term

Phrase = tuple[str, ...]

_LABELS = ("name", "title", "label", "full name", "名称", "名字", "姓名", "标题")
_COMMENT_END = re.compile(r"[;；，,。.（(:：]| in | of | at | for | where | when | between ")
_LONGEST_COMMENT = 12
_CASE_MATTERS = 3
_LONGEST_NAME, _SYNONYM = 4, 0.85
_NUMBERED = ("id", "number", "num", "code", "no")
"""Words at the end of a column's name that people say for one another."""


@dataclass(frozen=True)
class Meant:
    """Something a phrase may mean, and how well it says so (0 to 1).

    A table has neither column, value nor condition; `expression` is the SQL of a term that is not just a column,
    `whole` says that it is an aggregate already, and `beside` are further tables that it reads.
    """

    table: str
    column: str | None = None
    value: str | None = None
    expression: str | None = None
    condition: bool = False
    term: str | None = None
    weight: float = 1.0
    whole: bool = False
    beside: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """table, column, value, condition or measure."""
        if self.expression is not None:
            return "condition" if self.condition else "measure"
        if self.value is not None:
            return "value"
        return "table" if self.column is None else "column"


@dataclass
class Lexicon:
    """Phrases with what they may mean; `vocabulary` are the single words in them."""

    meanings: dict[Phrase, list[Meant]] = field(default_factory=lambda: defaultdict(list))
    vocabulary: set[str] = field(default_factory=set)
    longest: int = 1

    def add(self, phrase: Phrase, meant: Meant) -> None:
        """Note that `phrase` may mean this; of two ways to say the same the better counts."""
        if not phrase:
            return
        known = self.meanings[phrase]
        for index, other in enumerate(known):
            if (other.table, other.column, other.value, other.expression) == (
                meant.table, meant.column, meant.value, meant.expression,
            ):  # fmt: skip
                if other.weight < meant.weight:
                    known[index] = meant
                return
        known.append(meant)
        self.vocabulary.update(phrase)
        self.longest = max(self.longest, len(phrase))


@lru_cache(maxsize=16)
def lexicon(schema: Schema, terms: tuple[Term, ...]) -> Lexicon:
    """The phrases of a database and its terms."""
    built = Lexicon()
    for table in schema.tables:
        _add_table(built, table)
        for column in table.columns:
            _add_column(built, table, column)
        if label := name_column(table):
            for word in ("name", "名称", "名字"):
                built.add(keys(word), Meant(table.name, label.name, weight=0.7))
        if (key := table.primary_key) and key.name.lower().endswith("id"):
            built.add(("id",), Meant(table.name, key.name, weight=0.8))
    _add_synonyms(built)
    for term in terms:
        _add_term(built, schema, term)
    return built


def _add_synonyms(built: Lexicon) -> None:
    """Other words for tables and columns, where the database uses them for nothing else."""
    named = {phrase: list(found) for phrase, found in built.meanings.items() if len(phrase) <= _LONGEST_NAME}
    same = synonyms()
    for phrase, meanings in named.items():
        things = [meant for meant in meanings if meant.kind in ("table", "column")]
        for at in range(len(phrase)) if things else ():
            for other in same.get((phrase[at],), ()):
                said = (*phrase[:at], *other, *phrase[at + 1 :])
                if said in named:
                    continue
                for meant in things:
                    built.add(said, replace(meant, weight=meant.weight * _SYNONYM))


def label_column(table: Table) -> Column:
    """The column that people know a row by: a name or title, else the first text, else the key."""
    if found := name_column(table):
        return found
    texts = [column for column in table.columns if _is_text(column)]
    return next((c for c in texts if not c.foreign_key), table.primary_key or table.columns[0])


def name_column(table: Table) -> Column | None:
    """The column that holds the rows' names or titles; None where they have none."""
    for wanted in _LABELS:
        for column in table.columns:
            name = keys(column.name)
            if name == keys(wanted) or name == keys(table.name) + keys(wanted):
                return column
    for column in filter(_is_text, table.columns):
        if (keys(column.name)[-1:] and keys(column.name)[-1] in _LABELS) or column.name.lower().endswith("name"):
            return column
    return None


def _is_text(column: Column) -> bool:
    return not column.is_number and not column.is_date


def _add_table(built: Lexicon, table: Table) -> None:
    name = keys(table.name)
    for phrase, weight in _parts(name, head=0.75, tail=0.0):
        built.add(phrase, Meant(table.name, weight=weight))
    if comment := _short(table.comment):
        built.add(comment, Meant(table.name, weight=0.95))


def _add_column(built: Lexicon, table: Table, column: Column) -> None:
    name, owner = keys(column.name), keys(table.name)
    for phrase, weight in _parts(name, head=0.6, tail=0.45):
        built.add(phrase, Meant(table.name, column.name, weight=weight))
    if name[-1:] and name[-1] in _NUMBERED and len(name) > 1:
        for other in _NUMBERED:
            built.add((*name[:-1], other), Meant(table.name, column.name, weight=0.85))
    for length in range(len(owner), 0, -1):
        for own in (owner[:length], owner[-length:]):
            if len(name) > length and name[:length] == own:
                built.add(name[length:], Meant(table.name, column.name, weight=0.95))
    if comment := _short(column.comment):
        built.add(comment, Meant(table.name, column.name, weight=0.95))
    for unit, words in TIME_WORDS.items():
        if name == (unit,):
            for word in words:
                built.add(keys(word), Meant(table.name, column.name, weight=0.9))
    for value in column.values:
        phrase = keys(value)
        numeric = len(phrase) == 1 and phrase[0].replace(".", "").isdecimal()
        if phrase and not numeric:
            built.add(phrase, Meant(table.name, column.name, value=value))


def _parts(name: Phrase, *, head: float, tail: float) -> list[tuple[Phrase, float]]:
    """A name and the parts of it that people say for it."""
    found: list[tuple[Phrase, float]] = [(name, 1.0)]
    count = len(name)
    for length in range(count - 1, 1, -1):
        found += [(name[at : at + length], 0.8) for at in range(count - length + 1)]
    if count > 1:
        found.append((name[-1:], head))
        if tail:
            found.append((name[:1], tail))
    return found


def _short(comment: str | None) -> Phrase:
    """The beginning of a comment when it is a name rather than a sentence."""
    first = _COMMENT_END.split(comment or "", maxsplit=1)[0]
    phrase = keys(first)
    limit = _LONGEST_COMMENT if any("\u4e00" <= key[0] <= "\u9fff" for key in phrase) else 4
    return phrase if len(phrase) <= limit else ()


def _add_term(built: Lexicon, schema: Schema, term: Term) -> None:
    names = [keys(name) for name in (term.term, *term.synonyms)]
    if term.sql_expression:
        meanings = [meant] if (meant := _of_expression(schema, term)) else []
    else:
        known = [meant for name in names for meant in built.meanings.get(name, ()) if meant.weight >= 0.9]
        tables = [meant for meant in known if meant.kind == "table"]
        meanings = _defined(schema, term) or [
            Meant(m.table, m.column, m.value, term=term.term) for m in tables or known
        ]
    for name in names:
        for meant in meanings:
            built.add(name, meant)


def _defined(schema: Schema, term: Term) -> list[Meant]:
    """A term whose definition is just the name of a table is another name of it."""
    name = term.definition.strip().lower()
    return [Meant(schema.table(name).name, term=term.term, weight=1.05)] if name in schema.by_name else []


def _of_expression(schema: Schema, term: Term) -> Meant | None:
    try:
        tree = parse_expression(term.sql_expression or "", schema.dialect)
    except RefusedByGate:
        return None
    columns = list(tree.find_all(exp.Column))
    owners = [_owner(schema, column, columns) for column in columns]
    if not owners or any(owner is None for owner in owners):
        return None
    for column, owner in zip(columns, owners, strict=True):
        column.set("table", exp.to_identifier(owner))
    table = str(owners[0])
    if isinstance(tree, exp.Column):
        found = schema.table(table).column(tree.name)
        return Meant(table, found.name, term=term.term, weight=1.05) if found else None
    condition = isinstance(tree.unnest(), exp.Predicate | exp.Connector | exp.Not | exp.Between | exp.In)
    whole = any(not isinstance(found.parent, exp.Window) for found in tree.find_all(exp.AggFunc))
    if (whole and condition) or tree.find(exp.Query, exp.Window):
        return None
    sql = tree.sql(dialect=schema.dialect)
    beside = tuple(dict.fromkeys(str(owner) for owner in owners if owner != table))
    return Meant(table, expression=sql, condition=condition, term=term.term, weight=1.05, whole=whole, beside=beside)


def _owner(schema: Schema, column: exp.Column, beside: list[exp.Column]) -> str | None:
    """The table a column of a term belongs to: the one it names, else the one that has all, else the largest."""
    if column.table:
        return schema.table(column.table).name if column.table.lower() in schema.by_name else None
    holding = [table for table in schema.tables if table.column(column.name)]
    whole = [table for table in holding if all(table.column(other.name) for other in beside)]
    candidates = sorted(whole or holding, key=lambda table: -(table.row_estimate or 0))
    return candidates[0].name if candidates else None


def case_matters(value: str) -> bool:
    """Whether a stored value is so short that only the same case means it: US is not us."""
    return len(value) <= _CASE_MATTERS
