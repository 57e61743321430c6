"""Tokens can be seen and ended, passwords changed, accounts closed; and somebody can always administer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import httpx
import pytest
import pytest_asyncio

from libs.events.catalog import Role
from libs.postgres.pool import open_pool
from libs.postgres.schema import migrate
from services.gateway.accounts.decider import Account, LastAdministrator, decide_change
from services.gateway.accounts.store import Accounts
from services.gateway.schemas import SCHEMAS
from tests.gateway.conftest import API, Running
from tests.gateway.test_bad_input import assert_problem

_AUTH = f"{API}/auth"


@dataclass
class _Person:
    """An account with a name of its own, and what its requests are made with."""

    account_id: str
    name: str
    running: Running

    async def signed_in(self, password: str = "long enough") -> dict[str, str]:
        answer = await self.running.nobody.post(f"{_AUTH}/login", data={"username": self.name, "password": password})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def asks(self, method: str, path: str, headers: dict[str, str], body: object = None) -> httpx.Response:
        return await self.running.nobody.request(method, f"{_AUTH}{path}", headers=headers, json=body)


async def _person(running: Running, name: str, role: Role = "member") -> _Person:
    body = {"username": name, "password": "long enough", "role": role}
    made = (await running.admin.post(f"{_AUTH}/users", json=body)).json()
    assert made["active"] is True
    return _Person(made["account_id"], name, running)


async def test_a_person_sees_where_they_are_signed_in_but_no_token(running: Running) -> None:
    dora = await _person(running, "dora")
    here, there = await dora.signed_in(), await dora.signed_in()
    answer = await dora.asks("GET", "/tokens", there)
    tokens = answer.json()["items"]
    assert [token["current"] for token in tokens] == [False, True]
    assert [bool(token["last_used_at"]) for token in tokens] == [False, True]
    assert all(token["created_at"] < token["expires_at"] for token in tokens)
    assert not any(headers["Authorization"].partition(" ")[2] in answer.text for headers in (here, there))


async def test_a_token_of_ones_own_can_be_ended_and_all_of_them(running: Running) -> None:
    emil = await _person(running, "emil")
    here, there, elsewhere = [await emil.signed_in() for _ in range(3)]
    first = (await emil.asks("GET", "/tokens", there)).json()["items"][0]
    assert_problem(await running.anna.delete(f"{_AUTH}/tokens/{first['id']}"), 404)
    assert (await emil.asks("DELETE", f"/tokens/{first['id']}", there)).status_code == 204
    assert_problem(await emil.asks("DELETE", f"/tokens/{first['id']}", there), 404)
    assert_problem(await emil.asks("GET", "/me", here), 401)
    assert (await emil.asks("POST", "/logout-everywhere", there)).status_code == 204
    for headers in (there, elsewhere):
        assert_problem(await emil.asks("GET", "/me", headers), 401)
    assert (await running.anna.get(f"{_AUTH}/me")).status_code == 200


async def test_a_changed_password_needs_the_old_one_and_ends_the_other_tokens(running: Running) -> None:
    fay = await _person(running, "fay")
    here, there = await fay.signed_in(), await fay.signed_in()
    wrong = {"old_password": "a guess", "new_password": "even longer"}
    assert_problem(await fay.asks("POST", "/password", here, wrong), 403)
    assert_problem(await fay.asks("POST", "/password", here, wrong | {"new_password": "short"}), 422)
    right, key = wrong | {"old_password": "long enough"}, {"Idempotency-Key": "change"}
    kept = await running.gateway.pool.fetchval("SELECT count(*) FROM idempotency_keys")
    assert (await fay.asks("POST", "/password", here | key, right)).status_code == 204
    assert await running.gateway.pool.fetchval("SELECT count(*) FROM idempotency_keys") == kept
    assert (await fay.asks("GET", "/me", here)).status_code == 200
    assert_problem(await fay.asks("GET", "/me", there), 401)
    form = {"username": "fay", "password": "long enough"}
    assert_problem(await running.nobody.post(f"{_AUTH}/login", data=form), 401)
    await fay.signed_in("even longer")


async def test_guesses_of_the_old_password_are_slowed_down(running: Running) -> None:
    gus = await _person(running, "gus")
    here = await gus.signed_in()
    body = {"old_password": "a guess", "new_password": "even longer"}
    answers = [await gus.asks("POST", "/password", here, body) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_a_closed_account_is_out_at_once_and_comes_back_without_its_tokens(running: Running) -> None:
    hal = await _person(running, "hal")
    here = await hal.signed_in()
    place = f"{_AUTH}/users/{hal.account_id}"
    assert_problem(await running.anna.patch(place, json={"active": False}), 403)
    closed = await running.admin.patch(place, json={"active": False})
    assert (closed.status_code, closed.json()["active"]) == (200, False)
    assert_problem(await hal.asks("GET", "/me", here), 401)
    form = {"username": "hal", "password": "long enough"}
    assert_problem(await running.nobody.post(f"{_AUTH}/login", data=form), 401)
    found = (await running.admin.get(f"{_AUTH}/users?page_size=200")).json()["items"]
    listed = {account["username"]: account["active"] for account in found}
    assert (listed["hal"], listed["anna"]) == (False, True)
    assert (await running.admin.patch(place, json={"active": True})).json()["active"] is True
    assert_problem(await hal.asks("GET", "/me", here), 401)
    await hal.signed_in()
    assert_problem(await running.admin.patch(f"{_AUTH}/users/nobody", json={"active": False}), 404)
    assert_problem(await running.admin.patch(place, json={"role": "king"}), 422)


async def test_a_role_counts_from_the_next_request_on(running: Running) -> None:
    ida = await _person(running, "ida")
    here = await ida.signed_in()
    place = f"{_AUTH}/users/{ida.account_id}"
    assert_problem(await ida.asks("GET", "/users", here), 403)
    assert (await running.admin.patch(place, json={"role": "admin"})).json()["role"] == "admin"
    assert (await ida.asks("GET", "/users", here)).status_code == 200
    assert (await running.admin.patch(place, json={"role": "member"})).status_code == 200
    assert_problem(await ida.asks("GET", "/users", here), 403)


@pytest.mark.parametrize("change", [{"active": False}, {"role": "member"}])
async def test_the_last_administrator_stays(running: Running, change: dict[str, object]) -> None:
    me = (await running.admin.get(f"{_AUTH}/me")).json()
    problem = assert_problem(await running.admin.patch(f"{_AUTH}/users/{me['account_id']}", json=change), 409)
    assert problem["type"] == "urn:espalier:problem:last_administrator"
    assert (await running.admin.get(f"{_AUTH}/users")).status_code == 200


@pytest_asyncio.fixture(loop_scope="session")
async def pool(postgres_url: str) -> "AsyncIterator[asyncpg.Pool[asyncpg.Record]]":
    """Give the gateway's empty database."""
    opened = await open_pool(postgres_url, name="accounts-test")
    await migrate(opened, SCHEMAS)
    yield opened
    await opened.close()


