"""Renders the commented `config/tasted.toml` and `.env.example` from the models.

Pure, but for `python -m tasted.config.template FOLDER`, which writes both files there.

Prose is `# text`; a setting at its default is `#key = value`, so that removing the `#` sets it.
"""

import json
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tasted.config.names import Key, environment_name, section_model
from tasted.config.settings import Settings
from tasted.system.files import write_atomically

_WIDTH = 88
_PUBLIC = 0o644
_NOTHING: Mapping[Key, Any] = {}

_HEAD = """\
Settings of tasted.

All settings are listed here with their defaults. To change one, remove the # in front of its name
and write another value after the = sign. A running tasted follows when you save. If there is a
mistake, it reports it and keeps the last valid values. To see all values in force:
tasted config show

Write words in "quotes", lists of words in ["square", "brackets"], and numbers as they are; 1_000
is 1000. Lines that begin with # are comments."""

_ENVIRONMENT_HEAD = """\
Copy this file to config/.env to change settings without editing config/tasted.toml. It takes
precedence over tasted.toml, and the environment takes precedence over both. The name of a setting
is TASTED_, the section, two underscores, and the key. Separate the entries of a list by commas, or
write JSON. Names that do not begin with TASTED_ are ignored, except those below."""

_OLDER_HEAD = """\
Older names for the model: clip or resnet50, and for clip its name on Hugging Face. A TASTED_ name
takes precedence over them."""

_HUGGINGFACE_HEAD = """\
Where downloaded models are kept. Other programs that use Hugging Face share this folder."""


def render_toml(chosen: Mapping[Key, Any] = _NOTHING) -> str:
    """Render the settings file.

    Args:
        chosen: values to set; every other setting is commented out at its default.
    """
    parts = [_prose(_HEAD)]
    for name, field in Settings.model_fields.items():
        section = section_model(field)
        if section is not None:
            parts.append(_section(name, section, chosen))
    return "\n".join(parts)


def render_environment_example() -> str:
    """Render `.env.example`, with one example per kind of value."""
    examples = {
        ("embedder", "model"): "pocket",
        ("watch", "settle_seconds"): "2",
        ("preferences", "interests"): "hiking, jazz",
        ("preferences", "weights", "physical"): "0.5",
    }
    lines = [f"#{environment_name(key)}={value}\n" for key, value in examples.items()]
    older = "#CLASSIFIER_MODEL=clip\n#CLIP_MODEL_NAME=openai/clip-vit-base-patch32\n"
    return "\n".join(
        (
            _prose(_ENVIRONMENT_HEAD),
            "".join(lines),
            _prose(_OLDER_HEAD) + older,
            _prose(_HUGGINGFACE_HEAD) + "#HF_HOME=~/.cache/huggingface\n",
        )
    )


def toml_value(value: Any) -> str:
    """Write a value as TOML.

    Args:
        value: of a setting: a text, number, list of texts, None, or a table of them.
    """
    if value is None:
        return '""'
    if isinstance(value, BaseModel):
        pairs = (f"{name} = {toml_value(below)}" for name, below in value)
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, Mapping):
        pairs = (f"{name} = {toml_value(below)}" for name, below in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{int(value):_}" if value.is_integer() else repr(value)
    if isinstance(value, int):
        return f"{value:_}"
    # a JSON string is a TOML string, but for one character that JSON leaves bare
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _section(name: str, section: type[BaseModel], chosen: Mapping[Key, Any]) -> str:
    parts = [f"[{name}]\n{_prose(section.__doc__ or '')}"]
    for key, below in section.model_fields.items():
        text = _prose(" ".join(filter(None, (below.description, _bounds(below)))))
        if (name, key) in chosen:
            text += f"{key} = {toml_value(chosen[name, key])}\n"
        else:
            text += f"#{key} = {toml_value(below.default)}\n"
        parts.append(text)
    return "\n".join(parts)


def _prose(text: str) -> str:
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        wrapped = textwrap.wrap(
            " ".join(paragraph.split()),
            _WIDTH,
            initial_indent="# ",
            subsequent_indent="# ",
            break_on_hyphens=False,
            break_long_words=False,
        )
        lines += ["#", *wrapped] if lines else wrapped
    return "".join(f"{line}\n" for line in lines)


def _bounds(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        words = [toml_value(word) for word in get_args(field.annotation)]
        return f"One of: {', '.join(words)}." if len(words) > 1 else f"Only {words[0]} for now."
    low = [toml_value(mark.ge) for mark in field.metadata if isinstance(mark, Ge)]
    high = [toml_value(mark.le) for mark in field.metadata if isinstance(mark, Le)]
    return f"From {low[0]} to {high[0]}." if low and high else ""


def main(folder: Path) -> None:
    """Write both files into a `config` folder: `python -m tasted.config.template config`."""
    write_atomically(folder / "tasted.toml", render_toml().encode("utf-8"))
    write_atomically(folder / ".env.example", render_environment_example().encode("utf-8"))
    for name in ("tasted.toml", ".env.example"):
        (folder / name).chmod(_PUBLIC)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
