"""Two recipes predict each card before it is answered: the engine in this process, without a model.

The formula on many pictures at once says what it says of one in a sidecar.
"""

from dataclasses import replace

import pytest

from kit.feedback_events import judged
from kit.judging import Judging, drawn
from tasted.config import Settings
from tasted.embedding.models.weights import find_model, record
from tasted.feedback.events import Answer
from tasted.feedback.log import FeedbackLog
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.taste_versions import TasteChoice, read_version_rows, version_number, write_choice
from tasted.rpc.asking_messages import AnsweredPicture, CardsChosen, PoolPicture, TrialOfRecipes
from tasted.rpc.messages import RequestedFile, ScoreBatch
from tasted.rpc.trial_messages import (
    CompareRecipes,
    DecideByRecipe,
    PrepareTrial,
    TrialPrepared,
)

SEEN = 24
LIKES, REJECTS = 5, 6


class Stage:
    """A home with labels, one recipe in force and another one beside it."""

    def __init__(
        self, home: Home, *, scorer: str, likes: int = LIKES, rejects: int = REJECTS
    ) -> None:
        self.judging = Judging(home)
        settings: dict[str, object] = {
            "embedder": {"model": "pocket"},
            "reading": {"engine": "companion"},
            "scoring": {"scorer": scorer},
        }
        self.judging.settings = Settings.model_validate(settings)
        self.judging.server = self.judging.started()
        stage = self.judging
        self.pictures = [
            stage.put(f"{n:02}.png", drawn(n, bright=n % 2 == 0))
            for n in range(max(SEEN, 2 * rejects + 4))
        ]
        stage.score(*(picture.path for picture in self.pictures))
        labels = [
            *(f"liked/{n:02}.png" for n in range(0, 2 * likes, 2)),
            *(f"rejected/{n:02}.png" for n in range(1, 2 * rejects, 2)),
        ]
        for path in labels:
            number = int(path[-6:-4])
            stage.put(path, drawn(number, bright=number % 2 == 0))
        stage.score(*labels)
        stage.publish(*labels)
        stage.loads = 0
        self.unjudged: list[PoolPicture] = self.pictures[2 * rejects :]
        """What may be asked."""

    def prepared(self, name: str) -> TrialPrepared:
        """Ask who would be on trial."""
        return self.judging.ask(PrepareTrial(name))

    def wanted(self, name: str) -> TrialOfRecipes:
        """Return what a card is to carry."""
        prepared = self.prepared(name)
        assert prepared.in_force is not None
        assert prepared.challenger is not None
        return TrialOfRecipes(name, prepared.challenger.id, prepared.in_force.id)

    def cards(self, trial: TrialOfRecipes, *answers: AnsweredPicture) -> CardsChosen:
        """Choose a card of every picture."""
        return self.judging.choose(self.unjudged, 100, trial=trial, answers=answers)

    def confidences(self) -> dict[str, float | None]:
        """Score everything again by what decides now."""
        stage = self.judging
        stage.results.clear()
        stage.ask(ScoreBatch(tuple(RequestedFile(one.path) for one in self.unjudged)))
        return {
            answer.result.path: answer.result.document.confidence_score
            for answer in stage.results
            if answer.result.document is not None
        }


def trial_guesses(chosen: CardsChosen) -> dict[str, float]:
    """Return what the challenger says of each card."""
    return {
        card.picture.path: card.trial.probability for card in chosen.cards if card.trial is not None
    }


def test_the_formula_beside_the_taste_says_what_it_would_say_in_force(home: Home) -> None:
    """Each card has both guesses; once the formula decides, its sidecars have the same."""
    stage = Stage(home, scorer="taste")
    wanted = stage.wanted("seed")
    chosen = stage.cards(wanted)
    beside = trial_guesses(chosen)
    assert set(beside) == {one.path for one in stage.unjudged}
    assert {card.recipe for card in chosen.cards} == {wanted.in_force}
    assert {card.trial.recipe for card in chosen.cards if card.trial} == {wanted.recipe}
    assert all(card.probability is not None for card in chosen.cards)
    assert stage.judging.loads == 0
    before = [row.name for row in read_version_rows(home.tastes)]
    decided = stage.judging.ask(DecideByRecipe("seed", wanted.recipe))
    assert decided.current is not None
    assert decided.current.scorer == "seed"
    assert decided.current.recipe == wanted.recipe
    assert [row.name for row in read_version_rows(home.tastes)] == before
    assert stage.confidences() == pytest.approx(beside, abs=1e-4)
    again = stage.judging.ask(DecideByRecipe("seed", wanted.recipe))
    assert again.current == decided.current


