"""The engine for somebody who is judging: cards, scores that follow, pictures; without the model.

Server, library, fit and pipeline are the real ones; the embedder counts levels of colour.
"""

import pytest

from kit.judging import Judging, drawn
from kit.pictures import opened, solid
from tasted.config import Settings
from tasted.home.ignored import new_list, write_ignored
from tasted.home.layout import Home
from tasted.home.taste_versions import TasteChoice, version_number, write_choice
from tasted.inbox.profiles import profile_content_id
from tasted.rpc.asking_messages import (
    AnsweredPicture,
    MakePreview,
    PoolPicture,
    PreviewMade,
    PreviewRefused,
    TakeAnswers,
)
from tasted.rpc.messages import (
    EraseTraces,
    RequestedFile,
    ScoreBatch,
)
from tasted.system.files import content_id

SEEN = 44
LIKES, REJECTS = 7, 8


@pytest.fixture
def judging(home: Home) -> Judging:
    """44 pictures of two families were scored; bright ones are liked, dark ones rejected."""
    return judging_of(home)


def judging_of(home: Home, preferences: dict[str, object] | None = None) -> Judging:
    """Score the pictures and learn the labels."""
    stage = Judging(home, preferences)
    for number in range(SEEN):
        stage.put(f"{number:02}.png", drawn(number, bright=number % 2 == 0))
    stage.score(*(f"{number:02}.png" for number in range(SEEN)))
    labels = labels_of(stage, LIKES, REJECTS)
    stage.score(*labels)
    stage.publish(*labels)
    stage.loads = 0
    return stage


def labels_of(stage: Judging, likes: int, rejects: int) -> list[str]:
    """Copy pictures into the label folders, as liking them does; return their paths."""
    numbers = [*range(0, 2 * likes, 2), *range(1, 2 * rejects, 2)]
    paths = []
    for number in numbers:
        label = "liked" if number % 2 == 0 else "rejected"
        paths.append(f"{label}/{number:02}.png")
        stage.put(paths[-1], drawn(number, bright=number % 2 == 0))
    return paths


def picture(number: int) -> PoolPicture:
    """Return a scored picture."""
    content = content_id(drawn(number, bright=number % 2 == 0))
    return PoolPicture(content, (content,), f"{number:02}.png")


UNJUDGED = [picture(number) for number in range(2 * REJECTS, SEEN)]


def documents(stage: Judging) -> dict[str, float | None]:
    """Return the probability of each picture, as its last document has it."""
    return {
        answer.result.path: answer.result.document.confidence_score
        for answer in stage.results
        if answer.result.document is not None
    }


def test_a_new_engine_chooses_without_the_model(judging: Judging) -> None:
    """As the one before it; the cards say what sidecars say, and how they were chosen."""
    first = judging.choose(UNJUDGED, 12)
    judging.restart()
    again = judging.choose(UNJUDGED, 12)
    assert again.cards == first.cards
    assert len({card.picture.id for card in first.cards}) == 12
    kinds = [card.chosen_by for card in first.cards[:10]]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"ask": 6, "explore": 3, "best": 1}
    assert judging.loads == 0
    drawn_cards = [card for card in first.cards if card.chosen_by == "explore"]
    assert all(card.propensity is not None for card in drawn_cards)
    judging.results.clear()
    judging.score(*(card.picture.path for card in first.cards))
    scored = documents(judging)
    for card in first.cards:
        assert card.probability == pytest.approx(scored[card.picture.path], abs=1e-3)
        assert card.version == judging.version
    verdicts = {
        answer.result.path: answer.result.document.verdict
        for answer in judging.results
        if answer.result.document is not None
    }
    assert {card.picture.path: card.verdict for card in first.cards} == {
        card.picture.path: verdicts[card.picture.path] for card in first.cards
    }


def test_what_waits_is_not_chosen_again(judging: Judging) -> None:
    """A queue is filled in parts; the end of the pool is told by fewer cards."""
    first = judging.choose(UNJUDGED, 8)
    waiting = tuple(card.picture.id for card in first.cards)
    rest = judging.choose(UNJUDGED, 100, first=8, queued=waiting)
    ids = {card.picture.id for card in rest.cards}
    assert ids.isdisjoint(waiting)
    assert len(ids) == len(UNJUDGED) - 8
    assert not judging.choose([], 5).cards


