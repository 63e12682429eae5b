"""Whether a run goes on with what an earlier one has done, and why not. Pure.

Labels, model and recipe decide. Pictures without a label that came meanwhile do not: a run keeps
those that it began with, leaving out what is gone, and the mean that its labels were divided by.
"""

from tasted.home.training_file import TrainingPlan
from tasted.training.cross_fitting import digest_of_run
from tasted.training.dividing import LabelSides
from tasted.training.labels import TrainingLabels
from tasted.training.recipe import TrainingRecipe

_CHANGED = {
    "model": "the model, or how it looks at pictures, has changed",
    "recipe": "a setting of the training has changed",
    "labels": "your labels have changed",
}
_OTHER_PICTURES = "a picture with a label cannot be read any more, or can be read again"
_NOTHING_KEPT = "nothing of an earlier training is kept"
_OTHER_VERSION = "what is kept comes from another version of tasted"


def facts_of(labels: TrainingLabels, fingerprint: str, recipe: TrainingRecipe) -> dict[str, str]:
    """Return what has to be the same for a run to go on, as digests.

    Args:
        labels: in their order.
        fingerprint: of the model and its views.
        recipe: how adapters are trained.
    """
    contents = labels.contents(range(len(labels.items)))
    return {
        "model": digest_of_run({"base": fingerprint}),
        "recipe": digest_of_run(recipe.to_json()),
        "labels": digest_of_run(
            {
                "labels": [
                    [[photo.content_id for photo in item.photos], item.is_liked]
                    for item in labels.items
                ],
                "drawn": sorted(labels.not_by_chance.intersection(contents)),
            }
        ),
    }


def why_not(plan: TrainingPlan | None, facts: dict[str, str], *, is_kept: bool) -> str | None:
    """Return why a run cannot go on with an earlier one, as a sentence; None: it can.

    Args:
        plan: of the earlier one; None: there is none.
        facts: of this one.
        is_kept: whether there is any checkpoint.
    """
    if plan is None or not is_kept:
        return _sentence(_NOTHING_KEPT)
    if plan.facts.keys() != facts.keys() or not plan.mean:
        return _sentence(_OTHER_VERSION)
    changed = (why for name, why in _CHANGED.items() if plan.facts[name] != facts[name])
    found = next(changed, None)
    return _sentence(found) if found is not None else None


def other_pictures() -> str:
    """Return that the pictures that can be read are others, as a sentence."""
    return _sentence(_OTHER_PICTURES)


def digest_of(facts: dict[str, str], sides: LabelSides) -> str:
    """Return the digest of a run.

    Args:
        facts: of what could be read.
        sides: of its labels: an adapter must never judge what it was trained on.
    """
    return digest_of_run(
        {
            **facts,
            "groups": sides.groups.tolist(),
            "folds": [fold.tolist() for fold in sides.folds],
            "newest": sides.newest.tolist(),
        }
    )


def _sentence(why: str) -> str:
    return f"Training starts over: {why}."
