"""File system events of watchdog, reduced to hints that a path deserves a look.

A hint may be missing, late, doubled or wrong: the listing decides. The handler only puts paths
into a set and wakes the scanner, for an exception in a handler kills watchdog's dispatcher thread,
and a slow handler blocks its lock. Filters of events change what the kernel is asked for: one
without moves would lose files that are moved in.
"""

import os
from collections.abc import Callable, Collection
from pathlib import Path

from watchdog.events import (
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirModifiedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import BaseObserver

from tasted.inbox.observers import (
    LossListener,
    ObserverFactory,
    native_observer,
    shortcoming,
)

_COMING_AND_GOING: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    DirCreatedEvent,
    FileDeletedEvent,
    DirDeletedEvent,
    FileMovedEvent,
    DirMovedEvent,
]
# all but what our own reading makes, which would wake three threads for each picture in hand
_CHANGING: list[type[FileSystemEvent]] = [
    *_COMING_AND_GOING,
    FileModifiedEvent,
    DirModifiedEvent,
    FileAttribEvent,
    DirAttribEvent,
    FileClosedEvent,
]
# an observer that knows no filter tells of it all the same, and the daemon would never rest
_READING_EVENTS = frozenset({"opened", "closed_no_write"})
# what is moved away is deleted too, and new folders have to be listened to; to hear of every byte
# that is written costs as much as writing it
_VANISHING: list[type[FileSystemEvent]] = [
    FileDeletedEvent,
    DirDeletedEvent,
    FileMovedEvent,
    DirMovedEvent,
    DirCreatedEvent,
]
_JOIN_SECONDS = 5.0


class _Hinting(FileSystemEventHandler):
    def __init__(self, hint: Callable[[str], None], interesting: frozenset[str] | None) -> None:
        self._hint = hint
        self._interesting = interesting

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _READING_EVENTS:
            return
        if self._interesting is not None and event.event_type not in self._interesting:
            return
        # what a folder holds is told of by its own files, unless it came or went with them
        is_folder = event.is_directory and event.event_type != "modified"
        for path in (event.src_path, event.dest_path):
            if path:
                self._hint(os.fsdecode(path) + "/" * is_folder)


class Watcher:
    """Watches folders and calls `hint` with the absolute path of whatever stirred.

    Args:
        hint: called on watchdog's thread: it must be quick and must not raise. The path of a folder
            that came, went or was moved ends in a slash.
        doubt: called on any thread with the reason why hints may have been lost; as quick.
        make_observer: builds watchdog's observer; None means that of this system.
    """

    def __init__(
        self,
        hint: Callable[[str], None],
        doubt: Callable[[str], None] = lambda _why: None,
        *,
        make_observer: ObserverFactory | None = None,
    ) -> None:
        self._hint = hint
        self._make_observer = make_observer or (lambda: native_observer(doubt))
        self._losses = LossListener(doubt)
        self._observer: BaseObserver | None = None

    def start(
        self,
        trees: list[Path],
        *,
        deletions_in: list[Path],
        folders: list[Path],
        comings_and_goings_in: Collection[Path] = (),
    ) -> None:
        """Begin to watch. After this returns no event is missed but by an overflow of the kernel.

        Args:
            trees: folders watched with everything below them.
            deletions_in: trees of which only what disappears is of interest.
            folders: folders watched without what is below them.
            comings_and_goings_in: the same, but only for what appears or disappears there.

        Raises:
            OSError: when a folder is missing or the kernel's watches are used up.
        """
        self._observer = observer = self._make_observer()
        self._losses.attach()
        everything = _Hinting(self._hint, None)
        vanishing = _Hinting(self._hint, frozenset({"deleted"}))
        coming_and_going = _Hinting(self._hint, frozenset({"created", "deleted", "moved"}))
        try:
            for tree in trees:
                observer.schedule(everything, str(tree), recursive=True, event_filter=_CHANGING)
            for tree in deletions_in:
                observer.schedule(vanishing, str(tree), recursive=True, event_filter=_VANISHING)
            for folder in folders:
                observer.schedule(everything, str(folder), recursive=False, event_filter=_CHANGING)
            for folder in comings_and_goings_in:
                observer.schedule(
                    coming_and_going, str(folder), recursive=False, event_filter=_COMING_AND_GOING
                )
            observer.start()
        except OSError:
            # some of its emitters may run already, each with a thread and descriptors
            self.stop()
            raise

    @property
    def healthy(self) -> bool:
        """Whether all of watchdog's threads live. Alive is not proof of hearing; a look is."""
        observer = self._observer
        if observer is None or not observer.is_alive():
            return False
        emitters = observer.emitters
        return bool(emitters) and all(emitter.is_alive() for emitter in emitters)

    @property
    def shortcoming(self) -> str | None:
        """What is wrong with how this system is listened to; None when nothing is."""
        return shortcoming(self._observer) if self._observer is not None else None

    def stop(self) -> None:
        """Stop watching and wait for watchdog's threads; `start` may be called again."""
        observer, self._observer = self._observer, None
        if observer is None:
            return
        self._losses.detach()
        observer.stop()
        for emitter in observer.emitters:
            emitter.stop()
        if observer.ident is not None:
            observer.join(_JOIN_SECONDS)
