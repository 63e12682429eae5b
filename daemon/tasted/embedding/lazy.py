"""An embedder that is known before it is loaded. Reads weights from disk, for their hash.

A re-score from cached vectors needs only the fingerprint, not the model, so torch is imported only
when a vector is missing.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tasted.embedding.embedder import Embedder
from tasted.errors import ModelUnusable, ServiceFault, TastedError
from tasted.plain_dataclass import dataclass
from tasted.system.machine_faults import machine_fault

_REASON_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What a sidecar says of the embedder."""

    name: str
    fingerprint: str
    dimensions: int
    notes: tuple[str, ...] = ()


class LazyEmbedder:
    """Opens an embedder at its first use, once; several threads may ask for it.

    Args:
        identity: known without loading.
        reads_text: whether it has a text tower.
        load: opens it; takes seconds and hundreds of megabytes.
        on_loading: called before, so that a deadline can be suspended.
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
        self._opening = threading.Lock()

    @property
    def fingerprint(self) -> str:
        """The fingerprint of everything that decides a vector."""
        return self.identity.fingerprint

    def open(self) -> Embedder:
        """Return the loaded embedder.

        Raises:
            ServiceFault: when it cannot be loaded, for any reason: no picture is involved, so no
                picture is at fault.
        """
        with self._opening:
            if self._embedder is None:
                self._embedder = self._opened()
            return self._embedder

    @contextmanager
    def opening_beside(self) -> Iterator[None]:
        """Open it in a thread of its own while the block runs; it is open after that.

        Most of what that takes is compiled code, which runs beside Python.

        Raises:
            ServiceFault: as `open`, unless the block raises.
        """
        # leaving the pool waits for the thread, whatever happens in the block
        with ThreadPoolExecutor(1, "model") as threads:
            opening = threads.submit(self.open)
            yield
        opening.result()

    def _opened(self) -> Embedder:
        self._on_loading()
        try:
            embedder = self._load()
        except TastedError:
            raise
        except Exception as error:
            raise _not_loaded(self.identity.name, error) from error
        self._on_loaded()
        return embedder


def _not_loaded(name: str, error: Exception) -> ServiceFault:
    fault = machine_fault(error)
    if fault is not None:
        return fault
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:_REASON_CHARACTERS_MAX]
    return ModelUnusable(
        f"The model {name} cannot be loaded: {reason}",
        remedy="tasted keeps trying; see .tasted/logs/engine.log for details. If it does not help, "
        f"download the model again: tasted models pull {name}",
    )
