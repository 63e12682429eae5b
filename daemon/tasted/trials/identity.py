"""What the engine and the log call a trial and its recipes. Pure."""

import hashlib

from tasted.home.taste_versions import Recipe
from tasted.trials.trial_file import TrialRow


def engine_name(recipe: Recipe, beside: Recipe) -> str:
    """Return what the engine calls a recipe: its method, or its model where that is another one.

    Args:
        recipe: to be named.
        beside: the other one of the trial.
    """
    is_other_model = recipe.embedder_fingerprint != beside.embedder_fingerprint
    return recipe.embedder if is_other_model else recipe.method


def trial_event_id(row: TrialRow) -> str:
    """Return the id of the event that tells in the log what became of a trial.

    It follows from the trial and its state, so that the same news is logged once.
    """
    facts = f"{row.number} {row.opened_at} {row.challenger.id} {row.state}"
    text = hashlib.sha256(facts.encode("ascii")).hexdigest()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"
