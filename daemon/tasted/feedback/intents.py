"""Answers of commands that the owner of the log has not taken in yet. Touches the disk.

A command cannot write the log, and must not wait for a daemon. So it leaves the event as
`.tasted/feedback/incoming/ID.json` before it copies a picture, and renames it to `ID.done`
afterwards, all under the label lock: who holds that lock and finds an `ID.json` knows that its
command was killed.
"""

import contextlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from tasted.errors import CommandError
from tasted.feedback.events import LINE_BYTES_MAX, FeedbackEvent, checked_text
from tasted.plain_dataclass import dataclass
from tasted.system.faultpoints import reach
from tasted.system.files import private_folder, read_regular_file, sync_folder, write_atomically

_NAME = re.compile(r"[0-9a-f-]{36}\.(json|done)")
_DONE = ".done"


@dataclass(frozen=True, slots=True)
class Intent:
    """One answer that waits."""

    file: Path
    event: FeedbackEvent

    @property
    def is_carried_out(self) -> bool:
        """Whether its command has changed the folders."""
        return self.file.suffix == _DONE


class Recording:
    """One answer of a command: intents, from before the first copy until the folders are so.

    Args:
        log_folder: of the log; its parent must exist once it begins.
        make_event: given the content that is judged and, of a profile, those of its photos.
    """

    def __init__(
        self, log_folder: Path, make_event: Callable[[str, tuple[str, ...]], FeedbackEvent]
    ) -> None:
        self._log_folder = log_folder
        self._make_event = make_event
        self._intents: list[Intent] = []

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Leave no intent behind when the block fails: nobody was told that it was done."""
        try:
            yield
        except BaseException:
            self.end(is_changed=False)
            raise

    def begin(self, content: str, photos: tuple[str, ...] = ()) -> None:
        """Write down what is about to be done; again for what does not fit into one event.

        Raises:
            CommandError: when it cannot be written; nothing was changed.
        """
        try:
            intent = leave_intent(self._log_folder, self._make_event(content, photos))
        except OSError as error:
            raise CommandError(
                f"The answer cannot be written to {self._log_folder}: {error.strerror}.",
                remedy="Check the free space and who owns the folder, then try again.",
            ) from error
        self._intents.append(intent)
        reach("feedback.intended")

    def end(self, *, is_changed: bool) -> None:
        """Note that the folders are so, or that nothing was to be done."""
        intents, self._intents = self._intents, []
        for intent in intents:
            # the answer itself is in the folders: what cannot be noted here is found there
            with contextlib.suppress(OSError):
                if is_changed:
                    mark_carried_out(intent)
                else:
                    drop_intent(intent)


def incoming(log_folder: Path) -> Path:
    """Return where intents wait for the owner of a log."""
    return log_folder / "incoming"


def leave_intent(log_folder: Path, event: FeedbackEvent) -> Intent:
    """Write down what is about to be done; durable. The parent of the log's folder must exist.

    Raises:
        OSError: when it cannot be written.
    """
    folder = incoming(log_folder)
    if not folder.is_dir():
        private_folder(folder, below=log_folder.parent)
        for made in (folder.parent, log_folder.parent):
            sync_folder(made)
    file = folder / f"{event.id}.json"
    write_atomically(file, event.to_line())
    return Intent(file, event)


def mark_carried_out(intent: Intent) -> None:
    """Note that the folders are as the intent says.

    Raises:
        OSError: when it cannot be renamed.
    """
    intent.file.rename(intent.file.with_suffix(_DONE))


def drop_intent(intent: Intent) -> None:
    """Remove an intent: it was taken in, or nothing came of it.

    Raises:
        OSError: when it cannot be removed.
    """
    intent.file.unlink(missing_ok=True)


def waiting_intents(
    log_folder: Path, *, on_malformed: Callable[[Path], None] = lambda _file: None
) -> list[Intent]:
    """Return the intents that wait, in the order in which they were made.

    Args:
        log_folder: of the log.
        on_malformed: called with each file that is no intent.

    Raises:
        OSError: when the folder cannot be listed.
    """
    folder = incoming(log_folder)
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names, and no paths of what is not ours
    except FileNotFoundError:
        return []
    found = []
    for name in names:
        if _NAME.fullmatch(name) is None:
            continue
        try:
            found.append(_read(folder / name))
        except FileNotFoundError:
            # its command has just renamed it, or nothing came of it
            continue
        except (OSError, ValueError):
            on_malformed(folder / name)
    return found


def is_anything_incoming(log_folder: Path) -> bool:
    """Return whether any file lies where intents wait, also one that was left half written.

    Raises:
        OSError: when the folder cannot be listed.
    """
    try:
        with os.scandir(incoming(log_folder)) as entries:
            return any(True for _entry in entries)
    except FileNotFoundError:
        return False


def erase_intents(log_folder: Path, contents: Collection[str]) -> int:
    """Remove the intents about some pictures, and those that cannot be read; return their number.

    The caller holds the label lock.

    Raises:
        OSError: when one cannot be removed.
    """
    malformed: list[Path] = []
    wanted = frozenset(contents)
    going = [
        intent.file
        for intent in waiting_intents(log_folder, on_malformed=malformed.append)
        if not wanted.isdisjoint(intent.event.contents)
    ]
    for file in (*going, *malformed):
        file.unlink(missing_ok=True)
    if going or malformed:
        sync_folder(incoming(log_folder))
    return len(going)


def _read(file: Path) -> Intent:
    data, _stamp = read_regular_file(file, max_bytes=LINE_BYTES_MAX)
    try:
        event = FeedbackEvent.from_json(json.loads(checked_text(data)))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if event.id != file.stem:
        raise ValueError("the file has the name of another event")
    return Intent(file, event)
