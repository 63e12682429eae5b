"""Taste versions for the page and the API: listed, compared, put in force.

Reads the rows in `.tasted/tastes`; the engine compares and changes what decides.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from tasted.daemon.reviewing.bodies import Body, small_picture, tally_body
from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.version_order import newest_scored
from tasted.errors import CommandError, EngineFailed, NotFound
from tasted.feedback.events import FeedbackEvent
from tasted.feedback.history import Guessed, guesses_by_version
from tasted.home.taste_versions import (
    Estimate,
    VersionRow,
    held_sentence,
    read_version_row,
    read_version_rows,
    version_number,
)
from tasted.outbox.sidecar import encoded_path
from tasted.records import Current
from tasted.rpc.messages import EngineAnswer
from tasted.rpc.version_messages import CompareVersions, UseVersion, VersionRefused

_SECONDS = 60.0
"""So long the engine may take: to compare, it scores a thousand pictures twice."""

AnswerT = TypeVar("AnswerT", bound=EngineAnswer)


class VersionGone(CommandError):
    """A version that is asked for was erased."""

    code = "erased"


class VersionUnusable(CommandError):
    """A version does not fit to the settings of now."""

    code = "conflict"


class TasteDesk:
    """Shows and changes what decides.

    Args:
        folder: of the versions.
        shared: the taste in force, the ledger, and the way to the engine.
        events: returns all answers, oldest first.
    """

    def __init__(
        self,
        folder: Path,
        shared: SharedState,
        *,
        events: Callable[[], Iterable[FeedbackEvent]],
    ) -> None:
        self._folder = folder
        self._shared = shared
        self._events = events
        self._upto: tuple[str | None, int | None] = None, None
        """A version, and the last event that it knows: that never changes."""

    def recipe(self) -> str | None:
        """Return the recipe of the version in force."""
        rows = read_version_rows(self._folder)
        return next((row.recipe.id for row in rows if row.is_in_force), None)

    def held(self) -> str | None:
        """Return the sentence about a held version; None when none is."""
        return held_sentence(self._shared.taste.current)

    def unknown_from(self) -> int | None:
        """Return the last event that the version in force knows of all that may come to count.

        None: that is not known, or a version is held, so that nothing comes to count.
        """
        current = self._shared.taste.current
        if current is None or current.taste is None or current.is_held:
            return None
        if self._upto[0] != current.taste:
            number = version_number(current.taste)
            row = read_version_row(self._folder, number) if number is not None else None
            self._upto = current.taste, row.labels.upto_seq if row is not None else None
        return self._upto[1]

    def versions(self) -> Body:
        """Return a `VersionsAnswer`."""
        current = self._shared.taste.current
        guessed = guesses_by_version(self._events())
        return {
            "versions": [
                _version_body(row, current, guessed.get(row.name))
                for row in read_version_rows(self._folder)
            ],
            "in_force": current.taste if current is not None else None,
            "held": self.held(),
        }

    def version(self, number: int) -> Body:
        """Return a `TasteVersionAnswer`.

        Raises:
            NotFound: when there is no such version.
        """
        row = read_version_row(self._folder, number)
        if row is None:
            raise NotFound(f"There is no version v{number}.", remedy="List them: GET /api/versions")
        guessed = guesses_by_version(self._events()).get(row.name)
        return _version_body(row, self._shared.taste.current, guessed)

    def compare(self, a: int, b: int) -> Body:
        """Return a `ComparisonAnswer`: the rows have the figures on the same answers.

        Raises:
            NotFound, VersionGone, VersionUnusable: when one of them cannot be compared.
            ServiceFault: when the engine does not answer.
        """
        one, other = self.version(a), self.version(b)
        entries = self._shared.ledger.entries
        contents = tuple(newest_scored(entries))
        answer = _answer(self._shared.queue.ask_engine(CompareVersions(a, b, contents)))
        _refuse(answer.refused)
        wanted = {changed.content_id for changed in answer.changed}
        paths = {
            entry.content_id: entry.path
            for entry in entries.values()
            if entry.content_id is not None and entry.content_id in wanted
        }
        for body, figures in ((one, answer.figures_a), (other, answer.figures_b)):
            if figures is not None:
                body |= {
                    "auc": _figure(figures.auc),
                    "brier": _figure(figures.brier),
                    "constant_brier": figures.base_brier,
                }
        return {
            "a": one,
            "b": other,
            "changed": [
                {
                    "id": changed.content_id,
                    "name": _name(paths, changed.content_id),
                    "href_320": small_picture(changed.content_id),
                    "a": changed.verdict_a,
                    "b": changed.verdict_b,
                    "probability_a": changed.probability_a,
                    "probability_b": changed.probability_b,
                }
                for changed in answer.changed
            ],
            "changed_count": len(answer.changed),
            "compared": answer.compared,
        }

    def activate(self, number: int, mode: str) -> Body:
        """Return an `ActivateAnswer`.

        Args:
            number: of the version.
            mode: `hold`, or `follow` for what it was made with.

        Raises:
            NotFound, VersionGone, VersionUnusable: when it cannot decide.
            ServiceFault: when the engine does not answer.
        """
        request = UseVersion(number, hold=mode == "hold")
        answer = _answer(self._shared.queue.ask_engine(request))
        _refuse(answer.refused)
        current = answer.current
        return {
            "in_force": current.taste if current is not None else None,
            "held": held_sentence(current),
            "before": answer.before,
            "was_held": answer.was_held,
        }


def _answer(future: Future[AnswerT]) -> AnswerT:
    try:
        return future.result(_SECONDS)
    except (TimeoutError, CancelledError) as error:
        future.cancel()
        raise EngineFailed("The engine did not answer in time.", remedy="Try again.") from error


def _refuse(refused: VersionRefused | None) -> None:
    if refused is None:
        return
    kinds = {"version_erased": VersionGone, "version_unusable": VersionUnusable}
    kind: type[CommandError] = kinds.get(refused.code, NotFound)
    raise kind(refused.message, remedy=refused.remedy)


def _version_body(row: VersionRow, current: Current | None, guessed: Guessed | None) -> Body:
    is_held = row.is_in_force and current is not None and current.is_held
    return {
        "version": row.name,
        "number": row.number,
        "minted_at": row.minted_at,
        "in_force": [asdict(span) for span in row.in_force],
        "is_in_force": row.is_in_force,
        "is_held": is_held,
        "liked": row.labels.liked,
        "rejected": row.labels.rejected,
        "auc": _figure(row.figures.auc),
        "brier": _figure(row.figures.brier),
        "constant_brier": row.figures.base_brier,
        "guessed": tally_body(guessed) if guessed is not None else None,
        "reason": row.reason,
        "recipe": row.recipe.id,
        "kept": row.kept,
        "note": row.note,
    }


def _figure(estimate: Estimate | None) -> dict[str, Any] | None:
    return asdict(estimate) if estimate is not None else None


def _name(paths: Mapping[str, str], content: str) -> str:
    path = paths.get(content)
    return encoded_path(path.rpartition("/")[2]).path if path is not None else content[:8]