def test_scores_follow_answers_and_undo(judging: Judging) -> None:
    """A like makes its family more likely; undone, everything is as it was, and so is the name."""
    pool = [picture(number) for number in range(30, SEEN)]
    ids = tuple(one.id for one in pool)
    judging.choose(pool, 1)
    before = judging.ask(TakeAnswers((), asked=ids))
    assert (before.version, before.liked, before.rejected) == (judging.version, LIKES, REJECTS)
    # dark ones are liked all of a sudden
    answers = tuple(AnsweredPicture(picture(number), liked=True) for number in (17, 19, 21))
    after = judging.ask(TakeAnswers(answers, asked=ids))
    assert (after.version, after.liked, after.rejected) == (
        f"{judging.version} + 3 answers",
        LIKES + 3,
        REJECTS,
    )
    dark = [one.id for number, one in zip(range(30, SEEN), pool, strict=True) if number % 2]
    for key in dark:
        gained, had = after.probabilities[key], before.probabilities[key]
        assert gained is not None
        assert had is not None
        assert gained > had
    one_less = judging.ask(TakeAnswers(answers[:2], asked=ids))
    assert one_less.version == f"{judging.version} + 2 answers"
    undone = judging.ask(TakeAnswers((), asked=ids))
    assert undone.probabilities == before.probabilities
    assert judging.loads == 0


def test_a_new_engine_knows_the_answers_that_come_along(judging: Judging) -> None:
    """Cards and scores are those of the engine that died."""
    pool = [picture(number) for number in range(30, SEEN)]
    answers = tuple(
        AnsweredPicture(picture(number), liked=number % 2 == 0) for number in range(16, 24)
    )
    judging.choose(pool, 1)
    for count in range(len(answers)):
        judging.ask(TakeAnswers(answers[: count + 1]))
    cards = judging.choose(pool, 6, answers=answers).cards
    judging.restart()
    again = judging.choose(pool, 6, answers=answers).cards
    assert [card.picture for card in again] == [card.picture for card in cards]
    assert again[0].version == f"{judging.version} + 8 answers"


def test_what_the_fit_knows_is_no_answer(judging: Judging) -> None:
    """The same answers as labels are counted once; turned or taken back they count."""
    known = AnsweredPicture(picture(0), liked=True)
    assert judging.ask(TakeAnswers((known,))).version == judging.version
    turned = judging.ask(TakeAnswers((AnsweredPicture(picture(0), liked=False),)))
    assert (turned.version, turned.liked, turned.rejected) == (
        f"{judging.version} + 1 answer",
        LIKES - 1,
        REJECTS + 1,
    )
    gone = judging.ask(TakeAnswers((AnsweredPicture(picture(0), liked=None),)))
    assert (gone.liked, gone.rejected) == (LIKES - 1, REJECTS)


def test_the_next_fit_takes_the_answers_over(judging: Judging) -> None:
    """What was provisional is a label of the next version then."""
    answers = tuple(AnsweredPicture(picture(number), liked=True) for number in (16, 18))
    judging.ask(TakeAnswers(answers))
    labels = labels_of(judging, 10, REJECTS)
    judging.score("liked/14.png", "liked/16.png", "liked/18.png")
    former = judging.version
    judging.publish(*labels)
    assert judging.version != former
    taken = judging.ask(TakeAnswers(answers))
    assert (taken.version, taken.liked) == (judging.version, 10)


def test_answers_change_nothing_while_a_version_is_held(judging: Judging) -> None:
    """They are kept, and count as soon as it is let go; the version is the same all the time."""
    pool = [picture(number) for number in range(30, SEEN)]
    answers = tuple(AnsweredPicture(picture(number), liked=True) for number in (17, 19, 21))
    request = TakeAnswers(answers, tuple(one.id for one in pool))
    judging.choose(pool, 1)
    followed = judging.ask(request)
    name = judging.version
    assert followed.version == f"{name} + 3 answers"
    write_choice(judging.home.tastes, TasteChoice("hold", version_number(name) or 0))
    judging.publish(*judging.labels)
    held = judging.ask(request)
    assert (held.version, held.liked) == (name, LIKES)
    assert held.probabilities == judging.ask(TakeAnswers((), request.asked)).probabilities
    write_choice(judging.home.tastes, None)
    judging.publish(*judging.labels)
    assert judging.ask(request).probabilities == followed.probabilities


