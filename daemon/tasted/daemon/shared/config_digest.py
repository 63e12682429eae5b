"""One digest over everything but the labels that decides sidecars. Reads models.json and stats.

The light process compares it with what the engine published: equal means that no sidecar is stale
because of settings, weights, text recognition or the version of tasted, and the engine need not be
started.
"""

import hashlib
import json
import math
import time
from collections.abc import Callable

from tasted.config import Settings
from tasted.config.sections import ReadingSettings
from tasted.embedding.models.in_force import find_deciding
from tasted.embedding.models.weights import ModelFolder
from tasted.errors import ServiceFault
from tasted.home.layout import Home
from tasted.reading.choosing import Machine, choose

_READER_SECONDS = 10.0
"""So long what reads counts as installed: to look for it takes as long as a whole look."""


class ConfigDigest:
    """Finds the model once and computes the digest; checking a model reads megabytes of JSON.

    Args:
        home: whose model it is.
        version: of this tasted.
        machine: on which text recognition is looked for; None is this one.
        clock: monotonic, seconds.
    """

    def __init__(
        self,
        home: Home,
        *,
        version: str,
        machine: Machine | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home = home
        self._version = version
        self._machine = machine
        self._clock = clock
        self._key: object = None
        self._model: ModelFolder | None = None
        self._reader = ""
        self._reader_of: ReadingSettings | None = None
        self._reader_until = -math.inf

    def digest(self, settings: Settings) -> str:
        """Return a sha256, as hex, over the settings in effect, the weights and the version."""
        try:
            model = self.model(settings)
            status = model.weights_file.stat()
            weights = [model.name, model.revision, status.st_size, status.st_mtime_ns]
        except (ServiceFault, OSError):
            self._model = None
            weights = ["missing"]
        reader = self._reader_by(settings.reading)
        facts = [settings.config_digest(), weights, reader, self._version]
        return hashlib.sha256(json.dumps(facts).encode("ascii")).hexdigest()

    def model(self, settings: Settings) -> ModelFolder:
        """Return the model that the settings name; checked again when models.json changes.

        Raises:
            ModelMissing, ModelUnusable: with the remedies.
        """
        key = (settings.embedder, self._stamp())
        if self._model is None or key != self._key or not self._model.weights_file.exists():
            self._model = None
            self._model = find_deciding(self._home, settings.embedder.model)
            self._key = key
        return self._model

    def _reader_by(self, reading: ReadingSettings) -> str:
        """Return what reads: recognition that was installed reads what had no text before."""
        if reading != self._reader_of or self._clock() >= self._reader_until:
            self._reader = choose(reading.engine, reading.languages, self._machine).reader
            self._reader_of = reading
            self._reader_until = self._clock() + _READER_SECONDS
        return self._reader

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self._home.models_file.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size
