"""A database that does not answer is named as what did not answer."""

import pytest

from services.gateway.api.v1 import datasources
from tests.gateway.conftest import API, Running
from tests.gateway.test_bad_input import SOURCE, assert_problem


async def test_tables_of_a_database_that_does_not_answer_are_504_and_say_so(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasources, "_INSPECTION_SECONDS", 0.2)
    monkeypatch.setattr(datasources, "_ANSWER_SECONDS", 0.1)
    made = (await running.anna.post(f"{API}/datasources", json=SOURCE)).json()
    for language, said in (("en", "The database did not answer"), ("zh", "数据库在")):
        headers = {"Accept-Language": language}
        answer = await running.anna.get(f"{API}/datasources/{made['id']}/tables", headers=headers)
        problem = assert_problem(answer, 504)
        assert problem["type"].endswith(":datasource_late") and said in problem["detail"]
