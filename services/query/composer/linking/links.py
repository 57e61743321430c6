"""What the words of a text mean in a dataset, as those of a question that is asked of it first."""

from services.query.composer.linking.familiar import familiar
from services.query.composer.linking.link import Linked, link
from services.query.knowledge.schema import Scope


def links(text: str, known: Scope) -> Linked:
    """What is found in `text`, by the words that terms and verified questions teach too."""
    known = familiar(known)
    return link(text, known.schema, known.terms, known.taught)
