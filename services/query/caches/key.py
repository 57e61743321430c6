"""What a cached answer depends on: its key says all of it, so that nothing older is ever found."""

from dataclasses import astuple, dataclass, replace
from hashlib import sha256

from libs.knowledge.items import normalised_question


@dataclass(frozen=True)
class CacheKey:
    """The question as it is meant, its language, and the state of what was known before anything of it was read.

    `clearings` is how often the dataset's caches were cleared. `context` is what a conversation adds to the question;
    empty for one that stands alone.
    """

    dataset_id: str
    question: str
    language: str
    knowledge_version: int
    dataset_version: int
    datasource_version: int
    clearings: int = 0
    context: str = ""
    policy: str = ""
    """The digest of the row policies that hold for whoever asks."""

    @property
    def digest(self) -> str:
        """The key in the store."""
        parts = astuple(replace(self, question=normalised_question(self.question)))
        return sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
