"""A home with a trial whose engine is played: what it decides outlives a process that is killed."""

from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from kit.feedback_events import judged
from kit.trials import counted, recipe, trial_row
from tasted.daemon.shared.trial_board import TrialBoard
from tasted.daemon.shared.trial_carrier import TrialCarrier
from tasted.daemon.shared.trial_office import TrialOffice
from tasted.errors import ServiceFault
from tasted.feedback.events import (
    Answer,
    ChosenBy,
    EventKind,
    FeedbackEvent,
    GuessBefore,
    TrialGuess,
    Via,
)
from tasted.feedback.log import FeedbackLog
from tasted.home.layout import Home
from tasted.home.taste_versions import Recipe
from tasted.records import Current
from tasted.rpc.messages import EngineRequest
from tasted.rpc.trial_messages import (
    CompareRecipes,
    DecideByRecipe,
    PrepareTrial,
    RecipesCompared,
    TrialPrepared,
)
from tasted.rpc.version_messages import VersionChosen, VersionRefused
from tasted.trials.bodies import trial_body
from tasted.trials.rules import figures_of
from tasted.trials.standing import standing_of
from tasted.trials.trial_file import TrialRow

OLD, NEW = recipe("small", "seed"), replace(recipe("small"), code_version="2")
GOOD, BAD = 0.9, 0.6


class KilledError(Exception):
    """The process ends here."""


def published(deciding: Recipe, **fields: Any) -> Current:
    """Return what an engine publishes when a recipe decides."""
    name = "v1" if deciding == OLD else "v2"
    current = Current("small", "f", "taste", name, "t", "c", "l", 9, 9, recipe=deciding.id)
    return replace(current, **fields)


class TriedHome:
    """One home; `restart` is another process.

    Args:
        home: with its folders.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self.current: Current | None = published(OLD)
        self.asked: list[str] = []
        """The recipes that the engine was to let decide."""
        self.dies_at: str | None = None
        """`ask`, `decided` or `note`."""
        self.refused: VersionRefused | None = None
        self.no_change: str | None = None
        """Why the model cannot be changed."""
        self.digest = "digest"
        """Of the labels."""
        self.fault: ServiceFault | None = None
        self.compared = iter([RecipesCompared(is_done=True)])
        """What a comparison says, part by part."""
        self.numbers = iter(range(1, 100_000))
        self.restart()

    def restart(self) -> None:
        """Begin with what is on the disk."""
        self.dies_at = None
        self.log = FeedbackLog(self.home.feedback)
        self.board = TrialBoard(self.home.trials, self.log)
        self.carrier = TrialCarrier(
            self.board,
            current=lambda: self.current,
            ask=self.ask,
            note=self.note,
            use_model=self.use_model,
            clock=lambda: 0.0 if self.fault else float("inf"),
        )
        self.office = TrialOffice(
            self.carrier, ask=self.ask, taste=lambda: self.current and self.current.taste
        )

    def open(self, **fields: Any) -> TrialRow:
        """Begin a trial of the new recipe against the old one."""
        row = self.board.open(trial_row(in_force=OLD, challenger=NEW, **fields))
        self.carrier.follow()
        return row

    @property
    def row(self) -> TrialRow:
        """The last trial."""
        newest = self.board.newest()
        assert newest is not None
        return newest

    @property
    def told(self) -> list[str]:
        """What the log says of trials."""
        kinds = {EventKind.DUEL_OPENED, EventKind.DUEL_CLOSED}
        return [
            (event.note or "").partition(":")[0] for event in self.events if event.kind in kinds
        ]

    @property
    def events(self) -> list[FeedbackEvent]:
        """What the log holds."""
        return list(self.log.events())

    # ---- the engine and the log -------------------------------------------------------

    def ask(self, request: EngineRequest[Any], /) -> "Future[Any]":
        """Answer as an engine."""
        future: Future[Any] = Future()
        if self.dies_at == "ask":
            raise KilledError
        if self.fault is not None:
            future.set_exception(self.fault)
        elif isinstance(request, PrepareTrial):
            future.set_result(TrialPrepared(OLD, NEW, self.digest, 9, 9))
        elif isinstance(request, CompareRecipes):
            future.set_result(next(self.compared))
        else:
            assert isinstance(request, DecideByRecipe)
            future.set_result(self._decide(request))
            if self.dies_at == "decided":
                raise KilledError
        return future

    def _decide(self, request: DecideByRecipe) -> VersionChosen:
        self.asked.append(request.name)
        if self.refused is not None:
            return VersionChosen(refused=self.refused)
        before = self.current.taste if self.current is not None else None
        self.current = published(OLD if request.recipe == OLD.id else NEW)
        return VersionChosen(self.current, before)

    def use_model(self, model: str, _since: str) -> str | None:
        """Begin a change of the model, which the test ends."""
        self.asked.append(model)
        return self.no_change

    def note(self, kind: EventKind, *, via: Via, note: str, event_id: str) -> object:
        """Log an event, as the recorder does."""
        if self.dies_at == "note":
            raise KilledError
        return self.log.append(FeedbackEvent(event_id, 1, kind, via, note=note))

    # ---- answers ----------------------------------------------------------------------

    def answer(
        self, count: int, *, is_new_right: bool = True, follows: bool = True, **fields: Any
    ) -> None:
        """Give answers that one recipe had guessed better; likes and rejects in turns."""
        for _ in range(count):
            number = next(self.numbers)
            liked = number % 2 == 0
            guesses = {
                NEW.id: _guess(GOOD if is_new_right else BAD, liked=liked),
                OLD.id: _guess(BAD if is_new_right else GOOD, liked=liked),
            }
            wanted = self.carrier.wanted()
            in_force = self.current.recipe if self.current is not None else None
            event = judged(
                number,
                number,
                Answer.LIKE if liked else Answer.REJECT,
                chosen_by=ChosenBy.EXPLORE if number % 3 == 0 else ChosenBy.DUEL,
                before=GuessBefore("v1", in_force, guesses.get(in_force or "")),
                trial=TrialGuess(wanted.recipe, guesses[wanted.recipe]) if wanted else None,
                seq=0,
            )
            self.log.append(replace(event, **fields))
            if follows:
                self.carrier.follow()


def shown_trial(state: str, **fields: Any) -> dict[str, Any]:
    """Return a trial as the page has it: 47 answers, of which the new recipe was nearer in 40."""
    answers = [
        counted(
            number,
            0.5,
            0.75 if (number % 2 == 0) is (number % 7 > 0) else 0.25,
            liked=number % 2 == 0,
            is_drawn=number % 3 == 0,
        )
        for number in range(1, 48)
    ]
    row = trial_row(
        in_force=OLD,
        challenger=replace(OLD, embedder="openai/clip-vit-large-patch14", embedder_fingerprint="l"),
        state=state,
        former_version="v1",
        **fields,
    )
    if state != "open":
        row = replace(row, decided_at="2026-11-30T13:02:00+00:00", figures=figures_of(answers))
    figures = figures_of(answers if state == "open" else answers[:9])
    return trial_body(standing_of(row, figures))


def _guess(certainty: float, *, liked: bool) -> float:
    return certainty if liked else 1 - certainty
