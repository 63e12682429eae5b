"""`tasted models`: list, download and add models. Only `pull` opens a network connection."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import click

from tasted.amounts import file_size
from tasted.cli.commands.model_change import back, use_command
from tasted.cli.context import Context, printable
from tasted.cli.named_files import NamedPath, is_folder
from tasted.config.model_names import similar_model
from tasted.embedding.models.in_force import settings_in_force
from tasted.embedding.models.verdicts import RuntimeVerdict, describe, keep_verdict, read_verdict
from tasted.embedding.models.weights import (
    ALIASES,
    OFFICIAL,
    POCKET,
    ModelFolder,
    canonical_name,
    find_model,
    hashes_file_beside,
    is_model_name,
    list_recorded,
    record,
    verify_folder,
)
from tasted.embedding.models.weights_file import SAFETENSORS
from tasted.errors import ModelMissing, ModelUnusable, NotFound, TastedError, UsageError
from tasted.home.layout import Home
from tasted.system.machine_faults import machine_fault
from tasted.system.processor import has_bfloat16

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from tasted.embedding.hub.plan import DownloadPlan


ResultT = TypeVar("ResultT")


@click.group()
def models() -> None:
    """List, download and add models, and change the one that scores."""


@models.command("list")
@click.pass_obj
def list_models(context: Context) -> None:
    """List the recommended models and those you added.

    A `ready` model is on this computer. A star marks the one that decides.
    """
    home = context.home()
    configured = canonical_name(settings_in_force(home, context.settings()).embedder.model)
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
@click.option("--revision", help="A branch, tag or commit. Default: the main branch.")
@click.option("--progress", is_flag=True, hidden=True)
@click.pass_obj
def pull(context: Context, *, name: str | None, revision: str | None, progress: bool) -> None:
    """Download a model, by default the one in the settings.

    Shows the size first. An interrupted download continues where it stopped; if you run the command
    again, finished files are kept.
    """
    home, chosen = context.home(), context.settings().embedder
    wanted = canonical_name(name or chosen.model)
    if wanted == POCKET:
        context.show("The model pocket is included in tasted. There is nothing to download.")
        context.answer({"name": POCKET, "downloaded_bytes": 0})
        return
    similar = similar_model(wanted, home.models_file)
    if similar is not None:
        raise UsageError(
            f"There is no model {wanted}. Did you mean {similar}?",
            remedy="To list models: tasted models list",
        )
    if name is None and not is_model_name(wanted):
        raise UsageError(
            f"The model in the settings is a folder, {wanted}. There is nothing to download.",
            remedy="Name a model: tasted models pull openai/clip-vit-base-patch32",
        )
    if revision is None and wanted == canonical_name(chosen.model):
        revision = chosen.revision
    model, verdict, fetched = _fetched(context, wanted, revision, tells=progress)
    context.show(f"{model.name} is ready: {model.folder}, revision {model.revision}.")
    context.answer({**_described(model, verdict), "downloaded_bytes": fetched})
    if wanted != canonical_name(chosen.model) and not progress:
        context.say(f"To use it: tasted models use {wanted}")


def _fetched(
    context: Context, wanted: str, revision: str | None, *, tells: bool = False
) -> tuple[ModelFolder, RuntimeVerdict | None, int]:
    """Download what is missing of a model; return it, and how many bytes that were."""
    home = context.home()
    _choose_huggingface_home(context, home)
    from tasted.embedding.hub.fetch import pull as fetch  # noqa: PLC0415 - it opens connections

    with _Download(context, tells=tells) as download:
        model = fetch(
            wanted,
            revision=revision,
            models_file=home.models_file,
            home_root=home.root,
            announce=download.announce,
            progress=download.advance,
        )
    return model, _compared(context, model), download.expected_bytes


def _pull_to_use(context: Context, model: str) -> None:
    """Download a model that is to be used at once."""
    _fetched(context, model, None)


models.add_command(use_command(_pull_to_use))
models.add_command(back)


def _choose_huggingface_home(context: Context, home: Home) -> None:
    """Apply HF_HOME of the home's `.env`; the hub's library reads the variable when imported."""
    from tasted.config import huggingface_home  # noqa: PLC0415 - pydantic takes 0.2 s to import

    folder = huggingface_home(context.environment, home.environment_file)
    if folder is not None:
        os.environ["HF_HOME"] = str(folder)


@models.command()
@click.argument("folder", type=NamedPath())
@click.option("--name", help="Its name. Default: the name of the folder.")
@click.pass_obj
def add(context: Context, *, folder: Path, name: str | None) -> None:
    """Use a model from a folder, without a network.

    The folder has config.json, preprocessor_config.json, tokenizer files and model.safetensors. It
    is not copied, so leave it where it is. With --name openai/clip-vit-base-patch32 it is used as
    that model.
    """
    place = (context.working_folder / folder).absolute()
    if not is_folder(place):
        raise NotFound(
            f"There is no folder {folder}.",
            remedy="Name the folder with config.json and model.safetensors.",
        )
    called = canonical_name(name) if name is not None else place.name
    if not is_model_name(called) or called == POCKET or (name is None and called in ALIASES):
        raise UsageError(
            f"A model cannot be called {called!r}.",
            remedy="Use --name with letters and digits, like owner/model.",
        )
    home = context.home()
    model = verify_folder(place, name=called, hashes_file=hashes_file_beside(home.models_file))
    verdict = _compared(context, model)
    was_tried = verdict is not None and verdict.lacks is None
    if not was_tried and (verdict is not None or model.weights_file.name != SAFETENSORS):
        # where a comparison was possible, both runtimes have loaded it
        was_tried = _runs_by_torch(context, model)
    record(called, place, None, models_file=home.models_file, home_root=home.root)
    how = "is ready" if was_tried else "is added"
    context.show(f"{called} {how}: {place} ({model.family}).")
    if not was_tried:
        # the machine lacks something today, as was told
        context.show("It was not tried: whether it can be loaded shows when you use it.")
    context.answer({**_described(model, verdict), "tried": was_tried})
    if called != canonical_name(context.settings().embedder.model):
        context.say(f"To use it: tasted models use {called}")


def _compared(context: Context, model: ModelFolder) -> RuntimeVerdict | None:
    """Return how near OpenVINO's vectors of a model are to torch's; compare them if need be.

    Raises:
        ModelUnusable: when the model is damaged.
    """
    known = read_verdict(model)
    if known is not None or model.weights_file.name != SAFETENSORS:
        return known
    from tasted.embedding.runtimes.comparing import compare_runtimes  # noqa: PLC0415 - of 10 s

    context.say(f"Comparing how OpenVINO and torch run {model.name}. This is done once.")
    verdict = _unless_machine_lacks(
        context,
        "They could not be compared",
        lambda: compare_runtimes(model, has_bfloat16=has_bfloat16()),
    )
    if verdict is not None:
        keep_verdict(model, verdict)
        context.say(describe(model.name, verdict))
    return verdict


def _runs_by_torch(context: Context, model: ModelFolder) -> bool:
    """Try a model that cannot be compared; tell whether the machine could.

    Raises:
        ModelUnusable: when the model cannot be used.
    """
    from tasted.embedding.runtimes.comparing import run_by_torch  # noqa: PLC0415 - of 10 s

    def run() -> bool:
        run_by_torch(model)
        return True

    return _unless_machine_lacks(context, "It could not be tried", run) is not None


def _unless_machine_lacks(
    context: Context, failed: str, act: Callable[[], ResultT]
) -> ResultT | None:
    """Do something with a model; what the machine lacks today is no fault of it, and only told."""
    try:
        return act()
    except TastedError:
        raise
    except Exception as error:
        fault = machine_fault(error, then="then try again")
        if fault is None:
            raise
        context.say(f"{failed}: {fault.message} {fault.remedy}")
        return None


def _described(model: ModelFolder, verdict: RuntimeVerdict | None) -> dict[str, Any]:
    return {
        "compared": asdict(verdict) if verdict is not None else None,
        "name": model.name,
        "family": model.family,
        "folder": str(model.folder),
        "revision": model.revision,
        "weights": model.weights_file.name,
    }


class _Download:
    """Shows a download: a bar on a terminal, elsewhere a line for every file."""

    def __init__(self, context: Context, *, tells: bool = False) -> None:
        self.expected_bytes = 0
        self._tells = tells
        """Whether a program reads how far it is."""
        self._done = 0
        self._context = context
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._started: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def announce(self, plan: "DownloadPlan") -> None:
        """Show the size before the first byte."""
        self.expected_bytes = plan.missing_bytes
        if not plan.missing:
            self._context.say(f"All files of {plan.name} are already in {plan.cache}.")
            return
        self._context.say(
            f"Downloading {plan.name}: {file_size(plan.missing_bytes)} of "
            f"{file_size(plan.total_bytes)} to {plan.cache}"
        )
        if not (self._context.json or self._tells):
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
        if self._tells:
            self._done += amount
            line = {"done_bytes": self._done, "total_bytes": self.expected_bytes}
            click.echo(json.dumps(line))
            return
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=amount, description=name)
        elif name not in self._started:
            self._started.add(name)
            self._context.say(f"  {name}")
