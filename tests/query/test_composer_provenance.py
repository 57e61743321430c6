"""What is composed names the verified questions that taught what its words mean."""

from dataclasses import replace

from services.query.composer.compose import compose
from services.query.composer.transfer import transferred
from services.query.conversation.turns import Turn
from services.query.conversation.whole import made_whole
from services.query.knowledge.schema import Pair, Scope
from tests.query.shop import SHOP, answered

_GOLD = "SELECT count(*) FROM customers WHERE level = 'gold'"
_PREMIUM = (
    ("how many premium customers in Berlin", f"{_GOLD} AND city = 'Berlin'"),
    ("count the premium customers", _GOLD),
)
_OTHERS = (
    ("list all customers", "SELECT name FROM customers"),
    ("list all products", "SELECT name FROM products"),
    ("silver customers", "SELECT name FROM customers WHERE level = 'silver'"),
    ("orders that are open", "SELECT id FROM orders WHERE status = 'open'"),
)


def _taught(*pairs: tuple[str, str]) -> Scope:
    """The newest first, each under its number."""
    return replace(SHOP, taught=tuple(Pair(*pair, 0.0, str(number)) for number, pair in enumerate(pairs, 1)))


def test_of_the_pairs_that_taught_what_a_word_means_and_of_no_others() -> None:
    known = _taught(_OTHERS[0], *_PREMIUM, *_OTHERS[1:])
    assert compose("how many premium customers are there", known).items == ("2", "3")
    assert compose("how many gold customers are there", known).items == ()


def test_of_many_the_newest_are_named() -> None:
    known = _taught(*_PREMIUM * 10, *_OTHERS * 10)
    assert compose("how many premium customers are there", known).items == ("1", "2", "3", "4", "5")


def test_of_those_that_taught_that_a_word_says_nothing() -> None:
    known = _taught(_OTHERS[0], ("how many products overhere", "SELECT count(*) FROM products"))
    question = "how many customers overhere are there"
    assert answered(question, known) == [(5,)]
    assert compose(question, known).items == ("2",)


def test_a_verified_pair_that_is_changed_by_a_word_that_was_taught_names_its_teachers_too() -> None:
    known = _taught(*_PREMIUM, *_OTHERS)
    silver = Pair("names of silver customers", _OTHERS[2][1], 0.95, "own")
    found = transferred("names of premium customers", replace(known, pairs=(silver,)))
    assert found and "'gold'" in found.sql
    assert (found.pair.item_id, found.items) == ("own", ("1", "2"))


def test_so_does_what_goes_on_from_a_question_that_was_not_answered() -> None:
    known = _taught(*_PREMIUM, *_OTHERS)
    said = "how many customers are there"
    whole = made_whole("only the premium ones", [Turn(said, said, "failed")], known)
    assert (whole.items, "'gold'" in (whole.sql or "")) == (("1", "2"), True)
