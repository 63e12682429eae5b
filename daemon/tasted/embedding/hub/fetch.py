"""Download a model from the Hugging Face hub: the only module that opens a network connection.

HF_HOME, HF_ENDPOINT, HF_TOKEN and the proxy variables act as everywhere else with this library.
Files land in the hub's own cache, shared with other programs; models.json records the snapshot.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tasted.embedding.hub.cache import (
    discard,
    existing_parent,
    only_pull,
    remove_broken_downloads,
    snapshot_folder,
)
from tasted.embedding.hub.errors import explained
from tasted.embedding.hub.plan import DownloadPlan, cached_file, make_plan
from tasted.embedding.models.weights import (
    ModelFolder,
    canonical_name,
    hashes_file_beside,
    is_model_name,
    note_downloads,
    record,
    verify_folder,
    weights_sha256,
)
from tasted.errors import DownloadFailed

_SPARE_BYTES = 200_000_000
"""Left free beside the weights: a disk that is full to the last byte stops more than us."""
_HUB_SETTINGS = {
    # one transport, the one that continues a broken download by Range
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # its warnings would stand across our progress bar; its errors come back as exceptions
    "HF_HUB_VERBOSITY": "error",
}


def _ignore(*_of_progress: object) -> None:
    return


def pull(
    model: str,
    *,
    revision: str | None = None,
    models_file: Path,
    home_root: Path,
    announce: Callable[[DownloadPlan], None] = _ignore,
    progress: Callable[[str, int], None] = _ignore,
    free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
) -> ModelFolder:
    """Download what is missing of a model, check it, and record it.

    A connection that breaks is taken up again where it broke. After a pull that was killed, the
    next one keeps every finished file and starts the broken one again.

    Args:
        model: a hub name, or one of our short names.
        revision: branch, tag or commit; None is the main branch.
        models_file: where the folder is recorded.
        home_root: the home's root folder.
        announce: called once with the plan, before anything is downloaded.
        progress: called with (file name, new bytes) while a file grows; negative when the
            server could not continue and began again.
        free_bytes: how much room the disk of a folder has.

    Returns:
        The checked and recorded folder.

    Raises:
        DownloadFailed: when the hub cannot be reached or refuses, the model is not there, there is
            no room, or a file differs from what the hub promised. Finished files are kept.
        ModelUnusable: when the model is none that tasted reads.
    """
    name = canonical_name(model)
    if not is_model_name(name):
        raise DownloadFailed(
            f"{model!r} is not the name of a model on the hub.",
            remedy="Names look like openai/clip-vit-base-patch32; see: tasted models list",
        )
    os.environ.update({key: os.environ.get(key, value) for key, value in _HUB_SETTINGS.items()})
    with explained(name):
        plan = make_plan(name, revision)
        announce(plan)
        with only_pull(plan.cache):
            remove_broken_downloads(plan.cache, name)
            _check_room(plan, free_bytes)
            if plan.missing:
                names = [file.name for file in plan.missing]
                snapshot = snapshot_folder(plan.cache, name, plan.revision)
                note_downloads(snapshot, names, models_file=models_file, home_root=home_root)
            folder = _fetch(plan, progress)
            checked = verify_folder(
                folder,
                name=name,
                revision=plan.revision,
                hashes_file=hashes_file_beside(models_file),
            )
            _check_promise(plan, checked)
    record(name, folder, plan.revision, models_file=models_file, home_root=home_root)
    return checked


def _check_room(plan: DownloadPlan, free_bytes: Callable[[Path], int]) -> None:
    if plan.missing_bytes == 0:
        return
    free = free_bytes(existing_parent(plan.cache))
    needed = plan.missing_bytes + _SPARE_BYTES
    if free < needed:
        raise DownloadFailed(
            f"{plan.name} needs {needed / 1e6:.0f} MB on the disk of {plan.cache}, where "
            f"{free / 1e6:.0f} MB are free.",
            remedy="Free some space, or set HF_HOME to a folder on a larger disk.",
        )


def _fetch(plan: DownloadPlan, progress: Callable[[str, int], None]) -> Path:
    # imported once the environment is set: the library reads it while it is imported
    from huggingface_hub import hf_hub_download  # noqa: PLC0415

    for file in plan.missing:
        damaged = cached_file(file, plan.name, plan.revision)
        if damaged is not None:
            # the library takes whatever is in its cache for finished, a short file too
            discard(damaged)
    places = [
        Path(
            hf_hub_download(
                plan.name,
                file.name,
                revision=plan.revision,
                tqdm_class=_bar_for(file.name, progress),
            )
        )
        for file in plan.files
    ]
    return places[0].parent


def _bar_for(name: str, progress: Callable[[str, int], None]) -> type:
    class Bar:
        """The part of tqdm's interface that huggingface_hub uses, handing bytes on."""

        def __init__(self, *_arguments: object, **_options: object) -> None:
            self.total = 0

        def update(self, amount: float | None = 1) -> None:
            """Hand the bytes on."""
            progress(name, int(amount or 0))

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_error: object) -> None:
            return

        def close(self) -> None:
            """Do nothing: the bar on the screen is the caller's."""

    return Bar


def _check_promise(plan: DownloadPlan, model: ModelFolder) -> None:
    promised = next(file.sha256 for file in plan.files if file.name == model.weights_file.name)
    if promised is None or weights_sha256(model) == promised:
        return
    discard(model.weights_file)
    raise DownloadFailed(
        f"{model.weights_file.name} of {plan.name} arrived damaged: its sha256 is not the hub's.",
        remedy=f"It was removed; try again with: tasted models pull {plan.name}",
    )
