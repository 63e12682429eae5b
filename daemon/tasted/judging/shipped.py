"""Scores by a taste that was shipped: fitted elsewhere, and never changed here. Reads a library.

The library holds the references of that taste, and nothing else: it is made for this judge.
"""

from dataclasses import replace

from tasted.judging.judged import Judged
from tasted.judging.seed import SeedJudge
from tasted.judging.taste import TasteJudge
from tasted.library.library import Embedded
from tasted.reading.companion import CompanionText
from tasted.records import LabelCounts


class ShippedJudge:
    """Hands every picture to a judge that stays as it is; see `judged.Judge`.

    Args:
        judge: with the version pinned, or the formula.
        taste: what the home calls the version.
        counts: how many labels counted there.
    """

    is_outgrown = False
    contradictions: frozenset[str] = frozenset()

    def __init__(self, judge: TasteJudge | SeedJudge, *, taste: str, counts: LabelCounts) -> None:
        self._judge = judge
        self.taste = taste
        self.counts = counts

    @property
    def scorer(self) -> str:
        """The name of the scorer."""
        return self._judge.scorer

    @property
    def taste_fingerprint(self) -> str:
        """A sha256 over everything that decides a score, but for the screenshot itself."""
        return self._judge.taste_fingerprint

    @property
    def is_held(self) -> bool:
        """Whether a person holds the version, in the home that shipped it."""
        return self._judge.is_held

    @property
    def next_step(self) -> str | None:
        """What the user can do to get verdicts; None when there are verdicts."""
        return self._judge.next_step

    def renew(self) -> None:
        """Do nothing: it was fitted elsewhere."""

    def suspects(self) -> tuple[()]:
        """Return none: the home knows them."""
        return ()

    def review(self) -> None:
        """Order no queue: nobody judges here."""

    def prepare(self, pictures: int) -> None:
        """Get ready for this many pictures in a row; see `judged.Judge.prepare`."""
        self._judge.prepare(pictures)

    def judge(
        self,
        picture: Embedded,
        content_id: str,
        text: CompanionText | None,
        *,
        timing_ms: dict[str, int],
        is_kept: bool = True,
    ) -> Judged:
        """Score one picture; see `judged.Judge.judge`."""
        judged = self._judge.judge(picture, content_id, text, timing_ms=timing_ms, is_kept=is_kept)
        return replace(judged, taste=self.taste)
