"""One run, from the labels to a model on trial or to the reasons why not. Touches `.tasted`.

`training.__main__` runs it in a process of its own.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import structlog
import torch

from tasted.config import Settings
from tasted.decoding.pictures import PREPROCESSING
from tasted.embedding.models.fingerprint import fingerprint_of
from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.models.tuned import LearnedFrom, write_tuned
from tasted.embedding.opening import open_embedder
from tasted.embedding.runtimes.torch_clip import ClipEmbedder
from tasted.engine.model_opening import views_identity
from tasted.errors import UsageError
from tasted.evaluation.judgements import ReferenceVectors
from tasted.evaluation.label_counts import published_counts
from tasted.evaluation.learning_curve import learning_curve
from tasted.home.layout import Home
from tasted.home.training_file import GateTold, TrainingFolder, TrainingPlan
from tasted.home.training_needs import (
    NotOffered,
    forcing,
    missing_flatness,
    missing_labels,
    missing_machine,
    refuse_too_few,
)
from tasted.library.embedded import mean_view
from tasted.scoring.taste.centring import background_mean, centred_items
from tasted.scoring.traits.personality import Trait
from tasted.system.files import private_folder, write_atomically
from tasted.system.power import saving_reason
from tasted.system.priority import thread_count
from tasted.training.checkpoints import ADAPTER_FILE
from tasted.training.cross_fitting import (
    CrossFitted,
    CrossFitting,
    TrainingMaterial,
)
from tasted.training.dividing import divide, near_groups
from tasted.training.going_on import digest_of, facts_of, other_pictures, why_not
from tasted.training.labels import TrainingLabels, read_labels
from tasted.training.looking import PictureLooker, SeenPictures
from tasted.training.merging import adapter_bytes, adapter_digest, merge
from tasted.training.progress import RunProgress
from tasted.training.proving import prove
from tasted.training.recipe import LORA, TrainingRecipe
from tasted.training.run_options import RunOptions
from tasted.training.vision_tower import VisionTower

_SPARE_BYTES = 500_000_000

log = structlog.get_logger("tasted.training")


class TrainingSession:
    """One run.

    Args:
        home: whose labels are learnt from.
        settings: as they are in force.
        base: the model that it begins from.
        recipe: how adapters are trained.
        options: of whoever started it.
        folder: where it is told.
        progress: tells how it gets on.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        base: ModelFolder,
        recipe: TrainingRecipe,
        options: RunOptions,
        *,
        folder: TrainingFolder,
        progress: RunProgress,
        saving: Callable[[], str | None] = saving_reason,
    ) -> None:
        self._home = home
        self._settings = settings
        self._base = base
        self._recipe = recipe
        self._options = options
        self._folder = folder
        self._progress = progress
        self._saving = saving
        self._former = folder.read_plan()
        """What the run before this one was about."""
        self._goes_on: TrainingPlan | None = None
        """The same, where this one goes on with what it has done."""
        self._facts: dict[str, str] = {}
        self._mean: tuple[float, ...] = ()
        self._is_forced = folder.is_forced(forces=options.is_forced, resumes=options.resumes)

    def run(self) -> None:
        """Train, prove, and merge what passes every gate.

        Raises:
            TastedError: when it cannot be done; what was trained so far can be gone on from.
        """
        if self._base.family != "clip":
            raise UsageError(
                f"Only CLIP models can be trained, and {self._base.name} is another.",
                remedy="Choose one: tasted models list",
            )
        labels = self._labels()
        self._check_labels(labels)
        embedder, tower = self._opened()
        self._begin_plan(labels)
        self._progress.tell(state="looking")
        looker = PictureLooker(self._home, self._settings, tower, embedder)
        seen = looker.look(labels, self._folder.run / "views", tell=self._tell_looked)
        material = self._divided(seen)
        self._check_curve(seen)
        digest = self._plan(seen, material)
        found = CrossFitting(
            tower,
            material,
            self._recipe,
            folder=self._folder.run,
            digest=digest,
            tell=self._progress.step,
            begin=self._progress.begin_adapter,
        ).run()
        self._progress.tell(state="proving", seconds_left=None)
        gates = prove(material, found, self._traits(), embedder)
        if all(gate.is_passed for gate in gates):
            tower.put_on(found.adapter)
            self._merged(seen, material, found, gates, tower)
        else:
            self._refused(seen, material, found, gates)

    # ---- before ---------------------------------------------------------------------------

    def _labels(self) -> TrainingLabels:
        """Return the labels, with the history of the run that is gone on with; say if none is."""
        labels = read_labels(self._home, self._settings)
        self._facts = facts_of(labels, self._base_fingerprint(), self._recipe)
        if not self._options.resumes:
            return labels
        why = why_not(self._former, self._facts, is_kept=self._folder.has_checkpoints)
        if why is not None or self._former is None:
            self._progress.tell(starts_over=why)
            return labels
        self._goes_on = self._former
        return read_labels(self._home, self._settings, history=self._former.history)

    def _check_labels(self, labels: TrainingLabels) -> None:
        found = int(labels.liked.sum())
        liked, rejected = published_counts(self._home) or (found, len(labels.items) - found)
        free = shutil.disk_usage(self._home.state).free
        missing = (
            *missing_labels(liked, rejected),
            *missing_machine(
                saving=self._saving(),
                free_bytes=free,
                needed_bytes=2 * self._base.weights_file.stat().st_size + _SPARE_BYTES,
            ),
        )
        self._progress.tell(liked=liked, rejected=rejected, missing=missing)
        self._refuse_unless_forced(missing)
        refuse_too_few(found, len(labels.items) - found)

    def _check_curve(self, seen: SeenPictures) -> None:
        items = np.arange(len(seen.labels.items))
        views = seen.views.rows(seen.views.frozen, items)
        curve = learning_curve(
            "taste",
            ReferenceVectors(
                views=views,
                whole=np.array([mean_view(rows) for rows in views], np.float32),
                liked=seen.labels.liked,
                curated=seen.labels.curated,
                copies=seen.copies,
            ),
        )
        gain = curve.half_auc - curve.quarter_auc if curve is not None else None
        missing = (*self._progress.state.missing, *missing_flatness(gain))
        self._progress.tell(missing=missing)
        self._refuse_unless_forced(missing)

    def _refuse_unless_forced(self, missing: Sequence[str]) -> None:
        if missing and not self._is_forced:
            remedy = forcing(resumes=self._options.resumes, can_go_on=self._folder.has_checkpoints)
            raise NotOffered(" ".join(missing), remedy=remedy)

    def _opened(self) -> tuple[ClipEmbedder, VisionTower]:
        threads = thread_count(self._settings.engine.threads)
        embedder = open_embedder(
            self._base,
            device="cpu",
            dtype="float32",
            views=views_identity(self._settings),
            preprocessing=PREPROCESSING,
            runtime="torch",
            threads=threads,
        )
        if not isinstance(embedder, ClipEmbedder):
            raise UsageError(f"{self._base.name} is no CLIP.", remedy="Choose another model.")
        wants = self._settings.embedder.device
        is_cuda = wants in {"auto", "cuda"} and torch.cuda.is_available()
        return embedder, VisionTower(embedder, self._recipe, "cuda" if is_cuda else "cpu")

    def _tell_looked(self, done: int, total: int) -> None:
        self._progress.breathe()
        if done % 20 == 0:
            self._progress.tell(step=done, steps_max=total)

    def _divided(self, seen: SeenPictures) -> TrainingMaterial:
        labels, views, recipe = seen.labels, seen.views, self._recipe
        count = len(labels.items)
        rows = views.rows(views.frozen, range(count))
        history = [*views.rows(views.frozen, seen.history_items)] or None
        mean = background_mean(rows, history, dimensions=views.frozen.shape[1])
        if self._goes_on is not None:
            # the history may have lost pictures, and no adapter may judge what it was trained on
            mean = np.array(self._goes_on.mean)
        self._mean = tuple(mean.tolist())
        sides = divide(
            near_groups(centred_items(rows, mean), seen.copies),
            labels.liked,
            range(count),
            newest_share=recipe.newest_share,
            folds=recipe.folds,
            seed=recipe.seed,
        )
        return TrainingMaterial(
            views,
            labels.liked,
            labels.curated,
            labels.drawn,
            seen.copies,
            sides,
            seen.history_items,
        )

    def _plan(self, seen: SeenPictures, material: TrainingMaterial) -> str:
        labels = seen.labels
        older = material.sides.older.tolist()
        newest = material.sides.newest.tolist()
        facts = facts_of(labels, self._base_fingerprint(), self._recipe)
        digest = digest_of(facts, material.sides)
        goes_on = self._goes_on
        if goes_on is not None and goes_on.digest != digest:
            self._progress.tell(starts_over=other_pictures())
        if goes_on is None or goes_on.digest != digest:
            for place in self._folder.run.glob("adapter-*"):
                shutil.rmtree(place, ignore_errors=True)
        history = self._history(seen)
        self._folder.write_plan(
            TrainingPlan(
                self._progress.state.run,
                digest,
                labels.contents(older),
                (*labels.contents(newest), *history),
                self._facts,
                history,
                self._mean,
                self._is_forced,
            )
        )
        adapters = len(material.sides.folds) + 1
        steps = self._recipe.steps_for(len(older))
        self._progress.tell(state="training", adapters=adapters, step=0, steps_max=steps)
        return digest

    def _history(self, seen: SeenPictures) -> tuple[str, ...]:
        """Return the pictures without a label that the run owes something to."""
        if self._goes_on is not None:
            return self._goes_on.history
        return tuple(reference.content_id for reference in seen.history)

    def _begin_plan(self, labels: TrainingLabels) -> None:
        """Say whose pictures are looked at, before anything of them is kept.

        `tasted forget` ends a run that is about one of them, or about one of those of the run
        before, of which something is kept until this one has begun.
        """
        plan = self._former or TrainingPlan(0, "", (), ())
        everything = labels.contents(range(len(labels.items)))
        history = (reference.content_id for reference in labels.history)
        self._folder.write_plan(
            replace(
                plan,
                run=self._progress.state.run,
                trained=tuple(dict.fromkeys((*everything, *plan.trained))),
                judged=tuple(dict.fromkeys((*history, *plan.judged))),
                is_forced=self._is_forced,
            )
        )

    def _base_fingerprint(self) -> str:
        return fingerprint_of(
            self._base,
            dtype_class="float32",
            views=views_identity(self._settings),
            preprocessing=PREPROCESSING,
        )

    def _traits(self) -> list[Trait]:
        return [
            Trait(trait) if isinstance(trait, str) else Trait(trait.name, trait.opposite)
            for trait in self._settings.preferences.traits
        ]

    # ---- after ----------------------------------------------------------------------------

    def _learned(self, material: TrainingMaterial, seen: SeenPictures, sha256: str) -> LearnedFrom:
        labels = seen.labels
        return LearnedFrom(
            base=self._base.name,
            base_fingerprint=self._base_fingerprint(),
            method=LORA,
            trained_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            adapter_sha256=sha256,
            trained=labels.contents(material.sides.older.tolist()),
            judged=(
                *labels.contents(material.sides.newest.tolist()),
                *self._history(seen),
            ),
            recipe={name: float(value) for name, value in self._recipe.to_json().items()},
        )

    def _merged(
        self,
        seen: SeenPictures,
        material: TrainingMaterial,
        found: CrossFitted,
        gates: tuple[GateTold, ...],
        tower: VisionTower,
    ) -> None:
        self._progress.tell(state="merging", gates=gates)
        held_out = {
            content: float(found.tuned[place])
            for place in material.sides.older.tolist()
            for content in seen.labels.contents([place])
        }
        merged = merge(
            self._home,
            self._base,
            tower.changes(),
            number=self._progress.state.run,
            learned=self._learned(material, seen, adapter_digest(found.adapter)),
            held_out=held_out,
        )
        cosines = {"float32": merged.verdict.float32, "bfloat16": merged.verdict.bfloat16}
        self._end(
            state="ready",
            gates=gates,
            model=merged.name,
            agreement={name: value for name, value in cosines.items() if value is not None},
        )

    def _refused(
        self,
        seen: SeenPictures,
        material: TrainingMaterial,
        found: CrossFitted,
        gates: tuple[GateTold, ...],
    ) -> None:
        if self._options.keeps:
            place = self._folder.kept / f"{self._progress.state.run:04}"
            private_folder(place, below=self._home.root)
            learned = self._learned(material, seen, adapter_digest(found.adapter))
            write_tuned(place, learned, {})
            write_atomically(place / ADAPTER_FILE, adapter_bytes(found.adapter))
        self._end(state="refused", gates=gates)

    def _end(self, **changes: object) -> None:
        self._progress.tell(seconds_left=None, waiting=None, **changes)
        self._folder.archive(self._progress.state)
        shutil.rmtree(self._folder.run, ignore_errors=True)
        self._folder.forget_plan()
        log.info("training_ended", run=self._progress.state.run, state=self._progress.state.state)
