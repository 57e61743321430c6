"""What can go wrong with a user's database, as typed errors with a hint; translate.py makes them of drivers' errors.

DataSourceError
├── CannotReach      host_not_found, refused, tls, connect_timeout (the server does not answer at all)
├── LoginFailed      login
├── DatabaseMissing  database_missing
├── NotAllowed       not_allowed (rights), host_not_allowed (the server does not let us in from here),
│                    database_not_allowed (to whom a server does not tell whether there is such a database),
│                    address_not_allowed (no database may be there), folder_not_allowed (SQLite),
│                    values_private (the owner does not let values be looked at)
├── TookTooLong      timeout
├── QueryFailed      query_failed, query_failed_privately (the database's words may hold values that are private)
├── RefusedByGate    refused_by_gate, because of a `Refusal`
└── Unreadable       unreadable (anything else; its text is not shown, it might hold a secret)
"""

from typing import Literal

from libs.events.catalog import Language, Problem
from libs.language.catalogue import Phrase, text


class DataSourceError(Exception):
    """Something about a user's database; `code` is stable, `values` fill the texts for people."""

    code = "unreadable"

    def __init__(self, code: str | None = None, **values: object) -> None:
        self.code = code or self.code
        self.values = values
        super().__init__(self.detail("en"))

    def detail(self, language: Language) -> str:
        """What happened, for people."""
        return text(f"datasource.{self.code}", language, **self.values)

    def problem(self, language: Language) -> Problem:
        """What happened and what to do, for an event."""
        hint = text(f"datasource.{self.code}.hint", language, **self.values)
        return Problem(code=self.code, detail=self.detail(language), hint=hint)


class CannotReach(DataSourceError):
    """No connection to the server."""

    code = "refused"


class LoginFailed(DataSourceError):
    """The server does not accept this user or password."""

    code = "login"


class DatabaseMissing(DataSourceError):
    """The server, or the file, has no such database."""

    code = "database_missing"


class NotAllowed(DataSourceError):
    """The user lacks rights, or the place is outside what is allowed."""

    code = "not_allowed"


class TookTooLong(DataSourceError):
    """A query passed its deadline."""

    code = "timeout"


class QueryFailed(DataSourceError):
    """The database refuses a query; `reason`, where it may be told, is its own message about the SQL."""

    code = "query_failed"
    quotes_rows = False
    """Whether the reason may hold a value of a row: the one that the query stumbled over."""

    @classmethod
    def because(cls, cause: object, *, quotes_rows: bool) -> "QueryFailed":
        """With the first line of what the driver says."""
        failed = cls(reason=str(cause).splitlines()[0][:300] if str(cause) else type(cause).__name__)
        failed.quotes_rows = quotes_rows
        return failed


Refusal = Literal[
    "empty", "no_text", "too_long", "too_large", "too_deep", "malformed", "unparsable", "several", "ambiguous",
    "no_select", "syntax", "clause", "name", "type", "function", "schema_function", "table_function", "session", "pad",
    "format", "in_table", "recursion", "limit_ties", "limit", "part", "column", "table", "system_table", "policy",
]  # fmt: skip
"""Why the gate refuses; the texts are in libs/language/gate.py."""


class RefusedByGate(DataSourceError):
    """The gate does not let SQL pass; `refusal` is stable, `why` is its text, with `values` filled in."""

    def __init__(self, refusal: Refusal, **values: object) -> None:
        self.refusal = refusal
        self.why = Phrase(f"gate.{refusal}", values)
        super().__init__("refused_by_gate", reason=self.why)
