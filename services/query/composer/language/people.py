"""Words for people, of whom a bare number may tell the age: `drivers over 50`, 50岁以上的司机."""

from functools import cache

from services.query.composer.language.synonyms import synonyms
from services.query.composer.language.words import keys

_SOME = (
    "customer user person employee manager teacher student player doctor nurse patient driver pilot passenger visitor "
    "author artist actor director adult child man woman owner"
)


@cache
def people() -> frozenset[tuple[str, ...]]:
    """The tokens of each of them."""
    some = [keys(word) for word in _SOME.split()]
    return frozenset(some).union(*(synonyms().get(word, frozenset()) for word in some))
