"""The taste in force, ready for somebody who answers picture after picture. Pure but for the bios.

One version with everything that scores of a whole pool need at once, and the answers since it was
fitted. It has the vectors of all references, so it lives only while somebody is judging.
"""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tasted.amounts import counted
from tasted.judging.fitting import BiosOf
from tasted.judging.stated_preferences import StatedPreferences
from tasted.judging.version import TasteVersion
from tasted.plain_dataclass import dataclass
from tasted.records import Verdict
from tasted.scoring.asking.pool import AskPool
from tasted.scoring.asking.provisional import LabelRow, ProvisionalFit
from tasted.scoring.taste.centring import centred_items
from tasted.scoring.taste.label_stages import is_identified
from tasted.scoring.taste.logistic import sigmoid
from tasted.scoring.weighing.columns import columns
from tasted.scoring.weighing.weigher import DEALBREAKER_LOG_ODDS, Weigher

SPOKEN_BY_MAX = 500
"""So many labelled pictures at most show what need not be asked, the last ones."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Viewed:
    """A picture or profile with the vectors that are kept of it."""

    contents: tuple[str, ...]
    """sha256 of the picture, or of each photo."""
    path: str
    """Relative to the inbox; of a profile its folder, with the slash."""
    views: NDArray[np.float32]
    """Shape (k, d), rows as long as their weights."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What m pictures or profiles are by one version, whatever is answered."""

    items: Array
    """Shape (m, d), centred."""
    evidence: Array
    """Shape (m, 3), NaN where missing."""
    ruled_out: Array
    """Shape (m,): what a dealbreaker takes off the logit, or 0."""

    def __len__(self) -> int:
        return len(self.items)

    def of(self, places: Sequence[int]) -> "Measured":
        """Return some of them."""
        chosen = list(places)
        return Measured(self.items[chosen], self.evidence[chosen], self.ruled_out[chosen])

    def and_these(self, others: "Measured") -> "Measured":
        """Return these and others behind them."""
        return Measured(
            np.concatenate([self.items, others.items]),
            np.concatenate([self.evidence, others.evidence]),
            np.concatenate([self.ruled_out, others.ruled_out]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class ReviewAnswer:
    """What somebody says of a picture or profile now."""

    contents: tuple[str, ...]
    liked: bool | None
    """None: nothing any more."""
    place: int | None
    """Among what is measured; None where no vectors are kept of it, and only its label may be
    known."""


class ReviewTaste:
    """A version and the answers since.

    Args:
        version: in force, with its references.
        weigher: of that version.
        stated_preferences: measures traits and interests; the model is not loaded for it.
        bios_of: finds the bios of pictures.
        is_held: whether a person holds the version: answers change nothing then.
    """

    def __init__(
        self,
        version: TasteVersion,
        weigher: Weigher,
        stated_preferences: StatedPreferences,
        bios_of: BiosOf,
        *,
        is_held: bool = False,
    ) -> None:
        taste = version.taste
        self.name = version.name
        self._weigher = weigher
        self._stated_preferences = stated_preferences
        self._bios_of = bios_of
        self._is_held = is_held
        self._scales = version.scales
        self._mean = taste.mean
        self._fit = ProvisionalFit(taste, version.columns)
        self._rows = {content: row for row, item in enumerate(version.items) for content in item}
        self._pictures = taste.pictures
        self._left_out = taste.leave_one_out
        self.judged = AskPool.of(taste.references[-SPOKEN_BY_MAX:].astype(np.float64)).directions
        """Shape (j, d): directions of labelled pictures."""
        self._answers = 0
        self.history = version.history
        """Content ids of what it compares with."""
        self.measured_by = (taste.mean.tobytes(), version.history)
        """Equal for versions by which a picture measures the same."""

    @property
    def label(self) -> str:
        """What a guess is called after: as in "v12 + 7 answers"."""
        since = f" + {counted(self._answers, 'answer')}" if self._answers else ""
        return f"{self.name}{since}"

    @property
    def counts(self) -> tuple[int, int]:
        """How many pictures are liked and rejected, the answers included."""
        return self._fit.counts

    def measure(self, viewed: Sequence[Viewed]) -> Measured:
        """Measure pictures once, for any number of answers."""
        items = centred_items([picture.views for picture in viewed], self._mean)
        if not self._stated_preferences.asks_texts:
            return Measured(items, np.full((len(viewed), 3), np.nan), np.zeros(len(viewed)))
        bios = self._bios_of(_places(viewed))
        rows, ruled_out = np.empty((len(viewed), 3)), np.zeros(len(viewed))
        for place, picture in enumerate(viewed):
            measured = self._stated_preferences.measure_known(
                self._scales, picture.views, picture.contents, _bio_of(picture, bios)
            )
            rows[place] = columns(measured.personality, measured.interests)
            if measured.interests is not None and measured.interests.dealbreakers:
                ruled_out[place] = DEALBREAKER_LOG_ODDS
        return Measured(items, rows, ruled_out)

    def follow(self, answers: Mapping[str, ReviewAnswer], measured: Measured) -> None:
        """Let exactly these answers count beside the fit; those that it knows change nothing.

        Args:
            answers: by the id of the picture or profile.
            measured: where their places are.
        """
        changes: dict[Hashable, LabelRow | None] = {}
        new: dict[str, ReviewAnswer] = {}
        self._answers = 0
        for key, answer in answers.items() if not self._is_held else ():
            known = self._known(answer.contents)
            differing = self._differing(known, liked=answer.liked)
            changes |= differing
            is_new = not known and answer.liked is not None and answer.place is not None
            self._answers += bool(differing) or is_new
            if is_new:
                new[key] = answer
        places = [answer.place for answer in new.values() if answer.place is not None]
        own = measured.of(places)
        rows = self._fit.features(own.items, own.evidence)
        for (key, answer), row in zip(new.items(), rows, strict=True):
            changes[key] = LabelRow(row, bool(answer.liked))
        self._fit.follow(changes)

    def _differing(
        self, known: Sequence[int], *, liked: bool | None
    ) -> dict[Hashable, LabelRow | None]:
        """Return what an answer changes in the fit, by the number of each picture there."""
        return {
            number: None if liked is None else self._fit.row(number, liked=liked)
            for number in known
            if self._fit.label(number) is not liked
        }

    def _known(self, contents: Sequence[str]) -> list[int]:
        numbers = (
            int(self._pictures[self._rows[content]])
            for content in contents
            if content in self._rows
        )
        return list(dict.fromkeys(numbers))

    def logits(self, measured: Measured) -> Array:
        """Return the logits of m pictures now, (m,); a labelled one vouches for itself here."""
        weigher = self._weigher
        changed = self._fit.logit_changes(
            measured.items,
            measured.evidence,
            factors=weigher.factors,
            temperature=weigher.temperature,
        )
        return weigher.logits(measured.items, measured.evidence) + changed + measured.ruled_out

    def probabilities(self, logits: Array) -> Array | None:
        """Return probabilities of a like, (m,); None where the labels do not identify them."""
        is_known = is_identified(*self.counts, self._weigher.history_count)
        return sigmoid(logits) if is_known else None

    def verdict(self, logit: float, *, is_ruled_out: bool) -> Verdict:
        """Return the verdict on a picture that is no reference."""
        (verdict,) = self._weigher.verdicts(np.array([logit]))
        return Verdict.NO_MATCH if is_ruled_out else verdict

    def percentile(self, logit: float) -> float | None:
        """Return the share of the history that ranks lower; None without a history."""
        (percentile,) = self._weigher.percentiles(np.array([logit]))
        return percentile

    def label_of(self, contents: Sequence[str]) -> bool | None:
        """Return whether the fit takes a picture for liked; None where it knows no label of it."""
        known = self._known(contents)
        return self._fit.label(known[0]) if known else None

    def left_out(self, contents: Sequence[str]) -> float:
        """Return the probability of a like by all labels but its own; NaN for no reference."""
        row = next((self._rows[content] for content in contents if content in self._rows), None)
        return float(sigmoid(self._left_out[[row]])[0]) if row is not None else float("nan")


def _places(viewed: Sequence[Viewed]) -> dict[str, str | None]:
    """Return where texts about pictures lie, by content; the text of a folder by that."""
    places: dict[str, str | None] = {}
    for picture in viewed:
        if picture.path.endswith("/"):
            # where its photos lay when they were scored is known
            places |= dict.fromkeys(picture.contents)
            places[picture.path] = f"{picture.path}bio"
        else:
            places |= dict.fromkeys(picture.contents, picture.path)
    return places


def _bio_of(picture: Viewed, bios: Mapping[str, str]) -> str | None:
    written = bios.get(picture.path)
    if written is not None:
        return written
    found = dict.fromkeys(bios[content] for content in picture.contents if content in bios)
    return "\n\n".join(found) or None
