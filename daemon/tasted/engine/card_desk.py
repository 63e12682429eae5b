"""Chooses cards for somebody who is judging, and lets scores follow each answer. Reads the library.

What is measured of the pool stays in memory from one answer to the next. Everything else comes with
each request, so that an engine that was just started says the same. It loads no model, fits no
taste that is kept, and writes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.judging.judged import Judge
from tasted.judging.review_taste import Measured, ReviewAnswer, ReviewTaste, Viewed
from tasted.library.embedded import Embedded
from tasted.library.library import Library
from tasted.rpc.asking_messages import (
    AnsweredPicture,
    AnswersTaken,
    CardsChosen,
    ChooseCards,
    ChosenCard,
    PoolPicture,
    TakeAnswers,
)
from tasted.scoring.asking.choosing import ChosenPlace, PoolScores, choose
from tasted.scoring.asking.pool import AskPool
from tasted.scoring.asking.rechecks import choose_recheck
from tasted.scoring.asking.slots import ALL_KINDS, RECHECK_EVERY, RECHECKS_FROM, slots
from tasted.scoring.taste.centring import background_mean, centred_items

_MEASURED_MAX = 6_000
"""Of pictures in memory; more of them are those of former pools, and all are measured again."""


class CardDesk:
    """Serves one home.

    Args:
        library: the memory.
        judge: whose taste decides.
        is_ignored: tells by content id whether a picture was forgotten and left in the inbox.
    """

    def __init__(
        self, library: Library, judge: Judge, *, is_ignored: Callable[[str], bool]
    ) -> None:
        self._library = library
        self._judge = judge
        self._is_ignored = is_ignored
        self._review: ReviewTaste | None = None
        self._made_of = ("", False)
        """Fingerprint of the taste that is in `_review`, and whether it is held."""
        self._pool = _MeasuredPool(library.dimensions)

    def choose(self, request: ChooseCards) -> CardsChosen:
        """Choose the next cards.

        Raises:
            ServiceFault: when the library cannot be read.
        """
        review = self._current()
        self._measure([*request.pool, *(answer.picture for answer in request.answers)])
        self._follow(request.answers)
        known = self._pool.places
        free = np.zeros(len(known), np.bool_)
        free[[known[picture.id] for picture in request.pool if picture.id in known]] = True
        logits = review.logits(self._pool.measured) if review is not None else None
        scores = PoolScores(
            logits,
            review.probabilities(logits) if review is not None and logits is not None else None,
        )
        liked, rejected = self._counts()
        has_rechecks = bool(request.rechecks) and liked + rejected >= RECHECKS_FROM
        kinds = slots(
            request.first,
            request.count,
            seed=request.seed,
            has_rechecks=has_rechecks,
            wanted=frozenset(request.kinds) or ALL_KINDS,
        )
        places = choose(
            self._pool.ask_pool,
            scores,
            kinds,
            free=free,
            queued=np.array([known[key] for key in request.queued if key in known], np.intp),
            judged=review.judged if review is not None else self._pool.ask_pool.directions[:0],
            liked=liked,
            rejected=rejected,
            seeds=(request.seed, request.first),
        )
        pictures = {picture.id: picture for picture in request.pool}
        chosen = iter(
            [self._card(pictures[self._pool.ids[place.place]], place, scores) for place in places]
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
        self._current()
        self._measure([answer.picture for answer in request.answers])
        self._follow(request.answers)
        return AnswersTaken(self._probabilities(request.asked), self._label, *self._counts())

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
        self._current()
        self._measure([*pictures, *(answer.picture for answer in answers)])
        self._follow(answers)
        return self._probabilities([picture.id for picture in pictures])

    def _probabilities(self, asked: Iterable[str]) -> dict[str, float | None]:
        review, known = self._review, self._pool.places
        keys = [key for key in asked if key in known]
        if review is None:
            return dict.fromkeys(keys)
        probabilities = review.probabilities(review.logits(self._pool.measured))
        if probabilities is None:
            return dict.fromkeys(keys)
        return {key: float(probabilities[known[key]]) for key in keys}

    def _current(self) -> ReviewTaste | None:
        """Return the taste in force, and forget what was measured by another one."""
        made_of = self._judge.taste_fingerprint, self._judge.is_held
        if made_of != self._made_of:
            former, self._review = self._review, self._judge.review()
            self._made_of = made_of
            was_measured_by = former.measured_by if former is not None else None
            is_measured_by = self._review.measured_by if self._review is not None else None
            if was_measured_by != is_measured_by:
                self._pool = _MeasuredPool(self._library.dimensions)
        return self._review

    @property
    def _label(self) -> str:
        return self._review.label if self._review is not None else self._judge.taste

    def _counts(self) -> tuple[int, int]:
        if self._review is not None:
            return self._review.counts
        counts = self._judge.counts
        return counts.liked, counts.rejected

    def _measure(self, pictures: Sequence[PoolPicture]) -> None:
        """Measure what is not measured yet; what the library does not know is left out."""
        new = {picture.id: picture for picture in pictures if picture.id not in self._pool.places}
        if new and len(self._pool.ids) + len(new) > _MEASURED_MAX:
            self._pool = _MeasuredPool(self._library.dimensions)
            new = {picture.id: picture for picture in pictures}
        if not new:
            return
        contents = {content for picture in new.values() for content in picture.contents}
        known = self._library.cached(sorted(contents))
        viewed = {
            key: found
            for key, picture in new.items()
            if (found := self._viewed(picture, known)) is not None
        }
        if viewed:
            self._pool.add(list(viewed), self._measured(list(viewed.values())))

    def _viewed(self, picture: PoolPicture, known: Mapping[str, Embedded]) -> Viewed | None:
        photos = [known[content] for content in picture.contents if content in known]
        if len(photos) < len(picture.contents) or any(map(self._is_ignored, picture.contents)):
            # forgotten meanwhile, or not looked at by this model yet
            return None
        # a screen that an app left black says nothing of a profile, unless all are
        shown = [photo for photo in photos if not photo.facts.blank] or photos
        return Viewed(
            picture.contents, picture.path, np.concatenate([photo.views for photo in shown])
        )

    def _measured(self, viewed: Sequence[Viewed]) -> Measured:
        if self._review is not None:
            return self._review.measure(viewed)
        views = [picture.views for picture in viewed]
        mean = self._pool.mean
        if mean is None:
            mean = background_mean((), views, dimensions=self._library.dimensions)
            self._pool.mean = mean
        return Measured(
            centred_items(views, mean), np.full((len(views), 3), np.nan), np.zeros(len(views))
        )

    def _follow(self, answers: Sequence[AnsweredPicture]) -> None:
        if self._review is None:
            return
        places = self._pool.places
        self._review.follow(
            {
                answer.picture.id: ReviewAnswer(
                    answer.picture.contents, answer.liked, places.get(answer.picture.id)
                )
                for answer in answers
            },
            self._pool.measured,
        )

    def _card(self, picture: PoolPicture, chosen: ChosenPlace, scores: PoolScores) -> ChosenCard:
        review, place = self._review, chosen.place
        percentile = verdict = None
        if review is not None and scores.logits is not None:
            logit = float(scores.logits[place])
            is_out = bool(self._pool.measured.ruled_out[place])
            percentile = review.percentile(logit)
            verdict = review.verdict(logit, is_ruled_out=is_out).value
        of_all = scores.probabilities
        return ChosenCard(
            picture=picture,
            chosen_by=chosen.kind,
            propensity=chosen.propensity,
            probability=float(of_all[place]) if of_all is not None else None,
            percentile=percentile,
            verdict=verdict,
            version=self._label,
        )

    def _recheck(
        self, request: ChooseCards, number: int, before: Sequence[ChosenCard]
    ) -> ChosenCard | None:
        review = self._review
        if review is None:
            return None
        waiting = {*request.queued, *(card.picture.id for card in before)}
        asked = [
            (picture, liked, review.left_out(picture.contents))
            for picture in request.rechecks
            if (liked := review.label_of(picture.contents)) is not None
            and picture.id not in waiting
            and not any(map(self._is_ignored, picture.contents))
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


class _MeasuredPool:
    """What is known of pictures that may be asked about, by their ids.

    Args:
        dimensions: of vectors.
    """

    def __init__(self, dimensions: int) -> None:
        self.ids: list[str] = []
        self.places: dict[str, int] = {}
        self.mean: NDArray[np.float64] | None = None
        """What their vectors are centred on, where no taste says so."""
        self.measured = Measured(np.zeros((0, dimensions)), np.zeros((0, 3)), np.zeros(0))
        """All of them, in the order of `ids`."""
        self.ask_pool = AskPool.of(self.measured.items)

    def add(self, ids: Sequence[str], measured: Measured) -> None:
        """Take in more."""
        for key in ids:
            self.places[key] = len(self.ids)
            self.ids.append(key)
        self.measured = self.measured.and_these(measured)
        self.ask_pool = self.ask_pool.extended(measured.items)
