"""What the light process asks the engine about taste versions. Pure.

    UseVersion, GoBack  → VersionChosen       which version is to decide from now on
    CompareVersions     → VersionsCompared    two versions on the same pictures and answers

A version that cannot be used is no fault: the answer says why.
"""

from typing import Literal

from tasted.home.taste_versions import VersionFigures
from tasted.plain_dataclass import dataclass
from tasted.records import Current
from tasted.rpc.messages import EngineAnswer, EngineRequest


@dataclass(frozen=True, slots=True)
class VersionRefused:
    """Why a version cannot be used or compared."""

    code: Literal["unknown_version", "version_erased", "version_unusable", "no_former_version"]
    message: str
    remedy: str


# ---- which one decides ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VersionChosen(EngineAnswer):
    """What decides now; with a refusal nothing has changed."""

    current: Current | None = None
    """As it was published."""
    before: str | None = None
    """The version that decided before, such as `v3`."""
    was_held: bool = False
    """Whether that one was held."""
    refused: VersionRefused | None = None


@dataclass(frozen=True, slots=True)
class UseVersion(EngineRequest[VersionChosen]):
    """A version is to decide."""

    answer_types = (VersionChosen,)

    number: int | None
    """None: follow every answer, by the recipe of the settings."""
    hold: bool = False
    """Exactly this version, without newer answers; else its recipe, with every answer."""


@dataclass(frozen=True, slots=True)
class GoBack(EngineRequest[VersionChosen]):
    """What decided before is to decide again."""

    answer_types = (VersionChosen,)


# ---- two side by side -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangedVerdict:
    """A picture on which two versions disagree."""

    content_id: str
    verdict_a: str
    """As `Verdict`."""
    verdict_b: str
    probability_a: float | None
    probability_b: float | None


@dataclass(frozen=True, slots=True)
class VersionsCompared(EngineAnswer):
    """What two versions say of the same pictures and of the same answers."""

    changed: tuple[ChangedVerdict, ...] = ()
    compared: int = 0
    """How many pictures without a label were scored by both."""
    figures_a: VersionFigures | None = None
    """On all labels of now, each judged without itself."""
    figures_b: VersionFigures | None = None
    refused: VersionRefused | None = None


@dataclass(frozen=True, slots=True)
class CompareVersions(EngineRequest[VersionsCompared]):
    """Two versions are to be compared."""

    answer_types = (VersionsCompared,)

    a: int
    b: int
    contents: tuple[str, ...]
    """Content ids of the pictures; those without vectors are left out."""
