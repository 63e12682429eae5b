"""`tasted init`: creates or completes a home. Touches the disk, and the network if asked to.

What exists is never changed: running it again creates what is missing and says what it kept.
"""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

import click

from tasted.cli.commands import capture, quick_actions
from tasted.cli.context import Context
from tasted.errors import DownloadFailed, HomeInvalid, ModelMissing, ModelUnusable, UsageError
from tasted.home.layout import CONFIG_NAME, DEFAULT_HOME, HOME_VARIABLE, Home
from tasted.plain_dataclass import dataclass
from tasted.system.files import real_path, write_atomically
from tasted.system.platform import guarded_place

_FOLDERS = ("config", "inbox", "inbox/liked", "inbox/rejected", "outbox", ".tasted")
_CLOSED_FOLDERS = ("inbox", "outbox", ".tasted")
NOTICES = {
    "inbox/README.txt": """\
Drop screenshots here. tasted scores each new one and writes the result to the outbox.

liked/     Put pictures here that you like.
rejected/  Put pictures here that you do not like.

tasted learns your taste from these two folders. It also reads a text file beside a screenshot,
shot.txt for shot.png. It changes, moves or deletes nothing here.
""",
    "outbox/README.txt": """\
tasted writes its results here: outbox/shot.png.json has the score, the verdict and the reasons for
inbox/shot.png. To list all results: tasted results

If you delete a result, tasted makes it again.
""",
}


@dataclass(slots=True)
class HomeParts:
    """What was created and what was there before, as names in the home."""

    made: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option("--model", metavar="NAME", help="The model to use: pocket is tiny and included.")
@click.option(
    "--capture-here", is_flag=True, help="macOS: save all screenshots in the inbox; asks first."
)
@click.option("--capture-restore", is_flag=True, help="macOS: save them where they were before.")
@click.option("--yes", is_flag=True, help="Do not ask before --capture-here.")
@click.option(
    "--quick-actions",
    "adds_quick_actions",
    is_flag=True,
    help="macOS: add Like and Reject to Finder's quick actions.",
)
@click.pass_obj
def init(
    context: Context,
    *,
    folder: Path | None,
    model: str | None,
    capture_here: bool,
    capture_restore: bool,
    yes: bool,
    adds_quick_actions: bool,
) -> None:
    """Create a tasted folder.

    It has an inbox, an outbox and a settings file. DIR is ~/Tasted unless you name another. You can
    run it again: it adds what is missing and changes nothing else.
    """
    if capture_here and capture_restore:
        raise UsageError("--capture-here and --capture-restore cannot be used together.")
    home = Home(_root(context, folder))
    if capture_restore:
        capture.capture_restore(context, home)
        return
    if capture_here:
        # refuses before anything is created
        capture.refuse_elsewhere(context, home)
    if adds_quick_actions:
        quick_actions.refuse_elsewhere(context)
    _create(context, home, model)
    if capture_here:
        capture.capture_here(context, home, consents=yes)
    if adds_quick_actions:
        quick_actions.add_quick_actions(context, home)


def _create(context: Context, home: Home, model: str | None) -> None:
    _refuse_inside_a_home(home.root)
    chosen = _model_from(context, model)
    # refuses a wrong name before anything is created
    wanted = _model_of(context, home, {"embedder.model": chosen})
    done = _make_home(home, chosen)
    in_force = _model_of(context, home, {})
    warnings = _warnings(context, home, None if chosen is None else wanted, in_force)
    _show_parts(context, home, done, warnings)
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
            f"You named two folders: {folder} and --home {named}.",
            remedy="Name one: tasted init DIR",
        )
    chosen = folder or named or Path(context.environment.get(HOME_VARIABLE) or DEFAULT_HOME)
    # a watcher hears nothing on a path with links
    return real_path(context.output_path(_expanded(chosen, context.environment)))


def _expanded(folder: Path, environment: Mapping[str, str]) -> Path:
    user = environment.get("HOME")
    if folder.parts[:1] == ("~",) and user:
        return Path(user, *folder.parts[1:])
    return folder


def _model_from(context: Context, model: str | None) -> str | None:
    # a relative folder on the command line is relative to the working folder
    if model is not None and model.startswith("."):
        return str(real_path(context.working_folder / model))
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
            f"The model is {in_force}, because {CONFIG_NAME} existed before or the environment "
            "sets a model. See: tasted config show"
        )
    return warnings


def _show_parts(context: Context, home: Home, done: HomeParts, warnings: list[str]) -> None:
    if done.made and not done.kept:
        context.show(f"Created your tasted folder: {home.root}")
    elif done.made:
        context.show(f"Completed your tasted folder: {home.root}")
        context.show(f"Added: {', '.join(done.made)}")
        context.show(f"Kept: {', '.join(done.kept)}")
    else:
        context.show(f"Your tasted folder is already complete: {home.root}")
    for warning in warnings:
        context.say(f"Warning: {warning}")


