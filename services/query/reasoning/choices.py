"""What a clarification offers to choose from: real values, terms, tables, and the nearest verified questions."""

from collections.abc import Iterable
from itertools import islice

from rapidfuzz import fuzz, process

from libs.events.catalog import Language
from libs.language.catalogue import language_of
from services.query.composer.language.words import is_han
from services.query.composer.linking.links import links
from services.query.knowledge.schema import Pair, Scope
from services.query.questions.database import Ran
from services.query.reasoning.small_talk import is_small_talk

_QUESTIONS = 3
_NAMES = 4
_LIKE = 75.0
"""Likeness of 0 to 100 (rapidfuzz) from which a name is offered for a word that nobody taught."""
_SHORTEST, _LONGEST = 4, 60


def askable(language: Language, known: Scope) -> tuple[str, ...]:
    """Questions that the dataset does answer, those nearest to what was asked first."""
    return _questions(known.told, language) or _questions(known.taught, language)


def choices(
    question: str, language: Language, known: Scope, values: Ran | None = None, said: str = ""
) -> tuple[str, ...]:
    """`values` are what the model wanted to see, `said` is what it asks back."""
    names = _fetched(values) or _named(said, known) or resembling(_unknown(question, known), known)
    offered = tuple(dict.fromkeys((*names[:_NAMES], *_questions(known.told, language))))
    return offered or askable(language, known) or _known(known)


def _questions(pairs: Iterable[Pair], language: Language) -> tuple[str, ...]:
    return tuple(islice((pair.question for pair in pairs if language_of(pair.question) == language), _QUESTIONS))


def _fetched(values: Ran | None) -> list[str]:
    """The values of the last column that holds text: what comes before tells what they belong to."""
    if values is None:
        return []
    columns = list(zip(*values.rows.rows, strict=True))
    texts = [[cell for cell in column if isinstance(cell, str) and 0 < len(cell) <= _LONGEST] for column in columns]
    return next((list(dict.fromkeys(column)) for column in reversed(texts) if column), [])


def _named(said: str, known: Scope) -> list[str]:
    """The values of the columns that a question back names, then values and terms that it names itself."""
    of_columns: list[str] = []
    themselves: list[str] = []
    for mark in links(said, known).marks if said else ():
        for meant in mark.meanings[:1]:
            if meant.term or meant.value:
                themselves.append(meant.term or meant.value or "")
            elif meant.column and (column := known.schema.table(meant.table).column(meant.column)):
                of_columns += column.values[:_NAMES]
    return themselves or of_columns


def _unknown(question: str, known: Scope) -> tuple[str, ...]:
    words = links(question, known).unknown
    return () if is_small_talk(question, words) else words


def resembling(unknown: Iterable[str], known: Scope) -> list[str]:
    """Terms, tables and values whose names resemble a word that is not understood."""
    tables = known.schema.tables
    names = [name for term in known.terms for name in (term.term, *term.synonyms)]
    names += [table.name for table in tables]
    values = (value for table in tables for column in table.columns for value in column.values)
    names += [value for value in values if len(value) <= _LONGEST]
    near = [name for name in names if _tells(name)]
    words = [word for word in unknown if _tells(word)]
    found = [match for word in words for match in process.extract(word, near, scorer=fuzz.WRatio, limit=_NAMES)]
    return [name for name, likeness, _ in sorted(found, key=lambda match: -match[1]) if likeness >= _LIKE]


def _tells(name: str) -> bool:
    """Whether its letters are enough to be like others in more than chance; a Han character says as much as two."""
    return len(name) + sum(is_han(letter) for letter in name) >= _SHORTEST


def _known(known: Scope) -> tuple[str, ...]:
    """Where nothing is near: what there is to ask about."""
    terms = tuple(term.term for term in known.terms[:_NAMES])
    return terms or tuple(table.comment or table.name for table in known.schema.tables[:_NAMES])
