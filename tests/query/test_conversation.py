"""A question that goes on from the one before is made whole by rules: proved by the rows that its SQL gives."""

from dataclasses import replace

import pytest
import sqlglot

from services.query.composer.compose import SURE, Composition, compose
from services.query.conversation.courtesy import courtesy_of
from services.query.conversation.turns import Turn
from services.query.conversation.whole import Whole, made_whole
from services.query.conversation.window import TOKENS, turns_for_prompt, window_of
from services.query.knowledge.schema import Pair, Scope
from services.query.model.tokens import tokens_of
from services.query.reasoning.propose import which
from tests.query.clinic import CLINIC
from tests.query.shop import SHOP, answered, shop

ORDERS = "How many orders are there?"
BY_CITY = "How many orders are there by city?"
IN_BERLIN = "How many orders from Berlin in 2024?"
SHANGHAI = "上海的客户有多少？"
LISTED = "List the customers in Berlin"
OVER_200 = "Orders over 200"
HIGHEST = "What is the highest price?"
_JOINED = "FROM orders o JOIN customers c ON o.customer_id = c.id"


def turn(question: str, sql: str | None = None, outcome: str = "answered", **fields: object) -> Turn:
    if sql is None and outcome == "answered":
        composition = compose(question, SHOP)
        assert composition.score >= SURE
        sql = composition.sql
    return Turn(question, str(fields.pop("understood", question)), outcome, sql, **fields)  # type: ignore[arg-type]


def after(question: str, *turns: Turn) -> Whole:
    return made_whole(question, turns, SHOP)


def rows(sql: str | None) -> list[tuple[object, ...]]:
    assert sql
    return sorted(shop().execute(sql).fetchall(), key=str)


