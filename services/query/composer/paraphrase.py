"""Whether two questions ask the same in other words: judged without a model, and rather no than wrongly yes.

Vectors alone do not tell "the highest" from "the lowest", nor "more than 5" from "more than 50"; so beside being near,
both have to say the same numbers, the same of what is to be done, and mostly the same of what it is about. What the
question says and the taught one does not must not name anything that the taught SQL leaves out, nor a time or a term,
nor be one word more (`rich owners`, `German owners`), but for one that means the same; and what that SQL looks for must
be said.
"""

from dataclasses import dataclass

from sqlglot import exp

from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import parse
from services.query.composer.language.cues import CueName, longest_phrase, phrases
from services.query.composer.language.kinds import KINDS
from services.query.composer.language.nth import nths
from services.query.composer.language.periods import Period
from services.query.composer.language.small_words import HAVE, VERBS
from services.query.composer.language.stop_words import stop_keys
from services.query.composer.language.synonyms import synonyms
from services.query.composer.language.words import Token, keys, number_at, read
from services.query.composer.linking.elements import Element, elements
from services.query.composer.linking.lexicon import Meant
from services.query.composer.linking.link import Linked, link
from services.query.composer.linking.spelling import alike
from services.query.composer.opposite import other_way_round
from services.query.composer.queries.plan import TimePart
from services.query.composer.unsaid import has_unsaid_limit, looks_for_unsaid
from services.query.knowledge.schema import Pair, Schema, Scope

NEAR, SHARED = 0.86, 0.4
"""The least cosine of the two questions, and the least share of their words that both have: as measured on questions
that were asked and taught in different words, nine of ten so found are right."""

_SURE, _KNOWN = 1.0, 0.75

_SAME: dict[CueName, str] = {
    "max": "most", "min": "least", "without": "not", "missing": "not",
}  # fmt: skip
_SAYS_LITTLE: frozenset[CueName] = frozenset({"and", "equal", "having", "label", "from", "to", "order", "distinct"})


@dataclass(frozen=True)
class _Said:
    cues: frozenset[str]
    numbers: frozenset[str]
    words: frozenset[str]
    looks_at: frozenset[str]
    """What superlatives look at by themselves: the age, for `the oldest`."""
    everything: frozenset[str]


def paraphrased(question: str, known: Scope) -> Pair | None:
    """The nearest verified pair that asks the same in other words; None when there is none."""
    said = _said(question)
    near = (pair for pair in known.pairs if pair.similarity >= NEAR and _same(said, pair, known.schema))
    return next((pair for pair in near if _has_all_that_is_named(question, pair, known)), None)


def _has_all_that_is_named(question: str, pair: Pair, known: Scope) -> bool:
    """Whether the SQL speaks of each thing that the question names and the taught one does not, nor of more."""
    linked = link(question, known.schema, known.terms, known.taught)
    theirs = link(pair.question, known.schema, known.terms, known.taught)
    if _times(linked) != _times(theirs) or not _terms(linked) <= _terms(theirs) or other_way_round(linked, theirs):
        return False
    used, taught = elements(pair.sql, known.schema), pair.question.lower()
    for mark in linked.marks:
        sure = {_element(one) for one in mark.meanings if one.weight >= _SURE}
        if sure and used.isdisjoint(sure) and linked.text.between(mark.first, mark.last).lower() not in taught:
            return False
    left_out = _new(theirs, linked)
    if left_out and looks_for_unsaid(pair, known.schema.dialect):
        return False
    doubtful = _doubtful(linked, theirs, pair, known.schema)
    known_place = {place for mark in linked.marks if mark.weight >= _KNOWN for place in range(mark.first, mark.last)}
    return not any(_restricts(linked, place) or not left_out or place in known_place for place in doubtful)


def _new(linked: Linked, other: Linked) -> list[int]:
    """The places of words that say something, of which another question has neither them nor what means the same."""
    owner = {place: mark for mark in linked.marks for place in range(mark.first, mark.last)}
    unknown, words = set(linked.unexplained), {token.key for token in other.text.tokens}

    def is_new(place: int, token: Token) -> bool:
        if (mark := owner.get(place)) is not None and not mark.meanings:
            return False
        if token.text in unknown and token.text in stop_keys() | {token.text.upper()}:
            return token.text not in {one.text for one in other.text.tokens}  # `A guests` are not a guest
        same = {token.key, *(phrase[0] for phrase in synonyms().get((token.key,), ()) if len(phrase) == 1)}
        return token.key not in stop_keys() and words.isdisjoint(same) and not alike(token.key, words, words, [])

    return [place for place, token in enumerate(linked.text.tokens) if is_new(place, token)]


