"""All sections together: the `Settings` of commands, daemon and engine. Reads nothing."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from tasted.config.sections import (
    EmbedderSettings,
    EngineSettings,
    HooksSettings,
    LearningSettings,
    LimitsSettings,
    LogSettings,
    NotifySettings,
    OutboxSettings,
    PreferencesSettings,
    ReadingSettings,
    ScoringSettings,
    TrainingSettings,
    ViewsSettings,
    WatchSettings,
    WebSettings,
)


class Settings(BaseModel):
    """Everything that can be set; frozen, and the same after a round trip through JSON.

    Making one reads neither files nor the environment: `load_settings` does that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    watch: WatchSettings = WatchSettings()
    embedder: EmbedderSettings = EmbedderSettings()
    views: ViewsSettings = ViewsSettings()
    engine: EngineSettings = EngineSettings()
    scoring: ScoringSettings = ScoringSettings()
    learning: LearningSettings = LearningSettings()
    training: TrainingSettings = TrainingSettings()
    preferences: PreferencesSettings = PreferencesSettings()
    reading: ReadingSettings = ReadingSettings()
    outbox: OutboxSettings = OutboxSettings()
    notify: NotifySettings = NotifySettings()
    hooks: HooksSettings = HooksSettings()
    web: WebSettings = WebSettings()
    limits: LimitsSettings = LimitsSettings()
    log: LogSettings = LogSettings()

    def with_model(self, model: str) -> "Settings":
        """Return these settings with another model.

        Args:
            model: as `embedder.model` names it.
        """
        embedder = self.embedder.model_copy(update={"model": model})
        return self.model_copy(update={"embedder": embedder})

    def acting(self) -> dict[str, Any]:
        """Return the settings that affect sidecars, as JSON values by section and key."""
        return self.model_dump(
            mode="json",
            include={
                "embedder": {"model", "dtype"},
                "views": True,
                "scoring": True,
                "preferences": True,
                "reading": True,
                "limits": {"max_bytes", "max_pixels"},
            },
        )

    def config_digest(self) -> str:
        """Return a sha256, as hex, of the settings that affect sidecars.

        Settings with the same digest give every picture the same score, or the same error.
        """
        text = json.dumps(self.acting(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()
