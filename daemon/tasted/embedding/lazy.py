"""An embedder that is known before it is loaded. Reads weights from disk, for their hash.

A re-score from cached vectors needs the fingerprint and never the model, so that torch is imported
only when a vector is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tasted.embedding.embedder import Embedder


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What a sidecar says of the embedder."""

    name: str
    fingerprint: str
    dimensions: int
    notes: tuple[str, ...] = ()


class LazyEmbedder:
    """Opens an embedder at its first use.

    Args:
        identity: known without loading.
        reads_text: whether it has a text tower.
        load: opens it; takes seconds and hundreds of megabytes.
        on_loading: called before, so that a deadline can rest.
        on_loaded: called after.
    """

    def __init__(
        self,
        identity: EmbedderIdentity,
        *,
        reads_text: bool,
        load: Callable[[], Embedder],
        on_loading: Callable[[], None] = lambda: None,
        on_loaded: Callable[[], None] = lambda: None,
    ) -> None:
        self.identity = identity
        self.reads_text = reads_text
        self._load = load
        self._on_loading = on_loading
        self._on_loaded = on_loaded
        self._embedder: Embedder | None = None

    @property
    def fingerprint(self) -> str:
        """The fingerprint of everything that decides a vector."""
        return self.identity.fingerprint

    def open(self) -> Embedder:
        """Return the loaded embedder.

        Raises:
            ModelUnusable: when it cannot be loaded.
        """
        if self._embedder is None:
            self._on_loading()
            self._embedder = self._load()
            self._on_loaded()
        return self._embedder
