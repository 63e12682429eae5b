"""`tasted models use` and `back`: another model decides, once it is ready.

Where a model has to be downloaded, that opens a connection; nothing else does.
"""

import os
from collections.abc import Callable
from typing import Any

import click

from tasted.amounts import counted, file_size
from tasted.cli.context import Context, printable
from tasted.cli.named_files import is_folder
from tasted.cli.owner import ask_owner
from tasted.config.model_names import similar_model
from tasted.config.older_names import folder_named
from tasted.embedding.models.in_force import find_folder, is_same_model, settings_in_force
from tasted.embedding.models.weights import (
    OFFICIAL,
    ModelFolder,
    canonical_name,
    find_model,
    is_model_name,
    list_recorded,
)
from tasted.errors import ModelMissing, UsageError
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.switch_file import KEPT_DAYS
from tasted.home.switch_words import about

_LIST = "To list models: tasted models list"
_NAME_ANOTHER = (
    "Name a folder with config.json and model.safetensors, or a model of: tasted models list"
)
_UNKNOWN_SIZE = "if Hugging Face has it, its size is told first"
_UNCHANGED = "Nothing was changed."
_FOLDER_STARTS = ("./", "../", "~", "/")


def use_command(pull: Callable[[Context, str], None]) -> click.Command:
    """Return the command `use`.

    Args:
        pull: downloads a model, with what a person sees of it.
    """

    @click.command("use")
    @click.argument("name", required=False)
    @click.option("--dry-run", is_flag=True, help="Only say what it would take.")
    @click.option("--force", is_flag=True, help="Even if your likes and rejects speak against it.")
    @click.option("--cancel", is_flag=True, help="Stop a change that is going on.")
    @click.pass_obj
    def use(
        context: Context, *, name: str | None, dry_run: bool, force: bool, cancel: bool
    ) -> None:
        """Let another model score your pictures.

        Downloads it if need be, and writes it into the settings. The model of now scores on until
        the new one has seen your likes, your rejects and your newest pictures; then the new one
        decides, and older results follow.
        """
        if cancel and name is not None:
            raise UsageError("Use either a model or --cancel, not both.", remedy=_LIST)
        if cancel:
            _told(context, _ask(context, "cancel"))
            return
        if name is None:
            raise UsageError("Name a model, or use --cancel.", remedy=_LIST)
        home, model = context.home(), _meant(context, name)
        folder = _find(home, model)
        if dry_run:
            _explain(context, home, model, folder)
            return
        if folder is None:
            pull(context, model)
        _told(context, _ask(context, "use", model=model, force=force))

    return use


@click.command("back")
@click.pass_obj
def back(context: Context) -> None:
    """Let the model score that scored before.

    For 14 days after a change what it knew of your pictures is kept, so this is quick.
    """
    _told(context, _ask(context, "back"))


def _meant(context: Context, name: str) -> str:
    """Return a model as the settings name it: a folder that was typed becomes an absolute path."""
    if name not in {".", "..", "~"} and not name.startswith(_FOLDER_STARTS):
        return canonical_name(name)
    folder = folder_named(name, context.working_folder, context.environment)
    if not is_folder(folder):
        raise ModelMissing(f"There is no folder {folder}.", remedy=_NAME_ANOTHER)
    return os.path.normpath(folder)


def _find(home: Home, model: str) -> ModelFolder | None:
    """Return the files of a model; None when it is to be downloaded.

    Raises:
        UsageError: when it is no model's name.
        ModelMissing: when its folder is gone, or there is none.
        ModelUnusable: when its folder is damaged.
    """
    try:
        return find_model(model, models_file=home.models_file, home_root=home.root)
    except ModelMissing as error:
        similar = similar_model(model, home.models_file)
        if similar is not None:
            said = f"There is no model {model}. Did you mean {similar}?"
            raise UsageError(said, remedy=_LIST) from error
        if not is_model_name(model):
            raise ModelMissing(error.message, remedy=_NAME_ANOTHER) from error
        # whoever has models on the hub has a name there
        if "/" in model or model in list_recorded(home.models_file, home.root):
            return None
        raise UsageError(
            f"There is no model {model}.",
            remedy=f"{_LIST}. One of Hugging Face has a name like OWNER/MODEL; for a folder write "
            "a path: ./FOLDER",
        ) from error


