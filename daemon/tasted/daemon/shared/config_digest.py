"""One digest over everything but the labels that decides sidecars. Reads models.json and stats.

The light process compares it with what the engine published: equal means that no sidecar is stale
because of settings, weights, text recognition or the version of tasted, and the engine need not be
started.
"""

import hashlib
import json

from tasted.config import Settings
from tasted.embedding.models.in_force import find_deciding
from tasted.embedding.models.weights import ModelFolder
from tasted.errors import ServiceFault
from tasted.home.layout import Home
from tasted.reading.choosing import Machine, choose


class ConfigDigest:
    """Finds the model once and computes the digest; checking a model reads megabytes of JSON."""

    def __init__(self, home: Home, *, version: str, machine: Machine | None = None) -> None:
        self._home = home
        self._version = version
        self._machine = machine
        self._key: object = None
        self._model: ModelFolder | None = None

    def digest(self, settings: Settings) -> str:
        """Return a sha256, as hex, over the settings in effect, the weights and the version."""
        try:
            model = self.model(settings)
            status = model.weights_file.stat()
            weights = [model.name, model.revision, status.st_size, status.st_mtime_ns]
        except (ServiceFault, OSError):
            self._model = None
            weights = ["missing"]
        reading = settings.reading
        # text recognition that was installed since then reads what had no text before
        reader = choose(reading.engine, reading.languages, self._machine).reader
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

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self._home.models_file.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size