def _have_model(context: Context, home: Home, model: str) -> bool:
    from tasted.embedding.models.weights import (  # noqa: PLC0415 - for the one command that offers it
        canonical_name,
        find_model,
        is_model_name,
    )

    try:
        find_model(model, models_file=home.models_file, home_root=home.root)
    except ModelMissing as error:
        if context.ask is None:
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
    from tasted.embedding.models.weights import OFFICIAL  # noqa: PLC0415 - as above

    size = next((known.download for known in OFFICIAL if known.name == model), "size unknown")
    question = f"\nThe model {model} is not on this computer yet ({size}). Download it now?"
    if context.ask is None or not context.ask(question):
        return False
    try:
        _pull(context, home, model)
    except (DownloadFailed, ModelUnusable) as error:
        # the home is complete; the download can be resumed at any time
        context.say(f"tasted: {error.message}\n  → {error.remedy}")
        return False
    return True


def _pull(context: Context, home: Home, model: str) -> None:
    from tasted.cli.commands.models import pull  # noqa: PLC0415 - as above

    context.named_home = home.root
    click.get_current_context().invoke(pull, name=model, revision=None)


def _next_steps(
    home: Home, environment: Mapping[str, str], *, model_is_there: bool
) -> list[tuple[str, str]]:
    is_default = home.root == real_path(_expanded(Path(DEFAULT_HOME), environment))
    option = "" if is_default else f" --home {shlex.quote(str(home.root))}"
    download = (f"tasted models pull{option}", "download the model, once")
    return [
        *([] if model_is_there else [download]),
        (f"tasted like{option} PICTURE...", "tell it what you like; reject for what you do not"),
        (f"tasted run{option}", f"then drop screenshots into {home.inbox}"),
        (f"tasted service install{option}", "or start it automatically when you log in"),
        (f"tasted results{option}", "see the results"),
    ]


def _make_home(home: Home, model: str | None) -> HomeParts:
    """Create what is missing in a home: private folders, settings and two notes for people.

    Args:
        home: where.
        model: written to a new settings file; None leaves the default.

    Raises:
        HomeInvalid: when a folder or file cannot be created.
    """
    from tasted.config.template import render_toml  # noqa: PLC0415 - pydantic takes 0.2 s to import

    done = HomeParts()
    for name in _FOLDERS:
        (done.kept if (home.root / name).is_dir() else done.made).append(f"{name}/")
    home.make_folders(is_new=True)
    home.check_folders()
    chosen: dict[tuple[str, ...], str] = {} if model is None else {("embedder", "model"): model}
    texts = {str(CONFIG_NAME): render_toml(chosen), **NOTICES}
    for name, text in texts.items():
        (done.made if _write_new(home.root / name, text) else done.kept).append(name)
    return done


def _refuse_inside_a_home(root: Path) -> None:
    """Refuse a home inside the inbox, outbox or `.tasted` of another: it would be scored.

    Raises:
        HomeInvalid: when it would be there, or is a file.
    """
    if root.exists() and not root.is_dir():
        raise HomeInvalid(f"{root} is a file, not a folder.", remedy="Choose another folder.")
    for outer in root.parents:
        for name in _CLOSED_FOLDERS:
            if root.is_relative_to(outer / name) and (outer / CONFIG_NAME).is_file():
                raise HomeInvalid(
                    f"{root} is in the {name} of another tasted folder, {outer}.",
                    remedy="Choose a folder outside of it: tasted init ~/Tasted",
                )


def privacy_warning(root: Path, environment: Mapping[str, str], platform: str) -> str | None:
    """Return a warning if macOS keeps background programs from reading this folder.

    Args:
        root: of the home, links resolved: Desktop and Documents may be in iCloud.
        environment: for HOME.
        platform: `sys.platform`; only `darwin` has this rule.
    """
    user = environment.get("HOME")
    name = guarded_place(root, real_path(Path(user)), system=platform) if user else None
    if name is None:
        return None
    return (
        f"{root} is in {name}, where macOS keeps background programs from reading. tasted may "
        "see no files there. ~/Tasted has no such limit."
    )


def _write_new(file: Path, text: str) -> bool:
    # a link with no target exists too: replacing it would lose where it leads
    if file.exists() or file.is_symlink():
        return False
    try:
        write_atomically(file, text.encode("utf-8"))
    except OSError as error:
        raise HomeInvalid(
            f"Cannot write {file}: {error.strerror}.",
            remedy="Check who owns its folder, and whether the disk is full.",
        ) from error
    return True