def _ask(context: Context, action: str, **fields: Any) -> dict[str, Any]:
    home = context.home()
    answer = ask_owner(home, "model", action=action, **fields)
    if answer is not None:
        return answer
    from tasted.daemon.one_shot import change_model_now  # noqa: PLC0415 - pydantic takes 0.2 s
    from tasted.daemon.shared.model_order import ModelOrder  # noqa: PLC0415 - as above

    home.make_folders()
    context.start_logs()
    done = change_model_now(home, context.settings(), ModelOrder(action, **fields))
    is_open = done.get("change") is not None and done["change"]["is_open"]
    return {**done, "waits_for_daemon": is_open}


def _told(context: Context, body: dict[str, Any]) -> None:
    context.answer(body)
    sentence, change = body["sentence"], body["change"]
    context.show(printable(sentence or f"{body['in_force']} decides."))
    if body.get("waits_for_daemon"):
        context.say("It begins when tasted runs: tasted run")
    elif change is not None and change["is_open"]:
        context.say("To see how far it is: tasted status")
    if body["remedy"]:
        context.say(printable(body["remedy"]))


# ---- what it would take ---------------------------------------------------------------


def _explain(context: Context, home: Home, model: str, folder: ModelFolder | None) -> None:
    from tasted.daemon.working.switch_pictures import switch_pictures  # noqa: PLC0415 - as above
    from tasted.inbox.naming import label_of  # noqa: PLC0415 - as above
    from tasted.outbox.ledger import Ledger  # noqa: PLC0415 - as above

    current = read_current(home.current_file)
    in_force = settings_in_force(home, context.settings()).embedder.model
    ledger = Ledger.of(home)
    ledger.refresh()
    entries = ledger.live_entries
    pictures = switch_pictures(
        entries, tuple(path for path in entries if label_of(path) is not None)
    )
    scored = sum(entry.status == "scored" for entry in entries.values())
    rest = max(0, scored - len(pictures.contents))
    # nothing has to be looked at before, as the model in force scores nothing
    is_at_once = current is None or find_folder(home, in_force) is None
    is_measured = folder is not None and not is_at_once
    each = _ask(context, "measure", model=model)["seconds_each"] if is_measured else None
    is_in_force = current is not None and is_same_model(home, model, in_force)
    body = {
        "model": model,
        "is_here": folder is not None,
        "is_in_force": is_in_force,
        "is_at_once": is_at_once,
        "bytes": folder.weights_file.stat().st_size if folder is not None else None,
        "download": None if folder is not None else _download(model),
        "references": len(pictures.references),
        "first": pictures.count,
        "rest": rest,
        "seconds_each": each,
        "seconds_first": each * pictures.count if each is not None else None,
        "seconds_rest": each * rest if each is not None else None,
    }
    context.answer(body)
    for line in plan_lines(body, in_force):
        context.show(printable(line))


def _download(model: str) -> str | None:
    return next((known.download for known in OFFICIAL if known.name == model), None)


def plan_lines(body: dict[str, Any], in_force: str) -> list[str]:
    """Return what a change would take, as lines of `--dry-run`; `in_force` is a model's name."""
    model = body["model"]
    if body["is_in_force"]:
        return [f"{model} decides already."]
    size = (
        f"{model} is on this computer ({file_size(body['bytes'])})."
        if body["is_here"]
        else f"{model} is to be downloaded: {body['download'] or _UNKNOWN_SIZE}."
    )
    if body["is_at_once"]:
        return [size, "Then it decides at once: no other model scores now.", _UNCHANGED]
    first, rest, each = body["first"], body["rest"], body["seconds_each"]
    judged = counted(body["references"], "judged picture")
    begins = f"First it looks at {counted(first, 'picture')}, {judged} among them"
    follow = "follows" if rest == 1 else "follow, newest first"
    follows = f"Then it decides, and {counted(rest, 'older result')} {follow}"
    lines = [
        size,
        f"{begins}{_span(body['seconds_first'])}. Until then {in_force} decides.",
        f"{follows}{_span(body['seconds_rest'])}.",
        f"What {in_force} knew is kept for {KEPT_DAYS} days: tasted models back",
    ]
    if each is None:
        lines.append("How long it takes is measured when it is here.")
    else:
        lines.append(f"Measured: {1000 * each:.0f} ms a picture, reading the file apart.")
    return [*lines, _UNCHANGED]


def _span(seconds: float | None) -> str:
    return f" ({about(seconds)})" if seconds else ""
