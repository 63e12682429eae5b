"""`tasted init`: makes a home, or completes one. Touches the disk, and the network if asked to.

What exists is never changed: running it again makes what is missing and says what it kept.
"""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from tasted.cli import capture
from tasted.cli.context import Context
from tasted.cli.new_home import Done, make_home, privacy_warning, refuse_inside_a_home
from tasted.errors import DownloadFailed, ModelMissing, ModelUnusable, UsageError
from tasted.home import CONFIG_NAME, DEFAULT_HOME, HOME_VARIABLE, Home


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option("--model", metavar="NAME", help="The model to use: pocket is tiny and comes along.")
@click.option(
    "--capture-here", is_flag=True, help="macOS: save all screenshots in the inbox, after asking."
)
@click.option("--capture-restore", is_flag=True, help="macOS: save them where they were before.")
@click.option("--yes", is_flag=True, help="Agree to --capture-here without being asked.")
@click.pass_obj
def init(
    context: Context,
    *,
    folder: Path | None,
    model: str | None,
    capture_here: bool,
    capture_restore: bool,
    yes: bool,
) -> None:
    """Make a home: the folders and a settings file.

    DIR is the folder to make it in, ~/Tasted if none is named. Run it again at any time: it makes
    what is missing and leaves alone what is there.
    """
    if capture_here and capture_restore:
        raise UsageError("--capture-here and --capture-restore exclude each other.")
    home = Home(_root(context, folder))
    if capture_restore:
        capture.capture_restore(context, home)
        return
    if capture_here:
        # refuses before anything is made
        capture.refuse_elsewhere(context, home)
    _make(context, home, model)
    if capture_here:
        capture.capture_here(context, home, consents=yes)


def _make(context: Context, home: Home, model: str | None) -> None:
    refuse_inside_a_home(home.root)
    chosen = _model_from(context, model)
    # refuses a wrong name before anything is made
    wanted = _model_of(context, home, {"embedder.model": chosen})
    done = make_home(home, chosen)
    in_force = _model_of(context, home, {})
    warnings = _warnings(context, home, None if chosen is None else wanted, in_force)
    _say_done(context, home, done, warnings)
    there = _have_model(context, home, in_force)
    steps = _next_steps(home, context.environment, model_is_there=there)
    context.show("\nNext:")
    width = max(len(command) for command, _why in steps)
    for command, why in steps:
        context.show(f"  {command:<{width}}  {why}")
    context.answer(
        {
            "home": str(home.root),
            "model": in_force,
            "model_is_there": there,
            "made": done.made,
            "kept": done.kept,
            "warnings": warnings,
            "next": [command for command, _why in steps],
        }
    )


def _root(context: Context, folder: Path | None) -> Path:
    named = context.named_home
    if folder is not None and named is not None and folder != named:
        raise UsageError(
            f"Two homes are named: {folder} and --home {named}.",
            remedy="Name one: tasted init DIR",
        )
    chosen = folder or named or Path(context.environment.get(HOME_VARIABLE) or DEFAULT_HOME)
    # Home wants no links: watchers go deaf on a linked path
    return (context.working_folder / _expanded(chosen, context.environment)).resolve()


def _expanded(folder: Path, environment: Mapping[str, str]) -> Path:
    user = environment.get("HOME")
    if folder.parts[:1] == ("~",) and user:
        return Path(user, *folder.parts[1:])
    return folder


def _model_from(context: Context, model: str | None) -> str | None:
    # a relative folder of the command line is meant from where the command is called
    if model is not None and model.startswith("."):
        return str((context.working_folder / model).resolve())
    return model


def _model_of(context: Context, home: Home, flags: Mapping[str, str | None]) -> str:
    from tasted.config import load_settings  # noqa: PLC0415 - pydantic takes 0.2 s to import

    loaded = load_settings(home, environment=context.environment, flags=flags)
    return loaded.settings.embedder.model


def _warnings(context: Context, home: Home, wanted: str | None, in_force: str) -> list[str]:
    warnings = []
    guarded = privacy_warning(home.root, context.environment, sys.platform)
    if guarded is not None:
        warnings.append(guarded)
    if wanted is not None and in_force != wanted:
        warnings.append(
            f"The model is {in_force}: {CONFIG_NAME} was there before, or the environment names "
            "a model. See: tasted config show"
        )
    return warnings


def _say_done(context: Context, home: Home, done: Done, warnings: list[str]) -> None:
    if done.made and not done.kept:
        context.show(f"{home.root} is a home now.")
    elif done.made:
        context.show(f"{home.root} is a home now: made {', '.join(done.made)}.")
        context.show(f"Left as they were: {', '.join(done.kept)}.")
    else:
        context.show(f"{home.root} is a home already, and complete: nothing was changed.")
    for warning in warnings:
        context.say(f"Warning: {warning}")


def _have_model(context: Context, home: Home, model: str) -> bool:
    from tasted.embedding.weights import (  # noqa: PLC0415 - for the one command that offers it
        canonical_name,
        find_model,
        is_model_name,
    )

    try:
        find_model(model, models_file=home.models_file, home_root=home.root)
    except ModelMissing as error:
        if context.json or not sys.stdin.isatty():
            return False
        if is_model_name(canonical_name(model)):
            return _offer_download(context, home, canonical_name(model))
        context.say(f"Warning: {error.message}\n  → {error.remedy}")
        return False
    except ModelUnusable as error:
        context.say(f"Warning: {error.message}\n  → {error.remedy}")
        return False
    return True


def _offer_download(context: Context, home: Home, model: str) -> bool:
    from tasted.embedding.weights import OFFICIAL  # noqa: PLC0415 - as above

    size = next((known.download for known in OFFICIAL if known.name == model), "size unknown")
    question = f"\nThe model {model} is not on this machine ({size}). Download it now?"
    if not click.confirm(question, default=False, err=True):
        return False
    try:
        _pull(context, home, model)
    except (DownloadFailed, ModelUnusable) as error:
        # the home is made and right; the download can be taken up again at any time
        context.say(f"tasted: {error.message}\n  → {error.remedy}")
        return False
    return True


def _pull(context: Context, home: Home, model: str) -> None:
    from tasted.cli.models import pull  # noqa: PLC0415 - as above

    context.named_home = home.root
    click.get_current_context().invoke(pull, name=model, revision=None)


def _next_steps(
    home: Home, environment: Mapping[str, str], *, model_is_there: bool
) -> list[tuple[str, str]]:
    is_default = home.root == _expanded(Path(DEFAULT_HOME), environment).resolve()
    option = "" if is_default else f" --home {shlex.quote(str(home.root))}"
    download = (f"tasted models pull{option}", "fetch the model, once")
    return [
        *([] if model_is_there else [download]),
        (f"tasted like{option} PICTURE...", "teach it what you like; reject teaches the opposite"),
        (f"tasted run{option}", f"then drop screenshots into {home.inbox}"),
        (f"tasted service install{option}", "or let it run from login to logout"),
        (f"tasted results{option}", "see what it thinks of them"),
    ]