@pytest.mark.parametrize(
    ("before", "said", "means"),
    [
        (ORDERS, "and by month?", "SELECT substr(placed, 1, 7), count(*) FROM orders GROUP BY 1"),
        (ORDERS, "按月呢", "SELECT substr(placed, 1, 7), count(*) FROM orders GROUP BY 1"),
        (ORDERS, "by customer", f"SELECT c.name, count(*) {_JOINED} GROUP BY c.id"),
        (ORDERS, "再按城市", f"SELECT c.city, count(*) {_JOINED} GROUP BY 1"),
        (BY_CITY, "by month instead", "SELECT substr(placed, 1, 7), count(*) FROM orders GROUP BY 1"),
        (BY_CITY, "also by level", f"SELECT c.city, c.level, count(*) {_JOINED} GROUP BY 1, 2"),
        (SHANGHAI, "按等级", "SELECT level, count(*) FROM customers WHERE city = '上海' GROUP BY 1"),
        (ORDERS, "只看上海的", f"SELECT count(*) {_JOINED} WHERE c.city = '上海'"),
        (ORDERS, "only Berlin", f"SELECT count(*) {_JOINED} WHERE c.city = 'Berlin'"),
        (ORDERS, "in Berlin or Paris", f"SELECT count(*) {_JOINED} WHERE c.city IN ('Berlin', 'Paris')"),
        (ORDERS, "不要上海", f"SELECT count(*) {_JOINED} WHERE c.city <> '上海'"),
        (ORDERS, "how many of them are paid?", "SELECT count(*) FROM orders WHERE status = 'paid'"),
        (ORDERS, "并且实付金额超过100的", "SELECT count(*) FROM orders WHERE paid > 100"),
        (IN_BERLIN, "and Paris?", f"SELECT count(*) {_JOINED} WHERE c.city = 'Paris' AND placed LIKE '2024%'"),
        (IN_BERLIN, "换成上海", f"SELECT count(*) {_JOINED} WHERE c.city = '上海' AND placed LIKE '2024%'"),
        (IN_BERLIN, "also Paris", f"SELECT count(*) {_JOINED} WHERE c.city <> '上海' AND c.city <> '北京' AND "
                                  "placed LIKE '2024%'"),
        (IN_BERLIN, "what about 2023?", f"SELECT count(*) {_JOINED} WHERE c.city = 'Berlin' AND placed LIKE '2023%'"),
        (IN_BERLIN, "2023年呢", f"SELECT count(*) {_JOINED} WHERE c.city = 'Berlin' AND placed LIKE '2023%'"),
        (IN_BERLIN, "except open orders",
         f"SELECT count(*) {_JOINED} WHERE c.city = 'Berlin' AND placed LIKE '2024%' AND o.status = 'paid'"),
        (BY_CITY, "what about revenue?", f"SELECT c.city, sum(o.paid) {_JOINED} GROUP BY 1"),
        (ORDERS, "their average paid", "SELECT avg(paid) FROM orders"),
        (LISTED, "how many of them?", "SELECT count(*) FROM customers WHERE city = 'Berlin'"),
        (LISTED, "also their level", "SELECT name, level FROM customers WHERE city = 'Berlin'"),
        (LISTED, "only the gold ones", "SELECT name FROM customers WHERE city = 'Berlin' AND level = 'gold'"),
        (BY_CITY, "top 2", f"SELECT c.city, count(*) {_JOINED} GROUP BY 1 ORDER BY 2 DESC LIMIT 2"),
        (BY_CITY, "前2个", f"SELECT c.city, count(*) {_JOINED} GROUP BY 1 ORDER BY 2 DESC LIMIT 2"),
        (HIGHEST, "and the lowest?", "SELECT min(price) FROM products"),
        (HIGHEST, "and the average?", "SELECT avg(price) FROM products"),
        ("各类别的平均单价", "最大值呢？", "SELECT category, max(price) FROM products GROUP BY 1"),
        ("How many customers in Berlin?", "list them", "SELECT name FROM customers WHERE city = 'Berlin'"),
        (SHANGHAI, "列出他们", "SELECT name FROM customers WHERE city = '上海'"),
        (BY_CITY, "and as a percentage?", f"SELECT c.city, 100.0 * count(*) / 30 {_JOINED} GROUP BY 1"),
        (BY_CITY, "换成百分比", f"SELECT c.city, 100.0 * count(*) / 30 {_JOINED} GROUP BY 1"),
        ("How many orders are paid?", "as a percentage", "SELECT avg((status = 'paid') * 100.0) FROM orders"),
        (HIGHEST, "by category", "SELECT category, max(price) FROM products GROUP BY 1"),
    ],
)  # fmt: skip
def test_a_follow_up_changes_the_answer_before(before: str, said: str, means: str) -> None:
    whole = after(said, turn(before))
    assert whole.goes_on_from == before
    assert rows(whole.sql) == rows(means)


@pytest.mark.parametrize(
    "said", ["and " * 500, "a" + " " * 2_000 + "b", "呢" * 2_000 + "b", "?!" * 1_000, "and", " 再 ", "?"]
)
def test_no_words_are_too_odd_to_be_looked_at(said: str) -> None:
    assert after(said, turn(ORDERS)).sql is None


def test_follow_ups_stand_on_each_other() -> None:
    turns = [turn(ORDERS)]
    for said in ("by city", "only 2024", "what about revenue?", "and 2023?", "top 2"):
        whole = after(said, *turns)
        turns.append(turn(said, whole.sql, understood=whole.question))
    means = f"SELECT c.city, sum(o.paid) {_JOINED} WHERE placed LIKE '2023%' GROUP BY 1 ORDER BY 2 DESC LIMIT 2"
    assert rows(turns[-1].sql) == rows(means)


@pytest.mark.parametrize(("said", "way"), [("sort by count ascending", "ASC"), ("in descending order", "DESC")])
def test_groups_are_put_in_order_by_their_measure(said: str, way: str) -> None:
    sql = after(said, turn(BY_CITY)).sql or ""
    assert f"ORDER BY COUNT(*) {way}" in sql


