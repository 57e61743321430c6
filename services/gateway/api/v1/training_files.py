"""/api/v1/datasets/{id}/training-data/export and .../import: what was learned, and pairs to be learned, as files."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response, status
from fastapi.responses import StreamingResponse

from libs.datasources.dialect import dialect_of
from libs.events.catalog import LearnedItem, TableDescription
from libs.events.envelope import MAXIMUM_BYTES, EventTooLarge
from libs.language.catalogue import Language
from services.gateway.api.context import After, AskedLanguage, GatewayPart, SignedIn, owned
from services.gateway.api.files import CSV, described, sent_text, wrong_lines
from services.gateway.api.problems import Problem
from services.gateway.api.tells import tells, tells_file
from services.gateway.api.v1.trainings import Kinds, start
from services.gateway.datasources.read import kind_of, newest_structure
from services.gateway.gateway import Gateway
from services.gateway.knowledge.admission import admitted
from services.gateway.knowledge.pairs import pairs_in
from services.gateway.knowledge.read import kinds_of, known_lines
from services.gateway.trainings.shown import StartedTraining

router = APIRouter(prefix="/datasets/{dataset_id}/training-data", tags=["trainings"])

_JSON_LINES = "application/x-ndjson"
_FILES = (_JSON_LINES, "application/jsonl", CSV)
_SAVED_AS = {"Content-Disposition": 'attachment; filename="training-data.jsonl"'}


@router.get("/export", dependencies=[After], response_class=Response, responses=tells_file(_JSON_LINES))
async def export_training_data(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, kind: Kinds = "qa,ddl,document"
) -> StreamingResponse:
    """What was learned as JSON Lines, without embeddings; the lines of `type=qa` can be imported."""
    await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    lines = known_lines(gateway.pool, dataset_id, kinds_of(kind))
    return StreamingResponse(lines, media_type=_JSON_LINES, headers=_SAVED_AS)


@router.post(
    "/import", status_code=status.HTTP_202_ACCEPTED, openapi_extra=described(_FILES),
    responses=tells(202, "Location", "Espalier-Position"),
)  # fmt: skip
async def import_training_data(
    dataset_id: str,
    request: Request,
    gateway: GatewayPart,
    account: SignedIn,
    language: AskedLanguage,
    response: Response,
) -> StartedTraining:
    """Start a training that learns the question/SQL pairs of a file: all of them, or none when a line is wrong.

    A pair that is known already stays as it is: an example that a training made is not verified by coming back.
    """
    dataset = await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    kind, text = await sent_text(request, _FILES, language)
    items = await _items(gateway, dataset, text, language, csv=kind == CSV)
    try:
        return await start(gateway, account, dataset_id, language, response, items=tuple(items))
    except EventTooLarge:
        raise Problem(413, "too_much", limit=MAXIMUM_BYTES) from None


async def _items(
    gateway: Gateway, dataset: dict[str, Any], text: str, language: Language, *, csv: bool
) -> list[LearnedItem]:
    pairs, wrong = pairs_in(text, csv=csv)
    parts = await newest_structure(gateway.pool, dataset["datasource_id"])
    if parts is None and wrong:
        raise wrong_lines(wrong, language)
    if parts is None:
        raise Problem(409, "structure_unknown", datasource_id=dataset["datasource_id"])
    picked = set(dataset["tables"])
    known = [TableDescription.model_validate(table) for part in parts for table in part["tables"]]
    tables = {table.name: table.column_names for table in known if not picked or table.name in picked}
    dialect = dialect_of(await kind_of(gateway.pool, dataset["dataset_id"]))
    items, refused = await asyncio.to_thread(admitted, pairs, dialect, tables)
    if wrong or refused:
        raise wrong_lines([*wrong, *refused], language)
    return items
