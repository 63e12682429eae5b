"""What the light process asks the engine about another model than the one in force. Pure.

    CheckModel      → ModelChecked                        are its files sound, and how quick is it
    PlanEmbedding   → EmbeddingPlanned                    what it has no vectors of yet
    EmbedForModel   → EmbeddedForModel                    a few more pictures
    FitCandidate    → CandidateFitted, ReferencesMissing  a taste on its vectors, not kept
    ProveCandidate  → CandidateProven                     does it guess the labels of now better
    PublishModel    → ModelPublished, ReferencesMissing   it decides from now on: the one step
    CloseCandidate  → CandidateClosed                     it is not wanted any more
    DropVectors     → VectorsDropped                      of a model that decided long ago

Until `PublishModel` everything is scored by the model in force. Each request takes little time, for
arrivals wait for it.
"""

from tasted.home.taste_versions import VersionFigures
from tasted.plain_dataclass import dataclass
from tasted.records import Current
from tasted.rpc.messages import (
    EngineAnswer,
    EngineRequest,
    PublishTaste,
    ReferencesMissing,
    RequestedFile,
)

# ---- its files ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ModelChecked(EngineAnswer):
    """The files of a model are sound, and it embeds."""

    name: str
    """As sidecars name it."""
    fingerprint: str
    """Of its vectors."""
    seconds_each: float | None = None
    """How long it takes to embed a picture, decoding apart; None when it was not loaded."""


@dataclass(frozen=True, slots=True)
class CheckModel(EngineRequest[ModelChecked]):
    """A model is to be checked: its sums, and its vectors of test pictures."""

    answer_types = (ModelChecked,)

    model: str
    """As the settings name it."""
    is_loaded: bool = True
    """Whether to load it, and to measure how quick it is."""
    is_asked: bool = False
    """Whether somebody only wants to know, so that nothing of it is kept in memory."""


# ---- its vectors ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EmbeddingPlanned(EngineAnswer):
    """What a model has no vectors of."""

    references: tuple[str, ...] = ()
    """Paths of references that are not learnt for it."""
    contents: tuple[str, ...] = ()
    """Content ids, in the order in which they were asked about."""


@dataclass(frozen=True, slots=True)
class PlanEmbedding(EngineRequest[EmbeddingPlanned]):
    """Which of these has a model no vectors of?"""

    answer_types = (EmbeddingPlanned,)

    model: str
    references: tuple[tuple[str, str], ...]
    """Path, relative to the inbox, and content id of each reference."""
    contents: tuple[str, ...]
    """Content ids of pictures."""


@dataclass(frozen=True, slots=True)
class EmbeddedForModel(EngineAnswer):
    """A few files are embedded."""

    embedded: int = 0
    failed: tuple[str, ...] = ()
    """Paths of those that are not: gone, changed, or not to be decoded."""


@dataclass(frozen=True, slots=True)
class EmbedForModel(EngineRequest[EmbeddedForModel]):
    """A few files are to be embedded by a model that does not decide; references are learnt."""

    answer_types = (EmbeddedForModel,)

    model: str
    files: tuple[RequestedFile, ...]


# ---- its taste ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CandidateFitted(EngineAnswer):
    """A taste is fitted to the labels of now on the vectors of a model; it is not kept."""

    figures: VersionFigures | None = None
    """How well it tells likes from rejects, each label judged without itself; None where the fixed
    formula decides."""
    former: VersionFigures | None = None
    """Of the taste in force, on the same labels; None as above."""


@dataclass(frozen=True, slots=True)
class FitCandidate(EngineRequest[CandidateFitted | ReferencesMissing]):
    """A taste is to be fitted on the vectors of a model."""

    answer_types = (CandidateFitted, ReferencesMissing)

    model: str
    labels: PublishTaste
    """As for publishing; nothing is published."""


@dataclass(frozen=True, slots=True)
class CandidateProven(EngineAnswer):
    """How far a model was compared with the one in force, and what came of it at the end."""

    done: int = 0
    of: int = 0
    """Folds; 0 with too few labels to compare by."""
    gain: float | None = None
    """Mean squared error of the model in force less that of the other; None before the end."""
    t: float | None = None
    """Of the gain; see `judging.fold_comparison`."""


@dataclass(frozen=True, slots=True)
class ProveCandidate(EngineRequest[CandidateProven]):
    """A model is to be compared for a moment, on the labels that both know."""

    answer_types = (CandidateProven,)

    model: str


# ---- the switch -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ModelPublished(EngineAnswer):
    """A model decides; the engine scores by it from now on."""

    current: Current
    former: str
    """The fingerprint of the vectors by which was scored before; empty: nothing was."""
    unlearnt: tuple[str, ...] = ()
    """As in `TastePublished`."""


@dataclass(frozen=True, slots=True)
class PublishModel(EngineRequest[ModelPublished | ReferencesMissing]):
    """A model is to decide from now on."""

    answer_types = (ModelPublished, ReferencesMissing)

    model: str
    labels: PublishTaste
    """For the settings with that model."""


# ---- what is left ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CandidateClosed(EngineAnswer):
    """Nothing of it is in memory; its vectors stay in the library."""


@dataclass(frozen=True, slots=True)
class CloseCandidate(EngineRequest[CandidateClosed]):
    """A model is not wanted any more."""

    answer_types = (CandidateClosed,)

    model: str


@dataclass(frozen=True, slots=True)
class VectorsDropped(EngineAnswer):
    """The tables of a model are gone."""

    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DropVectors(EngineRequest[VectorsDropped]):
    """The tables of a model that does not decide are to go.

    Nothing happens when it does decide.
    """

    answer_types = (VectorsDropped,)

    fingerprint: str
