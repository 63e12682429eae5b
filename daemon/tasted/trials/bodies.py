"""Trials as JSON for commands, the page and the API, with what is to be told of them. Pure.

What was decided is told until a person has seen it; what a person decided is no news, but for the
way back from a promotion.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tasted.home.taste_versions import Recipe
from tasted.system.clock import local_time, parse_time
from tasted.trials.rules import ANSWERS_MIN, EACH_MIN, WATCHED_ANSWERS, TrialFigures, times_rarer
from tasted.trials.standing import TrialStanding
from tasted.trials.telling import (
    challenger_words,
    how_decided,
    in_force_words,
    offer_sentence,
    trial_sentence,
    watch_sentence,
)
from tasted.trials.trial_file import (
    BY_PERSON,
    DISMISSED,
    PROMOTED,
    TAKEN_BACK,
    WITHDRAWN,
    TrialRow,
)

Body = dict[str, Any]


def trial_body(standing: TrialStanding) -> Body:
    """Return one trial: who, how far, and what is to be told of it."""
    row, reverse = standing.row, standing.reverse
    return {
        "id": row.number,
        "state": row.state,
        "in_force": _recipe_body(row.in_force, in_force_words(row)),
        "challenger": _recipe_body(row.challenger, challenger_words(row)),
        "opened_at": row.opened_at,
        "decided_at": row.decided_at,
        "decided_by": row.decided_by,
        "ended_at": row.ended_at,
        "ended_by": row.ended_by,
        "figures": _figures_body(standing.figures),
        "reverse": _figures_body(reverse) if reverse is not None else None,
        "answers_needed": ANSWERS_MIN if row.state != PROMOTED else WATCHED_ANSWERS,
        "each_needed": EACH_MIN,
        "folds": asdict(row.folds) if row.folds is not None else None,
        "is_running": row.is_running,
        "is_offered": standing.is_offered,
        "former_version": row.former_version,
        "note": row.note,
        "news": _news(standing),
        "sentence": _sentence(standing),
        "watch": watch_sentence(row, reverse)
        if row.state == PROMOTED and reverse is not None
        else None,
        "how": [{"name": name, "value": value} for name, value in how_decided(standing.figures)],
    }


def trial_line(body: Mapping[str, Any]) -> str | None:
    """Return the one line that `status` has about the last trial; None: there is nothing to say."""
    if body["news"] is not None:
        text: str = body["news"]["text"]
        return text
    line: str | None = body["watch"] or (body["sentence"] if body["is_running"] else None)
    return line


def _sentence(standing: TrialStanding) -> str:
    row = standing.row
    time = row.ended_at or row.decided_at
    when = clock_words(time) if time is not None else ""
    return trial_sentence(
        row,
        standing.figures,
        when=when,
        has_way_back=False,
        is_awaited=standing.is_awaited,
    )


def _news(standing: TrialStanding) -> Body | None:
    row = standing.row
    if standing.is_offered:
        text = offer_sentence(row, standing.figures)
        return {"text": text, "is_question": True, "can_go_back": False}
    if row.is_told or not _is_news(row):
        return None
    can_go_back = row.state == PROMOTED
    return {"text": _sentence(standing), "is_question": False, "can_go_back": can_go_back}


def _is_news(row: TrialRow) -> bool:
    decider = row.decided_by if row.state == DISMISSED else row.ended_by
    if row.state in {DISMISSED, TAKEN_BACK}:
        return decider != BY_PERSON
    return row.state in {PROMOTED, WITHDRAWN}


def clock_words(time: str) -> str:
    """Return a time as the clock of this machine shows it."""
    return local_time(parse_time(time)).strftime("%d %b %H:%M")


def _recipe_body(recipe: Recipe, name: str) -> Body:
    return {
        "recipe": recipe.id,
        "name": name,
        "method": recipe.method,
        "model": recipe.embedder,
        "adapter": recipe.adapter_sha256,
    }


def _figures_body(figures: TrialFigures) -> Body:
    return {
        "answers": figures.count,
        "replayed": figures.replayed,
        "liked": figures.liked,
        "rejected": figures.rejected,
        "nearer": figures.nearer,
        "farther": figures.farther,
        "gain": figures.mean,
        "low": figures.low,
        "high": figures.high,
        "log_e": figures.log_e,
        "max_log_e": figures.max_log_e,
        "times_rarer": times_rarer(figures.log_e),
    }
