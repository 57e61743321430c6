"""Business terms as the API shows them."""

from libs.events.catalog import BusinessTermChanged
from services.gateway.shown import Shown


class Term(Shown):
    """A business term."""

    id: str
    term: str
    definition: str
    synonyms: tuple[str, ...]
    """Other words for it."""
    sql_expression: str | None
    """What it means in the SQL of the database; null where it has no such meaning."""
    version: int
    """Counts its changes from 1; also the ETag."""

    @classmethod
    def of(cls, event: BusinessTermChanged) -> "Term":
        """As it is after a change."""
        return cls(
            id=event.term_id, term=event.term, definition=event.definition, synonyms=event.synonyms,
            sql_expression=event.sql_expression, version=event.version,
        )  # fmt: skip


class ImportedTerms(Shown):
    """What a file of business terms changed, in terms."""

    added: int
    changed: int
    unchanged: int
