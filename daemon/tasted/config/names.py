"""The names of all settings, taken from the model, and hints at the one that is meant. Pure.

A setting is known here by its path: `("watch", "settle_seconds")`, `("preferences", "weights",
"physical")`. In the environment the same is `TASTED_WATCH__SETTLE_SECONDS`.
"""

from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tasted.config.settings import Settings
from tasted.home.layout import HOME_VARIABLE
from tasted.similar_words import nearest
from tasted.system.faultpoints import VARIABLE as FAULT_VARIABLE

Key = tuple[str, ...]

ENVIRONMENT_PREFIX = "TASTED_"
NESTED_DELIMITER = "__"

NOT_SETTINGS = frozenset({HOME_VARIABLE, FAULT_VARIABLE})
"""Names with our prefix that are not settings, and not mistakes."""


def _fields_below(model: type[BaseModel], above: Key = ()) -> Iterator[tuple[Key, FieldInfo]]:
    for name, field in model.model_fields.items():
        yield (*above, name), field
        nested = section_model(field)
        if nested is not None:
            yield from _fields_below(nested, (*above, name))


def section_model(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of a field that is a table of settings; None for a single setting."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def environment_name(path: Key) -> str:
    """Return the name of a setting in the environment."""
    return ENVIRONMENT_PREFIX + NESTED_DELIMITER.join(path).upper()


def spoken(path: Key) -> str:
    """Name a setting in a sentence: `settle_seconds` in [watch]."""
    return f"`{path[-1]}` in [{'.'.join(path[:-1])}]" if len(path) > 1 else f"[{path[0]}]"


SETTINGS: dict[Key, FieldInfo] = {
    path: field for path, field in _fields_below(Settings) if section_model(field) is None
}
"""Every single setting."""
TABLES: frozenset[Key] = frozenset(
    path for path, field in _fields_below(Settings) if section_model(field) is not None
)
"""Every table of settings."""
BY_ENVIRONMENT_NAME: dict[str, Key] = {environment_name(path): path for path in SETTINGS}


def key_hint(table: Key, key: str) -> str:
    """Return a hint at the key that an unknown one is similar to; may be empty."""
    siblings = [path[-1] for path in (*SETTINGS, *TABLES) if path[:-1] == table]
    near = nearest(key.lower(), siblings) if table else None
    if near is not None:
        return f" Did you mean `{near}`?"
    elsewhere = nearest(key.lower(), [path[-1] for path in SETTINGS])
    homes = [path for path in SETTINGS if path[-1] == elsewhere]
    return f" Did you mean {spoken(homes[0])}?" if homes else ""


def section_hint(name: str) -> str:
    """Return a hint at the section that an unknown one is similar to; may be empty."""
    near = nearest(name.lower(), [path[0] for path in TABLES if len(path) == 1])
    return f" Did you mean [{near}]?" if near is not None else ""


def environment_hint(name: str) -> str:
    """Return a hint at the variable that an unknown one is similar to; may be empty."""
    words = name.upper().removeprefix(ENVIRONMENT_PREFIX)
    known = {full.removeprefix(ENVIRONMENT_PREFIX): full for full in BY_ENVIRONMENT_NAME}
    near = nearest(words, known)
    return f" Did you mean {known[near]}?" if near is not None else ""
