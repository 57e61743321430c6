"""The one place where the gateway is put together."""

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Any

import structlog

from libs.datasources.secrets import SecretBox
from libs.events.command import Refused
from libs.events.rebuild import Rebuild
from libs.events.service import EventService
from libs.postgres.schema import read_state
from libs.postgres.transient import AWAY
from libs.runtime.entry import Wired
from libs.runtime.settings import Settings
from services.gateway.accounts.store import Accounts
from services.gateway.api.app import make_app
from services.gateway.datasources.rotate import KeysMissing, rotate_keys
from services.gateway.gateway import Gateway
from services.gateway.projections import HANDLERS
from services.gateway.schemas import SCHEMAS

log = structlog.get_logger(__name__)

_TIDY_SECONDS = 300.0
_FORGET = (
    "DELETE FROM answer_rows WHERE fetched_at < now() - interval '24 hours'",
    "DELETE FROM answer_steps USING questions WHERE questions.question_id = answer_steps.question_id "
    "AND asked_at < now() - interval '7 days'",
    "DELETE FROM training_logs WHERE created_at < now() - interval '7 days'",
    "DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'",
    "DELETE FROM login_failures WHERE failed_at < now() - interval '24 hours'",
    "DELETE FROM tokens WHERE expires_at < now()",
)


async def wire(settings: Settings, stack: AsyncExitStack) -> Wired:
    """Connect everything; all is closed with `stack`."""
    service = await EventService.connect("gateway", settings, stack, SCHEMAS)
    rebuild = service.rebuild(HANDLERS)
    await service.bring_up_to_date(rebuild)
    accounts = Accounts(service.pool)
    if settings.first_username:
        await accounts.create(settings.first_username, settings.first_password.get_secret_value(), "admin")
    gateway = Gateway(
        service.pool,
        service.listener,
        SecretBox(settings.secret_keys),
        accounts,
        service.last_positions,
        settings.answer_seconds,
    )
    stack.push_async_callback(gateway.feeds.close)
    tasks: dict[str, Callable[[], Awaitable[None]]] = {**service.tasks(rebuild), "tidy": lambda: _tidy(gateway)}
    return Wired(tasks, service.checks(), make_app(gateway, service.checks()))


async def prepare(settings: Settings, stack: AsyncExitStack) -> Rebuild:
    """A rebuild of this service's read models."""
    return (await EventService.connect("gateway", settings, stack, SCHEMAS)).rebuild(HANDLERS)


async def rotate(settings: Settings, stack: AsyncExitStack, _given: Namespace) -> dict[str, Any]:
    """Write the passwords of data sources again under the newest key; what it says is sent by the running gateway."""
    try:
        secrets = SecretBox(settings.secret_keys)
    except ValueError as error:
        raise Refused(str(error)) from None
    service = await EventService.connect("gateway", settings, stack, SCHEMAS)
    async with service.pool.acquire() as connection:
        if await read_state(connection, SCHEMAS) != "current":
            raise Refused("the read models are of another release; start the gateway first, which rebuilds them")
    try:
        return asdict(await rotate_keys(service.pool, secrets))
    except KeysMissing as error:
        raise Refused(str(error)) from None


async def _tidy(gateway: Gateway) -> None:
    """Forget what is over: what its topic keeps no longer either, answers to idempotent requests, tokens."""
    while True:
        for forget in _FORGET:
            try:
                await gateway.pool.execute(forget)
            except AWAY as error:
                log.warning("gateway_not_tidied", statement=forget, error=type(error).__name__)  # Next time will do.
        await asyncio.sleep(_TIDY_SECONDS)
