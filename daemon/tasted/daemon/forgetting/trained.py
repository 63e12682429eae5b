"""Erases what was trained on forgotten pictures: a run, adapters that were kept, whole models.

Touches `.tasted/training`, `.tasted/models`, `.tasted/models.json`, and the settings and
`current.json` where such a model decides: then the model that it was made of decides again.
"""

import shutil
from collections.abc import Collection
from pathlib import Path

import structlog

from tasted.config.editing import asks_for, with_setting
from tasted.config.sources import read_text
from tasted.config.writing import write_text
from tasted.embedding.models.registry import forget
from tasted.embedding.models.tuned import TunedModel, read_learned_from, tuned_models
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.training_file import TrainingFolder
from tasted.rpc.training_process import cancel_training
from tasted.system.faultpoints import reach

_MODEL = ("embedder", "model")

log = structlog.get_logger("tasted.forgetting")


class TrainedOn:
    """What a home has that was trained on some pictures.

    Args:
        home: that this process owns.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._training = TrainingFolder(home)

    def models(self, contents: Collection[str]) -> tuple[TunedModel, ...]:
        """Return the models that owe something to these pictures."""
        found = tuned_models(self._home.tuned_models)
        return tuple(model for model in found if model.owes_something_to(contents))

    def count(self, contents: Collection[str]) -> int:
        """Return how many models, adapters and runs owe something to these pictures."""
        names = {model.name for model in self.models(contents)}
        return len(names) + len(self._kept(contents)) + self._is_run_about(contents)

    def end_run(self, contents: Collection[str]) -> None:
        """End a run that is about one of these pictures, and remove what it has done so far.

        Raises:
            EngineFailed: when it does not end.
            OSError: when something cannot be removed.
        """
        if not self._is_run_about(contents):
            return
        cancel_training(self._home)
        if self._training.run.exists():
            shutil.rmtree(self._training.run)
        reach("forget.run_erased")
        self._training.forget_plan()

    def erase(self, contents: Collection[str]) -> bool:
        """Remove adapters and models; return whether one of them decided.

        The library must have forgotten their vectors before: by their folders those are found.

        Raises:
            OSError: when something cannot be removed.
            ModelUnusable: when models.json cannot be written.
        """
        for place in self._kept(contents):
            shutil.rmtree(place)
        going = self.models(contents)
        decided = False
        for model in going:
            decided |= self._fall_back(model)
            forget(model.name, models_file=self._home.models_file)
            reach("forget.model_unnamed")
            shutil.rmtree(model.folder)
        if going:
            log.info("models_forgotten", models=len(going))
        return decided

    def _fall_back(self, model: TunedModel) -> bool:
        """Let the model decide again that a model was made of; return whether that did."""
        home = self._home
        text, problems = read_text(home.config_file, home.config_file.name)
        if problems:
            log.warning("settings_not_read", problems=problems)
        base = model.learned.base if model.learned is not None else None
        chosen = asks_for(text, _MODEL, model.name)
        if chosen and base is not None:
            self._ask_for(text, base)
        current = read_current(home.current_file)
        if current is None or current.embedder != model.name:
            return chosen
        # what it published cannot be looked up any more; the settings say what decides
        home.current_file.unlink(missing_ok=True)
        return True

    def _ask_for(self, text: str, base: str) -> None:
        """Let the settings ask for another model, if they can: else that one is missing now."""
        after = with_setting(text, _MODEL, base)
        try:
            if asks_for(after, _MODEL, base):
                write_text(self._home.config_file, after)
                return
            reason = "one line of it cannot be changed alone"
        except OSError as error:
            reason = str(error)
        log.warning("settings_not_changed", reason=reason)

    def _is_run_about(self, contents: Collection[str]) -> bool:
        plan = self._training.read_plan()
        if plan is None:
            # without a plan nobody knows whose pictures a run holds
            return self._training.run.exists()
        return not {*plan.trained, *plan.judged}.isdisjoint(contents)

    def _kept(self, contents: Collection[str]) -> tuple[Path, ...]:
        if not self._training.kept.is_dir():
            return ()
        places = sorted(place for place in self._training.kept.iterdir() if place.is_dir())
        return tuple(
            place
            for place in places
            if (learned := read_learned_from(place)) is None
            or not learned.contents.isdisjoint(contents)
        )
