"""Another model beside the one in force, over the same library; it decides when it is published.

Server, library, fit and pipeline are the real ones; the embedder counts levels of colour.
"""

import json
from pathlib import Path

import pytest

from kit.judging import Judging, drawn
from kit.model_folders import write_model_folder
from tasted.embedding.models.weights import record
from tasted.engine.candidate import Candidate
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.taste_versions import read_version_rows
from tasted.records import Current
from tasted.rpc.asking_messages import (
    AnsweredPicture,
    ChosenCard,
    PoolPicture,
    TrialOfRecipes,
)
from tasted.rpc.messages import EraseTraces, PublishTaste, ReferencesMissing, RequestedFile
from tasted.rpc.model_messages import (
    CandidateFitted,
    CheckModel,
    CloseCandidate,
    DropVectors,
    EmbedForModel,
    FitCandidate,
    ModelPublished,
    PlanEmbedding,
    PublishModel,
)
from tasted.rpc.trial_messages import CompareRecipes, PrepareTrial
from tasted.system.files import content_id

OTHER = "other/model"
SEEN = 40
LIKES = REJECTS = 6


@pytest.fixture
def stage(home: Home, tmp_path: Path) -> Judging:
    """40 pictures of two families were scored, 12 of them judged; another model is there."""
    folder = write_model_folder(tmp_path / "other", projection_dim=24)
    record(OTHER, folder, None, models_file=home.models_file, home_root=home.root)
    judging = Judging(home)
    for number in range(SEEN):
        judging.put(f"{number:02}.png", drawn(number, bright=number % 2 == 0))
    judging.score(*(f"{number:02}.png" for number in range(SEEN)))
    paths = [
        f"{'liked' if number % 2 == 0 else 'rejected'}/{number:02}.png"
        for number in range(LIKES + REJECTS)
    ]
    for number, path in enumerate(paths):
        judging.put(path, drawn(number, bright=number % 2 == 0))
    judging.publish(*paths)
    return judging


def contents(stage: Judging) -> list[str]:
    """Return the content ids of all pictures that are no labels."""
    return [content_id(file.read_bytes()) for file in sorted(stage.home.inbox.glob("*.png"))]


def references(stage: Judging) -> tuple[tuple[str, str], ...]:
    """Return the content ids of the labels, by path."""
    return tuple(
        (path, content_id((stage.home.inbox / path).read_bytes())) for path in stage.labels
    )


def labels(stage: Judging, *, config: str = "config of the other") -> PublishTaste:
    """Return what the light process says of the labels."""
    return PublishTaste(
        stage.labels, frozenset(), (), tuple(contents(stage)), config, " ".join(stage.labels)
    )


def embed_all(stage: Judging) -> None:
    """Have everything embedded by the other model, in small groups."""
    paths = [*stage.labels, *(file.name for file in sorted(stage.home.inbox.glob("*.png")))]
    for start in range(0, len(paths), 8):
        files = tuple(RequestedFile(path) for path in paths[start : start + 8])
        assert stage.ask(EmbedForModel(OTHER, files)).failed == ()


def current(stage: Judging) -> Current:
    """Return what is published."""
    published = read_current(stage.home.current_file)
    assert published is not None
    return published


def candidate(stage: Judging) -> Candidate:
    """Return the other model, as the engine has it."""
    return stage.server.candidates.of(OTHER)


