"""`tasted models`: list, download and add models. `pull` alone opens a network connection."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

from tasted.cli.context import Context, printable
from tasted.embedding.weights import (
    ALIASES,
    OFFICIAL,
    POCKET,
    ModelFolder,
    canonical_name,
    find_model,
    is_model_name,
    list_recorded,
    record,
    verify_folder,
)
from tasted.errors import ModelMissing, ModelUnusable, UsageError
from tasted.home import Home

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from tasted.embedding.hub_plan import Plan

_WHOLE_FROM_BYTES = 10_000_000


@click.group()
def models() -> None:
    """List, download and add models."""


@models.command("list")
@click.pass_obj
def list_models(context: Context) -> None:
    """List the models that tasted is meant for, and those that you added.

    `ready` models are on this machine; the one that the settings name is marked with a star.
    """
    home = context.home()
    configured = canonical_name(context.settings().embedder.model)
    official = {model.name: model for model in OFFICIAL}
    recorded = list_recorded(home.models_file, home.root)
    for name in dict.fromkeys([*official, *recorded, configured]):
        about = official.get(name)
        found, state, fault = _look(name, home)
        mark = "*" if name == configured else " "
        size = about.download if about else ""
        note = fault or (about.about if about else "")
        context.show(printable(f"{mark} {name:<30} {state:<15} {size:<18} {note}".rstrip()))
        context.answer(
            {
                "name": name,
                "state": state,
                "configured": name == configured,
                "official": about is not None,
                "download": size or None,
                "family": found.family if found else None,
                "folder": str(found.folder) if found else None,
                "revision": found.revision if found else None,
                "fault": fault,
            }
        )


def _look(name: str, home: Home) -> tuple[ModelFolder | None, str, str | None]:
    try:
        found = find_model(name, models_file=home.models_file, home_root=home.root)
    except ModelMissing:
        return None, "not downloaded", None
    except ModelUnusable as error:
        return None, "unusable", error.message
    return found, "ready", None


@models.command()
@click.argument("name", required=False)
@click.option("--revision", help="A branch, a tag or a commit; by default the main branch.")
@click.pass_obj
def pull(context: Context, *, name: str | None, revision: str | None) -> None:
    """Download a model, by default the one that the settings name.

    The size is told first. A download that breaks off goes on where it stopped while this command
    runs; after that, finished files are kept and only the broken one starts again.
    """
    home, chosen = context.home(), context.settings().embedder
    _choose_huggingface_home(context, home)
    from tasted.embedding.fetch import pull as fetch  # noqa: PLC0415 - what opens connections

    wanted = canonical_name(name or chosen.model)
    if wanted == POCKET:
        context.show("The model pocket comes with tasted: there is nothing to download.")
        context.answer({"name": POCKET, "downloaded_bytes": 0})
        return
    if name is None and not is_model_name(wanted):
        raise UsageError(
            f"The settings name a folder, {wanted}: there is nothing to download.",
            remedy="Name a model, for example: tasted models pull openai/clip-vit-base-patch32",
        )
    if revision is None and wanted == canonical_name(chosen.model):
        revision = chosen.revision
    with _Download(context) as download:
        model = fetch(
            wanted,
            revision=revision,
            models_file=home.models_file,
            home_root=home.root,
            announce=download.announce,
            progress=download.advance,
        )
    context.show(f"{model.name} is ready: {model.folder}, revision {model.revision}.")
    context.answer({**_described(model), "downloaded_bytes": download.expected_bytes})
    if wanted != canonical_name(chosen.model):
        context.say(f'To use it, set embedder.model = "{wanted}" in {home.config_file}.')


def _choose_huggingface_home(context: Context, home: Home) -> None:
    """Let HF_HOME of the home's `.env` act as well; the hub's library reads it while imported."""
    from tasted.config import huggingface_home  # noqa: PLC0415 - pydantic takes 0.2 s to import

    folder = huggingface_home(context.environment, home.environment_file)
    if folder is not None:
        os.environ["HF_HOME"] = str(folder)


@models.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--name", help="What to call it; by default the folder's own name.")
@click.pass_obj
def add(context: Context, *, folder: Path, name: str | None) -> None:
    """Use the model in a folder on this machine, without a network.

    The folder holds config.json, preprocessor_config.json, tokenizer files and model.safetensors.
    It is not copied: leave it where it is. With --name openai/clip-vit-base-patch32 it serves as
    that model.
    """
    place = (context.working_folder / folder).absolute()
    called = canonical_name(name) if name is not None else place.name
    if not is_model_name(called) or called == POCKET or (name is None and called in ALIASES):
        raise UsageError(
            f"A model cannot be called {called!r}.",
            remedy="Give it a name of letters and digits like owner/model with --name.",
        )
    home = context.home()
    model = verify_folder(place, name=called)
    record(called, place, None, models_file=home.models_file, home_root=home.root)
    context.show(f"{called} is ready: {place} ({model.family}).")
    context.answer(_described(model))
    if called != canonical_name(context.settings().embedder.model):
        context.say(f'To use it, set embedder.model = "{called}" in {home.config_file}.')


def _described(model: ModelFolder) -> dict[str, Any]:
    return {
        "name": model.name,
        "family": model.family,
        "folder": str(model.folder),
        "revision": model.revision,
        "weights": model.weights_file.name,
    }


class _Download:
    """What a person sees of a download: a bar on a terminal, a line for each file elsewhere."""

    def __init__(self, context: Context) -> None:
        self.expected_bytes = 0
        self._context = context
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._started: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def announce(self, plan: "Plan") -> None:
        """Tell the size before the first byte."""
        self.expected_bytes = plan.missing_bytes
        if not plan.missing:
            self._context.say(f"All files of {plan.name} are in {plan.cache} already.")
            return
        self._context.say(
            f"Downloading {plan.name}: {_megabytes(plan.missing_bytes)} of "
            f"{_megabytes(plan.total_bytes)} to {plan.cache}"
        )
        self._start_bar()

    def _start_bar(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - rich takes 0.1 s to import
        from rich.progress import (  # noqa: PLC0415 - as above
            DownloadColumn,
            Progress,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        console = Console(stderr=True)
        if not console.is_terminal:
            return
        columns = (
            *Progress.get_default_columns()[:2],
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=console)
        self._task = self._bar.add_task("", total=self.expected_bytes)
        self._bar.start()

    def advance(self, name: str, amount: int) -> None:
        """Show that a file grew."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=amount, description=name)
        elif name not in self._started:
            self._started.add(name)
            self._context.say(f"  {name}")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.{0 if size >= _WHOLE_FROM_BYTES else 1}f} MB"