@pytest.mark.parametrize(
    ("before", "said", "means"),
    [
        (OVER_200, "which customers?", f"SELECT DISTINCT c.id, c.name {_JOINED} WHERE o.paid > 200"),
        (OVER_200, "是哪些客户？", f"SELECT DISTINCT c.id, c.name {_JOINED} WHERE o.paid > 200"),
        (OVER_200, "which cities?", f"SELECT DISTINCT 0, c.city {_JOINED} WHERE o.paid > 200"),
        ("Order with the highest paid", "who is the customer?",
         "SELECT o.*, (SELECT name FROM customers WHERE id = customer_id) FROM orders o ORDER BY paid DESC LIMIT 1"),
        ("Which product is the most expensive?", "which category is it in?",
         "SELECT name, category FROM products ORDER BY price DESC LIMIT 1"),
        ("哪些客户的订单超过7个？", "住在哪个城市？",
         "SELECT c.name, c.city FROM customers c WHERE (SELECT count(*) FROM orders WHERE customer_id = c.id) > 7"),
        (LISTED, "how many orders do they have?", f"SELECT count(*) {_JOINED} WHERE c.city = 'Berlin'"),
        (LISTED, "what are their orders?", f"SELECT o.* {_JOINED} WHERE c.city = 'Berlin'"),
        (SHANGHAI, "他们有多少订单？", f"SELECT count(*) {_JOINED} WHERE c.city = '上海'"),
        (SHANGHAI, "这些客户有多少订单？", f"SELECT count(*) {_JOINED} WHERE c.city = '上海'"),
        ("How many customers in Berlin?", "which customers?", "SELECT name FROM customers WHERE city = 'Berlin'"),
        (HIGHEST, "which product is it?", "SELECT price, name FROM products ORDER BY price DESC LIMIT 1"),
        ("最低单价是多少？", "是哪个商品？", "SELECT price, name FROM products ORDER BY price LIMIT 1"),
        ("Which customers have more than 5 orders?", "how many orders do they have?",
         f"SELECT c.name, count(*) {_JOINED} GROUP BY c.id"),
        ("哪些客户的订单超过5个？", "他们有多少订单", f"SELECT c.name, count(*) {_JOINED} GROUP BY c.id"),
        ("哪些客户的订单超过7个？", "那个客户的等级是什么",
         "SELECT c.name, c.level FROM customers c WHERE (SELECT count(*) FROM orders WHERE customer_id = c.id) > 7"),
        (LISTED, "how many orders of those customers?", f"SELECT count(*) {_JOINED} WHERE c.city = 'Berlin'"),
        (LISTED, "等级", "SELECT name, level FROM customers WHERE city = 'Berlin'"),
    ],
)  # fmt: skip
def test_what_is_asked_of_the_rows_before_is_not_asked_of_everything(before: str, said: str, means: str) -> None:
    whole = after(said, turn(before))
    assert whole.goes_on_from == before
    assert sorted(str(row[-1]) for row in rows(whole.sql)) == sorted(str(row[-1]) for row in rows(means))


@pytest.mark.parametrize(
    ("before", "said"),
    [(BY_CITY, "which customers?"), (BY_CITY, "how many products do they have?"), (OVER_200, "which suppliers?"),
     ("订单数最多的客户", "他有多少商品？"), ("各类别的商品数", "哪些客户？"),
     (OVER_200, "who placed them?"), (BY_CITY, "which customers placed them?"), ("average price", "which products?"),
     (ORDERS, "哪天下的"),
     (LISTED, "order date"), ("top 2 customers by number of orders", "bottom 2"),
     ("top 2 customers by number of orders", "what are their orders?"), ("订单数最多的客户", "他有哪些订单？")],
)  # fmt: skip
def test_what_is_asked_of_rows_that_are_not_surely_known_is_asked_back(before: str, said: str) -> None:
    whole = after(said, turn(before))
    assert whole.unclear or (whole.sql is None and whole.goes_on_from is None and compose(said, SHOP).score < SURE)


@pytest.mark.parametrize(
    ("before", "said", "means"),
    [("Which customer has the most orders?", "and the fewest?", "Which customer has the fewest orders?"),
     ("订单最多的客户", "最少的呢", "订单最少的客户")],
)  # fmt: skip
def test_the_fewest_may_be_those_that_were_not_ranked_as_they_have_none(before: str, said: str, means: str) -> None:
    whole = after(said, turn(before))
    assert whole.sql is None and whole.goes_on_from == before
    assert answered(whole.question) == answered(means) == [("Dan",)]


