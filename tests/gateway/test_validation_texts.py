"""What is wrong with a field is said in the language asked for, and never as a regular expression."""

from typing import Any

import pytest

from tests.gateway.conftest import API, Running

SOURCE = {"name": "x", "kind": "postgresql", "host": "h", "database": "d"}


@pytest.mark.parametrize(
    ("body", "field", "chinese", "english"),
    [
        ({}, "body.name", "缺少此字段", "missing"),
        (None, "body", "缺少此字段", "missing"),
        ([], "body", "JSON 对象", "JSON object"),
        (SOURCE | {"name": None}, "body.name", "null", "null"),
        (SOURCE | {"name": " "}, "body.name", "空白", "blank"),
        (SOURCE | {"name": "a\x00"}, "body.name", "NUL", "NUL"),
        (SOURCE | {"password": "a\x00"}, "body.password", "NUL", "NUL"),
        (SOURCE | {"name": "x" * 201}, "body.name", "最多 200 个字符", "200 characters at most"),
        (SOURCE | {"name": 7}, "body.name", "文本", "text"),
        (SOURCE | {"kind": "oracle"}, "body.kind", "'sqlite'、'postgresql'、'mysql'", "'postgresql' or 'mysql'"),
        (SOURCE | {"port": "many"}, "body.port", "整数", "whole number"),
        (SOURCE | {"port": 0}, "body.port", "不能小于 1", "1 or more"),
        (SOURCE | {"port": 70_000}, "body.port", "不能大于 65535", "65535 or less"),
    ],
)
async def test_a_wrong_field_is_explained_in_both_languages(
    running: Running, body: object, field: str, chinese: str, english: str
) -> None:
    for language, said in (("zh", chinese), ("en", english)):
        headers = {"Accept-Language": language}
        answer = await running.anna.post(f"{API}/datasources", json=body, headers=headers)
        messages = {error["field"]: error["message"] for error in answer.json()["errors"]}
        assert answer.status_code == 422 and said in messages[field], messages


async def test_a_relative_path_of_a_file_is_refused_at_once(running: Running) -> None:
    source = {"name": "a file", "kind": "sqlite", "database": "shop.db"}
    whole = await running.anna.post(f"{API}/datasources", json=source | {"database": "/data/shop.db"})
    assert whole.status_code == 201
    for refused in (
        await running.anna.post(f"{API}/datasources", json=source),
        await running.anna.patch(whole.headers["location"], json={"database": "shop.db"}),
    ):
        assert (refused.status_code, refused.json()["reason"]) == (422, "folder_not_allowed")
        assert "whole path" in refused.json()["hint"]


async def test_no_regular_expression_is_ever_shown(running: Running) -> None:
    path = f"{API}/datasets/{await running.dataset()}/training-data?type=nothing"
    for language, said in (("zh", "用逗号分隔"), ("en", "commas")):
        answer = await running.anna.get(path, headers={"Accept-Language": language})
        (error,) = answer.json()["errors"]
        assert said in error["message"] and "^" not in answer.text


async def test_a_body_that_is_no_json_is_explained_in_chinese(running: Running) -> None:
    headers = {"Accept-Language": "zh", "content-type": "application/json"}
    answer = await running.anna.post(f"{API}/datasources", content=b"{", headers=headers)
    errors: list[dict[str, Any]] = answer.json()["errors"]
    assert "不是有效的 JSON" in errors[0]["message"]


@pytest.mark.parametrize(
    ("path", "kind", "content", "expected"),
    [
        (
            "/auth/login",
            "application/json",
            b'{"username": "anna", "password": "x"}',
            "application/x-www-form-urlencoded",
        ),
        ("/datasources", "text/plain", b'{"name": "x"}', "application/json"),
        ("/datasources", None, b'{"name": "x"}', "application/json"),
        ("/datasources", "application/json", b'{"name": "x"}', None),
        ("/auth/login", "application/x-www-form-urlencoded", b"username=anna", None),
    ],
)
async def test_a_body_of_another_content_type_is_told_which_one_is_expected(
    running: Running, path: str, kind: str | None, content: bytes, expected: str | None
) -> None:
    headers = {"Content-Type": kind} if kind else {}
    for language, said in (("zh", "Content-Type: {}"), ("en", "Send the body with Content-Type: {}.")):
        answer = await running.anna.post(API + path, content=content, headers={"Accept-Language": language} | headers)
        assert answer.status_code == 422
        detail = answer.json()["detail"]
        assert said.format(expected) in detail if expected else "Content-Type" not in detail