def _doubtful(linked: Linked, theirs: Linked, pair: Pair, schema: Schema) -> list[int]:
    """The places of new words that are not known, or mean nothing that the SQL speaks of."""
    owner = {place: mark for mark in linked.marks for place in range(mark.first, mark.last)}
    used, names = elements(pair.sql, schema), set(keys(pair.sql))

    def is_doubtful(place: int) -> bool:
        token, mark = linked.text.tokens[place], owner.get(place)
        if token.key in names or _only_leads(linked, place):
            return False
        if mark is None:
            return token.text in linked.unexplained
        return used.isdisjoint(map(_element, mark.meanings)) and not any(one.expression for one in mark.meanings)

    return [place for place in _new(linked, theirs) if is_doubtful(place)]


def _only_leads(linked: Linked, place: int) -> bool:
    """`singers who have produced songs`."""
    before = linked.text.tokens[place - 1].text.lower() if place else ""
    return before in HAVE and linked.text.tokens[place].key.endswith("ed") and _is_before_thing(linked, place)


def _restricts(linked: Linked, place: int) -> bool:
    """`rich owners`."""
    return _is_before_thing(linked, place) and linked.text.tokens[place].key not in VERBS


def _is_before_thing(linked: Linked, place: int) -> bool:
    return any(mark.first == place + 1 and mark.meanings for mark in linked.marks)


def _element(meant: Meant) -> Element:
    return Element(meant.table, meant.column, meant.value)


def _times(linked: Linked) -> set[Period | TimePart]:
    return {told for mark in linked.marks for told in (mark.period, mark.unit) if told is not None}


def _terms(linked: Linked) -> set[str]:
    return {mark.meanings[0].expression for mark in linked.marks if mark.meanings and mark.meanings[0].expression}


def _same(said: _Said, pair: Pair, schema: Schema) -> bool:
    taught = _said(pair.question)
    if said.cues != taught.cues or said.numbers != taught.numbers:
        return False
    words = said.words | taught.words
    if not words or len(said.words & taught.words) / len(words) < SHARED:
        return False
    if said.looks_at - taught.looks_at - taught.words or taught.looks_at - said.looks_at - said.words:
        return False
    try:
        tree = parse(pair.sql, schema.dialect)
    except RefusedByGate:
        return False
    if has_unsaid_limit(pair, schema.dialect):
        return False
    return _looks_for_what_is_said(tree, said) and not _names_something_else(said.words - taught.words, tree, schema)


def _looks_for_what_is_said(tree: exp.Expr, said: _Said) -> bool:
    values = [literal.this for literal in tree.find_all(exp.Literal) if literal.is_string]
    return all(said.everything.issuperset(keys(value)) for value in values)


def _names_something_else(words: frozenset[str], tree: exp.Expr, schema: Schema) -> bool:
    """Whether one of `words` is a value, or stands in the name of a column, of which the SQL says nothing."""
    used = {key for name in tree.find_all(exp.Identifier) for key in keys(name.name)}
    columns = [column for table in schema.tables for column in table.columns]
    others = {key for column in columns for key in keys(column.name)} - used
    values = {key for column in columns for value in column.values for key in keys(value) if len(keys(value)) == 1}
    return bool(words & (others | values))


def _said(question: str) -> _Said:
    text = read(question)
    tokens = tuple(token.key for token in text.tokens)
    cues: set[str] = set()
    numbers = {f"{found.number}." for found in nths(text)}
    words: set[str] = set()
    looks_at: set[str] = set()
    place = 0
    while place < len(tokens):
        end = _phrase_end(tokens, place)
        if number := number_at(text, place):
            numbers.add(number[0])
            end = number[1]
        elif end > place:
            cue = phrases()[tokens[place:end]]
            kinds = KINDS.get(text.between(place, end).lower().removeprefix("the "), ())
            cues |= {_SAME.get(cue, cue)} - _SAYS_LITTLE
            looks_at |= set(kinds[:1])
        else:
            words |= {tokens[place]} - stop_keys()
        place = max(end, place + 1)
    return _Said(frozenset(cues), frozenset(numbers), frozenset(words), frozenset(looks_at), frozenset(tokens))


def _phrase_end(tokens: tuple[str, ...], place: int) -> int:
    """One past the longest instruction that begins at a token; the token itself where none does."""
    ends = range(min(len(tokens), place + longest_phrase()), place, -1)
    return next((end for end in ends if tokens[place:end] in phrases()), place)
