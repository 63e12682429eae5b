"""The taste of the present labels as versions: found, fitted, kept, held. Reads the library.

Scores are made by the version of the last `renew`, however many answers have come since: what is
not published would be stale at once. Only before any label was published does a fit serve that is
not kept yet. A version that a person holds is never fitted again.

New screenshots never change a taste, with one exception: a taste that was fitted before there were
30 pictures to compare with is fitted again, once, when there are.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from tasted.copies.finding import CopyFinder
from tasted.errors import LibraryUnusable
from tasted.home.taste_versions import ERASED, REFITTABLE, TASTE_METHOD, Recipe, VersionRow
from tasted.judging.counted_labels import counted_labels, profiles_of
from tasted.judging.fit_record import FitRecord
from tasted.judging.fitting import HISTORY_ENOUGH, BiosOf, fit_version, has_history
from tasted.judging.judged import Preferences
from tasted.judging.loaded_version import LoadedVersion, load_version
from tasted.judging.neighbours import TasteNeighbours
from tasted.judging.stated_preferences import StatedPreferences
from tasted.judging.version import VERSION_FORMAT, TasteVersion
from tasted.judging.versions import TasteVersions
from tasted.library.library import Library
from tasted.records import Label
from tasted.scoring.taste.model import TASTE_VERSION


class CurrentTaste:
    """Finds, fits and keeps the version that scores are made by.

    Args:
        library: of the home.
        stated_preferences: measures traits and interests.
        versions: where fitted tastes are kept.
        preferences: from the settings.
        embedder_fingerprint: of the vectors.
        bios_of: finds the bios of references and history.
        reading: how texts are read and kept, because they are part of what is fitted.
        embedder: the name of the model.
        held_out: of a model that was trained on labels, by content id; see `fitting.fit_version`.
    """

    def __init__(
        self,
        library: Library,
        stated_preferences: StatedPreferences,
        versions: TasteVersions,
        preferences: Preferences,
        *,
        embedder_fingerprint: str,
        bios_of: BiosOf,
        reading: str = "",
        embedder: str = "",
        held_out: Mapping[str, float] | None = None,
    ) -> None:
        self._library = library
        self._stated_preferences = stated_preferences
        self._versions = versions
        self._preferences = preferences
        self._embedder_fingerprint = embedder_fingerprint
        self._bios_of = bios_of
        self._reading = reading
        self._copies = CopyFinder()
        self._embedder = embedder
        self._held_out = held_out or {}
        self._loaded: LoadedVersion | None = None
        self._unkept: TasteVersion | None = None
        """What is loaded, when it is a fit that `renew` has not kept yet."""
        self._is_lost = False
        """Whether what was published is gone, so that it is to be published again."""
        self._held_number: int | None = None
        """The version that a person holds; None: every label counts."""
        self._is_pinned = False
        """Whether what is loaded was fitted in another process, and nothing is fitted here."""
        self._aside: TasteVersion | None = None
        """What predicts without deciding."""
        self._asked = (-1, "")
        """The last state of the references, and its digest; see `TasteVersion.fitted_to`."""

    @property
    def is_held(self) -> bool:
        """Whether exactly one version scores, whatever is answered."""
        return self._held_number is not None

    @property
    def recipe(self) -> Recipe:
        """What the next version would be made with, its labels apart."""
        features = {
            "traits": [asdict(trait) for trait in self._preferences.traits],
            "interests": [asdict(interest) for interest in self._preferences.interests],
            "reading": self._reading,
        }
        return Recipe(
            method=TASTE_METHOD,
            embedder=self._embedder,
            embedder_fingerprint=self._embedder_fingerprint,
            features=digest_of(features),
            code_version=f"{VERSION_FORMAT}.{TASTE_VERSION}",
        )

    @property
    def is_outgrown(self) -> bool:
        """Whether the taste was fitted without a history, and there is one now; or was lost."""
        # this must not fit a taste: every batch asks while references are learnt
        return self._is_lost or (self._loaded is not None and self._is_outgrown(self._loaded))

    def _is_outgrown(self, loaded: LoadedVersion) -> bool:
        few = loaded.history_count < HISTORY_ENOUGH and not self._is_pinned
        return few and self._held_number is None and has_history(self._library)

    def renew(self) -> None:
        """Keep a version of the present labels, unless there is one, and score by it from now on.

        It is fitted once more when there is enough history at last.
        """
        self.fit()
        if self._unkept is not None:
            self._keep(self._unkept)

    def fit(self) -> None:
        """Score by the present labels from now on, without keeping a version that is new."""
        self._is_lost = False
        if self._held_number is not None:
            return
        loaded, wanted = self._loaded, self._fitted_to()
        if loaded is None or loaded.fitted_to != wanted:
            loaded = self._load_or_fit(wanted)
        if self._is_outgrown(loaded):
            self._load(self._fit(wanted))

    def pin(self, version: TasteVersion, *, is_held: bool) -> None:
        """Score by exactly this version for good, as the home does that it was shipped by.

        Args:
            version: whole; nothing of it is kept here.
            is_held: whether a person holds it there, which sidecars tell.
        """
        self._is_pinned, self._unkept = True, version
        self._held_number = version.number if is_held else None
        self._load(version)

    def hold(self, row: VersionRow) -> str | None:
        """Score by exactly this version until `follow`.

        Returns:
            Why it cannot be used, as a sentence; None when it is.
        """
        if self._held_number == row.number and self._loaded is not None:
            return None
        refusal = self.refusal(row)
        version = self.version_of(row) if refusal is None else None
        if version is None:
            return refusal or f"{row.name} cannot be fitted again."
        if self._versions.whole(row.number) is None:
            # what is searched is read from it when it is lost
            self._versions.restore(version)
        self._held_number, self._unkept = row.number, None
        self._load(version)
        return None

    def follow(self) -> None:
        """Score by every label again, from the next `renew` on."""
        if self._held_number is not None:
            self._held_number, self._loaded = None, None

    def refusal(self, row: VersionRow) -> str | None:
        """Return why a version cannot be used with the settings of now; None when it can."""
        if row.kept == ERASED:
            return f"{row.name} is gone. {row.note or ''}".strip()
        if row.recipe.id != self.recipe.id and row.fitted_to != self._fitted_to():
            return (
                f"{row.name} was made with another model or other traits, interests or readers "
                "than the settings of now."
            )
        return None

    def is_of_now(self, row: VersionRow) -> bool:
        """Return whether a version was fitted to the labels and settings of now."""
        return row.fitted_to == self._fitted_to()

    def version_of(self, row: VersionRow) -> TasteVersion | None:
        """Return a version, fitted again where that is all that is kept; None when it is lost."""
        version = self._versions.whole(row.number)
        record = self._versions.record(row.number) if version is None else None
        if record is None:
            return version
        return self._fitted(row.number, row.fitted_to, record=record)

    @property
    def waiting_answers(self) -> int:
        """How many labels came, went or changed since the version that is held was fitted."""
        if self._held_number is None:
            return 0
        now = frozenset(
            (frozenset(label.contents), label.reference.label is Label.LIKED)
            for label in counted_labels(self._library)
        )
        return len({contents for contents, _liked in now ^ self.loaded.answers})

    @property
    def loaded(self) -> LoadedVersion:
        """Return the version that scores are made by."""
        loaded = self._loaded
        # the first labels are published soon, and what they score needs no second score then
        is_fixed = self._held_number is not None or self._is_pinned
        is_of_nothing = loaded is not None and not loaded.rows and not is_fixed
        if loaded is None or (is_of_nothing and loaded.fitted_to != self._fitted_to()):
            return self._load_or_fit(self._fitted_to())
        return loaded

    def _load_or_fit(self, wanted: str) -> LoadedVersion:
        kept = self._versions.newest(wanted) or self._refitted(wanted)
        if kept is None:
            return self._load(self._fit(wanted))
        self._unkept = None
        return self._load(kept)

    def _refitted(self, wanted: str) -> TasteVersion | None:
        """Return an older version of the same labels, of which only those are kept."""
        rows = (row for row in self._versions.rows() if row.kept == REFITTABLE)
        row = next((row for row in rows if row.fitted_to == wanted), None)
        version = self.version_of(row) if row is not None else None
        if version is not None:
            self._versions.restore(version)
        return version

    def stored(self) -> TasteVersion:
        """Read the current version with the vectors of its references; fit it again if it is lost.

        Afterwards this version is the one in memory.
        """
        loaded = self.loaded
        version = self._unkept or self._versions.whole(loaded.number)
        if version is None:
            version = self._fit(loaded.fitted_to)
            self._load(version)
            self._keep(version)
        return version

    def aside(self) -> TasteVersion:
        """Return a version of the present labels that decides nothing; it is not kept."""
        wanted = self.fitted_to
        if self._aside is None or self._aside.fitted_to != wanted:
            self._aside = self._versions.newest(wanted) or self._fitted(
                self._versions.next_number(), wanted
            )
        return self._aside

    def row_aside(self) -> VersionRow:
        """Return the row of what `aside` returns, which is kept for it.

        Raises:
            DiskFull, LibraryUnusable: when it cannot be written.
        """
        version = self.aside()
        row = self._versions.row(version.number)
        if row is None or row.fitted_to != version.fitted_to:
            self._loaded, self._unkept = None, None
            self._aside = replace(version, number=self._versions.next_number())
            row = self._keep(self._aside)
        return row

    @property
    def fitted_to(self) -> str:
        """A digest over everything that decides the next fit; see `TasteVersion.fitted_to`."""
        return self._fitted_to()

    def _fitted_to(self) -> str:
        changes = self._library.changes
        if self._asked[0] != changes:
            self._asked = changes, self._digest_of_references()
        return self._asked[1]

    def _digest_of_references(self) -> str:
        facts = {
            "version_format": VERSION_FORMAT,
            "taste_version": TASTE_VERSION,
            "embedder": self._embedder_fingerprint,
            "references": self._library.state_digest(),
            # the same pictures in other folders are other profiles
            "profiles": profiles_of(self._library),
            # they may turn out to be copies once they have hashes
            "unseen": sorted(
                self._library.lacks_hashes(
                    [reference.content_id for reference in self._library.references()]
                )
            ),
            "traits": [asdict(trait) for trait in self._preferences.traits],
            "interests": [asdict(interest) for interest in self._preferences.interests],
            "reading": self._reading,
        }
        contents = {reference.content_id for reference in self._library.references()}
        if chosen := contents & self._library.not_by_chance:
            facts["not_by_chance"] = sorted(chosen)
        return digest_of(facts)

    def _fit(self, fitted_to: str) -> TasteVersion:
        """Fit to the present labels, without keeping the version."""
        self._unkept = self._fitted(self._versions.next_number(), fitted_to)
        return self._unkept

    def _fitted(
        self, number: int, fitted_to: str, *, record: FitRecord | None = None
    ) -> TasteVersion:
        return fit_version(
            self._library,
            self._stated_preferences,
            number=number,
            fitted_to=fitted_to,
            bios_of=self._bios_of,
            copies=self._copies,
            previous=self._loaded.start if self._loaded is not None else None,
            record=record,
            held_out=self._held_out,
        )

    def _keep(self, version: TasteVersion) -> VersionRow:
        free = self._versions.next_number()
        if version.number != free:
            # a taste of another model was kept since this one was fitted
            version = self._unkept = replace(version, number=free)
            self._load(version)
        recipe = self.recipe
        labels = {
            "references": self._library.state_digest(),
            "profiles": profiles_of(self._library),
        }
        digest = digest_of(labels)
        former = next((row for row in self._versions.rows() if not row.is_seed), None)
        row = self._versions.keep(
            version,
            recipe=recipe,
            labels_digest=digest,
            upto_seq=self._library.upto_seq,
            reason=_reason(former, recipe, digest, is_tuned=bool(self._held_out)),
        )
        self._unkept = None
        return row

    def _load(self, version: TasteVersion) -> LoadedVersion:
        digest = version.digest()
        neighbours = TasteNeighbours(
            self._library.neighbours,
            digest,
            version.taste.liked,
            again=lambda: self._items_of(digest),
        )
        neighbours.publish(version.taste.references)
        self._loaded = load_version(version, neighbours, self._preferences, digest=digest)
        return self._loaded

    def _items_of(self, digest: str) -> NDArray[np.float32]:
        """Read the centred items of the version in memory from the disk.

        Raises:
            LibraryUnusable: when it is lost; the next caller gets another version.
        """
        loaded = self._loaded
        version = self._unkept
        if version is None and loaded is not None:
            version = self._versions.whole(loaded.number)
        if version is None or version.digest() != digest:
            # what was held is not there any more, so that every label counts
            self._loaded, self._held_number, self._is_lost = None, None, True
            raise LibraryUnusable(
                "The taste that pictures are compared with is not there any more.",
                remedy="It is fitted again by itself.",
            )
        return version.taste.references


def digest_of(facts: Mapping[str, object]) -> str:
    """Return a sha256, as hex, of facts that JSON can hold."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode("ascii")).hexdigest()


def _reason(
    former: VersionRow | None, recipe: Recipe, labels_digest: str, *, is_tuned: bool
) -> str:
    """Return why a version is made, by the one before it."""
    if former is None or former.labels.digest == "":
        return "answers"
    if former.recipe.embedder_fingerprint != recipe.embedder_fingerprint:
        return "training" if is_tuned else "switch"
    if former.recipe.id != recipe.id:
        return "settings"
    if former.kept == ERASED:
        return "forget"
    return "answers" if former.labels.digest != labels_digest else "pictures"
