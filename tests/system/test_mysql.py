"""A MySQL database goes the whole way: tested, read, learned, asked, corrected."""

from typing import Any
from urllib.parse import urlsplit

from tests import mariadb
from tests.system.conftest import Running, eventually


async def test_a_mysql_database_is_learned_and_answers_questions(running: Running, mysql_url: str) -> None:
    await mariadb.execute(
        mysql_url,
        "CREATE TABLE customers (id int PRIMARY KEY, name varchar(50), city varchar(50) COMMENT '城市') COMMENT '客户'",
        "CREATE TABLE orders (id int PRIMARY KEY, customer_id int, amount decimal(9, 2), placed date, "
        "status enum('paid', 'open'), FOREIGN KEY (customer_id) REFERENCES customers (id))",
        "INSERT INTO customers VALUES (1, 'Ada', 'Berlin'), (2, 'Bo', 'Paris'), (3, 'Cy', 'Berlin')",
        "INSERT INTO orders VALUES (1, 1, 10.5, '2024-01-05', 'paid'), (2, 1, 20, '2024-02-05', 'open'), "
        "(3, 2, 30, '2024-02-20', 'paid'), (4, 3, 5, NULL, 'paid')",
    )
    parts, client = urlsplit(mysql_url), running.client
    source = {"name": "MySQL", "kind": "mysql", "host": parts.hostname, "port": parts.port,
              "database": parts.path[1:], "username": parts.username, "password": parts.password}  # fmt: skip
    tested = await client.post("/datasources/test", source)
    assert tested["ok"] and tested["server_version"]
    datasource = await client.post("/datasources", source)
    dataset = await client.post("/datasets", {"name": "MySQL", "datasource_id": datasource["id"]})
    await client.post(f"/datasets/{dataset['id']}/train")
    assert (await running.until(dataset["id"], "completed", "failed"))["status"] == "completed"

    async def rows(question: str) -> list[list[Any]]:
        given = await client.post("/chat/", {"dataset_id": dataset["id"], "question": question})
        assert given["outcome"] == "answered", given
        found: list[list[Any]] = given["rows"]
        return found

    assert await rows("How many orders are there?") == [[4]]
    assert await rows("How many orders are paid?") == [[3]]
    assert sorted(await rows("每个城市有多少客户？")) == [["Berlin", 2], ["Paris", 1]]
    assert (await rows("Top 1 customers by total amount"))[0][0] == "Ada"
    corrected = "SELECT date_format(placed, '%Y-%m') AS month, sum(amount) FROM orders GROUP BY month ORDER BY month"
    feedback = await client.post("/chat/feedback", {
        "dataset_id": dataset["id"], "question": "What did we earn per month?", "rating": -1, "sql": "SELECT 1",
        "corrected_sql": corrected,
    })  # fmt: skip

    async def learned() -> bool:
        state = await client.get(f"/chat/feedback/{feedback['feedback_id']}")
        assert state["status"] not in ("rejected", "held"), state
        return bool(state["status"] == "learned")

    await eventually(learned)
    assert await rows("What did we earn per month?") == [[None, 5], ["2024-01", 10.5], ["2024-02", 50]]
