"""What the light process asks the engine about recipes on trial. Pure.

    PrepareTrial     → TrialPrepared      who would be on trial, and whether that can be
    CompareRecipes   → RecipesCompared    what labels and past answers say of the two, part by part
    DecideByRecipe   → VersionChosen      a recipe is to decide from now on, with every answer

What a trial needs with every card travels with `asking_messages.ChooseCards`. A recipe that cannot
be tried is no fault: the answer says why.
"""

from typing import Literal

from tasted.home.taste_versions import Recipe
from tasted.plain_dataclass import dataclass
from tasted.rpc.messages import EngineAnswer, EngineRequest
from tasted.rpc.version_messages import VersionChosen
from tasted.trials.differences import CountedDifference
from tasted.trials.trial_file import FoldFigures


@dataclass(frozen=True, slots=True)
class TrialRefused:
    """Why a recipe cannot be put on trial."""

    code: Literal["unknown_recipe", "conflict", "not_enough_labels"]
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class TrialPrepared(EngineAnswer):
    """The two recipes, and the labels that both know."""

    in_force: Recipe | None = None
    challenger: Recipe | None = None
    labels_digest: str = ""
    """Of the labels of now."""
    liked: int = 0
    rejected: int = 0
    lacking: int = 0
    """How many labels the challenger has no vectors of."""
    refused: TrialRefused | None = None


@dataclass(frozen=True, slots=True)
class PrepareTrial(EngineRequest[TrialPrepared]):
    """A recipe is to be put on trial."""

    answer_types = (TrialPrepared,)

    challenger: str
    """`seed`, `taste`, or the name of a model whose vectors are there."""


@dataclass(frozen=True, slots=True)
class RecipesCompared(EngineAnswer):
    """How far a comparison is; when it is done, what it says."""

    done: int = 0
    of: int = 0
    is_done: bool = False
    folds: FoldFigures | None = None
    """What the labels say; None with too few of them, or before all folds are compared."""
    verdict: str = ""
    """As `judging.fold_comparison.FoldVerdict`; empty before that."""
    replayed: tuple[CountedDifference, ...] = ()
    """What past answers say."""


@dataclass(frozen=True, slots=True)
class CompareRecipes(EngineRequest[RecipesCompared]):
    """The next part of a comparison; asked again until it is done."""

    answer_types = (RecipesCompared,)

    challenger: str
    """As of `PrepareTrial`."""
    recipe: str
    """Its id."""


@dataclass(frozen=True, slots=True)
class DecideByRecipe(EngineRequest[VersionChosen]):
    """A recipe is to decide from now on. The same twice changes nothing."""

    answer_types = (VersionChosen,)

    name: str
    """As of `PrepareTrial.challenger`."""
    recipe: str
    """Its id: another one is refused."""
