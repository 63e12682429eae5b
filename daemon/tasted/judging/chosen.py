"""Scores with the version that a person chose, or with the newest. Keeps versions.

    follow    every answer counts: the newest fit, or the formula where the settings ask for it
    hold      exactly one version; newer answers are learnt, and not used
    formula   version 1 of a new home: the fixed formula, which has no fit and counts every answer

What was chosen is in `.tasted/tastes/chosen.json`, and acts from the next `renew` on.
"""

from collections.abc import Sequence
from dataclasses import replace

from tasted.home.taste_versions import (
    SEED_METHOD,
    Recipe,
    TasteChoice,
    VersionFigures,
    VersionLabels,
    VersionRow,
    read_choice,
    version_number,
)
from tasted.judging.comparing import Compared, Opinions, SeedOpinions
from tasted.judging.judged import Judged, ScorerName, Suspect
from tasted.judging.review_taste import ReviewTaste
from tasted.judging.seed import SeedJudge
from tasted.judging.taste import TasteJudge
from tasted.judging.version_figures import taste_figures
from tasted.judging.versions import TasteVersions
from tasted.library.library import Embedded
from tasted.reading.companion import CompanionText
from tasted.records import LabelCounts
from tasted.scoring.seed.formula import SEED_VERSION


class VersionJudge:
    """Hands every picture to the judge of the version that decides; see `judged.Judge`.

    Args:
        taste: scores by fitted versions.
        seed: scores by the formula.
        versions: of the home.
        follows: what decides where nothing was chosen: `scoring.scorer` of the settings.
    """

    def __init__(
        self, taste: TasteJudge, seed: SeedJudge, versions: TasteVersions, *, follows: ScorerName
    ) -> None:
        self._taste = taste
        self._seed = seed
        self.versions = versions
        self.follows = follows
        self._active: TasteJudge | SeedJudge | None = None
        self._seed_name = SEED_METHOD
        self._is_settled = False
        self.is_held = False
        """Whether exactly one version decides, because a person wants it so."""
        self.choice: TasteChoice | None = None
        """What a person chose, as it was at the last `renew`."""
        self.set_aside: str | None = None
        """Why what was chosen does not decide: a sentence; None when it does."""

    @property
    def waiting_answers(self) -> int:
        """How many labels came, went or changed since the version that is held was fitted."""
        return self._taste.current.waiting_answers if self.is_held else 0

    def renew(self) -> None:
        """Act on what was chosen, and bring the taste up to date; called before publishing."""
        self._act_on_choice().renew()

    def fit(self) -> None:
        """Act on what was chosen, and fit to the present labels without keeping a version."""
        self._act_on_choice()
        self._taste.current.fit()

    def figures(self) -> VersionFigures | None:
        """Return how well what was fitted last tells likes from rejects; None for the formula."""
        if self._judge is self._seed:
            return None
        return taste_figures(self._taste.current.stored().taste)

    def choose(self, choice: TasteChoice | None) -> None:
        """Keep what a person chose; it acts from the next `renew` on.

        Raises:
            DiskFull, LibraryUnusable: when it cannot be written.
        """
        self.versions.write_choice(choice)

    def refusal(self, row: VersionRow) -> str | None:
        """Return why a version cannot be used with the settings of now; None when it can."""
        return None if row.is_seed else self._taste.current.refusal(row)

    def is_of_now(self, row: VersionRow) -> bool:
        """Return whether a version was fitted to the labels of now."""
        return self._taste.current.is_of_now(row)

    def compare(self, a: int, b: int, contents: Sequence[str]) -> Compared | None:
        """Compare two versions, whichever decides; None when one of them is lost.

        Args:
            a: the number of one.
            b: that of the other.
            contents: of the pictures.
        """
        one, other = self._opinions(a), self._opinions(b)
        if one is None or other is None:
            return None
        return self._taste.compare(one, other, contents)

    def _opinions(self, number: int) -> Opinions | None:
        row = self.versions.row(number)
        if row is None:
            return None
        return SeedOpinions(self._seed) if row.is_seed else self._taste.opinions(row)

    def note_in_force(self) -> None:
        """Note in the rows of versions which of them decides from now on."""
        self.versions.put_in_force(version_number(self.taste))

    # ---- recipes ------------------------------------------------------------------------------

    @property
    def recipe(self) -> Recipe:
        """What decides is made with, by the settings of now."""
        return self.recipe_of(self._judge.scorer)

    def recipe_of(self, method: str) -> Recipe:
        """Return what a method would make versions with now, whichever decides.

        Args:
            method: `taste`, or `seed` for the formula.
        """
        fitted = self._taste.current.recipe
        if method != SEED_METHOD:
            return fitted
        return replace(fitted, method=SEED_METHOD, code_version=str(SEED_VERSION))

    def row_of(self, method: str) -> VersionRow:
        """Return a version that was made with a method, so that it can be followed.

        Raises:
            DiskFull, LibraryUnusable: when there was none, and one cannot be kept.
        """
        if method == SEED_METHOD:
            return self._seed_row()
        return self._taste.current.row_aside()

    @property
    def fitted_to(self) -> str:
        """A digest over the labels of now and everything else that decides the next fit."""
        return self._taste.current.fitted_to

    def review_aside(self) -> ReviewTaste:
        """Return the taste for somebody who is judging while it decides nothing; it is not kept."""
        return self._taste.review_aside()

    def _act_on_choice(self) -> TasteJudge | SeedJudge:
        if not self._is_settled:
            self.versions.settle()
            self._is_settled = True
        # before any fit has its number
        self._seed_name = self._seed_row().name
        self.choice = read_choice(self.versions.folder)
        self._active = self._chosen(self.choice)
        return self._active

    def _chosen(self, choice: TasteChoice | None) -> TasteJudge | SeedJudge:
        self.is_held, self.set_aside = False, None
        follows: ScorerName = self.follows
        row = self.versions.row(choice.version) if choice is not None else None
        if choice is not None and row is None:
            self.set_aside = f"v{choice.version} is not there."
        elif choice is not None and row is not None and choice.mode == "follow":
            follows = "seed" if row.is_seed else "taste"
        elif row is not None and row.is_seed:
            follows = "seed"
        elif row is not None:
            follows, self.set_aside = "taste", self._taste.current.hold(row)
            self.is_held = self.set_aside is None
        if not self.is_held:
            self._taste.current.follow()
        return self._seed if follows == "seed" else self._taste

    def _seed_row(self) -> VersionRow:
        """Return the row of the formula, which is written before any fit has one."""
        for row in self.versions.rows():
            if row.is_seed:
                return row
        row = VersionRow(
            number=self.versions.next_number(),
            recipe=self.recipe_of(SEED_METHOD),
            labels=VersionLabels("", 0, 0),
            fitted_to="",
            reason="seed",
            figures=VersionFigures(0),
            minted_at=self.versions.now(),
            note="A fixed formula: it has no fit, and counts every like as it comes.",
        )
        self.versions.write_row(row)
        return row

    @property
    def _judge(self) -> TasteJudge | SeedJudge:
        return self._active or self._act_on_choice()

    # ---- as the judge that decides --------------------------------------------------------

    @property
    def scorer(self) -> str:
        """The name of the scorer."""
        return self._judge.scorer

    @property
    def taste(self) -> str:
        """The name of the version, such as `v3`."""
        return self._seed_name if self._judge is self._seed else self._judge.taste

    @property
    def taste_fingerprint(self) -> str:
        """A sha256 over everything that decides a score, but for the screenshot itself."""
        return self._judge.taste_fingerprint

    @property
    def is_outgrown(self) -> bool:
        """Whether `renew` would change the taste although no label has changed."""
        return self._judge.is_outgrown

    @property
    def next_step(self) -> str | None:
        """What the user can do to get verdicts; None when there are verdicts."""
        return self._judge.next_step

    @property
    def counts(self) -> LabelCounts:
        """How many labels count."""
        return self._judge.counts

    @property
    def contradictions(self) -> frozenset[str]:
        """The content ids of copies of a picture that is both liked and rejected."""
        return self._judge.contradictions

    def suspects(self) -> tuple[Suspect, ...]:
        """Return the references that the user should look at again, most doubtful first."""
        return self._judge.suspects()

    def review(self) -> ReviewTaste | None:
        """Return the taste in force for somebody who is judging; None where it orders no queue."""
        return self._judge.review()

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
        """Score one screenshot; see `judged.Judge.judge`."""
        judged = self._judge.judge(picture, content_id, text, timing_ms=timing_ms, is_kept=is_kept)
        return replace(judged, taste=self.taste)
