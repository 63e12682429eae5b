"""`tasted forget`: erases everything kept about pictures. Asks before it deletes the pictures.

What the words mean is in `forget_targets`, what belongs to a picture in `daemon.forgetting.plan`.
Whoever owns the home erases it: a running daemon, or else this process.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasted.cli.context import Context, printable
from tasted.cli.owner import ask_owner
from tasted.errors import NotFound, SomeFailed, UsageError, recreated_error
from tasted.home.layout import Home

if TYPE_CHECKING:
    from tasted.daemon.forgetting.plan import ErasurePlan
    from tasted.daemon.shared.forget_order import Order, Target

BEYOND_REACH = (
    "the Trash",
    "Time Machine and other backups",
    "snapshots of the file system, and free blocks of the disk",
    "exports, and copies outside the tasted folder",
    "your shell's history",
)
_NAMED_MAX = 5
_COUNTED = {
    "label_copies": ("label copy", "label copies"),
    "pictures": ("picture", "pictures"),
    "texts": ("companion text", "companion texts"),
    "sidecars": ("sidecar", "sidecars"),
    "references": ("reference", "references"),
    "vectors": ("stored vector", "stored vectors"),
    "tastes": ("learnt taste", "learnt tastes"),
    "trained": ("trained model or training", "trained models and trainings"),
    "mentions": ("mention in another sidecar", "mentions in other sidecars"),
    "events": ("answer in the history", "answers in the history"),
    "trials": ("trial that counted an answer", "trials that counted an answer"),
    "log_lines": ("log line", "log lines"),
    "folders": ("empty folder", "empty folders"),
}


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="FILE|FOLDER|ID...")
@click.option(
    "--delete-picture", is_flag=True, help="Also delete it from the inbox, without asking."
)
@click.option("--keep-picture", is_flag=True, help="Keep it in the inbox, but do not score it.")
@click.option("--dry-run", is_flag=True, help="List what would be erased, and change nothing.")
@click.pass_obj
def forget(
    context: Context,
    *,
    targets: tuple[str, ...],
    delete_picture: bool,
    keep_picture: bool,
    dry_run: bool,
) -> None:
    """Erase everything tasted keeps about pictures.

    Name a file, a folder of the inbox, or an id (sha256, or its first 8 digits). Copies in
    inbox/liked and inbox/rejected are always deleted. A picture elsewhere in the inbox would be
    scored again, so you choose: delete it too, or keep it, ignored until `tasted score FILE`.
    """
    if delete_picture and keep_picture:
        raise UsageError("--delete-picture and --keep-picture cannot be used together.")
    home = context.home(near=context.working_folder / targets[0])
    home.make_folders()
    named = _named(context, home, targets)
    plans = [plan for _word, _target, plan in named]
    deletes = delete_picture or (not keep_picture and (dry_run or _may_delete(context, plans)))
    if named:
        from tasted.daemon.shared.forget_order import Order  # noqa: PLC0415 - 0.1 s

        chosen = tuple(target for _word, target, _plan in named)
        order = Order(chosen, keeps_pictures=not deletes, is_dry=dry_run)
        answers = _carried_out(context, home, order)
        for (word, _target, plan), counts in zip(named, answers, strict=True):
            _show(context, word, plan, counts, order, asks=not (delete_picture or keep_picture))
        if not dry_run:
            context.say(f"tasted cannot erase: {'; '.join(BEYOND_REACH)}.")
            context.answer({"beyond_reach": list(BEYOND_REACH)})
    if len(named) < len(targets):
        missing = len(targets) - len(named)
        raise SomeFailed(
            f"{missing} of {len(targets)} were not found; the others are done."
            if named
            else "Nothing was found."
        )


def _named(
    context: Context, home: Home, words: Sequence[str]
) -> list[tuple[str, "Target", "ErasurePlan"]]:
    from tasted.cli.commands.forget_targets import target_of  # noqa: PLC0415 - pydantic takes 0.2 s
    from tasted.daemon.forgetting.plan import read_contents  # noqa: PLC0415 - as above
    from tasted.home.status import read_current  # noqa: PLC0415 - as above
    from tasted.outbox.ledger import Ledger  # noqa: PLC0415 - as above

    known = read_contents(home.inbox, Ledger.of(home), read_current(home.current_file))
    named: list[tuple[str, Target, ErasurePlan]] = []
    for word in words:
        try:
            target = target_of(word, home, known, context.working_folder)
        except NotFound as error:
            context.show_error(error, file=word)
            continue
        named.append((word, target, known.plan(target)))
    return named


def _may_delete(context: Context, plans: Sequence["ErasurePlan"]) -> bool:
    """Ask what to do with the pictures that would be scored again."""
    staying = sorted({path for plan in plans for path in plan.stays_in_inbox})
    if not staying:
        return False
    shown = ", ".join(printable(f"inbox/{path}") for path in staying[:_NAMED_MAX])
    more = f" and {len(staying) - _NAMED_MAX} more" if len(staying) > _NAMED_MAX else ""
    if context.ask is None:
        raise UsageError(
            f"Still in the inbox: {shown}{more}.",
            remedy="Add --delete-picture, or --keep-picture to keep and ignore them.",
        )
    question = f"Still in the inbox: {shown}{more}. Delete there too? (No: keep and ignore)"
    return context.ask(question)


def _carried_out(context: Context, home: Home, order: "Order") -> list[dict[str, int]]:
    answer = ask_owner(home, "forget", **order.to_json())
    if answer is None:
        from tasted.daemon.one_shot import forget_now  # noqa: PLC0415 - pydantic takes 0.2 s

        context.start_logs()
        answer = forget_now(home, context.settings(), order)
    if "error" in answer:
        raise recreated_error(**answer["error"])
    counts: list[dict[str, int]] = answer["targets"]
    return counts


def _show(
    context: Context,
    word: str,
    plan: "ErasurePlan",
    counts: Mapping[str, int],
    order: "Order",
    *,
    asks: bool,
) -> None:
    kept = counts.get("kept_pictures", 0)
    parts = [
        f"{counts[kind]} {one if counts[kind] == 1 else many}"
        for kind, (one, many) in _COUNTED.items()
        if counts.get(kind)
    ]
    files = list(_files(plan, keeps=order.keeps_pictures)) if order.is_dry else []
    found = ", ".join(parts) or ("nothing else" if files else "nothing was kept about it")
    begin = "Would forget" if order.is_dry else "Forgot"
    context.show(printable(f"{begin} {word}: {found}."))
    undecided = {_inbox(path) for path in plan.stays_in_inbox} if asks else set()
    for kind, path in sorted(files, key=lambda entry: entry[1] in undecided):
        begin = "you will be asked: " if path in undecided else ""
        context.show(printable(f"  {begin}{_COUNTED[kind][0]}: {path}"))
    if kept:
        pictures = "1 picture stays" if kept == 1 else f"{kept} pictures stay"
        context.show(f"  {pictures} in the inbox, ignored until: tasted score FILE")
    elsewhere = counts.get("kept_in_backfills", 0)
    if elsewhere:
        pictures = "1 picture stays" if elsewhere == 1 else f"{elsewhere} pictures stay"
        context.show(f"  {pictures} in the folders of backfills, and will not be scored there.")
    changed = counts.get("changed", 0)
    if changed:
        stays = "1 file stays" if changed == 1 else f"{changed} files stay"
        context.show(f"  {stays} in the inbox: changed meanwhile.")
    erased = {kind: counts.get(kind, 0) for kind in _COUNTED}
    value: dict[str, Any] = {"target": word, "dry_run": order.is_dry, "kept_pictures": kept}
    value |= {"changed": changed, "kept_in_backfills": elsewhere}
    if order.is_dry:
        value["files"] = [
            {"kind": kind, "path": path, "asked": path in undecided} for kind, path in files
        ]
    context.answer({**value, "erased": erased})


def _files(plan: "ErasurePlan", *, keeps: bool) -> Iterator[tuple[str, str]]:
    """Yield what would be deleted from inbox and outbox, as kind and path in the home."""
    for file in plan.copies:
        yield "label_copies", _inbox(file.path)
    texts = plan.copy_texts
    if not keeps:
        for file, _content in plan.pictures:
            yield "pictures", _inbox(file.path)
        texts += plan.picture_texts
    for text in texts:
        yield "texts", _inbox(text)
    for path in plan.sidecars:
        yield "sidecars", f"of {_inbox(path)}"


def _inbox(path: str) -> str:
    return (Path("inbox") / path).as_posix()
