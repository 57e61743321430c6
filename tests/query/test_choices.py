"""What a clarification offers to choose from."""

from dataclasses import replace

import pytest

from libs.datasources.gate import Admitted
from libs.datasources.run import Rows
from libs.events.catalog import Language, QuestionAsked
from libs.language.catalogue import text
from services.query.knowledge.schema import Column, Pair, Relation, Schema, Scope, Table, Term
from services.query.questions.database import Ran
from services.query.questions.too_slow import too_slow
from services.query.reasoning.choices import choices, resembling
from services.query.reasoning.concluded import concluded
from services.query.reasoning.evolve import Composed
from services.query.reasoning.propose import proposed
from services.query.reasoning.state import State, Unanswerable
from services.query.reasoning.told import step_of
from tests.query.clinic import CLINIC
from tests.query.knowledge_events import THEN
from tests.query.shop import SHOP

QUESTIONS = ("哪个城市最多？", "Which city?", "多少订单？", "How many?", "Who?", "When?")
TAUGHT = replace(SHOP, pairs=tuple(Pair(one, "SELECT 1", 0.8, one) for one in QUESTIONS))
LEVELS = Ran(
    Admitted("SELECT DISTINCT id, level FROM customers LIMIT 50", ("customers",), True),
    Rows(("id", "level"), ((1, "gold"), (2, "silver"), (3, "gold"), (4, None)), False, 1.0),
    "sqlite",
)

AIRPORTS = Scope(
    Schema(
        (
            Table("airports", (Column("faa", "TEXT", primary_key=True), Column("name", "TEXT"))),
            Table("flights", (Column("id", "INTEGER"), Column("origin", "TEXT"), Column("dest", "TEXT"))),
        ),
        (Relation("flights", "origin", "airports", "faa"), Relation("flights", "dest", "airports", "faa", 0.96)),
        "sqlite",
    )
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
     ("Show me everything", "en"), ("why?", "en"), ("as a percentage", "en"), ("画个饼图", "zh"), ("为什么？", "zh")],
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


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "没有与此相关的内容，无法回答。可以改问"), ("en", "cannot be answered from it. These questions")],
)
def test_where_it_holds_nothing_of_the_sort_a_dataset_offers_questions_that_it_does_answer(
    language: Language, said: str
) -> None:
    asked = QuestionAsked(
        question_id="q",
        dataset_id="d",
        question="?",
        conversation_id="c",
        language=language,
        asked_at=THEN,
        deadline=THEN,
    )
    offered, alone = (concluded(Unanswerable(), State(model=True), asked, {}, one) for one in (TAUGHT, SHOP))
    assert (offered.outcome, offered.choices) == ("unanswerable", choices("?", language, TAUGHT))
    assert said in offered.answer_text and offered.answer_text.startswith(alone.answer_text)
    assert alone.choices == ()


def test_of_what_takes_too_long_values_of_a_column_are_offered() -> None:
    slow = too_slow("SELECT COUNT(*) FROM customers", "en", SHOP.schema)
    assert slow.outcome == "timed_out" and slow.choices and ", ".join(slow.choices) in slow.answer_text


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
    dates = "issue date, payment date" if language == "en" else "开具日期, 付款日期"
    assert dates in draft.text
    of_issue, of_payment = (proposed(choice, language, CLINIC).sql or "" for choice in draft.choices)
    assert "issued_on" in of_issue and "paid_on" in of_payment and "paid_on" not in of_issue


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Which airport has the most flights?", "en"),
        ("airports without flights", "en"),
        ("每个airport有多少flights", "zh"),
    ],
)
def test_of_two_equal_ways_to_join_each_is_offered_and_the_chosen_one_is_taken(
    question: str, language: Language
) -> None:
    draft = proposed(question, language, AIRPORTS)
    assert draft.kind == "clarification" and len(draft.choices) == 2 and "origin" in draft.text
    known = AIRPORTS.schema
    drawn = replace(
        AIRPORTS, schema=replace(known, relations=(known.relations[0], replace(known.relations[1], drawn=True)))
    )
    assert "dest" in (proposed(question, language, drawn).sql or "")
    of_origin, of_dest = (proposed(choice, language, AIRPORTS).sql or "" for choice in draft.choices)
    assert "origin" in of_origin and "dest" in of_dest and "origin" not in of_dest


def test_of_two_ways_the_plainer_is_taken_and_the_other_is_told() -> None:
    clinic = CLINIC.schema
    tables = tuple(
        replace(table, columns=(*table.columns, Column("owner_id", "INTEGER"))) if table.name == "invoices" else table
        for table in clinic.tables
    )
    relations = (*clinic.relations, Relation("invoices", "owner_id", "owners", "id"))
    known = replace(CLINIC, schema=Schema(tables, relations, "sqlite"))
    for question in ("How many appointments has each owner?", "Which owners have no appointments?"):
        told = proposed(question, "en", known)
        assert told.sql and "invoices" not in told.sql and "animals" in told.text and "invoices" in told.text
        step = step_of(Composed(told), "en", 1.0)
        assert step is not None and told.text in step.detail
        assert proposed(question, "en", CLINIC).text == ""
    chosen = proposed("How many appointments has each owner (invoices)?", "en", known)
    assert chosen.sql and "invoices" in chosen.sql


def test_for_a_word_that_verified_questions_explain_no_names_like_it_are_offered() -> None:
    asked = (
        ("premium customers in Berlin", "SELECT name FROM customers WHERE level = 'gold' AND city = 'Berlin'"),
        ("how many premium customers are there", "SELECT count(*) FROM customers WHERE level = 'gold'"),
        ("customers in Paris", "SELECT name FROM customers WHERE city = 'Paris'"),
        ("how many products are there", "SELECT count(*) FROM products"),
    )
    known = replace(SHOP, terms=(*SHOP.terms, Term("premium club", "people who meet on Mondays", ())))
    taught = replace(known, taught=tuple(Pair(*pair, 0.0, str(number)) for number, pair in enumerate(asked)))
    assert "premium club" in choices("premium frobnics", "en", known)
    assert "premium club" not in choices("premium frobnics", "en", taught)
