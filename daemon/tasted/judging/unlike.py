"""Whether the photos in one folder do not look alike at all and have different texts.

This is the last way to tell several people apart, where no name or age is written: see
`inbox.people`. It has to be sure: a profile split by mistake is worse than one result for several
people, which a file `.not-a-profile` corrects. So one likeness keeps a folder together: two photos
that are near each other, or may be copies. Text inside the pictures does not count: every screen of
a profile says something else.
"""

import re
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from tasted.copies.finding import CopyFinder, Pictured
from tasted.judging.counted_labels import Views
from tasted.judging.fitting import HISTORY_ENOUGH, HISTORY_MAX
from tasted.library.library import Library
from tasted.plain_dataclass import dataclass
from tasted.scoring.taste.centring import background_mean, centred_items

UNLIKE_MAX = -0.1
"""The largest cosine between centred photos that are unlike, for three pairs or more. Measured with
`pocket` alone, on all groups of three of tests/photos with only these as background: of 100 folders
of shoes 1 is unlike, of hats or t-shirts none, and of one of each kind 7. So it rarely splits a
folder, and rarely wrongly. For another model this is a careful guess."""
UNLIKE_PAIR_MAX = -0.4
"""The same for one or two pairs: of 100 pairs of hats 3 are unlike, of shoes 1, of t-shirts none,
and of different things 15."""
_PAIRS_ENOUGH = 3
_SAME_WORDS = 0.8
"""Two texts count as the same when this share of the shorter one is in the other."""


@dataclass(frozen=True, slots=True, eq=False)
class FolderPhoto:
    """A photo of a folder, and the text beside it."""

    looks: Pictured
    text: str | None
    """The bio in the text file beside it."""
    is_named: bool = False
    """Whether its text gives a name or an age."""
    is_blank: bool = False
    """Whether there is nothing to see in it."""


def are_unlike(photos: Sequence[FolderPhoto], background_of: Callable[[], Sequence[Views]]) -> bool:
    """Return whether photos do not look alike at all and have different texts. Pure.

    Photos with the same text belong together. So do two with names or ages: as they are still in
    one folder, those belong to one person.

    Args:
        photos: of one folder.
        background_of: returns the views of other pictures, which show what all pictures have in
            common; called only where texts leave it open. With fewer than 30 nothing is unlike.
    """
    shown = [photo for photo in photos if not photo.is_blank]
    texts = [_words(photo.text) for photo in shown]
    pairs = [
        pair for pair in combinations(range(len(shown)), 2) if _is_open(*(texts[i] for i in pair))
    ]
    if not any(texts[i] and texts[j] for i, j in pairs):
        return False
    if sum(photo.is_named for photo in shown) > 1:
        return False
    background = background_of()
    if len(background) < HISTORY_ENOUGH:
        return False
    views = [photo.looks.views for photo in shown]
    mean = background_mean((), background, dimensions=views[0].shape[1])
    items = centred_items(views, mean)
    lengths = np.linalg.norm(items, axis=1)
    # a photo that equals the mean has no direction
    if not lengths.all():
        return False
    cosines = items @ items.T / np.outer(lengths, lengths)
    bound = UNLIKE_MAX if len(pairs) >= _PAIRS_ENOUGH else UNLIKE_PAIR_MAX
    if any(cosines[pair] > bound for pair in pairs):
        return False
    copies = CopyFinder().find([photo.looks for photo in shown], background)
    return copies.lookalikes == 0 and len(set(copies.groups.tolist())) == len(shown)


def known_background(library: Library) -> list[Views]:
    """Return the views of a sample of all known pictures."""
    return [picture.views for picture in library.sample(HISTORY_MAX).values()]


def _is_open(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether two photos may be of different people, by their texts."""
    if not one or not other:
        # a photo without a text may be what two others have in common
        return True
    return len(one & other) < _SAME_WORDS * min(len(one), len(other))


def _words(text: str | None) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", (text or "").casefold()))
