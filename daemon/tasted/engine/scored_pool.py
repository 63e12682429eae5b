"""What one taste says of pictures that may be asked about, after any answers. Reads a library.

What is measured stays in memory from one answer to the next. It loads no model, fits no taste that
is kept, and writes nothing.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.judging.review_taste import Measured, ReviewAnswer, ReviewTaste, Viewed
from tasted.library.embedded import Embedded
from tasted.library.library import Library
from tasted.rpc.asking_messages import AnsweredPicture, PoolPicture
from tasted.scoring.asking.pool import AskPool
from tasted.scoring.taste.centring import background_mean, centred_items

_MEASURED_MAX = 6_000
"""Of pictures in memory; more of them are those of former pools, and all are measured again."""

Array = NDArray[np.float64]


class ScoredPool:
    """Pictures by one taste.

    Args:
        library: with the vectors that the taste is of.
        made_of: returns what tells one state of the taste from the next.
        review: returns the taste for somebody who is judging; None where it orders no queue.
        is_ignored: tells by content id whether a picture was forgotten and left in the inbox.
    """

    def __init__(
        self,
        library: Library,
        *,
        made_of: Callable[[], Hashable],
        review: Callable[[], ReviewTaste | None],
        is_ignored: Callable[[str], bool],
    ) -> None:
        self._library = library
        self._made_of = made_of
        self._make_review = review
        self.is_ignored = is_ignored
        self.review: ReviewTaste | None = None
        """The taste; None where it orders no queue."""
        self._review_is_of: Hashable = None
        self._pool = _MeasuredPool(library.dimensions)

    def bring_up(self, pictures: Sequence[PoolPicture], answers: Sequence[AnsweredPicture]) -> None:
        """Take the taste of now, measure what is new, and let exactly these answers count.

        Raises:
            ServiceFault: when the library cannot be read.
        """
        self._renew()
        self._measure([*pictures, *(answer.picture for answer in answers)])
        self._follow(answers)

    @property
    def ids(self) -> Sequence[str]:
        """The ids of the pictures that are measured, in the order of all arrays."""
        return self._pool.ids

    @property
    def places(self) -> Mapping[str, int]:
        """Where each picture is among them."""
        return self._pool.places

    @property
    def ask_pool(self) -> AskPool:
        """How they look."""
        return self._pool.ask_pool

    @property
    def ruled_out(self) -> Array:
        """What a dealbreaker takes off each logit, shape (m,)."""
        return self._pool.measured.ruled_out

    def logits(self) -> Array | None:
        """Return the logits of all, shape (m,); None where the taste orders no queue."""
        return self.review.logits(self._pool.measured) if self.review is not None else None

    def probabilities(self, logits: Array | None) -> Array | None:
        """Return probabilities of a like, shape (m,); None where labels do not identify them."""
        if self.review is None or logits is None:
            return None
        return self.review.probabilities(logits)

    def _renew(self) -> None:
        """Take the taste of now, and forget what was measured by another one."""
        made_of = self._made_of()
        if made_of == self._review_is_of:
            return
        former, self.review = self.review, self._make_review()
        self._review_is_of = made_of
        was_measured_by = former.measured_by if former is not None else None
        is_measured_by = self.review.measured_by if self.review is not None else None
        if was_measured_by != is_measured_by:
            self._pool = _MeasuredPool(self._library.dimensions)

    def _measure(self, pictures: Sequence[PoolPicture]) -> None:
        """Measure what is not measured yet; what the library does not know is left out."""
        new = {picture.id: picture for picture in pictures if picture.id not in self._pool.places}
        if new and len(self._pool.ids) + len(new) > _MEASURED_MAX:
            self._pool = _MeasuredPool(self._library.dimensions)
            new = {picture.id: picture for picture in pictures}
        if not new:
            return
        viewed = viewed_pictures(self._library, new.values(), is_ignored=self.is_ignored)
        if viewed:
            self._pool.add(list(viewed), self._measured(list(viewed.values())))

    def _measured(self, viewed: Sequence[Viewed]) -> Measured:
        if self.review is not None:
            return self.review.measure(viewed)
        views = [picture.views for picture in viewed]
        mean = self._pool.mean
        if mean is None:
            mean = background_mean((), views, dimensions=self._library.dimensions)
            self._pool.mean = mean
        return Measured(
            centred_items(views, mean), np.full((len(views), 3), np.nan), np.zeros(len(views))
        )

    def _follow(self, answers: Sequence[AnsweredPicture]) -> None:
        if self.review is None:
            return
        places = self._pool.places
        self.review.follow(
            {
                answer.picture.id: ReviewAnswer(
                    answer.picture.contents, answer.liked, places.get(answer.picture.id)
                )
                for answer in answers
            },
            self._pool.measured,
        )


def viewed_pictures(
    library: Library, pictures: Iterable[PoolPicture], *, is_ignored: Callable[[str], bool]
) -> dict[str, Viewed]:
    """Return pictures with their vectors, by id; those that the library does not know are left out.

    Args:
        library: with the vectors.
        pictures: or profiles as one.
        is_ignored: tells by content id what is not to be shown.

    Raises:
        ServiceFault: when the library cannot be read.
    """
    wanted = list(pictures)
    contents = {content for picture in wanted for content in picture.contents}
    known = library.cached(sorted(contents))
    found = {picture.id: _viewed(picture, known, is_ignored) for picture in wanted}
    return {key: viewed for key, viewed in found.items() if viewed is not None}


def _viewed(
    picture: PoolPicture, known: Mapping[str, Embedded], is_ignored: Callable[[str], bool]
) -> Viewed | None:
    photos = [known[content] for content in picture.contents if content in known]
    if len(photos) < len(picture.contents) or any(map(is_ignored, picture.contents)):
        # forgotten meanwhile, or not looked at by this model yet
        return None
    # a screen that an app left black says nothing of a profile, unless all are
    shown = [photo for photo in photos if not photo.facts.blank] or photos
    return Viewed(picture.contents, picture.path, np.concatenate([photo.views for photo in shown]))


class _MeasuredPool:
    """What is known of pictures that may be asked about, by their ids.

    Args:
        dimensions: of vectors.
    """

    def __init__(self, dimensions: int) -> None:
        self.ids: list[str] = []
        self.places: dict[str, int] = {}
        self.mean: Array | None = None
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
