"""A database that does not answer is named as what did not answer."""

import pytest

from services.gateway.api.v1 import datasources
from tests.gateway.conftest import API, Running
from tests.gateway.test_bad_input import assert_problem


async def test_tables_of_a_database_that_does_not_answer_are_504_and_say_so(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasources, "_INSPECTION_SECONDS", 0.2)
    monkeypatch.setattr(datasources, "_ANSWER_SECONDS", 0.1)
    dataset_id = await running.dataset()
    source_id = (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()["datasource_id"]
    for language, said, path in (
        ("en", "The database did not answer", f"datasources/{source_id}/tables"),
        ("zh", "数据库在", f"datasets/{dataset_id}/tables"),
        ("zh", "数据库在", f"datasets/{dataset_id}/modeling/suggestions"),
    ):
        answer = await running.anna.get(f"{API}/{path}", headers={"Accept-Language": language})
        problem = assert_problem(answer, 504)
        assert problem["type"].endswith(":datasource_late") and said in problem["detail"]