def test_it_decides_nothing_until_it_is_published(stage: Judging) -> None:
    """Nothing of what is published, nor of the versions, changes; then all of it does, at once."""
    before, versions = current(stage), read_version_rows(stage.home.tastes)
    stage.results.clear()
    checked = stage.ask(CheckModel(OTHER))
    assert (checked.name, checked.fingerprint) != (before.embedder, before.embedder_fingerprint)
    assert checked.seconds_each is not None
    missing = stage.ask(PlanEmbedding(OTHER, references(stage), tuple(contents(stage))))
    assert set(missing.references) == set(stage.labels)
    assert list(missing.contents) == contents(stage)
    unready = stage.ask(FitCandidate(OTHER, labels(stage)))
    assert isinstance(unready, ReferencesMissing)
    embed_all(stage)
    assert stage.ask(PlanEmbedding(OTHER, references(stage), tuple(contents(stage)))).contents == ()
    fitted = stage.ask(FitCandidate(OTHER, labels(stage)))
    assert isinstance(fitted, CandidateFitted)
    assert fitted.figures is not None
    assert fitted.former is not None
    assert fitted.figures.answers == fitted.former.answers == LIKES + REJECTS
    assert not stage.results
    assert (current(stage), read_version_rows(stage.home.tastes)) == (before, versions)
    stage.score("20.png")
    assert stage.results[-1].result.document.model.embedder == before.embedder  # type: ignore[union-attr]

    published = stage.ask(PublishModel(OTHER, labels(stage)))
    assert isinstance(published, ModelPublished)
    assert published.current == current(stage)
    assert published.former == before.embedder_fingerprint
    assert published.current.embedder == OTHER
    newest, *_older = read_version_rows(stage.home.tastes)
    assert (newest.reason, newest.is_in_force) == ("switch", True)
    stage.score("20.png")
    document = stage.results[-1].result.document
    assert document is not None
    assert document.model is not None
    assert (document.model.embedder, document.model.taste) == (OTHER, newest.name)


def test_a_new_engine_goes_on_where_the_last_one_was(stage: Judging) -> None:
    """What was embedded is in the library, and the model is not loaded for it again."""
    embed_all(stage)
    stage.restart()
    loads = stage.loads
    missing = stage.ask(PlanEmbedding(OTHER, references(stage), tuple(contents(stage))))
    assert (missing.references, missing.contents) == ((), ())
    assert isinstance(stage.ask(FitCandidate(OTHER, labels(stage))), CandidateFitted)
    assert stage.loads == loads


def test_a_label_with_another_content_is_missing_again(stage: Judging) -> None:
    """It was replaced since the model last knew it."""
    embed_all(stage)
    path = stage.labels[0]
    stage.put(path, drawn(77, bright=True))
    missing = stage.ask(PlanEmbedding(OTHER, references(stage), ()))
    assert missing.references == (path,)


def test_its_guesses_follow_its_own_taste(stage: Judging) -> None:
    """By its vectors, with answers that the fit does not know; what it never saw is left out."""
    embed_all(stage)
    stage.ask(FitCandidate(OTHER, labels(stage)))
    other = candidate(stage)
    bright, dark = (
        stage.put(f"{number}.png", drawn(number, bright=number % 2 == 0)) for number in (30, 31)
    )
    unseen = stage.put("new.png", drawn(99, bright=True))
    said = other.probabilities([bright, dark, unseen])
    assert said.keys() == {bright.id, dark.id}
    like, reject = said[bright.id], said[dark.id]
    assert like is not None
    assert reject is not None
    assert like > 0.5 > reject
    after = other.probabilities([bright, dark], [AnsweredPicture(dark, liked=True)])
    assert after[dark.id] != reject
    assert other.recipe.embedder == OTHER
    assert other.recipe.id != stage.server.candidates.of("pocket").recipe.id


def test_a_fit_beside_never_takes_the_number_of_another_version(stage: Judging) -> None:
    """Answers make versions of the model in force, while a taste of the other one waits."""
    embed_all(stage)
    stage.ask(FitCandidate(OTHER, labels(stage)))
    rows = read_version_rows(stage.home.tastes)
    stage.put("liked/32.png", drawn(32, bright=True))
    stage.publish(*stage.labels, "liked/32.png")
    made = read_version_rows(stage.home.tastes)[0]
    assert made.number == rows[0].number + 1
    assert made.recipe.embedder == "pocket"
    stage.ask(EmbedForModel(OTHER, (RequestedFile("liked/32.png"),)))
    published = stage.ask(PublishModel(OTHER, labels(stage)))
    assert isinstance(published, ModelPublished)
    newest, former = read_version_rows(stage.home.tastes)[:2]
    assert (newest.number, former) == (made.number + 1, newest_ended(former, made.number))