def test_a_profile_is_one_card(judging: Judging) -> None:
    """Its photos count together, and an answer about it moves it as one."""
    photos = [
        judging.put(f"anna/{number}.png", drawn(number, bright=False)) for number in (101, 103, 105)
    ]
    judging.score(*(photo.path for photo in photos))
    contents = tuple(photo.id for photo in photos)
    folder = PoolPicture(profile_content_id(contents), contents, "anna/")
    chosen = judging.choose([folder, *UNJUDGED[:3]], 4)
    assert folder in [card.picture for card in chosen.cards]
    before = judging.ask(TakeAnswers((), asked=(folder.id,))).probabilities[folder.id]
    liked = judging.ask(TakeAnswers((AnsweredPicture(folder, liked=True),), asked=(folder.id,)))
    after = liked.probabilities[folder.id]
    assert before is not None
    assert after is not None
    assert after > before
    assert liked.version == f"{judging.version} + 1 answer"


def test_row_64_what_was_forgotten_comes_back_in_nothing(judging: Judging) -> None:
    """Neither as a card nor as an answer, nor its picture; also when its file was left."""
    gone, left = picture(20), picture(22)
    judging.choose(UNJUDGED, 12)
    judging.ask(TakeAnswers((AnsweredPicture(gone, liked=True),)))
    judging.ask(EraseTraces(frozenset({gone.id}), frozenset({gone.path}), is_dry=False))
    write_ignored(judging.home.ignored_file, new_list().with_content(left.id))
    (judging.home.inbox / gone.path).unlink()
    chosen = judging.choose(UNJUDGED, 100)
    assert {gone.id, left.id}.isdisjoint(card.picture.id for card in chosen.cards)
    assert len(chosen.cards) == len(UNJUDGED) - 2
    taken = judging.ask(TakeAnswers((AnsweredPicture(gone, liked=True),), asked=(gone.id, left.id)))
    assert taken.probabilities == {}
    assert "answer" not in taken.version
    for one in (gone, left):
        refused = judging.ask(MakePreview(one.path, one.id, "320"))
        assert isinstance(refused, PreviewRefused)
        assert refused.code == "gone"


def test_rechecks_ask_what_was_answered(judging: Judging) -> None:
    """Only when they are wanted, or among many; the guess is what all other labels say."""
    judged = [picture(number) for number in (0, 1, 2, 3)]
    assert all(
        card.chosen_by != "recheck"
        for card in judging.choose(UNJUDGED, 30, rechecks=tuple(judged)).cards
    )
    chosen = judging.choose(UNJUDGED, 9, rechecks=tuple(judged), kinds=("recheck",))
    assert {card.picture.id for card in chosen.cards} == {one.id for one in judged}
    assert {card.chosen_by for card in chosen.cards} == {"recheck"}
    assert all(card.probability is not None for card in chosen.cards)


def test_before_any_label_typical_ones_are_asked(home: Home) -> None:
    """No probability is made up; the first answers do count at once."""
    stage = Judging(home)
    pool = [
        stage.put(f"{number:02}.png", drawn(number, bright=number % 3 == 0)) for number in range(34)
    ]
    stage.score(*(one.path for one in pool))
    stage.publish()
    stage.loads = 0
    chosen = stage.choose(pool, 10)
    assert {card.chosen_by for card in chosen.cards} == {"typical", "explore", "best"}
    assert {card.probability for card in chosen.cards} == {None}
    answers = tuple(
        AnsweredPicture(pool[number], liked=number % 3 == 0) for number in (0, 1, 2, 3, 4)
    )
    taken = stage.ask(TakeAnswers(answers, asked=(pool[9].id, pool[10].id)))
    assert (taken.liked, taken.rejected) == (2, 3)
    bright, dark = (taken.probabilities[pool[number].id] for number in (9, 10))
    assert bright is not None
    assert dark is not None
    assert bright > dark
    assert stage.loads == 0


