"""/api/v1/datasets/{id}/modeling: how the tables of a dataset relate, as drawn by its owner and as suggested."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from libs.datasources.dialect import dialect_of
from libs.events.catalog import DatasetChanged, Modeling, Relation
from libs.runtime.clock import now
from services.gateway.api.context import (
    After,
    AskedLanguage,
    GatewayPart,
    IfMatch,
    SignedIn,
    check_version,
    owned,
    written,
)
from services.gateway.api.fields import Body, TableName
from services.gateway.api.revision import record_revision
from services.gateway.api.tells import tells
from services.gateway.api.v1.datasources import structure_of
from services.gateway.datasets.modeling import decide_modeling, not_drawn
from services.gateway.datasets.shown import Model, RelationType, Suggestions
from services.gateway.datasets.structure import known_tables
from services.gateway.datasources.read import kind_of

router = APIRouter(prefix="/datasets/{dataset_id}/modeling", tags=["datasets"])

_MOST_EDGES, _MOST_NODES, _MOST_DEPTH = 2_000, 2_000, 20
_NODE_BYTES, _ALL_NODES_BYTES = 8_000, 200_000


def _storable(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`nodes` as JSON holds them; raises `PydanticCustomError` for what is too large, too deep, or cannot be stored."""
    whole = 0
    for node in nodes:
        if not _shallow(node, _MOST_DEPTH):
            raise PydanticCustomError("node_depth", "a node is too deep", {"most": _MOST_DEPTH})
        try:
            content = orjson.dumps(node)
        except TypeError as error:
            raise PydanticCustomError("string_unicode", "a node holds what JSON cannot keep") from error
        if b"\\u0000" in content:
            raise PydanticCustomError("nul", "a node holds a zero character")
        if len(content) > _NODE_BYTES:
            raise PydanticCustomError("node_bytes", "a node is too large", {"most": _NODE_BYTES})
        whole += len(content)
    if whole > _ALL_NODES_BYTES:
        raise PydanticCustomError("nodes_bytes", "the nodes are too large", {"most": _ALL_NODES_BYTES})
    kept: list[dict[str, Any]] = orjson.loads(orjson.dumps(nodes))
    return kept


def _shallow(value: Any, depth: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth >= 0 and all(_shallow(each, depth - 1) for each in inside)


class Edge(Body):
    """A relation between two tables: `source.source_col` and `target.target_col` hold the same values."""

    source: TableName
    target: TableName
    source_col: TableName
    target_col: TableName
    type: RelationType = "many_to_one"
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0


class Drawing(Body):
    """The whole model: nodes as whoever draws them likes, and the relations that hold."""

    nodes: Annotated[list[dict[str, Any]], Field(max_length=_MOST_NODES), AfterValidator(_storable)] = Field([])
    edges: Annotated[list[Edge], Field(max_length=_MOST_EDGES)]


@router.get("", dependencies=[After], responses=tells(200, "ETag"))
async def get_modeling(dataset_id: str, gateway: GatewayPart, account: SignedIn, response: Response) -> Model:
    """The model as it was drawn."""
    state = await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    response.headers["ETag"] = f'"{state["version"]}"'
    return Model.of(Modeling.model_validate(state["modeling_config"]))


@router.put("", responses=tells(200, "ETag", "Espalier-Position"))
async def draw_modeling(
    dataset_id: str,
    body: Drawing,
    gateway: GatewayPart,
    account: SignedIn,
    language: AskedLanguage,
    response: Response,
    if_match: IfMatch = None,
) -> Model:
    """Draw the model anew; the next training learns its relations, and questions join along them at once."""
    drawn = Modeling.model_validate(body.model_dump())
    async with gateway.writing() as write:
        state = await owned(write.connection, "datasets", "dataset_id", dataset_id, account, lock=True)
        before = DatasetChanged.model_validate(state)
        check_version(if_match, before.version)
        tables = await known_tables(write.connection, before.datasource_id) or {}
        dialect = dialect_of(await kind_of(write.connection, dataset_id))
        decided = decide_modeling(before, drawn, tables, dialect, now(), account.account_id)
        event = await record_revision(write, before, decided, problem="modeling", given="edges", language=language)
    await written(gateway, response, write.event_id, event.version)
    return Model.of(event.modeling_config)


@router.get("/suggestions", dependencies=[After])
async def suggest_modeling(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage
) -> Suggestions:
    """The tables as nodes, and the relations found between them that are not drawn yet as edges.

    Where the database was never read, it is read now.
    """
    state = await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    picked = set(state["tables"])
    parts = await structure_of(gateway, state["datasource_id"], language)
    tables = [table for part in parts for table in part["tables"] if not picked or table["name"] in picked]
    names = {table["name"] for table in tables}
    found = [Relation.model_validate(edge) for part in parts for edge in part["relations"]]
    among = [edge for edge in found if edge.source in names and edge.target in names]
    drawn = Modeling.model_validate(state["modeling_config"]).edges
    return Suggestions.of(tables, not_drawn(among, drawn))
