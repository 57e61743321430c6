"""Names that people give must mean something: tables, columns, terms, conversations."""

import pytest

from libs.events.catalog import ColumnDescription, SchemaInspected, TableDescription
from libs.events.ids import new_id
from libs.knowledge.expression import unknown_names
from libs.runtime.clock import now
from services.gateway.datasets.decider import same_name
from tests.gateway.conftest import API, Running
from tests.gateway.test_bad_input import assert_problem

KNOWN = {"orders": frozenset({"id", "Paid", "status"}), "people": frozenset({"id", "name"})}


async def inspected(running: Running, datasource_id: str) -> None:
    """Let the gateway hear the structure of a data source."""
    tables = tuple(
        TableDescription(name=table, columns=tuple(ColumnDescription(name=name, type="TEXT") for name in sorted(names)))
        for table, names in KNOWN.items()
    )
    found = SchemaInspected(
        inspection_id=new_id(), datasource_id=datasource_id, sequence=1, ok=True, tables=tables, inspected_at=now()
    )
    await running.hear(found)


async def test_a_dataset_of_tables_that_do_not_exist_is_refused_once_the_structure_is_known(running: Running) -> None:
    dataset_id = await running.dataset()
    path = f"{API}/datasets/{dataset_id}"
    datasource_id = (await running.anna.get(path)).json()["datasource_id"]
    body = {"name": "some", "datasource_id": datasource_id, "tables": ["orders", "ghosts"]}
    assert (await running.anna.post(f"{API}/datasets", json=body)).status_code == 201  # nothing is known yet
    await inspected(running, datasource_id)
    refused = assert_problem(await running.anna.post(f"{API}/datasets", json=body), 422)
    assert refused["type"].endswith(":unknown_tables") and "ghosts" in refused["detail"]
    assert "orders" not in refused["detail"]
    assert_problem(await running.anna.patch(path, json={"tables": ["ghosts"]}), 422)
    assert (await running.anna.patch(path, json={"tables": ["orders"]})).status_code == 200


async def test_a_term_about_unknown_columns_is_refused_and_they_are_named(running: Running) -> None:
    dataset_id = await running.dataset()
    terms = f"{API}/datasets/{dataset_id}/terms"
    datasource_id = (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()["datasource_id"]
    await inspected(running, datasource_id)
    refused = await running.anna.post(terms, json={"term": "revenue", "sql_expression": "sum(orders.nonexistent)"})
    assert "orders.nonexistent" in assert_problem(refused, 422)["detail"]
    system = await running.anna.post(terms, json={"term": "x", "sql_expression": "(SELECT max(usename) FROM pg_user)"})
    assert "pg_user" in assert_problem(system, 422)["detail"]
    kept = await running.anna.post(terms, json={"term": "revenue", "sql_expression": "sum(orders.paid)"})
    assert kept.status_code == 201
    changed = await running.anna.patch(f"{terms}/{kept.json()['id']}", json={"sql_expression": "orders.gone > 1"})
    assert "orders.gone" in assert_problem(changed, 422)["detail"]


@pytest.mark.parametrize(
    ("expression", "unknown"),
    [
        ("sum(orders.paid)", []),
        ("count(*)", []),
        ("count(orders.*)", []),
        ("ORDERS.status = 'open' AND paid > 5", []),
        ("sum(ghosts.paid)", ["ghosts.paid"]),
        ("orders", []),
        ("nothing", ["nothing"]),
        ("orders.a + orders.b + orders.a", ["orders.a", "orders.b"]),
        ("paid > (SELECT avg(o.paid) FROM orders AS o)", []),
        ("paid > (SELECT avg(paid) FROM ghosts)", ["ghosts"]),
    ],
)
def test_only_what_the_dataset_does_not_have_is_unknown(expression: str, unknown: list[str]) -> None:
    assert unknown_names(expression, "postgres", KNOWN) == unknown
    assert unknown_names(expression, "postgres", None) == []


async def test_a_second_term_of_one_name_is_refused(running: Running) -> None:
    terms = f"{API}/datasets/{await running.dataset()}/terms"
    first = (await running.anna.post(terms, json={"term": "Late Flight"})).json()
    for again in ("Late Flight", " late  flight ", "ＬＡＴＥ FLIGHT"):
        refused = assert_problem(await running.anna.post(terms, json={"term": again}), 409)
        assert refused["type"].endswith(":term_taken")
    second = (await running.anna.post(terms, json={"term": "early"})).json()
    assert_problem(await running.anna.patch(f"{terms}/{second['id']}", json={"term": "late flight"}), 409)
    assert (await running.anna.patch(f"{terms}/{first['id']}", json={"term": "late flight"})).status_code == 200
    await running.anna.delete(f"{terms}/{first['id']}")
    assert (await running.anna.post(terms, json={"term": "Late Flight"})).status_code == 201
    assert same_name("晚点", "晚点 ") and not same_name("晚点", "早到")


async def test_a_conversation_must_be_ones_own_and_about_the_same_dataset(running: Running) -> None:
    first, second = await running.dataset(), await running.dataset()
    begun = (await running.anna.post(f"{API}/chat/", json={"dataset_id": first, "question": "How many?"})).json()
    asked = {"question": "And now?", "conversation_id": begun["conversation_id"]}
    other = assert_problem(await running.anna.post(f"{API}/chat/", json=asked | {"dataset_id": second}), 422)
    assert first in other["detail"]
    hello = asked | {"dataset_id": first, "conversation_id": "hello"}
    assert "conversation_id" in assert_problem(await running.anna.post(f"{API}/chat/", json=hello), 404)["detail"]
    foreign = asked | {"dataset_id": await running.dataset(running.ben)}
    assert_problem(await running.ben.post(f"{API}/chat/", json=foreign), 404)
    went_on = await running.anna.post(f"{API}/chat/", json=asked | {"dataset_id": first})
    assert went_on.json()["conversation_id"] == begun["conversation_id"]


async def test_praise_with_a_correction_is_refused_and_says_how_to_correct(running: Running) -> None:
    verdict = {"dataset_id": await running.dataset(), "question": "How many?", "corrected_sql": "SELECT 8"}
    refused = assert_problem(await running.anna.post(f"{API}/chat/feedback", json=verdict | {"rating": 1}), 422)
    assert "-1" in refused["detail"]
    assert (await running.anna.post(f"{API}/chat/feedback", json=verdict | {"rating": -1})).status_code == 201
