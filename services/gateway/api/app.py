"""The gateway's application: middleware, problems, routes, health."""

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi_offline import FastAPIOffline

from libs.runtime.health import Checks, health_routes
from services.gateway.api import openapi, problems
from services.gateway.api.idempotency import Idempotency
from services.gateway.api.middleware import LimitBody, Trace
from services.gateway.api.v1 import (
    accounts,
    audit,
    chat,
    datasets,
    datasources,
    learning,
    live,
    modeling,
    policies,
    replays,
    term_sheets,
    terms,
    training_files,
    trainings,
)
from services.gateway.gateway import Gateway


def make_app(gateway: Gateway, checks: Checks) -> FastAPI:
    """The application of one gateway."""
    app = FastAPIOffline(
        title="Espalier",
        version="1",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        redoc_url=None,
        # Functions are named as commands, which are the names that clients call.
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.gateway = gateway
    problems.install(app)
    parts = (
        accounts, datasources, datasets, modeling, policies, terms, term_sheets, trainings, training_files, live, chat,
        replays,
        learning,
        audit,
    )  # fmt: skip
    for part in parts:
        app.include_router(part.router, prefix="/api/v1")
    openapi.describe(app)
    app.add_api_route("/", lambda: RedirectResponse("/docs"), include_in_schema=False)
    app.router.routes.extend(health_routes(checks))
    # The last added is the outermost.
    app.add_middleware(Idempotency, pool=gateway.pool, accounts=gateway.accounts)
    app.add_middleware(LimitBody)
    app.add_middleware(Trace)
    return app