def test_traits_and_bios_count_in_cards_without_the_model(home: Home) -> None:
    """A dealbreaker in the text rules a picture out as its sidecar does."""
    preferences: dict[str, object] = {
        "traits": ["outdoorsy"],
        "interests": ["hiking", {"name": "smoking", "dealbreaker": True}],
    }
    for number in range(SEEN):
        says = "I love hiking" if number % 4 < 2 else "I like smoking"
        (home.inbox / f"{number:02}.txt").write_text(f"Bio: {says} {number}\n", "utf-8")
    stage = judging_of(home, preferences)
    # with its text, which makes another score
    named = [
        RequestedFile(one.path, companion=one.path.replace(".png", ".txt")) for one in UNJUDGED
    ]
    stage.ask(ScoreBatch(tuple(named)))
    scored = documents(stage)
    stage.restart()
    stage.loads = 0
    stage.results.clear()
    cards = stage.choose(UNJUDGED, 100).cards
    assert stage.loads == 0
    for card in cards:
        assert card.probability == pytest.approx(scored[card.picture.path], abs=1e-3)
        is_out = int(card.picture.path[:2]) % 4 >= 2
        assert (card.verdict == "no_match") or not is_out


def test_the_formula_orders_no_queue(home: Home) -> None:
    """With `scorer = "seed"` there are typical and drawn cards, and no guess."""
    stage = Judging(home)
    stage.settings = Settings.model_validate(
        {
            "embedder": {"model": "pocket"},
            "reading": {"engine": "companion"},
            "scoring": {"scorer": "seed"},
        }
    )
    stage.server = stage.started()
    pool = [stage.put(f"{n}.png", drawn(n, bright=n % 2 == 0)) for n in range(12)]
    stage.score(*(one.path for one in pool))
    stage.publish()
    cards = stage.choose(pool, 10).cards
    assert {card.chosen_by for card in cards} == {"typical", "explore"}
    assert {(card.probability, card.verdict) for card in cards} == {(None, None)}
    taken = stage.ask(TakeAnswers((AnsweredPicture(pool[0], liked=True),), asked=(pool[1].id,)))
    assert taken.probabilities == {pool[1].id: None}


@pytest.mark.parametrize(("size", "side"), [("320", 24), ("1600", 24), ("full", 24)])
def test_a_picture_is_made_without_model_or_library(home: Home, size: str, side: int) -> None:
    """For a tile, a card or a closer look; from whatever format it has."""
    stage = Judging(home)
    data = solid("WEBP", size=(24, 12))
    one = stage.put("a.webp", data)
    made = stage.ask(MakePreview(one.path, one.id, size))  # type: ignore[arg-type]
    assert isinstance(made, PreviewMade)
    assert opened(made.content()).format == "JPEG"
    assert (made.media_type, made.width, made.height) == ("image/jpeg", side, 12)
    assert stage.loads == 0
    assert not home.library.exists()


def test_a_view_is_shown(judging: Judging) -> None:
    """One of those of its sidecar; another number is none."""
    one = picture(20)
    made = judging.ask(MakePreview(one.path, one.id, "320", view=0))
    assert isinstance(made, PreviewMade)
    for view in (99, -1):
        assert isinstance(judging.ask(MakePreview(one.path, one.id, "320", view)), PreviewRefused)
    assert judging.loads == 0


def test_what_is_there_now_is_not_shown_as_what_was(judging: Judging) -> None:
    """Another picture at the path, damage, a folder, a link, nothing: each says why."""
    one = picture(20)
    file = judging.home.inbox / one.path
    data = file.read_bytes()
    for spoil in (
        lambda: file.write_bytes(drawn(999, bright=True)),
        file.unlink,
        lambda: file.symlink_to(judging.home.inbox / "21.png"),
    ):
        spoil()
        refused = judging.ask(MakePreview(one.path, one.id, "320"))
        assert isinstance(refused, PreviewRefused)
    file.unlink()
    torn = data[: len(data) // 2]
    broken = judging.put("torn.png", torn)
    refused = judging.ask(MakePreview(broken.path, broken.id, "320"))
    assert isinstance(refused, PreviewRefused)
    assert refused.code == "truncated"
    assert refused.remedy
    with pytest.raises(ValueError, match="not a path"):
        MakePreview("../secret.png", one.id, "320")
