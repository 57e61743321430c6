"""Every error as application/problem+json (RFC 9457), in the language asked for, with the trace's id."""

from typing import Any

from asyncpg import CharacterNotInRepertoireError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.params import Form
from fastapi.responses import Response
from opentelemetry import trace
from starlette.exceptions import HTTPException

from libs.datasources.errors import DataSourceError
from libs.language.catalogue import Language, preferred_language, sentences, text
from libs.runtime.deadlines import DeadlinePassed
from services.gateway.api.invalid import invalid_fields
from services.gateway.keys import Overtaken
from services.gateway.shown import Shown

_BY_STATUS = {
    400: "bad_request", 401: "not_signed_in", 403: "not_allowed", 404: "not_found", 405: "method_not_allowed",
    406: "not_acceptable", 413: "too_large", 415: "media_type",
}  # fmt: skip

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class WrongField(Shown):
    """What is wrong with a field of a request, or with a line of a file."""

    field: str = ""
    """Its path in the request, or the column of a file."""
    message: str | None = None
    """What is wrong with a field of a request, in the language asked for."""
    line: int | None = None
    """Of a file, from 1."""
    detail: str | None = None
    """What is wrong with a line of a file, in the language asked for."""


class ProblemDetails(Shown):
    """An error (RFC 9457)."""

    type: str
    """Stable: urn:espalier:problem:..."""
    title: str
    """In the language asked for."""
    status: int
    """The HTTP status."""
    detail: str
    """What happened and what to do, in the language asked for."""
    trace_id: str
    """By which operators find what happened."""
    hint: str | None = None
    """What to do about a data source, in the language asked for."""
    reason: str | None = None
    """A stable word for what a data source said."""
    errors: list[WrongField] | None = None
    """All that is wrong with the fields of a request or the lines of a file."""


class Problem(Exception):
    """A request that cannot be served; `code` names its text in the catalogue (`problem.<code>`)."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        headers: dict[str, str] | None = None,
        detail: str | None = None,
        hint: str | None = None,
        reason: str | None = None,
        errors: list[dict[str, Any]] | None = None,
        **values: Any,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.values, self.headers = status, code, values, headers
        self.detail, self.hint, self.reason, self.errors = detail, hint, reason, errors


def not_found() -> Problem:
    """What is not there, or belongs to somebody else: nobody can tell which."""
    return Problem(404, "not_found")


def language_of(request: Request) -> Language:
    """The language a request asks for."""
    return preferred_language(request.headers.get("accept-language"))


def problem_response(
    language: Language,
    status: int,
    code: str,
    *,
    detail: str | None = None,
    headers: dict[str, str] | None = None,
    errors: list[dict[str, Any]] | None = None,
    hint: str | None = None,
    reason: str | None = None,
    **values: Any,
) -> Response:
    """A problem as a response; `reason` is the stable word for what a user's database said (libs.datasources)."""
    body = ProblemDetails(
        type=f"urn:espalier:problem:{code}",
        title=text(f"problem.{code}.title", language),
        status=status,
        detail=sentences(detail) if detail else text(f"problem.{code}", language, **values),
        trace_id=trace_id(),
        hint=hint or None,
        reason=reason or None,
        errors=errors,  # type: ignore[arg-type]
    )
    content = body.model_dump_json(exclude_none=True)
    return Response(content, status, headers, media_type="application/problem+json")


def trace_id() -> str:
    """The id of the running trace, by which operators find it."""
    return f"{trace.get_current_span().get_span_context().trace_id:032x}"


def _misread_as(request: Request) -> str | None:
    """The Content-Type that a route expects, when the body says that it is something else, or not what it is."""
    field = getattr(request.scope.get("route"), "body_field", None)
    if field is None or not request.scope.get("espalier.body"):
        return None
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if isinstance(field.field_info, Form):
        return None if sent in _FORMS else _FORMS[0]
    return None if sent == "application/json" or sent.endswith("+json") else "application/json"


def install(app: FastAPI) -> None:
    """Answer every error as a problem."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> Response:
        return problem_response(
            language_of(request), error.status, error.code, detail=error.detail, hint=error.hint, reason=error.reason,
            headers=error.headers, errors=error.errors, **error.values,
        )  # fmt: skip

    @app.exception_handler(DataSourceError)
    async def _database(request: Request, error: DataSourceError) -> Response:
        found = error.problem(language_of(request))
        return problem_response(
            language_of(request), 422, "datasource", detail=found.detail, hint=found.hint, reason=found.code
        )

    @app.exception_handler(CharacterNotInRepertoireError)
    async def _no_text(request: Request, _error: CharacterNotInRepertoireError) -> Response:
        # A zero byte in a path or query: nothing has such a name.
        return problem_response(language_of(request), 404, "not_found")

    @app.exception_handler(DeadlinePassed)
    async def _late(request: Request, _error: DeadlinePassed) -> Response:
        return problem_response(language_of(request), 504, "timed_out")

    @app.exception_handler(Overtaken)
    async def _overtaken(request: Request, _error: Overtaken) -> Response:
        return problem_response(language_of(request), 409, "still_running")

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        language = language_of(request)
        expected = _misread_as(request)
        detail = text("invalid.content_type", language, kind=expected) if expected else None
        errors = invalid_fields(list(error.errors()), language)
        return problem_response(language, 422, "invalid", detail=detail, errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        code = _BY_STATUS.get(error.status_code, "bad_request")
        return problem_response(language_of(request), error.status_code, code, headers=dict(error.headers or {}))
