"""The model of a dataset is drawn, read again, and refused where it does not fit the database."""

from typing import Any

import pytest

from libs.datasources.comparable import may_be_equal
from libs.datasources.dialect import Dialect
from libs.events.catalog import ColumnDescription, Relation, SchemaInspected, TableDescription
from libs.events.ids import new_id
from libs.runtime.clock import now
from tests.gateway.conftest import API, Running, structure
from tests.gateway.test_bad_input import assert_problem

EDGE: dict[str, Any] = {
    "source": "orders", "source_col": "buyer", "target": "people", "target_col": "id", "type": "many_to_one",
    "confidence": 0.8,
}  # fmt: skip
NODE = {"id": "orders", "position": {"x": 12.5, "y": -3}}


def described(name: str, *columns: str) -> TableDescription:
    return TableDescription(name=name, columns=tuple(ColumnDescription(name=c, type="TEXT") for c in columns))


async def inspected_dataset(running: Running) -> str:
    """A dataset whose database was read: orders, people and shops, with two relations found."""
    dataset_id = await running.dataset()
    datasource_id = (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()["datasource_id"]
    tables = (described("orders", "buyer", "shop"), described("people", "id", "name"), described("shops", "id"))
    relations = (
        Relation(source="orders", target="people", source_col="buyer", target_col="id", confidence=0.9),
        Relation(source="orders", target="shops", source_col="shop", target_col="id", confidence=0.7),
    )
    await running.hear(
        SchemaInspected(
            inspection_id=new_id(),
            datasource_id=datasource_id,
            sequence=1,
            ok=True,
            tables=tables,
            relations=relations,
            inspected_at=now(),
        )
    )
    return dataset_id


async def test_what_is_drawn_is_given_back_and_is_suggested_no_longer(running: Running) -> None:
    dataset_id = await inspected_dataset(running)
    path = f"{API}/datasets/{dataset_id}/modeling"
    empty = await running.anna.get(path)
    assert (empty.json(), empty.headers["etag"]) == ({"nodes": [], "edges": []}, '"1"')
    assert len((await running.anna.get(f"{path}/suggestions")).json()["edges"]) == 2
    turned = EDGE | {"source": "people", "source_col": "id", "target": "orders", "target_col": "buyer",
                     "type": "one_to_many"}  # fmt: skip
    drawing = {"nodes": [NODE], "edges": [turned]}
    drawn = await running.anna.put(path, json=drawing, headers={"If-Match": empty.headers["etag"]})
    assert (drawn.status_code, drawn.json(), drawn.headers["etag"]) == (200, drawing, '"2"')
    assert drawn.headers["espalier-position"].startswith("DatasetChanged/")
    again = await running.anna.get(path)
    assert (again.json(), again.headers["etag"]) == (drawing, '"2"')
    suggested = (await running.anna.get(f"{path}/suggestions")).json()
    assert [edge["target"] for edge in suggested["edges"]] == ["shops"]
    assert [node["table_name"] for node in suggested["nodes"]] == ["orders", "people", "shops"]
    shown = (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()
    assert (shown["modeling_config"], shown["version"]) == (drawing, 2)
    assert (await running.anna.put(path, json={"edges": []})).json() == {"nodes": [], "edges": []}


async def test_a_drawing_over_a_newer_version_is_refused_and_changes_nothing(running: Running) -> None:
    dataset_id = await inspected_dataset(running)
    path = f"{API}/datasets/{dataset_id}/modeling"
    etag = (await running.anna.get(path)).headers["etag"]
    await running.anna.patch(f"{API}/datasets/{dataset_id}", json={"name": "renamed"}, headers={"If-Match": etag})
    assert_problem(await running.anna.put(path, json={"edges": [EDGE]}, headers={"If-Match": etag}), 412)
    assert (await running.anna.get(path)).json()["edges"] == []
    assert (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()["name"] == "renamed"


async def test_a_model_may_be_drawn_while_a_training_is_active_just_as_a_dataset_may_be_changed(
    running: Running,
) -> None:
    dataset_id = await inspected_dataset(running)
    path = f"{API}/datasets/{dataset_id}"
    assert (await running.anna.post(f"{path}/train")).status_code == 202
    assert (await running.anna.patch(path, json={"name": "renamed in a training"})).status_code == 200
    assert (await running.anna.put(f"{path}/modeling", json={"edges": [EDGE]})).status_code == 200


async def test_every_edge_that_does_not_fit_is_named_in_the_language_asked_for(running: Running) -> None:
    path = f"{API}/datasets/{await inspected_dataset(running)}/modeling"
    turned = {"source": "people", "source_col": "id", "target": "orders", "target_col": "buyer"}
    edges = [
        EDGE,
        EDGE | {"source": "nowhere", "target_col": "none"},
        turned,
        {"source": "people", "source_col": "id", "target": "people", "target_col": "id"},
    ]
    for language, first in (("zh", "没有名为 nowhere 的表。"), ("en", "There is no table nowhere.")):
        answer = await running.anna.put(path, json={"edges": edges}, headers={"Accept-Language": language})
        problem = assert_problem(answer, 422)
        assert problem["type"] == "urn:espalier:problem:modeling"
        fields = [error["field"] for error in problem["errors"]]
        assert fields == ["body.edges.1.source", "body.edges.1.target_col", "body.edges.2", "body.edges.3"]
        assert problem["errors"][0]["message"] == first
        assert all(error["message"] for error in problem["errors"])
    assert (await running.anna.get(path)).json()["edges"] == []


async def test_without_a_structure_that_was_read_no_edge_fits(running: Running) -> None:
    path = f"{API}/datasets/{await running.dataset()}/modeling"
    assert_problem(await running.anna.put(path, json={"edges": [EDGE]}), 422)
    assert (await running.anna.put(path, json={"nodes": [NODE], "edges": []})).status_code == 200


@pytest.mark.parametrize(
    ("one", "other", "dialect", "comparable"),
    [
        ("DATE", "INTEGER", "postgres", False),
        ("UUID", "VARCHAR(36)", "postgres", False),
        ("VARCHAR(12)", "bigint", "postgres", False),
        ("NUMERIC(10, 2)", "INTEGER", "postgres", True),
        ("DATE", "TIMESTAMP WITHOUT TIME ZONE", "postgres", True),
        ("CHAR(3)", "TEXT", "postgres", True),
        ("INTERVAL", "INTEGER", "postgres", True),
        ("INTEGER[]", "TEXT", "postgres", True),
        ("DATE", "INTEGER", "mariadb", True),
        ("DATE", "INTEGER", "sqlite", True),
    ],
)
def test_what_a_database_certainly_refuses_to_compare_is_known(
    one: str, other: str, dialect: Dialect, comparable: bool
) -> None:
    assert may_be_equal(one, other, dialect) == may_be_equal(other, one, dialect) == comparable


async def test_columns_that_cannot_be_compared_are_not_related(running: Running) -> None:
    dataset_id = await running.dataset()
    path = f"{API}/datasets/{dataset_id}"
    columns = (ColumnDescription(name="day", type="DATE"), ColumnDescription(name="id", type="INTEGER"))
    tables = tuple(TableDescription(name=name, columns=columns) for name in ("days", "orders"))
    datasource_id = (await running.anna.get(path)).json()["datasource_id"]
    await running.hear(structure(datasource_id).model_copy(update={"tables": tables}))
    edge = {"source": "orders", "source_col": "day", "target": "days", "target_col": "id"}
    for language, said in (("zh", "不能比较 orders.day（DATE）与 days.id（INTEGER）"), ("en", "convert one in a view")):
        answer = await running.anna.put(
            f"{path}/modeling", json={"edges": [edge]}, headers={"Accept-Language": language}
        )
        [error] = assert_problem(answer, 422)["errors"]
        assert error["field"] == "body.edges.0" and said in error["message"]
    fitting = await running.anna.put(f"{path}/modeling", json={"edges": [edge | {"target_col": "day"}]})
    assert fitting.status_code == 200


def nested(depth: int) -> dict[str, Any]:
    return {"deeper": nested(depth - 1)} if depth else {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"edges": [EDGE | {"confidence": 1.1}]},
        {"edges": [EDGE | {"confidence": -0.1}]},
        {"edges": [EDGE | {"type": "some_to_some"}]},
        {"edges": [EDGE | {"source": "x" * 201}]},
        {"edges": [EDGE | {"source": "a\x00b"}]},
        {"edges": [EDGE] * 2_001},
        {"edges": [], "nodes": [{}] * 2_001},
        {"edges": [], "nodes": [{"text": "x" * 8_000}]},
        {"edges": [], "nodes": [{"text": "x" * 7_000}] * 30},
        {"edges": [], "nodes": [{"a\x00b": 1}]},
        {"edges": [], "nodes": [{"x": 2**70}]},
        {"edges": [], "nodes": [nested(25)]},
        {"edges": [], "nodes": ["orders"]},
    ],
)
async def test_a_drawing_of_the_wrong_shape_or_size_is_422(running: Running, body: dict[str, Any]) -> None:
    path = f"{API}/datasets/{await inspected_dataset(running)}/modeling"
    assert_problem(await running.anna.put(path, json=body), 422)
    assert (await running.anna.get(path)).headers["etag"] == '"1"'


async def test_a_position_that_is_no_number_of_json_is_kept_as_none(running: Running) -> None:
    path = f"{API}/datasets/{await running.dataset()}/modeling"
    headers = {"content-type": "application/json"}
    drawn = await running.anna.put(path, content=b'{"edges": [], "nodes": [{"x": NaN}]}', headers=headers)
    assert (drawn.status_code, drawn.json()["nodes"]) == (200, [{"x": None}])
