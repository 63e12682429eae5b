"""Logs what hands did in the label folders. Reads them; writes the feedback log.

What a scan saw may be a moment old, so whatever it would mean is looked at again on the disk, under
the label lock: meanwhile nobody else of ours changes a label.
"""

import contextlib
import os
import time
from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial

import structlog

from tasted.daemon.shared.folder_answers import FolderAnswers, folder_answers
from tasted.daemon.shared.standing_log import StandingLog
from tasted.feedback.events import Answer, ChosenBy, EventKind, FeedbackEvent, GuessBefore, Via
from tasted.home.layout import Home
from tasted.inbox.find_copies import list_labels
from tasted.inbox.naming import label_of
from tasted.outbox.ledger import Ledger
from tasted.packing.entries import having_contents
from tasted.records import FileStamp, Label
from tasted.system.files import stamp_of

_NO_CONTENT = ""
"""Of a file that could not be read: it is known, and is no answer."""

log = structlog.get_logger("tasted.feedback")


class FolderFollower:
    """Compares the label folders with the log.

    Args:
        home: whose folders they are.
        standing: the log.
        ledger: of the outbox: it knows the contents.
        never_copied: ids of answers that never had a copy; those that have one now are taken out.
    """

    def __init__(
        self, home: Home, standing: StandingLog, ledger: Ledger, never_copied: set[str]
    ) -> None:
        self._home = home
        self._standing = standing
        self._ledger = ledger
        self._never_copied = never_copied
        self._contents: dict[str, tuple[FileStamp, str]] = {}
        """By path, as long as the file is the same."""
        self._followed: tuple[str, int, bool] | None = None
        """The labels, the state of the ledger, and whether all was known, last time."""

    def is_due(self, present: Mapping[str, FileStamp], digest: str) -> bool:
        """Return whether the labels, or what is known of them, changed since the last time."""
        if self._followed is None:
            return bool(present) or self._standing.log.last_seq > 0
        followed, changes, was_complete = self._followed
        return digest != followed or not (was_complete or changes == self._ledger.changes)

    def forget(self) -> None:
        """Begin anew: the contents that are held may have been erased."""
        self._contents, self._followed = {}, None

    def follow(
        self,
        present: Mapping[str, FileStamp],
        digest: str,
        *,
        missed: AbstractSet[str],
        is_finished: bool,
    ) -> None:
        """Log what the folders say. The caller holds the label lock.

        Args:
            present: the files that count as labels.
            digest: of them.
            missed: those that the last look missed: they may be gone, or be written anew.
            is_finished: whether the folders are as the log says, but for what hands did.

        Raises:
            InboxUnavailable: when the label folders cannot be listed.
            CommandError: when the log cannot be written.
        """
        changes = self._ledger.changes
        is_complete = self._learn_contents(present)
        seen: dict[str, set[Label]] = defaultdict(set)
        paths: dict[str, str] = {}
        for path, (_stamp, content) in self._contents.items():
            label = label_of(path)
            if label is not None and content != _NO_CONTENT:
                seen[content].add(label)
                if path not in missed:
                    paths[content] = path
        found: FolderAnswers = self._standing.read(
            partial(
                folder_answers,
                seen,
                is_complete=is_complete and is_finished,
                never_copied=self._never_copied,
            )
        )
        given = [
            self._given(content, answer, paths[content], present)
            for content, answer in found.given
            if content in paths and self._is_there(paths[content], present)
        ]
        left = self._on_disk() if found.taken_back else set()
        # a file that no look has seen yet may be what is missing: the next look knows
        is_complete = is_complete and left is not None
        going = [
            content for content in found.taken_back if left is not None and content not in left
        ]
        events = [*self._with_guesses(given), *map(self._taken_back, going)]
        if events:
            self._standing.append(events)
            log.info("labels_followed", given=len(given), taken_back=len(going))
        self._never_copied -= {
            judgement.event_id
            for content in seen
            if self._never_copied and (judgement := self._standing.of(content)) is not None
        }
        self._followed = (digest, changes, is_complete)

    def _learn_contents(self, present: Mapping[str, FileStamp]) -> bool:
        """Note what the labels contain, and return whether that is known of all of them."""
        contents: dict[str, tuple[FileStamp, str]] = {}
        for path, stamp in present.items():
            known = self._contents.get(path)
            if known is None or known[0] != stamp:
                entry = self._ledger.entry_of(path)
                if entry is None or not entry.stamp.agrees(stamp):
                    # it is still to be learnt
                    continue
                known = (stamp, entry.content_id or _NO_CONTENT)
            contents[path] = known
        self._contents = contents
        return len(contents) == len(present)

    def _is_there(self, path: str, present: Mapping[str, FileStamp]) -> bool:
        with contextlib.suppress(OSError):
            return present[path].agrees(stamp_of(os.lstat(self._home.inbox / path)))
        return False

    def _given(
        self, content: str, answer: Answer, path: str, present: Mapping[str, FileStamp]
    ) -> FeedbackEvent:
        stamp = present[path]
        since_ns = stamp.changed_ns if stamp.changed_ns is not None else stamp.modified_ns
        return self._standing.event(
            EventKind.JUDGE,
            via=Via.FOLDER,
            chosen_by=ChosenBy.FOLDER,
            content=content,
            answer=answer,
            # when the file came there, as far as that can be told
            at_ms=max(0, min(since_ns // 1_000_000, int(time.time() * 1_000))),
        )

    def _with_guesses(self, events: list[FeedbackEvent]) -> list[FeedbackEvent]:
        if not events:
            return []
        guesses: dict[str, GuessBefore] = {}
        contents = frozenset(event.content for event in events if event.content is not None)
        for path, entry in having_contents(self._ledger.entries, contents):
            facts = entry.ranking_facts
            # of thousands of old labels nearly all scores know the answer: none of them is read
            if facts is None or facts.judgement is not None or entry.content_id is None:
                continue
            guess = self._standing.guess_before(path)
            if guess is not None:
                guesses[entry.content_id] = guess
        return [replace(event, before=guesses.get(event.content or "")) for event in events]

    # ---- what was taken out ---------------------------------------------------------------

    def _taken_back(self, content: str) -> FeedbackEvent:
        return self._standing.event(
            EventKind.UNDO, via=Via.FOLDER, chosen_by=ChosenBy.FOLDER, content=content
        )

    def _on_disk(self) -> set[str] | None:
        """Return the contents below the label folders now; None when one is not known yet."""
        contents = set()
        for path, file in list_labels(self._home.inbox).items():
            known = self._contents.get(path)
            if known is None or not known[0].agrees(file.stamp):
                return None
            contents.add(known[1])
        return contents
