"""What a clarification offers to choose from."""

from dataclasses import replace

import pytest

from libs.datasources.gate import Admitted
from libs.datasources.run import Rows
from libs.events.catalog import Language
from libs.language.catalogue import text
from services.query.knowledge.schema import Pair, Schema, Scope, Term
from services.query.questions.database import Ran
from services.query.reasoning.choices import choices, resembling
from services.query.reasoning.propose import proposed
from tests.query.clinic import CLINIC
from tests.query.shop import SHOP

QUESTIONS = ("哪个城市最多？", "Which city?", "多少订单？", "How many?", "Who?", "When?")
TAUGHT = replace(SHOP, pairs=tuple(Pair(one, "SELECT 1", 0.8, one) for one in QUESTIONS))
LEVELS = Ran(
    Admitted("SELECT DISTINCT id, level FROM customers LIMIT 50", ("customers",), True),
    Rows(("id", "level"), ((1, "gold"), (2, "silver"), (3, "gold"), (4, None)), False, 1.0),
    "sqlite",
)


@pytest.mark.parametrize(
    ("language", "nearest"), [("zh", ("哪个城市最多？", "多少订单？")), ("en", ("Which city?", "How many?", "Who?"))]
)
def test_the_nearest_questions_in_the_language_of_the_question(language: Language, nearest: tuple[str, ...]) -> None:
    assert choices("?", language, TAUGHT) == nearest


@pytest.mark.parametrize(
    ("said", "real"),
    [
        ("您指的是哪个等级的客户？", ("gold", "silver")),
        ("Which level do you mean?", ("gold", "silver")),
        ("Do you mean gold or blocked?", ("gold", "blocked")),
        ("您要的是销售额还是数量？", ("销售额",)),
    ],
)
def test_real_values_and_terms_that_the_question_back_names_come_first(said: str, real: tuple[str, ...]) -> None:
    assert choices("多少？", "zh", TAUGHT, said=said) == (*real, "哪个城市最多？", "多少订单？")


def test_the_values_that_the_model_wanted_to_see_come_before_what_it_says() -> None:
    assert choices("How many big customers?", "en", SHOP, LEVELS, "Which city?") == ("gold", "silver")


@pytest.mark.parametrize(("question", "near"), [("revenue of Berln", "Berlin"), ("the settld ones", "settled orders")])
def test_what_resembles_a_word_that_is_not_understood(question: str, near: str) -> None:
    assert near in choices(question, "en", SHOP)


@pytest.mark.parametrize("word", ["rd", "Compare", "DROP", "生"])
def test_a_few_letters_resemble_nothing(word: str) -> None:
    assert resembling([word], replace(SHOP, terms=(Term("A", "", ("Panda Garden", "出生"), "customers.level"),))) == []


@pytest.mark.parametrize(
    ("question", "language"),
    [("你好", "zh"), ("你能做什么？", "zh"), ("What can I ask?", "en"), ("Hello!", "en"), ("???", "en"),
     ("Show me everything", "en")],
)  # fmt: skip
def test_who_asks_nothing_is_told_what_may_be_asked_with_examples(question: str, language: Language) -> None:
    taught = replace(SHOP, taught=TAUGHT.pairs)
    draft = proposed(question, language, taught)
    assert (draft.kind, draft.text) == ("clarification", text("question.may_ask", language))
    assert set(choices(question, language, taught)) < set(QUESTIONS)


@pytest.mark.parametrize(
    ("question", "kind", "says"),
    [
        ("How many setled ones?", "clarification", "setled"),
        ("How many orders next week?", "clarification", "first and its last day"),
        ("Predict the orders of next week", "unanswerable", "nothing of the sort"),
        ("Who is the president of France?", "unanswerable", "nothing of the sort"),
        ("What will the weather be tomorrow?", "unanswerable", "nothing of the sort"),
    ],
)
def test_that_a_dataset_holds_nothing_of_the_sort_is_said_only_where_nothing_is_near(
    question: str, kind: str, says: str
) -> None:
    draft = proposed(question, "en", SHOP)
    assert draft.kind == kind and says in draft.text


def test_where_nothing_is_near_it_is_told_what_there_is() -> None:
    assert choices("zzz", "en", SHOP)[:2] == ("revenue", "销售额")
    untold = Scope(Schema(SHOP.schema.tables, (), "sqlite"))
    assert choices("zzz", "en", untold) == ("客户", "订单", "订单明细", "商品")


@pytest.mark.parametrize(
    ("question", "language"),
    [("revenue by month", "en"), ("revenue last month?", "en"), ("每个月的收入", "zh"), ("上个月的收入", "zh")],
)
def test_of_two_dates_each_is_offered_and_the_chosen_one_is_answered(question: str, language: Language) -> None:
    draft = proposed(question, language, CLINIC)
    assert draft.kind == "clarification" and len(draft.choices) == 2
    assert "issued_on" in draft.text and "paid_on" in draft.text
    of_issue, of_payment = (proposed(choice, language, CLINIC).sql or "" for choice in draft.choices)
    assert "issued_on" in of_issue and "paid_on" in of_payment and "paid_on" not in of_issue