def newest_ended(row: object, number: int) -> object:
    """Return the row, if it is of this number and decides no longer."""
    assert getattr(row, "number", None) == number
    assert not getattr(row, "is_in_force", True)
    return row


def test_forgetting_reaches_every_model(stage: Judging) -> None:
    """Tables of both, and nothing is open that was rewritten."""
    embed_all(stage)
    stage.ask(FitCandidate(OTHER, labels(stage)))
    content = contents(stage)[20]
    erased = stage.ask(EraseTraces(frozenset({content}), frozenset({"20.png"}), is_dry=False))
    vectors = [row.table for row in erased.rows if row.table.startswith("vectors_")]
    assert len(vectors) == 2
    missing = stage.ask(PlanEmbedding(OTHER, (), tuple(contents(stage))))
    assert missing.contents == (content,)


def test_what_a_former_model_left_is_dropped_and_the_one_in_force_is_not(stage: Judging) -> None:
    """Its tables go; texts stay."""
    embed_all(stage)
    fingerprint = stage.ask(CheckModel(OTHER, is_loaded=False)).fingerprint
    assert stage.ask(DropVectors(current(stage).embedder_fingerprint)).tables == ()
    dropped = stage.ask(DropVectors(fingerprint)).tables
    assert {name.partition("_")[0] for name in dropped} >= {"vectors", "references", "hashes"}
    assert not list(stage.home.library.glob(f"*{fingerprint[:16]}*"))
    stage.ask(CloseCandidate(OTHER))
    missing = stage.ask(PlanEmbedding(OTHER, (), tuple(contents(stage))))
    assert list(missing.contents) == contents(stage)
    stage.score("20.png")
    assert stage.results[-1].result.is_scored


def test_a_model_without_files_is_a_fault_that_changes_nothing(stage: Judging) -> None:
    """The one in force goes on."""
    before = current(stage)
    (stage.home.models_file).write_text(json.dumps({"version": 1, "models": {}}))
    with pytest.raises(AssertionError, match="model_missing"):
        stage.ask(CheckModel(OTHER))
    assert current(stage) == before
    stage.score("20.png")
    assert stage.results[-1].result.is_scored


def test_it_predicts_on_trial_with_what_it_knows(stage: Judging) -> None:
    """Cards have its guess, but for those of which it has no vectors; what it lacks is told."""
    pool = [
        PoolPicture(content_id(data), (content_id(data),), file.name)
        for file in sorted(stage.home.inbox.glob("*.png"))[LIKES + REJECTS :]
        if (data := file.read_bytes())
    ]
    prepared = stage.ask(PrepareTrial(OTHER))
    assert prepared.lacking == LIKES + REJECTS
    assert prepared.in_force is not None
    assert prepared.challenger is not None
    assert prepared.challenger.embedder == OTHER
    embed_all(stage)
    assert stage.ask(PrepareTrial(OTHER)).lacking == 0
    trial = TrialOfRecipes(OTHER, prepared.challenger.id, prepared.in_force.id)
    new = stage.put("new.png", drawn(99, bright=True))
    stage.score("new.png")
    stage.loads = 0
    chosen = stage.choose([*pool, new], 100, trial=trial)
    guessed = {card.picture.path for card in chosen.cards if card.trial is not None}
    assert guessed == {one.path for one in pool}
    assert len(chosen.cards) == len(pool) + 1
    bright = [card.trial.probability for card in chosen.cards if card.trial and is_bright(card)]
    assert min(bright) > max(
        card.trial.probability for card in chosen.cards if card.trial and not is_bright(card)
    )
    request = CompareRecipes(OTHER, prepared.challenger.id)
    compared = stage.ask(request)
    while not compared.is_done:
        compared = stage.ask(request)
    assert compared.verdict == "unknown"
    assert current(stage).embedder == prepared.in_force.embedder
    assert stage.loads == 0


def is_bright(card: ChosenCard) -> bool:
    """Tell which family a card is of."""
    return int(card.picture.path[:2]) % 2 == 0
