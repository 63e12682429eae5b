"""All sections together: the `Settings` of commands, daemon and engine. Reads nothing."""

import hashlib
import json

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from tasted.config.sections import (
    Embedder,
    Engine,
    Limits,
    Log,
    Notify,
    Preferences,
    Reading,
    Scoring,
    Views,
    Watch,
)

ENVIRONMENT_PREFIX = "TASTED_"
NESTED_DELIMITER = "__"


class Settings(BaseSettings):
    """Everything that can be set; frozen, and the same after a walk through JSON.

    Making one directly reads neither files nor the environment: `load_settings` does that.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter=NESTED_DELIMITER,
    )

    watch: Watch = Watch()
    embedder: Embedder = Embedder()
    views: Views = Views()
    engine: Engine = Engine()
    scoring: Scoring = Scoring()
    preferences: Preferences = Preferences()
    reading: Reading = Reading()
    notify: Notify = Notify()
    limits: Limits = Limits()
    log: Log = Log()

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is given and nothing else.

        The built-in sources read `os.environ` and the working folder, drop misspelt names and know
        no lines; `tasted.config.loading` hands its own over.
        """
        return (init_settings,)

    def acting_digest(self) -> str:
        """Return a sha256, as hex, over the settings that act on sidecars.

        Two settings with the same digest give every picture the same score, or the same refusal.
        """
        acting = self.model_dump(
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
        text = json.dumps(acting, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()