@pytest.mark.parametrize(
    ("base", "said"),
    [("revenue by vet", "by month"), ("revenue by vet", "in February"), ("How many invoices are there?", "in 2026")],
)
def test_a_time_is_never_that_of_rows_beside_those_that_are_measured(base: str, said: str) -> None:
    whole = made_whole(said, [Turn(base, base, "answered", compose(base, CLINIC).sql)], CLINIC)
    assert whole.unclear and whole.in_words
    asked = which(whole.question, "en", CLINIC)
    assert asked is not None and [one.split(" (")[-1] for one in asked.choices[:2]] == ["issue date)", "payment date)"]


def test_a_date_is_offered_only_where_the_words_say_all_of_the_answer_before() -> None:
    over_30 = Turn("Invoices over 30", "Invoices over 30", "answered", compose("Invoices over 30", CLINIC).sql)
    vets = made_whole("which vets?", [over_30], CLINIC)
    dated = made_whole("in 2026", [over_30, Turn("which vets?", vets.question, "answered", vets.sql)], CLINIC)
    assert vets.sql and dated.unclear and not dated.in_words


@pytest.mark.parametrize(
    ("asked", "refused", "said", "means"),
    [
        (IN_BERLIN, "in a bar chart", "and Paris?",
         f"SELECT count(*) {_JOINED} WHERE c.city = 'Paris' AND placed LIKE '2024%'"),
        (BY_CITY, "by foo and month", "only 2024",
         f"SELECT c.city, count(*) {_JOINED} WHERE placed LIKE '2024%' GROUP BY 1"),
        ("Which product is the most expensive?", "how many were shipped?", "and the cheapest?", "SELECT 'Lamp'"),
        (SHANGHAI, "这是为什么", "那北京的呢", "SELECT 1"),
    ],
)  # fmt: skip
def test_a_step_that_was_refused_does_not_make_the_next_one_forget(
    asked: str, refused: str, said: str, means: str
) -> None:
    whole = after(said, turn(asked), turn(refused, outcome="clarification"))
    assert rows(whole.sql or compose(whole.question, SHOP).sql) == rows(means)


def test_the_answer_to_a_step_that_was_asked_back_goes_on_as_the_step_did() -> None:
    by_vet = Turn("revenue by vet", "revenue by vet", "answered", compose("revenue by vet", CLINIC).sql)
    whole = made_whole("issued on", [by_vet, Turn("in 2026", "in 2026", "clarification")], CLINIC)
    assert "SUM(" in (whole.sql or "") and "issued_on >= '2026-01-01'" in (whole.sql or "")
    forgets = after(
        "and gold?", turn("How many customers?"), turn("which ones are from Berlin?", outcome="clarification")
    )
    assert forgets.unclear


@pytest.mark.parametrize(
    ("before", "said", "means"),
    [
        (OVER_200, ["sort by paid descending"], "SELECT * FROM orders WHERE paid > 200 ORDER BY paid DESC"),
        (OVER_200, ["按下单日期降序"], "SELECT * FROM orders WHERE paid > 200 ORDER BY placed DESC"),
        (OVER_200, ["sort by paid", "the last 2"], "SELECT * FROM orders ORDER BY paid DESC LIMIT 2"),
        ("How many orders are there by month?", ["the last 2"],
         "SELECT substr(placed, 1, 7), count(*) FROM orders GROUP BY 1 ORDER BY 1 DESC LIMIT 2"),
        ("2024年各月的销售额", ["最高的是哪个月"],
         "SELECT substr(placed, 1, 7), sum(paid) FROM orders WHERE placed LIKE '2024%' GROUP BY 1 ORDER BY 2 DESC"),
        ("Average price by category", ["only the most expensive category"],
         "SELECT category, avg(price) FROM products GROUP BY 1 ORDER BY 2 DESC LIMIT 1"),
    ],
)  # fmt: skip
def test_rows_are_put_in_the_order_that_was_said(before: str, said: list[str], means: str) -> None:
    turns = [turn(before)]
    for one in said:
        whole = after(one, *turns)
        turns.append(turn(one, whole.sql, understood=whole.question))
    assert turns[-1].sql and shop().execute(turns[-1].sql).fetchall() == shop().execute(means).fetchall()


