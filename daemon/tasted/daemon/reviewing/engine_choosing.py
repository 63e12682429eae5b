"""Cards chosen by the engine, and scores that follow each answer. Asks the engine; reads the log.

Where the engine cannot be asked, or takes too long to start, cards are chosen by their scores: a
queue that waits for a model would be a queue that is empty.
"""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from typing import cast

import structlog

from tasted.daemon.reviewing.card_queue import QueueWish
from tasted.daemon.reviewing.card_tokens import ShownCard
from tasted.daemon.reviewing.event_history import EventHistory
from tasted.daemon.reviewing.judged_cards import JudgeableResult
from tasted.daemon.reviewing.simple_choosing import SimpleChooser
from tasted.daemon.shared.standing_log import AnswersNow
from tasted.errors import TastedError
from tasted.feedback.events import Answer, EventKind, GuessBefore, TrialGuess, is_token
from tasted.rpc.asking_messages import (
    AnsweredPicture,
    AnswersTaken,
    CardChoice,
    CardsChosen,
    ChooseCards,
    ChosenCard,
    PoolPicture,
    TakeAnswers,
    TrialOfRecipes,
)

CHOOSE_SECONDS = 8.0
"""How long the engine may take; it starts in three seconds."""
POOL_NEWEST = 2_000
POOL_OLDER = 500
_ANSWERS_MAX = 500
_RECHECKS_MAX = 20
_TOUCHING = frozenset({EventKind.JUDGE, EventKind.UNDO, EventKind.IMPORTED})

log = structlog.get_logger("tasted.reviewing")


class RecentAnswers:
    """What was answered last, whether the fit in force knows it or not: the engine can tell.

    Args:
        history: the events.
        answers: returns what stands.
        results: returns what can be judged, by content.
    """

    def __init__(
        self,
        history: EventHistory,
        *,
        answers: Callable[[], AnswersNow],
        results: Callable[[], dict[str, JudgeableResult]],
    ) -> None:
        self._history = history
        self._answers = answers
        self._results = results

    def now(self) -> tuple[AnsweredPicture, ...]:
        """Return them, the last one first, each content once, as it stands now."""
        results = self._results()
        touched: dict[str, None] = {}
        for event in reversed(self._history.events()):
            if len(touched) >= _ANSWERS_MAX:
                break
            if event.kind in _TOUCHING and event.content is not None:
                touched.setdefault(event.content)
        judgements = self._answers().judgements
        found = []
        for content in touched:
            result, standing = results.get(content), judgements.get(content)
            if result is not None:
                liked = standing.answer is Answer.LIKE if standing is not None else None
                found.append(AnsweredPicture(_pooled(result), liked))
        return tuple(found)


class EngineChooser:
    """Chooses cards by what they look like, and how unsure they are.

    Args:
        ask: hands a request to the engine.
        recent: what the fit in force may not know.
        simple: chooses when the engine does not.
        trial: returns which recipes are to predict each answer; None: nothing is on trial.
        seconds: how long the engine may take.
    """

    def __init__(
        self,
        ask: Callable[[ChooseCards], "Future[CardsChosen]"],
        recent: RecentAnswers,
        simple: SimpleChooser,
        *,
        trial: Callable[[], TrialOfRecipes | None] = lambda: None,
        seconds: float = CHOOSE_SECONDS,
    ) -> None:
        self._ask = ask
        self._recent = recent
        self._simple = simple
        self._trial = trial
        self._seconds = seconds

    def __call__(
        self,
        wish: QueueWish,
        pool: Sequence[JudgeableResult],
        queued: Sequence[ShownCard],
        judged: Sequence[JudgeableResult],
    ) -> list[ShownCard]:
        """Return cards; fewer where the pool ends."""
        if not pool and not judged:
            return []
        chance = random.Random(wish.seed + wish.first)  # noqa: S311 - it protects nothing
        rechecks = chance.sample(list(judged), min(_RECHECKS_MAX, len(judged)))
        request = ChooseCards(
            pool=tuple(map(_pooled, _bounded(pool, chance))),
            queued=tuple(card.content for card in queued),
            count=wish.count,
            first=wish.first,
            seed=wish.seed,
            answers=self._recent.now(),
            rechecks=tuple(map(_pooled, rechecks)),
            kinds=cast("tuple[CardChoice, ...]", wish.kinds),
            trial=self._trial(),
        )
        future = self._ask(request)
        try:
            chosen = future.result(self._seconds).cards
        except (TastedError, TimeoutError, CancelledError) as error:
            future.cancel()
            log.info("chosen_by_scores", why=str(error) or type(error).__name__)
            return self._simple(wish, pool, queued, judged)
        return list(map(_shown, chosen))


class ScoresThatFollow:
    """Has the engine take in every answer at once; one request at a time, with the newest of all.

    Args:
        ask: hands a request to the engine.
        recent: what the fit in force may not know.
        on_taken: handed what the engine says and the content that was answered last of all that it
            knows of, if any; called on its thread, and must be quick.
    """

    def __init__(
        self,
        ask: Callable[[TakeAnswers], "Future[AnswersTaken]"],
        recent: RecentAnswers,
        on_taken: Callable[[AnswersTaken, str | None], None],
    ) -> None:
        self._ask = ask
        self._recent = recent
        self._on_taken = on_taken
        self._guard = threading.Lock()
        self._asked: tuple[str, ...] = ()
        self._is_under_way = False
        self._is_late = False

    def follow(self, asked: tuple[str, ...] = ()) -> None:
        """Take in that something was answered.

        Args:
            asked: ids of the cards whose scores are wanted.
        """
        with self._guard:
            self._asked = asked
            if self._is_under_way:
                self._is_late = True
                return
            self._is_under_way = True
        self._send()

    def _send(self) -> None:
        with self._guard:
            self._is_late = False
            asked = self._asked
        answers = self._recent.now()
        newest = answers[0].picture.id if answers else None
        future = self._ask(TakeAnswers(answers, asked))
        future.add_done_callback(lambda done: self._taken(done, newest))

    def _taken(self, future: "Future[AnswersTaken]", newest: str | None) -> None:
        try:
            taken = future.result()
        except (TastedError, CancelledError) as error:
            # the next taste has all answers in it, whatever became of this
            log.debug("scores_do_not_follow", why=str(error))
        else:
            self._on_taken(taken, newest)
        with self._guard:
            is_late, self._is_under_way = self._is_late, self._is_late
        if is_late:
            self._send()


def _pooled(result: JudgeableResult) -> PoolPicture:
    return PoolPicture(result.content, result.contents, result.path)


def _bounded(pool: Sequence[JudgeableResult], chance: random.Random) -> list[JudgeableResult]:
    """Return the newest of a pool, and some older ones by chance."""
    newest = sorted(pool, key=lambda result: result.added_at, reverse=True)
    older = newest[POOL_NEWEST:]
    return newest[:POOL_NEWEST] + chance.sample(older, min(POOL_OLDER, len(older)))


def _shown(card: ChosenCard) -> ShownCard:
    version = card.version.partition(" ")[0]
    guess = GuessBefore(
        version=version if is_token(version) else None,
        recipe=card.recipe,
        probability=card.probability,
        verdict=card.verdict,
        percentile=card.percentile,
    )
    trial = card.trial
    return ShownCard(
        card.picture.id,
        card.chosen_by,
        card.propensity,
        guess,
        TrialGuess(trial.recipe, trial.probability) if trial is not None else None,
    )