def test_the_taste_beside_the_formula_learns_from_every_answer(home: Home) -> None:
    """The formula's guess is the one in force; who is promoted is kept as a version."""
    stage = Stage(home, scorer="seed")
    wanted = stage.wanted("taste")
    chosen = stage.cards(wanted)
    beside = trial_guesses(chosen)
    in_force = {card.picture.path: card.probability for card in chosen.cards}
    assert in_force == pytest.approx(stage.confidences(), abs=1e-4)
    bright = [path for path in beside if int(path[:2]) % 2 == 0]
    assert min(beside[path] for path in bright) > max(
        beside[path] for path in beside if path not in bright
    )
    assert {card.chosen_by for card in chosen.cards} >= {"explore", "duel"}
    # a bright one is rejected: both learn at once
    answered = AnsweredPicture(stage.unjudged[0], liked=False)
    after = stage.cards(wanted, answered)
    assert trial_guesses(after)["14.png"] < beside["14.png"]
    stage.judging.restart()
    assert stage.cards(wanted, answered).cards == after.cards
    assert {row.recipe.method for row in read_version_rows(home.tastes)} == {"seed"}
    decided = stage.judging.ask(DecideByRecipe("taste", wanted.recipe))
    assert decided.current is not None
    assert decided.current.recipe == wanted.recipe
    assert read_current(home.current_file) == decided.current
    assert stage.confidences() == pytest.approx(beside, abs=1e-3)
    back = stage.judging.ask(DecideByRecipe("seed", wanted.in_force))
    assert back.current is not None
    assert (back.before, back.current.scorer) == (decided.current.taste, "seed")


def test_answers_since_count_for_the_formula_as_labels_do(home: Home) -> None:
    """Turned and taken back, an answer moves it as the copy in the folder would; a new one, too."""
    stage = Stage(home, scorer="taste")
    wanted = stage.wanted("seed")
    gone, turned, new = stage.pictures[0], stage.pictures[2], stage.unjudged[0]
    before = trial_guesses(stage.cards(wanted))
    liked = trial_guesses(stage.cards(wanted, AnsweredPicture(new, liked=True)))
    assert liked.keys() == before.keys()
    assert liked != before
    answers = AnsweredPicture(gone, liked=None), AnsweredPicture(turned, liked=False)
    given = trial_guesses(stage.cards(wanted, *answers))
    (home.inbox / f"liked/{turned.path}").rename(home.inbox / f"rejected/{turned.path}")
    labels = {*stage.judging.labels, f"rejected/{turned.path}"}
    labels -= {f"liked/{gone.path}", f"liked/{turned.path}"}
    stage.judging.score(f"rejected/{turned.path}")
    stage.judging.publish(*sorted(labels))
    assert trial_guesses(stage.cards(wanted)) == pytest.approx(given, abs=1e-6)


def test_what_cannot_be_tried_is_refused_and_predicts_nothing(home: Home) -> None:
    """Another id, a version that is held, what decides already, and what does not exist."""
    stage = Stage(home, scorer="taste")
    wanted = stage.wanted("seed")
    for name, code in (("taste", "conflict"), ("no/such-model", "unknown_recipe")):
        refused = stage.prepared(name).refused
        assert refused is not None
        assert refused.code == code
    for other in (
        replace(wanted, recipe="r00000000"),
        replace(wanted, in_force="r00000000"),
        replace(wanted, challenger="no/such-model"),
    ):
        assert not trial_guesses(stage.cards(other))
    assert stage.judging.ask(DecideByRecipe("seed", "r00000000")).refused is not None
    write_choice(home.tastes, TasteChoice("hold", version_number(stage.judging.version) or 0))
    stage.judging.publish(*stage.judging.labels)
    assert not trial_guesses(stage.cards(wanted))


def test_labels_and_past_answers_speak_part_by_part(home: Home) -> None:
    """The taste is better than the formula on folds and on what was answered before."""
    stage = Stage(home, scorer="seed", likes=14, rejects=14)
    log = FeedbackLog(home.feedback)
    for number in range(28):
        event = judged(number + 1, 0, Answer.LIKE if number % 2 == 0 else Answer.REJECT, seq=0)
        log.append(replace(event, content=stage.pictures[number].id))
    wanted = stage.wanted("taste")
    request = CompareRecipes("taste", wanted.recipe)
    compared = stage.judging.ask(request)
    while not compared.is_done:
        compared = stage.judging.ask(request)
    assert compared.folds is not None
    assert compared.folds.labels == 28
    assert compared.verdict == "recommended"
    assert len(compared.replayed) >= 18
    assert sum(counted.value for counted in compared.replayed) > 0
    assert stage.judging.loads == 0


def test_a_model_that_sees_the_same_is_not_tried(home: Home) -> None:
    """Under another name, or trained without learning anything: no answer could tell."""
    stage = Stage(home, scorer="taste")
    pocket = find_model("pocket", models_file=home.models_file, home_root=home.root)
    record("twin", pocket.folder, None, models_file=home.models_file, home_root=home.root)
    refused = stage.prepared("twin").refused
    assert refused is not None
    assert "twin sees pictures just as the model that decides does" in refused.message
