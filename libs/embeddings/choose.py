"""Which embedder a service uses."""

from libs.embeddings.embedder import Embedder
from libs.embeddings.local import LocalEmbedder
from libs.embeddings.remote import RemoteEmbedder
from libs.runtime.settings import Settings


def choose_embedder(settings: Settings, *, gives_way: bool = False) -> Embedder:
    """The configured endpoint, or the model inside the package when none is configured.

    With `gives_way`, what works in this process lets everything else on the machine go before it.
    """
    if settings.embedding_base_url is None:
        return LocalEmbedder(gives_way=gives_way)
    key = settings.embedding_key.get_secret_value() if settings.embedding_key else ""
    return RemoteEmbedder(settings.embedding_base_url, settings.embedding_name or "text-embedding-v4", key)
