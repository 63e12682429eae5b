"""The settings of a home: tasted.toml, `.env` and environment become one frozen `Settings`.

Start at `loading`; `sections` has every setting, `sources` reads what people wrote, `checking`
says what is wrong with it, `template` renders the commented file. Importing this package imports
pydantic, so commands do it when they run.
"""

from tasted.config.loading import LoadedSettings, load_settings
from tasted.config.older_names import huggingface_home
from tasted.config.settings import Settings

__all__ = ["LoadedSettings", "Settings", "huggingface_home", "load_settings"]
