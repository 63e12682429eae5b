"""Chooses cards for somebody who is judging, and lets scores follow each answer. Reads the library.

What is measured of the pool stays in memory from one answer to the next. Everything else comes with
each request, so that an engine that was just started says the same. It loads no model, fits no
taste that is kept, and writes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.engine.challenger import RecipesOnTrial
from tasted.engine.scored_pool import ScoredPool
from tasted.judging.chosen import VersionJudge
from tasted.library.library import Library
from tasted.plain_dataclass import dataclass
from tasted.rpc.asking_messages import (
    AnsweredPicture,
    AnswersTaken,
    CardsChosen,
    CardTrial,
    ChooseCards,
    ChosenCard,
    PoolPicture,
    TakeAnswers,
)
from tasted.scoring.asking.choosing import ChosenPlace, PoolScores, choose
from tasted.scoring.asking.composition import ALL_KINDS, RECHECK_EVERY, RECHECKS_FROM
from tasted.scoring.asking.rechecks import choose_recheck
from tasted.scoring.asking.slots import slots


class CardDesk:
    """Serves one home.

    Args:
        library: the memory.
        judge: whose taste decides.
        is_ignored: tells by content id whether a picture was forgotten and left in the inbox.
    """

    def __init__(
        self, library: Library, judge: VersionJudge, *, is_ignored: Callable[[str], bool]
    ) -> None:
        self._judge = judge
        self._pool = ScoredPool(
            library,
            made_of=lambda: (judge.taste_fingerprint, judge.is_held),
            review=judge.review,
            is_ignored=is_ignored,
        )

    def choose(self, request: ChooseCards, trial: RecipesOnTrial | None = None) -> CardsChosen:
        """Choose the next cards.

        Args:
            request: what is wanted.
            trial: the recipes that are to predict each answer; None: only the one in force does.

        Raises:
            ServiceFault: when the library cannot be read.
        """
        pool = self._pool
        pool.bring_up(request.pool, request.answers)
        review, known = pool.review, pool.places
        free = np.zeros(len(known), np.bool_)
        free[[known[picture.id] for picture in request.pool if picture.id in known]] = True
        logits = pool.logits()
        scores = PoolScores(logits, pool.probabilities(logits))
        guesses = _Guesses.of(request, trial, pool.ids, scores.probabilities)
        liked, rejected = self._counts()
        has_rechecks = bool(request.rechecks) and liked + rejected >= RECHECKS_FROM
        kinds = slots(
            request.first,
            request.count,
            seed=request.seed,
            has_rechecks=has_rechecks,
            has_trial=guesses.challenger is not None,
            wanted=frozenset(request.kinds) or ALL_KINDS,
        )
        places = choose(
            pool.ask_pool,
            scores,
            kinds,
            free=free,
            queued=np.array([known[key] for key in request.queued if key in known], np.intp),
            judged=review.judged if review is not None else pool.ask_pool.directions[:0],
            liked=liked,
            rejected=rejected,
            seeds=(request.seed, request.first),
            in_force=guesses.in_force,
            challenger=guesses.challenger,
        )
        pictures = {picture.id: picture for picture in request.pool}
        chosen = iter(
            [self._card(pictures[pool.ids[one.place]], one, logits, guesses) for one in places]
        )
        cards: list[ChosenCard] = []
        for number, kind in enumerate(kinds, start=request.first):
            card = (
                self._recheck(request, number, cards) if kind == "recheck" else next(chosen, None)
            )
            cards += [card] if card is not None else []
        return CardsChosen(tuple(cards), self._label)

    def take(self, request: TakeAnswers) -> AnswersTaken:
        """Let the scores follow, and return those that are asked for.

        Raises:
            ServiceFault: when the library cannot be read.
        """
        self._pool.bring_up((), request.answers)
        found = self._probabilities(request.asked)
        return AnswersTaken(found, self._label, *self._counts())

    def guess(
        self, pictures: Sequence[PoolPicture], answers: Sequence[AnsweredPicture] = ()
    ) -> dict[str, float | None]:
        """Return what the taste says of pictures.

        Args:
            pictures: any; those without vectors are left out.
            answers: what the fit may not know.

        Returns:
            By the id of a picture the probability of a like; None where the labels do not identify
            it, or what decides has none.

        Raises:
            ServiceFault: when the library cannot be read.
        """
        self._pool.bring_up(pictures, answers)
        return self._probabilities([picture.id for picture in pictures])

    def _probabilities(self, asked: Iterable[str]) -> dict[str, float | None]:
        known = self._pool.places
        keys = [key for key in asked if key in known]
        probabilities = self._pool.probabilities(self._pool.logits())
        if probabilities is None:
            return dict.fromkeys(keys)
        return {key: float(probabilities[known[key]]) for key in keys}

    @property
    def _label(self) -> str:
        review = self._pool.review
        return review.label if review is not None else self._judge.taste

    def _counts(self) -> tuple[int, int]:
        if self._pool.review is not None:
            return self._pool.review.counts
        counts = self._judge.counts
        return counts.liked, counts.rejected

    def _card(
        self,
        picture: PoolPicture,
        chosen: ChosenPlace,
        logits: NDArray[np.float64] | None,
        guesses: "_Guesses",
    ) -> ChosenCard:
        review, place = self._pool.review, chosen.place
        percentile = verdict = None
        if review is not None and logits is not None:
            logit = float(logits[place])
            is_out = bool(self._pool.ruled_out[place])
            percentile = review.percentile(logit)
            verdict = review.verdict(logit, is_ruled_out=is_out).value
        return ChosenCard(
            picture=picture,
            chosen_by=chosen.kind,
            propensity=chosen.propensity,
            probability=_at(guesses.in_force, place),
            percentile=percentile,
            verdict=verdict,
            version=self._label,
            recipe=self._judge.recipe.id,
            trial=guesses.trial_of(place),
        )

    def _recheck(
        self, request: ChooseCards, number: int, before: Sequence[ChosenCard]
    ) -> ChosenCard | None:
        review = self._pool.review
        if review is None:
            return None
        waiting = {*request.queued, *(card.picture.id for card in before)}
        asked = [
            (picture, liked, review.left_out(picture.contents))
            for picture in request.rechecks
            if (liked := review.label_of(picture.contents)) is not None
            and picture.id not in waiting
            and not any(map(self._pool.is_ignored, picture.contents))
        ]
        found = choose_recheck(
            np.array([liked for _picture, liked, _left_out in asked], np.bool_),
            np.array([left_out for _picture, _liked, left_out in asked], np.float64),
            seed=request.seed,
            number=number // (1 if request.kinds == ("recheck",) else RECHECK_EVERY),
        )
        if found is None:
            return None
        picture, _liked, probability = asked[found.place]
        return ChosenCard(
            picture, "recheck", found.propensity, probability, None, None, self._label
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Guesses:
    """What is guessed of m pictures before the answer."""

    in_force: NDArray[np.float64] | None
    """Shape (m,), NaN where nothing is said; None where nothing is said at all."""
    challenger: NDArray[np.float64] | None = None
    """As `in_force`; None without a trial."""
    challenger_recipe: str | None = None

    @staticmethod
    def of(
        request: ChooseCards,
        trial: RecipesOnTrial | None,
        ids: Sequence[str],
        probabilities: NDArray[np.float64] | None,
    ) -> "_Guesses":
        """Ask the recipes.

        Args:
            request: with the pool and the answers.
            trial: those that are to guess.
            ids: of the m pictures.
            probabilities: shape (m,), by the scores that cards are chosen by; None without any.
        """
        if trial is None or request.trial is None:
            return _Guesses(probabilities)
        if probabilities is None and trial.in_force is not None:
            said = trial.in_force.probabilities(request.pool, request.answers)
            probabilities = _array(said, ids)
        challenged = trial.challenger.probabilities(request.pool, request.answers)
        has_both = bool(challenged) and probabilities is not None
        return _Guesses(
            probabilities,
            _array(challenged, ids) if has_both else None,
            request.trial.recipe,
        )

    def trial_of(self, place: int) -> CardTrial | None:
        """Return what the challenger guesses; None where one of the two has no opinion."""
        guess = _at(self.challenger, place)
        if guess is None or self.challenger_recipe is None or _at(self.in_force, place) is None:
            return None
        return CardTrial(self.challenger_recipe, guess)


def _array(said: Mapping[str, float], ids: Sequence[str]) -> NDArray[np.float64]:
    return np.array([said.get(key, np.nan) for key in ids], np.float64)


def _at(guesses: NDArray[np.float64] | None, place: int) -> float | None:
    guess = float(guesses[place]) if guesses is not None else float("nan")
    return None if np.isnan(guess) else guess
