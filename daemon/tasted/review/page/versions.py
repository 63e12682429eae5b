"""Taste versions in rows, and two of them side by side, from the bodies of the API. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

from tasted.amounts import counted, decimal, percent
from tasted.plain_dataclass import dataclass
from tasted.review.api.schemas import Verdict
from tasted.review.api.taste_schemas import (
    ComparisonAnswer,
    FigureWithInterval,
    ModelAnswer,
    TasteVersionAnswer,
    VersionsAnswer,
)
from tasted.review.page import words
from tasted.review.page.training import TrainingPart
from tasted.review.page.trials import TrialsPart

COLUMNS = (
    "Version",
    "Since",
    "Taught by",
    "Likes above rejects",
    "Brier (none)",
    "Guessed you",
    "Use",
)
_BRIER_DIGITS = 3
_SIGNS = {"match": ("✓", "match"), "unsure": ("?", "unsure"), "no_match": ("✕", "no match")}


class VersionLine(NamedTuple):
    """One version, as the template `versions.html.j2` asks for it."""

    version: str
    number: int
    is_in_force: bool
    is_held: bool
    since: str
    taught_by: str
    auc: str
    auc_interval: str
    brier: str
    brier_none: str
    guessed: str
    erased: str


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """All versions, newest first."""

    answer: VersionsAnswer
    model: ModelAnswer
    now: datetime
    needs: str
    trials: TrialsPart | None = None
    training: TrainingPart | None = None
    columns: tuple[str, ...] = COLUMNS

    @property
    def rows(self) -> list[VersionLine]:
        """One line a version."""
        return [version_line(version, self.now) for version in self.answer.versions]

    @property
    def other_models(self) -> list[tuple[str, str]]:
        """The models that may be chosen: the name, and what it says of itself in a list."""
        return [
            (known.name, known.name if known.is_here else f"{known.name} (to be downloaded)")
            for known in self.model.known
            if known.name != self.model.name
        ]

    @property
    def in_force_number(self) -> int:
        """The version that decides now; 0 before there is one."""
        numbers = (version.number for version in self.answer.versions if version.is_in_force)
        return next(numbers, 0)


def version_line(version: TasteVersionAnswer, now: datetime) -> VersionLine:
    """Return a version as a line of the table."""
    auc, brier = version.auc, version.brier
    return VersionLine(
        version.version,
        version.number,
        version.is_in_force,
        version.is_held,
        in_force_words(version, now),
        f"{version.liked:,} ✓  {version.rejected:,} ✕",
        ranking_words(auc),
        _range(auc),
        decimal(brier.value, _BRIER_DIGITS) if brier is not None else words.DASH,
        f"({decimal(version.constant_brier, _BRIER_DIGITS)})"
        if version.constant_brier is not None
        else "",
        words.tally_words(version.guessed),
        version.note or "erased: a picture in it was forgotten" if version.kept == "erased" else "",
    )


def ranking_words(auc: FigureWithInterval | None) -> str:
    """Return how often a like stands above a reject: `79 in 100`."""
    return words.DASH if auc is None else f"{round(100 * auc.value)} in 100"


def _range(figure: FigureWithInterval | None) -> str:
    if figure is None or figure.low is None or figure.high is None:
        return ""
    return f"({round(100 * figure.low)}{words.DASH}{round(100 * figure.high)})"


def in_force_words(version: TasteVersionAnswer, now: datetime) -> str:
    """Return when a version decided: `today 14:10`, `24 Nov to 28 Nov, 4 days`."""
    spans = version.in_force
    if not spans:
        return words.day_and_time(version.minted_at, now) if version.minted_at else words.DASH
    if version.is_in_force:
        return words.day_and_time(spans[-1].since, now)
    first, last = spans[0].since, spans[-1].until or now
    length = sum(((span.until or now) - span.since for span in spans), timedelta())
    if words.day(first) == words.day(last):
        return f"{words.day_and_time(first, now)}, {words.span(length)}"
    return f"{words.day(first)} {words.DASH} {words.day(last)}, {words.span(length)}"


class ComparedPicture(NamedTuple):
    """A picture about which the two disagree."""

    id: str
    href: str
    name: str
    name_a: str
    name_b: str
    a: tuple[str, str, str]
    b: tuple[str, str, str]


class ComparedSide(NamedTuple):
    """One of the two, in figures."""

    version: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """What the template `comparison.html.j2` asks for."""

    answer: ComparisonAnswer
    now: datetime

    @property
    def title(self) -> str:
        """Which two."""
        return f"{self.answer.a.version} and {self.answer.b.version}"

    @property
    def lead(self) -> str:
        """About how many pictures they disagree."""
        count = self.answer.changed_count
        compared = counted(self.answer.compared, "picture")
        if not count:
            return f"They give the same verdict to all of {compared}."
        return f"They give another verdict to {count:,} of {compared}."

    @property
    def sides(self) -> list[ComparedSide]:
        """Their figures."""
        return [
            ComparedSide(
                side.version,
                (
                    ("Since", in_force_words(side, self.now)),
                    ("Taught by", f"{side.liked:,} ✓  {side.rejected:,} ✕"),
                    ("Likes above rejects", f"{ranking_words(side.auc)} {_range(side.auc)}"),
                    ("Brier", _brier(side)),
                    ("Guessed you", words.tally_words(side.guessed)),
                ),
            )
            for side in (self.answer.a, self.answer.b)
        ]

    @property
    def changed_title(self) -> str:
        """How many of them are shown."""
        shown, count = len(self.answer.changed), self.answer.changed_count
        return "Other verdicts" if shown == count else f"Other verdicts, {shown} of {count:,}"

    @property
    def changed(self) -> list[ComparedPicture]:
        """The pictures about which they disagree."""
        return [
            ComparedPicture(
                picture.id,
                picture.href_320,
                picture.name,
                self.answer.a.version,
                self.answer.b.version,
                _verdict(picture.a, picture.probability_a),
                _verdict(picture.b, picture.probability_b),
            )
            for picture in self.answer.changed
        ]


def _brier(side: TasteVersionAnswer) -> str:
    if side.brier is None:
        return words.DASH
    none = side.constant_brier
    known = f" ({decimal(none, _BRIER_DIGITS)})" if none is not None else ""
    return decimal(side.brier.value, _BRIER_DIGITS) + known


def _verdict(verdict: Verdict | None, probability: float | None) -> tuple[str, str, str]:
    sign, word = _SIGNS.get(verdict or "", ("", "none yet"))
    figure = f"{percent(probability)} " if probability is not None else ""
    return verdict or "unsure", sign, figure + word
