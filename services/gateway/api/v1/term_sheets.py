"""/api/v1/datasets/{id}/terms/export and .../import: business terms as a CSV file."""

import asyncio

from fastapi import APIRouter, Request, Response

from libs.datasources.dialect import dialect_of
from libs.events.catalog import BusinessTermChanged
from libs.events.ids import new_id
from libs.runtime.clock import now
from services.gateway.api.context import After, AskedLanguage, GatewayPart, SignedIn, owned, written
from services.gateway.api.files import CSV, described, sent_text, wrong_lines
from services.gateway.api.tells import tells, tells_file
from services.gateway.datasets.structure import known_tables
from services.gateway.datasources.read import kind_of
from services.gateway.terms.decider import decide_import, named_twice
from services.gateway.terms.read import changes_of, terms_of
from services.gateway.terms.sheet import sheet_of, terms_in
from services.gateway.terms.shown import ImportedTerms

router = APIRouter(prefix="/datasets/{dataset_id}/terms", tags=["terms"])

_SAVED_AS = {"Content-Disposition": 'attachment; filename="terms.csv"'}


@router.get("/export", dependencies=[After], response_class=Response, responses=tells_file(CSV))
async def export_terms(dataset_id: str, gateway: GatewayPart, account: SignedIn) -> Response:
    """All business terms of a dataset; sent in again, the file changes nothing."""
    await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    sheet = sheet_of(await terms_of(gateway.pool, dataset_id))
    return Response(sheet, media_type=f"{CSV}; charset=utf-8", headers=_SAVED_AS)


@router.post("/import", openapi_extra=described([CSV]), responses=tells(200, "Espalier-Position"))
async def import_terms(
    dataset_id: str,
    request: Request,
    gateway: GatewayPart,
    account: SignedIn,
    language: AskedLanguage,
    response: Response,
) -> ImportedTerms:
    """Add the terms of a file and change those of a known name: all of them, or none when a line is wrong."""
    dataset = await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    _, text = await sent_text(request, [CSV], language)
    dialect = dialect_of(await kind_of(gateway.pool, dataset_id))
    tables = await known_tables(gateway.pool, dataset["datasource_id"], dataset["tables"])
    rows, wrong = await asyncio.to_thread(terms_in, text, dialect, tables)
    async with gateway.writing() as write:
        await owned(write.connection, "datasets", "dataset_id", dataset_id, account, lock=True)
        known = [BusinessTermChanged.model_validate(state) for state in await terms_of(write.connection, dataset_id)]
        if wrong := [*wrong, *named_twice(known, rows)]:
            raise wrong_lines(wrong, language)
        ids, changes = [new_id() for _ in rows], await changes_of(write.connection, dataset_id)
        decided = decide_import(dataset_id, known, rows, ids, changes, now(), account.account_id)
        for event in decided.changes:
            await write.record(event)
        counts = ImportedTerms(added=decided.added, changed=decided.changed, unchanged=decided.unchanged)
        await write.answers(200, counts, response.headers)
    await written(gateway, response, write.event_id)
    return counts