async def test_of_administrators_who_shut_each_other_out_at_once_one_stays(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    accounts = Accounts(pool)
    made = [await accounts.create(name, "long enough", "admin") for name in ("a", "b", "c")]
    ids = [account.account_id for account in made if account]
    for _ in range(5):
        found = await asyncio.gather(*(accounts.change(one, False, None) for one in [*ids, *ids]))
        assert any(isinstance(one, LastAdministrator) for one in found)
        assert sum(account.administers for account in (await accounts.page(9, 0))[0]) == 1
        for one in ids:
            await accounts.change(one, True, None)


async def test_a_login_beside_the_change_that_shuts_it_out_gives_no_token(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    accounts = Accounts(pool)
    account = await accounts.create("a", "long enough", "member")
    assert account is not None
    kept = await pool.fetchval("SELECT password_hash FROM accounts")
    assert await accounts.change_password(account, "long enough", "even longer", "")
    assert await accounts.tokens.issue(account.account_id, kept) is None
    kept = await pool.fetchval("SELECT password_hash FROM accounts")
    await accounts.change(account.account_id, False, None)
    assert await accounts.tokens.issue(account.account_id, kept) is None


@pytest.mark.parametrize("active", [None, True, False])
@pytest.mark.parametrize("role", [None, "admin", "member"])
def test_only_what_leaves_nobody_to_administer_is_refused(active: bool | None, role: Role | None) -> None:
    member, admin = Account("m", "m", "member", active=True), Account("a", "a", "admin", active=True)
    assert isinstance(decide_change(member, 1, active, role), Account)
    assert isinstance(decide_change(admin, 2, active, role), Account)
    refused = active is False or role == "member"
    assert isinstance(decide_change(admin, 1, active, role), LastAdministrator) is refused
