"""A model on trial gets the vectors that it lacks, in small groups; the engine is played."""

import threading
from concurrent.futures import Future
from typing import Any

import pytest

from kit.answered_homes import AnsweredHome, id_of
from kit.trials import recipe, trial_row
from kit.waiting import eventually
from tasted.config import Settings
from tasted.daemon.shared.shared_state import ScanResult, SharedState
from tasted.daemon.shared.trial_feeding import TrialFeeding
from tasted.daemon.shared.work_queue import PresentLabels
from tasted.errors import EngineFailed
from tasted.home.layout import Home
from tasted.inbox.listing import list_inbox
from tasted.rpc.messages import EngineRequest
from tasted.rpc.model_messages import (
    EmbeddedForModel,
    EmbeddingPlanned,
    EmbedForModel,
    PlanEmbedding,
)
from tasted.trials.trial_file import TrialRow

NAMES = [f"{number:02}.png" for number in range(20)]


class Feeding:
    """A home with twenty scored pictures, one of them liked, and an engine that plays along."""

    def __init__(self, home: Home) -> None:
        answered = AnsweredHome(home)
        answered.drop(*NAMES)
        answered.score(*NAMES)
        (home.inbox / "liked" / "00.png").write_bytes((home.inbox / "00.png").read_bytes())
        answered.learn()
        self.shared = SharedState(Settings(), answered.ledger, None)
        labels = PresentLabels(("liked/00.png",), "digest", "config")
        self.shared.last_scan = ScanResult(list_inbox(home.inbox).files, labels)
        self.groups: list[tuple[str, ...]] = []
        self.known: set[str] = set()
        self.bad: set[str] = set()
        self.dies = False
        self.failed: list[tuple[int, str]] = []
        self.row: TrialRow | None = trial_row()
        self.at = 0.0
        self.feeding = TrialFeeding(
            self.shared,
            ask=self.ask,
            running=lambda: self.row,
            on_failed=lambda number, why: self.failed.append((number, why)),
            clock=lambda: self.at,
        )

    def ask(self, request: EngineRequest[Any], /) -> "Future[Any]":
        """Answer as an engine."""
        done: Future[Any] = Future()
        if self.dies:
            done.set_exception(EngineFailed("The engine ended.", remedy=""))
        elif isinstance(request, PlanEmbedding):
            done.set_result(
                EmbeddingPlanned(
                    tuple(path for path, _content in request.references if path not in self.known),
                    tuple(content for content in request.contents if content not in self.known),
                )
            )
        else:
            assert isinstance(request, EmbedForModel)
            paths = tuple(file.path for file in request.files)
            self.groups.append(paths)
            good = [path for path in paths if path not in self.bad]
            self.known.update(id_of(path) if "/" not in path else path for path in good)
            done.set_result(EmbeddedForModel(len(good), tuple(set(paths) - set(good))))
        return done

    def follow(self) -> None:
        """Do what the scanner does with every turn, a while later, until nothing is under way."""
        self.at += 60
        self.feeding.follow()
        eventually(lambda: not any(one.name == "trial" for one in threading.enumerate()))


@pytest.fixture
def fed(home: Home) -> Feeding:
    """A home."""
    return Feeding(home)


def test_everything_is_embedded_once_labels_first(fed: Feeding) -> None:
    """In small groups; then nothing is asked until something has changed."""
    assert not fed.feeding.knows_all(recipe("large"))
    fed.follow()
    paths = [path for group in fed.groups for path in group]
    assert paths[0] == "liked/00.png"
    assert sorted(paths[1:]) == NAMES
    assert max(map(len, fed.groups)) <= 8
    assert fed.feeding.knows_all(recipe("large"))
    assert not fed.feeding.knows_all(recipe("third"))
    fed.groups.clear()
    fed.follow()
    assert fed.groups == []
    assert fed.feeding.feed("large") == 0


def test_a_label_that_cannot_be_embedded_is_told(fed: Feeding) -> None:
    """Then the model does not know all, and could not decide by itself."""
    fed.bad = {"liked/00.png", "07.png"}
    fed.follow()
    assert not fed.feeding.knows_all(recipe("large"))
    assert len(fed.known) == len(NAMES) - 1


def test_a_model_that_ends_the_engine_twice_is_given_up(fed: Feeding) -> None:
    """It is the fault of the model, and of no picture."""
    fed.dies = True
    fed.follow()
    assert fed.failed == []
    fed.follow()
    assert fed.failed == [(1, "The engine ended.")]


def test_another_method_needs_no_vectors(fed: Feeding) -> None:
    """Nor does a home without a trial."""
    fed.row = trial_row(challenger=recipe("small", "seed"))
    fed.follow()
    fed.row = None
    fed.follow()
    assert fed.groups == []