def test_of_equal_ones_the_same_row_is_picked_with_more_of_it_shown() -> None:
    first = turn("Which customer has the fewest orders?")
    more = after("which city do they live in?", first).sql or ""
    assert sqlglot.parse_one(more).args["group"] == sqlglot.parse_one(first.sql or "").args["group"]
    assert rows(more) == [("Dan", "Paris")]


def test_a_bare_time_bounds_the_year_that_the_answer_was_chosen_by() -> None:
    since = "SELECT id FROM orders WHERE id > 2020"
    assert after("before 2022", turn("those after 2020", since)).sql == f"{since} AND id < 2022"


def test_what_rows_belong_to_is_not_everything_after_a_question_that_was_asked_back() -> None:
    whole = after("which products?", turn("things over 7 or so", outcome="clarification"))
    assert whole.sql is None and whole.question == "things over 7 or so, which products"


def test_few_rows_that_are_spoken_of_again_are_not_picked_by_something_else() -> None:
    top = after("only the most expensive category", turn("Average price by category"))
    again = turn("only the most expensive category", top.sql, understood=top.question)
    assert after("how many products does it have?", turn("Average price by category"), again).unclear


@pytest.mark.parametrize("said", ["他们的等级是什么", "未付款的有多少", "in 2024"])
def test_what_asks_for_more_is_not_put_in_the_place_of_a_word_that_was_not_understood(said: str) -> None:
    asked_back = turn("巴黎圣母院有哪些客户", outcome="clarification")
    whole = after(said, asked_back)
    assert whole.sql is None and "巴黎圣母院" in whole.question


@pytest.mark.parametrize(
    ("said", "having"),
    [(["and more than 7?"], "> 7"), (["超过7个呢"], "> 7"), (["more than 7 orders"], "> 7"), (["at least 8"], ">= 8"),
     (["fewer than 8"], "BETWEEN 6 AND 7"), (["more than 7", "fewer than 8"], "< 8"), (["under 3"], "< 3"),
     (["换成不到8个"], "< 8"), (["between 7 and 8"], "IN (7, 8)"), (["7到8个"], "IN (7, 8)")],
)  # fmt: skip
@pytest.mark.parametrize("before", ["Which customers have more than 5 orders?", "哪些客户的订单超过5个？"])
def test_a_bare_bound_takes_the_place_of_the_one_before(before: str, said: list[str], having: str) -> None:
    turns = [turn(before)]
    for one in said:
        whole = after(one, *turns)
        turns.append(turn(one, whole.sql, understood=whole.question))
    assert rows(turns[-1].sql) == rows(f"SELECT c.name {_JOINED} GROUP BY c.id HAVING count(*) {having}")


def test_a_bare_bound_is_of_what_is_measured_and_asked_back_where_that_is_not_sure() -> None:
    by_city = after("more than 7", turn(BY_CITY)).sql
    assert rows(by_city) == rows(f"SELECT c.city, count(*) {_JOINED} GROUP BY 1 HAVING count(*) > 7")
    sql = f"SELECT c.name {_JOINED} WHERE o.paid > 10 GROUP BY c.id, c.name HAVING count(*) > 5"
    assert after("more than 7", turn("customers with more than 5 orders over 10", sql)).unclear
    of_dear = f"SELECT c.name, count(*) {_JOINED} WHERE o.paid > 10 GROUP BY c.id, c.name"
    many = after("and more than 7 orders?", turn("orders over 10 per customer", of_dear))
    assert rows(many.sql) == rows(f"{of_dear} HAVING count(*) > 7")
    of_one = "SELECT id, paid FROM orders WHERE customer_id = 2"
    assert rows(after("over 200", turn("orders of the second", of_one)).sql) == rows(f"{of_one} AND paid > 200")


