"""Which embedder a service uses."""

from libs.embeddings.embedder import Embedder
from libs.embeddings.local import LocalEmbedder
from libs.embeddings.remote import RemoteEmbedder
from libs.runtime.settings import Settings


def choose_embedder(settings: Settings) -> Embedder:
    """The configured endpoint, or the model inside the package when none is configured."""
    if settings.embedding_base_url is None:
        return LocalEmbedder()
    key = settings.embedding_key.get_secret_value() if settings.embedding_key else ""
    return RemoteEmbedder(settings.embedding_base_url, settings.embedding_name or "text-embedding-v4", key)
