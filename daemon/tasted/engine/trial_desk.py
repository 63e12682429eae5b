"""Recipes on trial: the engine's side. Reads the library; writes `chosen.json` as one is to decide.

Both recipes of a trial are looked up anew with every request, by the ids under which the trial was
opened: what is not the same any more predicts nothing, and the light process ends the trial.
"""

from collections.abc import Callable
from pathlib import Path

from tasted.engine.assembly import Assembly
from tasted.engine.candidate import Candidates
from tasted.engine.challenger import (
    Challenger,
    FittedChallenger,
    FormulaChallenger,
    RecipesOnTrial,
)
from tasted.engine.scored_pool import ScoredPool
from tasted.engine.trial_comparing import ComparedRecipe, TrialComparing
from tasted.engine.version_desk import VersionDesk
from tasted.errors import EngineFailed, ModelMissing
from tasted.feedback.reading import read_events
from tasted.home.taste_versions import SEED_METHOD, TASTE_METHOD, TasteChoice
from tasted.rpc.asking_messages import TrialOfRecipes
from tasted.rpc.messages import EngineAnswer, PublishTaste
from tasted.rpc.trial_messages import (
    CompareRecipes,
    DecideByRecipe,
    PrepareTrial,
    RecipesCompared,
    TrialPrepared,
    TrialRefused,
)
from tasted.rpc.version_messages import VersionChosen, VersionRefused

TrialRequest = PrepareTrial | CompareRecipes | DecideByRecipe

_SEE_TRIAL = "See what is on trial: tasted trial"
_OF_NOW = (
    "The recipe is no longer what it was when the trial began: traits, interests, readers or the "
    "model have changed."
)