@pytest.mark.parametrize(
    ("before", "said", "understood"),
    [
        (IN_BERLIN, "and Paris?", "How many orders from Paris in 2024?"),
        (IN_BERLIN, "what about 2023?", "How many orders from Berlin in 2023?"),
        (SHANGHAI, "那北京的呢", "北京的客户有多少？"),
        (ORDERS, "what about products?", "How many products are there?"),
        (ORDERS, "and by month?", "How many orders are there, by month"),
        (BY_CITY, "by month", "How many orders are there by city, instead by month"),
        (SHANGHAI, "按等级", "上海的客户有多少，按等级"),
    ],
)
def test_it_is_told_as_a_whole_question(before: str, said: str, understood: str) -> None:
    assert after(said, turn(before)).question == understood


@pytest.mark.parametrize(
    ("before", "said", "understood"),
    [
        (ORDERS, ("by month", "2024", "by customer instead"), "How many orders are there, by customer, 2024"),
        (BY_CITY, ("by month instead", "by level"), "How many orders are there by city, instead by level"),
        (BY_CITY, ("top 2", "only 2024", "top 1"), "How many orders are there by city, instead top 1, 2024"),
        (BY_CITY, ("only Berlin", "only 上海"), "How many orders are there by city, 上海"),
        ("各城市的客户数", ("前2个", "最少的呢"), "各城市的客户数，改为最少的"),
    ],
)
def test_what_gave_way_is_not_told_any_more(before: str, said: tuple[str, ...], understood: str) -> None:
    turns = [turn(before)]
    for one in said:
        whole = after(one, *turns)
        turns.append(turn(one, whole.sql, understood=whole.question))
    assert turns[-1].understood == understood


@pytest.mark.parametrize(
    "question",
    ["How many customers are there?", "And how many customers are there?", "Now show all products", "那有多少客户？",
     "再查一下客户总数", "average price", "revenue by month", "各城市的客户数", "List customers and their cities",
     "thanks", "What was the average of all that was paid in the city where most people live, and where is it lowest?",
     "How many orders are paid?", "Which customers are from Berlin?"],
)  # fmt: skip
def test_a_whole_question_of_its_own_is_no_follow_up(question: str) -> None:
    assert after(question, turn(IN_BERLIN)) == Whole(question)


@pytest.mark.parametrize("said", ["thanks for the orders", "感谢信有多少", "good customers", "好的", "", "?"])
def test_what_says_more_than_thanks_is_a_question(said: str) -> None:
    assert courtesy_of(said) is None


@pytest.mark.parametrize("question", ["and by month?", "只看上海的", "Berlin"])
def test_the_first_question_follows_nothing_and_what_was_learned_in_these_words_neither(question: str) -> None:
    assert after(question) == Whole(question)
    assert made_whole(question, [turn(ORDERS)], SHOP, learned=True) == Whole(question)


@pytest.mark.parametrize(
    ("before", "said"),
    [(ORDERS, "and by foo?"), (ORDERS, "only Atlantis"), (ORDERS, "top 5"), (ORDERS, "as a percentage"),
     (ORDERS, "which of them are paid?"),
     (SHANGHAI, "只看亚特兰蒂斯的"), (HIGHEST, "and their customers' cities?"), (LISTED, "what about it?")],
)  # fmt: skip
def test_what_cannot_be_made_whole_is_asked_back(before: str, said: str) -> None:
    whole = after(said, turn(before))
    assert (whole.unclear, whole.goes_on_from, whole.sql) == (True, before, None)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT sum(paid) FROM orders", "by category"),
        ("SELECT count(*) FROM order_lines l JOIN orders o ON l.order_id = o.id", "what about revenue?"),
        ("SELECT count(*) FROM customers", "only 手机"),
        ("SELECT count(*) FROM (SELECT DISTINCT customer_id FROM orders) x", "only Berlin"),
        ("WITH x AS (SELECT * FROM orders) SELECT count(*) FROM x", "only Berlin"),
        ("SELECT count(*) FROM orders o JOIN orders p ON o.id = p.id", "only Berlin"),
        ("SELECT name FROM customers LIMIT 2", "how many of them?"),
        ("SELECT count(DISTINCT customer_id) FROM orders", "how many of them?"),
        ("SELECT count(*) FROM customers", "change it to Berlin"),
        ("SELECT count(*) FROM orders o JOIN customers c ON o.customer_id = c.id", "what about products?"),
        ("SELECT city FROM customers GROUP BY city HAVING count(*) > 1", "by level"),
    ],
)
def test_no_change_is_made_where_it_could_be_a_wrong_one(sql: str, said: str) -> None:
    whole = after(said, turn("Something that says nothing", sql))
    assert whole.sql is None or rows(whole.sql) != rows(sql)
    assert whole.unclear


