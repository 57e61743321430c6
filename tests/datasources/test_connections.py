"""Connections to users' databases: every failure typed with a hint, files kept in their folders, no secret shown."""

import asyncio
import socket
import ssl
import traceback
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy.exc
from cryptography.fernet import Fernet

from libs.datasources.errors import (
    CannotReach,
    DatabaseMissing,
    DataSourceError,
    LoginFailed,
    NotAllowed,
    TookTooLong,
)
from libs.datasources.gate import Admitted, admit
from libs.datasources.inspect import test_connection as try_connection
from libs.datasources.open import Connections, Limits
from libs.datasources.run import run
from libs.datasources.secrets import SecretBox, SecretUnreadable
from libs.datasources.translate import translated
from libs.events.catalog import DataSourceSettings, Language
from tests.datasources.conftest import BOX, SHOP, UserDatabase

LANGUAGES: tuple[Language, ...] = ("zh", "en")


async def test_each_failure_of_a_connection_has_its_type_and_hint(
    database: UserDatabase, connections: Connections
) -> None:
    if database.dialect == "sqlite":
        return  # A file has no connection.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()[1]
    wrong = BOX.encrypt("not the password").token
    cases: list[tuple[dict[str, object], type[DataSourceError], str]] = [
        ({"host": "no-such-host.invalid"}, CannotReach, "host_not_found"),
        ({"host": ""}, CannotReach, "host_not_found"),
        ({"host": "/tmp"}, CannotReach, "host_not_found"),
        ({"host": "169.254.169.254"}, NotAllowed, "address_not_allowed"),
        ({"port": closed}, CannotReach, "refused"),
        ({"password_ciphertext": wrong}, LoginFailed, "login"),
        ({"database": "no_such_database"}, DatabaseMissing, "database_missing"),
    ]
    for change, kind, code in cases:
        with pytest.raises(kind) as raised:
            await try_connection(connections.unpooled(database.changed(**change)))
        for language in LANGUAGES:
            problem = raised.value.problem(language)
            assert problem.code == code and problem.hint and "not the password" not in str(problem)


async def test_a_server_that_answers_nothing_is_given_up_in_time(
    database: UserDatabase, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.dialect == "sqlite":
        return  # A file has no connection.
    monkeypatch.setattr("libs.datasources.open.CONNECT_SECONDS", 0.3)
    async with await asyncio.start_server(lambda *_: asyncio.sleep(60), "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        with pytest.raises(CannotReach, match="does not answer"):
            await run(
                connections.unpooled(database.changed(port=port)), Admitted("SELECT 1", (), False), Limits(seconds=0.1)
            )


async def test_a_server_that_does_not_tell_whether_there_is_a_database_leaves_both_open(
    mysql: UserDatabase, connections: Connections
) -> None:
    name = f"limited_{uuid4().hex[:8]}"
    await mysql.execute(";".join(f"CREATE USER {name}@'{host}' IDENTIFIED BY 'p'" for host in ("%", "localhost")))
    limited = {"username": name, "password_ciphertext": BOX.encrypt("p").token, "database": "no_such_database"}
    with pytest.raises(NotAllowed, match="no such database, or this user may not") as raised:
        await run(connections.unpooled(mysql.changed(**limited)), Admitted("SELECT 1", (), False), Limits(seconds=9))
    assert raised.value.code == "database_not_allowed"


async def test_sqlite_files_stay_below_the_configured_folders(tmp_path: Path, connections: Connections) -> None:
    outside = tmp_path.parent / "outside.sqlite"
    outside.touch()
    (tmp_path / "link.sqlite").symlink_to(outside)
    for path in (outside, tmp_path / "link.sqlite", tmp_path / ".." / "outside.sqlite"):
        with pytest.raises(NotAllowed):
            connections.unpooled(DataSourceSettings(kind="sqlite", database=str(path)))
    with pytest.raises(DatabaseMissing):
        connections.unpooled(DataSourceSettings(kind="sqlite", database=str(tmp_path / "missing.sqlite")))


@pytest.mark.parametrize("name", ["a b#1.sqlite", "what?mode=rwc&x=.sqlite", "100%41.sqlite", "销售.sqlite"])
async def test_no_name_of_a_file_ends_the_read_only_mode(
    name: str, sqlite: UserDatabase, tmp_path: Path, connections: Connections
) -> None:
    path = tmp_path / name
    await sqlite.execute(SHOP)
    Path(sqlite.settings.database).rename(path)
    engine = await connections.engine("d", 1, DataSourceSettings(kind="sqlite", database=str(path)))
    assert (await run(engine, admit("SELECT count(*) FROM orders", "sqlite"))).rows == ((3,),)
    assert [found.name for found in tmp_path.iterdir()] == [name], "no other file was made"


def test_secrets_can_be_rotated_and_never_show() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    made = SecretBox([old]).encrypt("s3cret")
    both = SecretBox([new, old])
    rotated = both.rotate(made.token)
    assert rotated.key_id != made.key_id and SecretBox([new]).decrypt(rotated.token) == "s3cret"
    with pytest.raises(SecretUnreadable):
        SecretBox([new]).decrypt(made.token)
    assert new not in repr(both) and "s3cret" not in made.token


async def test_broken_encryption_and_an_exhausted_pool_have_their_own_types() -> None:
    tls = translated(ssl.SSLError("certificate verify failed"))
    assert isinstance(tls, CannotReach) and tls.code == "tls" and tls.problem("zh").hint
    assert isinstance(translated(sqlalchemy.exc.TimeoutError("QueuePool limit")), TookTooLong)


async def test_no_error_shows_the_password_even_in_its_causes(database: UserDatabase, connections: Connections) -> None:
    if database.dialect == "sqlite":
        return  # A file has no password.
    password = "canary-7f3a"
    for change in ({}, {"port": 1}, {"host": "no-such-host.invalid"}, {"username": "nobody"}):
        settings = database.changed(**{"password_ciphertext": BOX.encrypt(password).token, **change})
        engine = connections.unpooled(settings)
        with pytest.raises(DataSourceError) as raised:
            await try_connection(engine)
        assert password not in "".join(traceback.format_exception(raised.value)) + repr(engine) + repr(settings)