class TrialDesk:
    """Knows the recipes of one home.

    Args:
        versions: lets another recipe decide.
        candidates: the models that may be tried.
        labels: returns what the light process said last of the labels.
        feedback: the folder of the log of answers.
        path_of: tells by content id where a picture lies in the inbox.
        is_ignored: tells by content id whether a picture is to be left alone.
    """

    def __init__(
        self,
        versions: VersionDesk,
        candidates: Candidates,
        *,
        labels: Callable[[], PublishTaste | None],
        feedback: Path,
        path_of: Callable[[str], str | None],
        is_ignored: Callable[[str], bool],
    ) -> None:
        self._versions = versions
        self._candidates = candidates
        self._labels = labels
        self._briefed: dict[str, tuple[PublishTaste, frozenset[str]]] = {}
        """By model: the labels that it knows of, and which of them it has to learn."""
        self._feedback = feedback
        self._path_of = path_of
        self._is_ignored = is_ignored
        self._comparing: tuple[tuple[str, ...], TrialComparing] | None = None
        """What is compared, and how far that is."""
        self._of: Assembly | None = None
        """What the challengers below were made of."""
        self._challengers: dict[str, Challenger] = {}

    def forget(self) -> None:
        """Hold nothing of any picture."""
        self._of, self._challengers, self._comparing = None, {}, None
        self._briefed = {}

    def recipes(self, assembly: Assembly, wanted: TrialOfRecipes | None) -> RecipesOnTrial | None:
        """Return the two recipes that are to predict; None when one of them is no more.

        While a version is held nothing is tried: what a person chose is to decide.
        """
        judge = assembly.judge
        if wanted is None or judge.is_held or judge.recipe.id != wanted.in_force:
            return None
        challenger = self._challenger(assembly, wanted.challenger)
        if challenger is None or challenger.recipe.id != wanted.recipe:
            return None
        # the formula orders no queue, so that its guesses are asked for as those of a challenger
        is_formula = judge.scorer == SEED_METHOD
        return RecipesOnTrial(
            challenger, self._challenger(assembly, SEED_METHOD) if is_formula else None
        )

    def answer(self, assembly: Assembly, request: TrialRequest) -> EngineAnswer:
        """Answer one request.

        Raises:
            ServiceFault: when the library or the versions cannot be read or written.
        """
        match request:
            case PrepareTrial():
                return self._prepare(assembly, request)
            case CompareRecipes():
                return self._compare(assembly, request)
            case DecideByRecipe():
                return self._decide(assembly, request)

    def _challenger(self, assembly: Assembly, name: str) -> Challenger | None:
        if self._of is not assembly:
            self._of, self._challengers, self._briefed = assembly, {}, {}
        if name not in {SEED_METHOD, TASTE_METHOD}:
            self._brief(name)
        known = self._challengers.get(name)
        if known is not None:
            return known
        made = self._made(assembly, name)
        if made is not None:
            self._challengers[name] = made
        return made

    def _brief(self, model: str) -> frozenset[str]:
        """Let a model know the labels of now; return the paths of those that it has to learn."""
        labels, known = self._labels(), self._briefed.get(model)
        if labels is None:
            return frozenset()
        if known is None or known[0] is not labels or known[1]:
            try:
                missing = self._candidates.of(model).brief(labels)
            except ModelMissing:
                return frozenset()
            self._briefed[model] = labels, missing - labels.without
        return self._briefed[model][1]

    def _assembly_of(self, assembly: Assembly, name: str) -> Assembly:
        """Return what works with the model of a recipe."""
        is_method = name in {SEED_METHOD, TASTE_METHOD}
        return assembly if is_method else self._candidates.of(name).assembly

    def _made(self, assembly: Assembly, name: str) -> Challenger | None:
        judge = assembly.judge
        if name == SEED_METHOD:
            return FormulaChallenger(
                judge.recipe_of(name),
                assembly.formula,
                assembly.library,
                is_ignored=self._is_ignored,
            )
        if name == TASTE_METHOD:
            pool = ScoredPool(
                assembly.library,
                made_of=lambda: judge.fitted_to,
                review=judge.review_aside,
                is_ignored=self._is_ignored,
            )
            return FittedChallenger(judge.recipe_of(name), pool)
        return self._made_of_model(name)

    def _made_of_model(self, model: str) -> Challenger | None:
        try:
            candidate = self._candidates.of(model)
        except ModelMissing:
            return None
        judge = candidate.judge
        pool = ScoredPool(
            candidate.assembly.library,
            made_of=lambda: judge.fitted_to,
            review=judge.review_aside,
            is_ignored=self._is_ignored,
        )
        return FittedChallenger(judge.recipe_of(TASTE_METHOD), pool)

    # ---- before a trial -------------------------------------------------------------------

    def _prepare(self, assembly: Assembly, request: PrepareTrial) -> TrialPrepared:
        judge = assembly.judge
        if judge.is_held:
            return TrialPrepared(
                refused=TrialRefused(
                    "conflict",
                    f"{judge.taste} is held, so that nothing else may decide.",
                    "Follow your answers again first: tasted versions follow",
                )
            )
        challenger = self._challenger(assembly, request.challenger)
        if challenger is None:
            return TrialPrepared(
                refused=TrialRefused(
                    "unknown_recipe",
                    f"There is no recipe {request.challenger}.",
                    "Recipes are seed, taste, and the names of models that are here: tasted models",
                )
            )
        in_force = judge.recipe
        if challenger.recipe.id == in_force.id:
            return TrialPrepared(
                refused=TrialRefused("conflict", "That is what decides now.", _SEE_TRIAL)
            )
        is_model = request.challenger not in {SEED_METHOD, TASTE_METHOD}
        if is_model and challenger.recipe.embedder_fingerprint == in_force.embedder_fingerprint:
            return TrialPrepared(
                refused=TrialRefused(
                    "conflict",
                    f"{request.challenger} sees pictures just as the model that decides does.",
                    "Try another one: tasted models list",
                )
            )
        counts = judge.counts
        return TrialPrepared(
            in_force,
            challenger.recipe,
            assembly.library.state_digest(),
            counts.liked,
            counts.rejected,
            lacking=len(self._briefed.get(request.challenger, (None, ()))[1]),
        )

    def _compare(self, assembly: Assembly, request: CompareRecipes) -> RecipesCompared:
        challenger = self._challenger(assembly, request.challenger)
        if challenger is None or challenger.recipe.id != request.recipe:
            raise EngineFailed(_OF_NOW, remedy=_SEE_TRIAL)
        judge = assembly.judge
        key = (judge.recipe.id, request.recipe, assembly.library.state_digest())
        if self._comparing is None or self._comparing[0] != key:
            self._comparing = (
                key,
                TrialComparing(
                    ComparedRecipe(assembly, judge.recipe.method),
                    ComparedRecipe(
                        self._assembly_of(assembly, request.challenger), challenger.recipe.method
                    ),
                    list(read_events(self._feedback)),
                    path_of=self._path_of,
                    is_ignored=self._is_ignored,
                ),
            )
        compared = self._comparing[1].part()
        if compared.is_done:
            self._comparing = None
        return compared

    # ---- after it -------------------------------------------------------------------------

    def _decide(self, assembly: Assembly, request: DecideByRecipe) -> VersionChosen:
        judge = assembly.judge
        challenger = self._challenger(assembly, request.name)
        if challenger is None or challenger.recipe.id != request.recipe:
            return VersionChosen(
                refused=VersionRefused("version_unusable", _OF_NOW, "See: tasted trial")
            )
        method = challenger.recipe.method
        if method == judge.follows:
            return self._versions.choose(assembly, None)
        number = judge.row_of(method).number
        return self._versions.choose(assembly, TasteChoice("follow", number))
