"""A dataset is given something that has to fit its database: it is recorded, or all that is wrong with it is told."""

from collections.abc import Sequence

from libs.events.catalog import DatasetChanged
from libs.events.envelope import MAXIMUM_BYTES, EventTooLarge
from libs.language.catalogue import Language, text
from services.gateway.api.problems import Problem
from services.gateway.datasets.wrong import Wrong
from services.gateway.gateway import Write


async def record_revision(
    write: Write,
    before: DatasetChanged,
    decided: DatasetChanged | Sequence[Wrong],
    *,
    problem: str,
    given: str,
    language: Language,
) -> DatasetChanged:
    """Record what was decided, unless it says nothing new.

    Raises the `problem`, with all that is wrong in the list `given` of the body.
    """
    if not isinstance(decided, DatasetChanged):
        raise Problem(422, problem, errors=[_error(given, wrong, language) for wrong in decided])
    try:
        if decided is not before:
            await write.record(decided)
    except EventTooLarge as error:
        raise Problem(413, "too_large", limit=MAXIMUM_BYTES) from error
    return decided


def _error(given: str, wrong: Wrong, language: Language) -> dict[str, str]:
    field = ".".join(part for part in ("body", given, str(wrong.index), wrong.field) if part)
    return {"field": field, "message": text(wrong.why.key, language, **wrong.why.values)}