def test_what_was_counted_is_counted_as_before() -> None:
    distinct = turn(ORDERS, "SELECT count(DISTINCT customer_id) FROM orders")
    said = rows(after("how many of them are paid?", distinct).sql)
    assert said == rows("SELECT count(DISTINCT customer_id) FROM orders WHERE status = 'paid'")


def test_names_of_an_sql_that_a_person_taught_are_kept() -> None:
    sql = "SELECT cu.\"city\" AS place, COUNT(*) AS n FROM orders AS o JOIN customers AS cu ON cu.id = o.customer_id " \
          "WHERE o.status = 'paid' GROUP BY cu.\"city\" ORDER BY n DESC LIMIT 1000"  # fmt: skip
    whole = after("by month", turn(BY_CITY, sql))
    assert rows(whole.sql) == rows("SELECT substr(placed, 1, 7), count(*) FROM orders WHERE status = 'paid' GROUP BY 1")
    top = after("top 1", turn(BY_CITY, sql)).sql
    assert top and sqlglot.parse_one(top).args["limit"].expression.name == "1"


@pytest.mark.parametrize(
    ("clarified", "said", "question"),
    [
        ("How many foo are there?", "orders", "How many orders are there?"),
        ("上海有多少买主？", "客户", "上海有多少客户？"),
        ("How many foo are there?", "the second", "How many customers are there?"),
        ("How many foo are there?", "customers", "How many customers are there?"),
        ("Orders from Berlin, quickly", "2", "Orders from Berlin, customers"),
        ("How many foo are there?", "How many products are there?", "How many products are there?"),
    ],
)
def test_an_answer_to_a_clarification_is_put_into_the_question_that_was_clarified(
    clarified: str, said: str, question: str
) -> None:
    asked_back = turn(clarified, outcome="clarification", said="?", choices=("orders", "customers"))
    assert after(said, turn(ORDERS), asked_back).question == question


@pytest.mark.parametrize("said", ["2", "the second", "第二个"])
def test_a_question_that_can_be_asked_instead_is_told_by_its_number(said: str) -> None:
    refused = turn("Who is the president?", outcome="unanswerable", choices=(ORDERS, BY_CITY))
    assert after(said, turn(LISTED), refused) == Whole(BY_CITY, refused.question)
    assert after("the fifth", turn(LISTED), refused).question != BY_CITY


def test_an_answer_to_a_clarified_follow_up_goes_on_from_the_turn_before() -> None:
    asked_back = turn("and by foo?", outcome="clarification", said="?")
    whole = after("month", turn(ORDERS), asked_back)
    assert rows(whole.sql) == rows("SELECT substr(placed, 1, 7), count(*) FROM orders GROUP BY 1")


def test_a_second_try_at_a_follow_up_that_was_not_understood_goes_on_from_the_same_turn() -> None:
    whole = after("only 上海", turn(BY_CITY), turn("only Shanghai", outcome="clarification"))
    assert whole.goes_on_from == BY_CITY
    assert rows(whole.sql) == rows(f"SELECT c.city, count(*) {_JOINED} WHERE c.city = '上海' GROUP BY 1")


@pytest.mark.parametrize("said", ["2", "paid_on", "How many invoices are there, by month (paid_on)"])
def test_one_of_the_dates_that_were_offered_is_told_by_its_name(said: str) -> None:
    offered = tuple(f"How many invoices are there, by month ({date})" for date in ("issued_on", "paid_on"))
    count = Turn("How many invoices are there?", "How many invoices are there?", "answered", "SELECT 1 FROM invoices")
    asked_back = Turn("and by month?", "and by month?", "clarification", said="Which date?", choices=offered)
    assert made_whole(said, [count, asked_back], CLINIC).question == offered[1]


