"""`tasted config`: what the settings are, where each comes from, and whether they are right."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from tasted.cli.context import Context, printable
from tasted.errors import UsageError
from tasted.files import write_atomically

if TYPE_CHECKING:
    from tasted.config import Loaded

_EDITORS = ("VISUAL", "EDITOR")


@click.group()
def config() -> None:
    """Show, check and edit the settings."""


@config.command()
@click.pass_obj
def show(context: Context) -> None:
    """Show every setting that is in force, and where it comes from."""
    loaded = _loaded(context)
    found = context.found()
    context.show(f"# {found.home.config_file} ({found.because})")
    for section, values in _nested(loaded).items():
        context.show(f"\n[{section}]")
        for line in _lines(section, values, loaded.origins):
            context.show(line)
    context.answer(
        {
            "config_file": str(found.home.config_file),
            "home_because": found.because,
            "settings": loaded.settings.model_dump(mode="json"),
            "origins": dict(loaded.origins),
        }
    )


@config.command()
@click.pass_obj
def check(context: Context) -> None:
    """Check the settings; with mistakes, name them all and exit with status 4."""
    _check(context)


@config.command()
@click.pass_obj
def path(context: Context) -> None:
    """Print where the settings file is."""
    home = context.home()
    context.show(str(home.config_file))
    context.answer(
        {
            "config_file": str(home.config_file),
            "config_file_exists": home.config_file.is_file(),
            "environment_file": str(home.environment_file),
            "environment_file_exists": home.environment_file.is_file(),
        }
    )


@config.command()
@click.pass_obj
def edit(context: Context) -> None:
    """Open the settings file in your editor, then check it.

    The editor is that of the variable VISUAL, else EDITOR, else one that is installed.
    """
    from tasted.config.template import render_toml  # noqa: PLC0415 - pydantic takes 0.2 s to import

    file = context.home().config_file
    if not file.exists():
        write_atomically(file, render_toml().encode("utf-8"))
    editors = [context.environment[name] for name in _EDITORS if context.environment.get(name)]
    try:
        click.edit(filename=str(file), editor=editors[0] if editors else None)
    except ValueError as error:
        raise UsageError(
            f"The editor {editors[0]!r} is not a command: {error}.",
            remedy="Set VISUAL or EDITOR to an editor, such as: export VISUAL=nano",
        ) from error
    _check(context)


def _loaded(context: Context) -> "Loaded":
    from tasted.config import load_settings  # noqa: PLC0415 - pydantic takes 0.2 s to import

    return load_settings(context.home(), environment=context.environment)


def _check(context: Context) -> None:
    file = context.home().config_file
    loaded = _loaded(context)
    changed = {key: origin for key, origin in loaded.origins.items() if origin != "default"}
    missing = not file.is_file()
    if missing:
        context.show(f"{file} is missing, so every setting that nothing else names is at its")
        context.show(f"default. Make it with: tasted init {file.parent.parent}")
    count = f"{len(changed)} {'is' if len(changed) == 1 else 'are'} set"
    context.show(f"The settings are right; {count}, the others at their defaults.")
    for key, origin in changed.items():
        context.show(f"  {key}: {printable(origin)}")
    context.answer(
        {"valid": True, "config_file": str(file), "missing": missing, "changed": changed}
    )


def _nested(loaded: "Loaded") -> Mapping[str, Any]:
    return {name: dict(section) for name, section in loaded.settings}


def _lines(section: str, values: Mapping[str, Any], origins: Mapping[str, str]) -> list[str]:
    from tasted.config.template import toml_value  # noqa: PLC0415 - pydantic takes 0.2 s to import

    rows = []
    for key, value in values.items():
        origin = origins.get(f"{section}.{key}")
        if origin is not None:
            rows.append((f"{key} = {toml_value(value)}", origin))
        else:
            rows += [
                (f"{key}.{name} = {toml_value(below)}", origins[f"{section}.{key}.{name}"])
                for name, below in value
            ]
    width = max(len(row) for row, _origin in rows)
    return [f"{printable(row):<{width}}  # {printable(origin)}" for row, origin in rows]
