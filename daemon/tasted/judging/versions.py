"""The taste versions of one home: kept by rule, put in force, erased. Touches `.tasted/tastes`.

Whoever is killed between two files of a version leaves rows that say less than the files do;
`settle` makes them agree. See `version_files` for what is where.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from tasted.home.taste_versions import (
    ERASED,
    REFITTABLE,
    WHOLE,
    Recipe,
    TasteChoice,
    TimeInForce,
    VersionLabels,
    VersionRow,
    read_choice,
    read_version_row,
    read_version_rows,
    write_version_row,
)
from tasted.judging.fit_record import FitRecord
from tasted.judging.keeping import keeping
from tasted.judging.version import TasteVersion
from tasted.judging.version_figures import taste_figures
from tasted.judging.version_files import VersionFiles
from tasted.system.clock import from_epoch
from tasted.system.faultpoints import reach
from tasted.system.files import write_atomically
from tasted.system.sweeping import sweep_temporary

BUDGET_BYTES = 200_000_000
"""What all versions together may take, unless the settings say otherwise."""
UNKNOWN_RECIPE = Recipe("taste", "", "", "", "")
"""Of a version that an older tasted wrote without a row."""
_IMPORT = "import"
_FORGOTTEN = "A picture in it was forgotten."
_FORGOTTEN_MODEL = "Its model was trained on a picture that was forgotten."
_REFITTED = "It is fitted without a picture that was forgotten."
_DROPPED = "It was removed to stay within learning.keep_mb."
_LOST = "Its file is gone or damaged."

log = structlog.get_logger("tasted.judging")


class TasteVersions:
    """The versions in one folder, which is created with the first one.

    Args:
        folder: of the home.
        check: called before every write; raises when the home is not in its place.
        budget_bytes: for all versions together.
        clock: returns the time in UTC.
    """

    def __init__(
        self,
        folder: Path,
        *,
        check: Callable[[], None] = lambda: None,
        budget_bytes: int = BUDGET_BYTES,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.folder = folder
        self._files = VersionFiles(folder, check=check)
        self._budget_bytes = budget_bytes
        self._clock = clock

    # ---- what there is --------------------------------------------------------------------

    def newest(self, fitted_to: str) -> TasteVersion | None:
        """Return the newest version that was fitted to this; None: there is none."""
        for number, _file in self._files.there("taste"):
            version = self._files.whole(number)
            if version is not None and version.fitted_to == fitted_to:
                return version
        return None

    def whole(self, number: int) -> TasteVersion | None:
        """Return a version by its number; None when it is not kept whole."""
        return self._files.whole(number)

    def record(self, number: int) -> FitRecord | None:
        """Return what a version was fitted to; None when that is not kept."""
        return self._files.record(number)

    def rows(self) -> tuple[VersionRow, ...]:
        """Return the rows of all versions, newest first."""
        return read_version_rows(self.folder)

    def row(self, number: int) -> VersionRow | None:
        """Return one row; None when there is none."""
        return read_version_row(self.folder, number)

    def in_force(self) -> VersionRow | None:
        """Return the row of the version that decides, as far as rows say."""
        return next((row for row in self.rows() if row.is_in_force), None)

    def next_number(self) -> int:
        """Return the number of the next version; none has ever had it."""
        return self._files.next_number()

    # ---- new ones -------------------------------------------------------------------------

    def keep(
        self,
        version: TasteVersion,
        *,
        recipe: Recipe = UNKNOWN_RECIPE,
        labels_digest: str = "",
        upto_seq: int | None = None,
        reason: str = "unknown",
    ) -> VersionRow:
        """Write a version and its row, and keep of older ones what the budget allows.

        Args:
            version: as fitted.
            recipe: what it was made with.
            labels_digest: of its labels alone.
            upto_seq: the last event of the feedback log before it.
            reason: see `VersionRow`.

        Raises:
            DiskFull, LibraryUnusable: when it cannot be written.
        """
        reach("learning.keeping")
        parent = self.in_force()
        counts = version.counts
        row = VersionRow(
            number=version.number,
            recipe=recipe,
            labels=VersionLabels(labels_digest, counts.liked, counts.rejected, upto_seq),
            fitted_to=version.fitted_to,
            reason=reason,
            figures=taste_figures(version.taste),
            minted_at=self.now(),
            parent=parent.number if parent is not None else None,
            contents=version.content_count,
        )
        self._files.write(row.number, "taste", version.to_bytes())
        reach("learning.kept")
        self.write_row(row)
        reach("learning.described")
        self.prune()
        return row

    def take_in(self, version: TasteVersion, described: VersionRow | None) -> None:
        """Keep a version that was made in another home, under a number that is free here.

        Args:
            version: with that number.
            described: its row there, with what it was made with and how good it was; None: lost.

        Raises:
            DiskFull, LibraryUnusable: when it cannot be written.
        """
        if described is None:
            self.keep(version, reason=_IMPORT)
            return
        row = self.keep(
            version,
            recipe=described.recipe,
            labels_digest=described.labels.digest,
            reason=_IMPORT,
        )
        self.write_row(replace(row, figures=described.figures, minted_at=described.minted_at))

    def restore(self, version: TasteVersion) -> None:
        """Keep a version whole again that was fitted again.

        Raises:
            DiskFull, LibraryUnusable: when it cannot be written.
        """
        self._files.write(version.number, "taste", version.to_bytes())
        row = self.row(version.number)
        if row is not None:
            self.write_row(replace(row, kept=WHOLE))
        self._files.remove(version.number, "fit")

    def write_row(self, row: VersionRow) -> None:
        """Write or replace a row.

        Raises:
            DiskFull, LibraryUnusable: when it cannot be written.
        """
        self._files.write_row(row)

    def write_choice(self, choice: TasteChoice | None) -> None:
        """Keep what a person chose, or that it is nothing (None).

        Raises:
            DiskFull, LibraryUnusable: when it cannot be written.
        """
        self._files.write_choice(choice)

    def put_in_force(self, number: int | None) -> None:
        """Note that a version decides from now on, and the others no longer.

        Args:
            number: None: no version does.

        Raises:
            DiskFull, LibraryUnusable: when it cannot be written.
        """
        rows = self.rows()
        since = self.now()
        for row in rows:
            if row.number == number and not row.is_in_force:
                self.write_row(replace(row, in_force=(*row.in_force, TimeInForce(since))))
        reach("learning.in_force")
        for row in rows:
            if row.number != number and row.is_in_force:
                spans = (
                    span if span.until else replace(span, until=since) for span in row.in_force
                )
                self.write_row(replace(row, in_force=tuple(spans)))

    def settle(self) -> None:
        """Make rows agree with the files, after a kill and after an older tasted.

        Raises:
            DiskFull, LibraryUnusable: when a row cannot be written.
        """
        files: dict[int, set[str]] = {}
        for number, file in self._files.there():
            files.setdefault(number, set()).add(file.suffix.removeprefix("."))
        for number, kinds in files.items():
            row = self.row(number)
            if row is None and "taste" in kinds:
                self._adopt(number)
            elif row is not None and not row.is_seed:
                self._agree(row, kinds)

    def prune(self) -> None:
        """Keep of all versions what the budget allows; see `keeping`.

        Raises:
            DiskFull, LibraryUnusable: when a row cannot be written.
        """
        choice = read_choice(self.folder)
        rows = [row for row in self.rows() if not row.is_seed]
        sizes = {row.number: size for row in rows if (size := self._files.sizes(row)) is not None}
        plan = keeping(
            rows,
            sizes,
            chosen={choice.version} if choice is not None else (),
            budget_bytes=self._budget_bytes,
            now=self._clock(),
        )
        by_number = {row.number: row for row in rows}
        for number in plan.refittable:
            self._demote(by_number[number])
        for number in plan.erased:
            self._drop(by_number[number], _DROPPED)

    # ---- forgetting -----------------------------------------------------------------------

    def erase(
        self, contents: Collection[str], *, is_dry: bool = False
    ) -> list[frozenset[str] | None]:
        """Take pictures out of every version that they went into; return which for each version.

        What was taught by one of them goes, but for its row. What only compared with them, and what
        is to be fitted again in any case, is fitted without them when it is used. A file that
        cannot be read is removed, because it may hold anything; it counts as None. Temporary files
        of interrupted writes are removed uncounted. Nobody else may be writing a version.

        Args:
            contents: content ids.
            is_dry: only count.

        Raises:
            OSError: when a file cannot be removed, or the highest number cannot be kept.
        """
        if not is_dry and self.folder.is_dir():
            sweep_temporary(self.folder, older_than_seconds=0)
        found: list[frozenset[str] | None] = []
        for number, file in self._files.there("taste", "fit"):
            is_whole = file.suffix == ".taste"
            version = self._files.whole(number) if is_whole else self._files.record(number)
            held = version.held_of(contents) if version is not None else None
            if held is not None and not held:
                continue
            if not is_dry:
                if not found:
                    self._files.keep_last_number()
                self._erase_from(number, file, version, contents)
            found.append(held)
        return found

    def erase_made_with(self, fingerprints: Collection[str], *, is_dry: bool = False) -> int:
        """Take out every version on the vectors of some embedders; return how many there are.

        Their rows stay, as of every version that was erased.

        Args:
            fingerprints: of embedders that are forgotten.
            is_dry: only count.

        Raises:
            OSError: when a file cannot be removed.
        """
        rows = [
            row
            for row in self.rows()
            if row.recipe.embedder_fingerprint in fingerprints
            and not row.is_seed
            and row.kept != ERASED
        ]
        for row in rows if not is_dry else ():
            self._drop(row, _FORGOTTEN_MODEL)
        return len(rows)

    def _erase_from(
        self,
        number: int,
        file: Path,
        version: TasteVersion | FitRecord | None,
        contents: Collection[str],
    ) -> None:
        row = self.row(number)
        record = version
        if isinstance(version, TasteVersion):
            is_taught = any(not set(item).isdisjoint(contents) for item in version.items)
            record = FitRecord.of(version) if not is_taught else None
        if isinstance(record, FitRecord):
            write_atomically(self._files.file(number, "fit"), record.without(contents).to_bytes())
        if not isinstance(version, FitRecord):
            file.unlink(missing_ok=True)
        if row is not None:
            kept, note = (REFITTABLE, _REFITTED) if record is not None else (ERASED, _FORGOTTEN)
            # what is left is fitted to other labels than those of the digest
            write_version_row(self.folder, replace(row, kept=kept, note=note, fitted_to=""))

    # ---- files ----------------------------------------------------------------------------

    def _adopt(self, number: int) -> None:
        file = self._files.file(number, "taste")
        version = self._files.whole(number)
        if version is None:
            return
        counts = version.counts
        self.write_row(
            VersionRow(
                number=number,
                recipe=UNKNOWN_RECIPE,
                labels=VersionLabels("", counts.liked, counts.rejected),
                fitted_to=version.fitted_to,
                reason="unknown",
                figures=taste_figures(version.taste),
                minted_at=from_epoch(file.stat().st_mtime).isoformat(timespec="milliseconds"),
                contents=version.content_count,
            )
        )

    def _agree(self, row: VersionRow, kinds: Collection[str]) -> None:
        if "taste" in kinds:
            kept = WHOLE
            # a kill came between the record and the removal of the whole: the next pruning decides
            self._files.remove(row.number, "fit")
        else:
            kept = REFITTABLE if "fit" in kinds else ERASED
        if row.kept != kept:
            note = row.note or _LOST if kept == ERASED else row.note
            self.write_row(replace(row, kept=kept, note=note))

    def _demote(self, row: VersionRow) -> None:
        version = self.whole(row.number)
        record = FitRecord.of(version) if version is not None else None
        if record is None:
            self._drop(row, _DROPPED)
            return
        self._files.write(row.number, "fit", record.to_bytes())
        reach("learning.demoting")
        self._files.remove(row.number, "taste")
        self.write_row(replace(row, kept=REFITTABLE))

    def _drop(self, row: VersionRow, note: str) -> None:
        self._files.remove(row.number, "taste", "fit")
        self.write_row(replace(row, kept=ERASED, note=note))

    def now(self) -> str:
        """Return the time as rows tell it."""
        return self._clock().isoformat(timespec="milliseconds")
