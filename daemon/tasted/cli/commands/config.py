"""`tasted config`: shows, checks and changes the settings. Touches the settings file.

`set` changes one value and keeps comments and layout. It refuses a change that would make the
settings invalid, before it writes; mistakes that were in the file before stay, and are reported.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_origin

import click

from tasted.cli.context import Context, printable
from tasted.errors import ConfigError, ServiceFault, UsageError
from tasted.home.layout import Home
from tasted.similar_words import nearest
from tasted.system.files import write_atomically

if TYPE_CHECKING:
    from tasted.config import LoadedSettings

_EDITORS = ("VISUAL", "EDITOR")
_PLACE = re.compile(r"^config/tasted\.toml line \d+: ")
_LINE = re.compile(r" line \d+")


@click.group()
def config() -> None:
    """Show, check and change the settings."""


@config.command()
@click.pass_obj
def show(context: Context) -> None:
    """Show all settings in force, and where they come from."""
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
    """Check the settings and list every mistake.

    The exit status is 4 if there is one.
    """
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

    The editor is $VISUAL, else $EDITOR, else one that is installed.
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
            remedy="Set VISUAL or EDITOR to an editor: export VISUAL=nano",
        ) from error
    _check(context)


@config.command("set")
@click.argument("key")
@click.argument("values", nargs=-1, required=True, metavar="VALUE...")
@click.pass_obj
def set_(context: Context, *, key: str, values: tuple[str, ...]) -> None:
    """Change one setting in the settings file.

    KEY is section and name, such as scoring.scorer, or only the name. For a list, give several
    values. An invalid value changes nothing. A running tasted follows at once.
    """
    _change(context, key, values)


def _loaded(context: Context) -> "LoadedSettings":
    from tasted.config import load_settings  # noqa: PLC0415 - pydantic takes 0.2 s to import

    return load_settings(context.home(), environment=context.environment)


def _check(context: Context) -> None:
    file = context.home().config_file
    loaded = _loaded(context)
    changed = {key: origin for key, origin in loaded.origins.items() if origin != "default"}
    missing = not file.is_file()
    if missing:
        context.show(f"There is no {file}, so settings not named below have their defaults.")
        context.show(f"Create it: tasted init {file.parent.parent}")
    if changed:
        context.show(f"Settings OK. {len(changed)} changed from the default:")
    else:
        context.show("Settings OK, all at their defaults.")
    for key, origin in changed.items():
        context.show(f"  {key}: {printable(origin)}")
    fault = _model_fault(context, loaded)
    if fault is not None:
        context.show(f"{printable(fault.message)}\n  → {printable(fault.remedy)}")
    answer = {"valid": True, "config_file": str(file), "missing": missing, "changed": changed}
    context.answer({**answer, "model_is_there": fault is None})


def _model_fault(context: Context, loaded: "LoadedSettings") -> ServiceFault | None:
    """Return why the configured model cannot be used yet; the settings are valid anyway."""
    from tasted.embedding.models.weights import find_model  # noqa: PLC0415 - for this command alone

    home, model = context.home(), loaded.settings.embedder.model
    try:
        find_model(model, models_file=home.models_file, home_root=home.root)
    except ServiceFault as fault:
        return fault
    return None


def _nested(loaded: "LoadedSettings") -> Mapping[str, Any]:
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


def _change(context: Context, name: str, words: Sequence[str]) -> None:
    """Change one setting in the file, and show its new value.

    Args:
        context: of the command.
        name: of the setting, as `log.keep`, or its last word if no other setting has it.
        words: the value, or several for a list.

    Raises:
        UsageError: when there is no such setting, or several words for one value.
        ConfigError: when the value is refused, or the file is not valid TOML.
        CommandError: when the file cannot be written.
    """
    from tasted.config.editing import with_setting  # noqa: PLC0415 - pydantic takes 0.2 s to import
    from tasted.config.names import SETTINGS  # noqa: PLC0415 - as above
    from tasted.config.template import toml_value  # noqa: PLC0415 - as above

    home = context.home()
    key = _key(name)
    value = _value(words, SETTINGS[key].annotation, name)
    before = _text(home)
    after = with_setting(before, key, value)
    known = _problems(context, home, before)
    problems = _problems(context, home, after)
    former = {_LINE.sub("", problem) for problem in known}
    new = [problem for problem in problems if _LINE.sub("", problem) not in former]
    if new:
        # the new value is not in the file, so it has no line there
        message = "\n".join(_PLACE.sub("", problem) for problem in new)
        raise ConfigError(message, remedy="Nothing was changed. Give another value.")
    _write(home.config_file, after)
    dotted = ".".join(key)
    file = home.config_file
    context.show(printable(f"{dotted} = {toml_value(value)}"))
    origin = _origin(context, home, after, dotted)
    if origin.startswith(("environment", "config/.env")):
        context.say(printable(f"It has no effect: {origin} takes precedence over {file.name}."))
    for problem in problems:
        context.say(printable(f"Still invalid: {problem}"))
    context.answer(
        {
            "key": dotted,
            "value": value,
            "config_file": str(file),
            "acts": origin.startswith("config/tasted.toml"),
        }
    )


def _key(name: str) -> tuple[str, ...]:
    from tasted.config.names import SETTINGS, TABLES  # noqa: PLC0415 - as above

    key = tuple(name.split("."))
    if key in SETTINGS:
        return key
    if key in TABLES:
        below = ", ".join(".".join(path) for path in SETTINGS if path[: len(key)] == key)
        raise UsageError(f"{name} is a section of settings.", remedy=f"Name one setting: {below}")
    named = sorted((path for path in SETTINGS if path[-1] == name), key=len)
    # interests is the one in [preferences], not its weight
    if named and len([path for path in named if len(path) == len(named[0])]) == 1:
        return named[0]
    known = [".".join(path) for path in SETTINGS]
    last = {path[-1]: ".".join(path) for path in SETTINGS}
    near = nearest(name.lower(), known) or last.get(nearest(key[-1].lower(), last) or "")
    hint = f" Did you mean {near}?" if near else ""
    raise UsageError(f"There is no setting {name}.{hint}", remedy="To list all: tasted config show")


def _value(words: Sequence[str], kind: Any, name: str) -> Any:
    from tasted.config.sources import typed  # noqa: PLC0415 - as above

    if get_origin(kind) is not tuple:
        if len(words) > 1:
            raise UsageError(
                f"{name} takes one value, and you gave {len(words)}.",
                remedy=f'Put words that belong together in quotes: "{" ".join(words)}"',
            )
        return typed(words[0].strip(), kind)
    if len(words) > 1:
        return list(words)
    text = words[0].strip()
    if text.startswith("["):
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError as error:
            raise UsageError(
                f"{text} is not a list.", remedy=f'For example: tasted config set {name} "a" "b"'
            ) from error
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def _text(home: Home) -> str:
    from tasted.config.sources import parse_toml, read_text  # noqa: PLC0415 - as above
    from tasted.config.template import render_toml  # noqa: PLC0415 - as above

    shown = "config/tasted.toml"
    if not home.config_file.exists():
        return render_toml()
    text, problems = read_text(home.config_file, shown)
    if not problems:
        try:
            tomllib.loads(text)
        except (ValueError, RecursionError):
            problems = parse_toml(text, shown).problems
    if problems:
        raise ConfigError("\n".join(problems), remedy="Correct it first: tasted config edit")
    return text


def _origin(context: Context, home: Home, toml: str, dotted: str) -> str:
    """Return where a setting would come from; empty when the settings as a whole are invalid."""
    from tasted.config import load_settings  # noqa: PLC0415 - as above

    try:
        return load_settings(home, environment=context.environment, toml=toml).origins[dotted]
    except ConfigError:
        return ""


def _problems(context: Context, home: Home, toml: str) -> list[str]:
    from tasted.config import load_settings  # noqa: PLC0415 - as above

    try:
        load_settings(home, environment=context.environment, toml=toml)
    except ConfigError as error:
        return error.message.split("\n")
    return []


def _write(file: Path, text: str) -> None:
    from tasted.config.writing import not_written, write_text  # noqa: PLC0415 - as above

    try:
        write_text(file, text)
    except OSError as error:
        raise not_written(file, error) from error