def test_a_question_that_failed_is_gone_on_from_too_and_was_made_whole_itself() -> None:
    failed = turn("only Berlin", outcome="timed_out")
    whole = after("and 2024?", turn(ORDERS), failed)
    assert rows(whole.sql) == rows(f"SELECT count(*) {_JOINED} WHERE c.city = 'Berlin' AND placed LIKE '2024%'")


def test_a_window_keeps_the_last_turns_whole_and_older_ones_in_short() -> None:
    turns = [turn(f"{number}: 上海有多少个订单? " + "x" * 100, "SELECT 1") for number in range(100)]
    assert window_of(turns[:3]).turns == tuple(turns[:3])
    window = window_of(turns)
    assert window.overflown and window.turns == tuple(turns[-len(window.turns) :])
    assert len(window.turns) + len(window.older) + window.dropped == 100
    assert window.dropped and window.older[-1].startswith(f"Earlier: {99 - len(window.turns)}: ")
    assert tokens_of(turns_for_prompt(window)) <= TOKENS * 1.1
    huge = turn("x" * 50_000, "SELECT 1")
    assert window_of([huge]).turns == (huge,)
    assert turns_for_prompt(window_of([])) == ""


@pytest.mark.parametrize(("outcome", "said"), [("failed", "and by city?"), ("clarification", "the foo")])
def test_however_long_nothing_was_answered_only_so_many_turns_are_gone_through(
    outcome: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(question: str, known: Scope) -> Composition:
        read.append(question)
        return compose(question, known)

    monkeypatch.setattr("services.query.conversation.whole.compose", counted)
    lost = turn(said, "", outcome, understood="How many foo orders?")
    after("only paid ones", *[lost] * 12)
    few = len(read)
    after("only paid ones", *[lost] * 200)
    assert 0 < len(read) <= 2 * few


@pytest.mark.parametrize(("said", "sure"), [("and by month?", True), ("by customr", False)])
def test_what_is_changed_is_as_sure_as_its_composition(said: str, sure: bool) -> None:
    whole = after(said, turn(ORDERS))
    assert whole.sql and (whole.score == 1.0) is sure and whole.score >= SURE


def test_words_that_verified_pairs_taught_are_known_in_what_goes_on_too() -> None:
    said = ("How many patrons of honour?", "patrons of honour in Berlin", "patrons of honour in Paris", "which honour")
    by_level = tuple(Pair(one, "SELECT count(*) FROM customers WHERE level = 'gold'", 0.0, one) for one in said)
    beside = tuple(Pair(one, "SELECT count(*) FROM orders", 0.0, one) for one in (ORDERS, "order count", "our orders"))
    known = replace(SHOP, taught=(*by_level, *beside))
    for question, before in (("only honour", SHANGHAI), ("what about honour?", "How many silver customers are there?")):
        assert after(question, turn(before)).sql is None
        whole = made_whole(question, (turn(before),), known)
        assert "level = 'gold'" in (whole.sql or "") and set(whole.items) <= set(said) and whole.items


@pytest.mark.parametrize(
    ("before", "said", "ends"),
    [
        ("Which 2 customers have the fewest orders?", "and the most?", "ORDER BY COUNT(orders.id) DESC LIMIT 2"),
        ("最便宜的2个商品", "最贵的呢", "ORDER BY price DESC LIMIT 2"),
    ],
)
def test_the_other_end_is_found_where_what_is_empty_is_put_last_in_so_many_words(
    before: str, said: str, ends: str
) -> None:
    known = replace(SHOP, schema=replace(SHOP.schema, dialect="mariadb"))
    sql = compose(before, known).sql or ""
    assert "IS NULL THEN 1" in sql
    whole = made_whole(said, [Turn(before, before, "answered", sql)], known)
    assert (whole.sql or "").endswith(ends), whole
