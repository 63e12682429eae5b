"""Trials in the light process: decided by the log, carried out once, whoever is killed when."""

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.feedback_events import content
from kit.trials import counted, recipe, trial_row
from kit.tried_homes import NEW, OLD, KilledError, TriedHome, published
from tasted.daemon.shared.trial_conflict import TrialConflict
from tasted.daemon.shared.trial_office import TrialOffice
from tasted.daemon.shared.trial_order import TrialOrder, parse_trial
from tasted.errors import ModelMissing, NotFound, ServiceFault
from tasted.feedback.events import ChosenBy
from tasted.home.layout import Home
from tasted.rpc.trial_messages import RecipesCompared
from tasted.rpc.version_messages import VersionRefused
from tasted.trials.reading import read_standings
from tasted.trials.rules import WATCHED_ANSWERS
from tasted.trials.trial_file import FoldFigures


@pytest.fixture
def tried(home: Home) -> TriedHome:
    """A home without any trial."""
    return TriedHome(home)


def test_answers_promote_by_themselves_and_it_is_told_once(tried: TriedHome) -> None:
    """From the fortieth answer on; the line stays until somebody has seen it."""
    tried.open()
    tried.answer(39)
    assert (tried.row.state, tried.asked) == ("open", [])
    tried.answer(1)
    assert (tried.row.state, tried.row.decided_by) == ("promoted", "test")
    assert tried.asked == ["taste"]
    assert tried.row.former_version == "v1"
    for _ in range(3):
        tried.carrier.follow()
    tried.restart()
    tried.carrier.follow()
    assert (tried.asked, tried.told) == (["taste"], ["open", "promoted"])
    news = tried.office.news()
    assert news is not None
    assert news["news"]["can_go_back"]
    assert "the learnt taste decides instead of the fixed formula." in news["news"]["text"]
    assert "nearer to your answer in 40." in news["news"]["text"]
    tried.office.carry_out(TrialOrder("seen"))
    assert tried.office.news() is None
    assert tried.office.bodies()[0]["figures"]["answers"] == 40


@pytest.mark.parametrize("place", ["ask", "decided", "note"])
def test_row_72_who_is_killed_after_a_decision_goes_on_from_there(
    tried: TriedHome, place: str
) -> None:
    """Nothing is decided twice, and the log tells it once."""
    tried.open()
    tried.answer(39)
    tried.dies_at = place
    # what fails on the engine's thread reaches nobody
    with contextlib.suppress(KilledError):
        tried.answer(1)
    assert (tried.row.state, tried.told) == ("promoted", ["open"])
    tried.restart()
    for _ in range(2):
        tried.carrier.follow()
    assert tried.told == ["open", "promoted"]
    assert tried.asked == ["taste"]
    assert tried.current == published(NEW)
    assert tried.row.figures is not None
    assert tried.row.figures.count == 40


def test_a_new_process_counts_the_same(tried: TriedHome) -> None:
    """The log is the truth: nothing of a trial is lost with the process, nor counted twice."""
    tried.open(replayed=(counted(3, 0.5, 0.9, liked=True, is_drawn=True),))
    tried.answer(12)
    before = tried.board.standing(tried.row)
    assert before.figures.count == 13
    tried.restart()
    assert tried.board.standing(tried.row) == before
    assert read_standings(tried.home.trials, tried.home.feedback, decides=None) == (before,)
    tried.answer(1)
    assert tried.board.standing(tried.row).figures.count == 14


@settings(max_examples=15, deadline=None)
@given(
    kinds=st.lists(
        st.sampled_from([ChosenBy.ASK, ChosenBy.BEST, ChosenBy.BROWSE, ChosenBy.NAMED, None]),
        max_size=6,
    ),
    is_new_right=st.booleans(),
)
def test_answers_that_somebody_chose_move_nothing(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[ChosenBy | None], *, is_new_right: bool
) -> None:
    """What was asked for, browsed, or given after a look at the score is no evidence."""
    made = Home(tmp_path_factory.mktemp("tried"))
    made.state.mkdir()
    tried = TriedHome(made)
    tried.open()
    tried.answer(3)
    before = tried.board.standing(tried.row)
    for kind in kinds:
        tried.answer(1, is_new_right=is_new_right, chosen_by=kind)
        tried.answer(1, is_new_right=is_new_right, blind=False)
    assert tried.board.standing(tried.row) == before


def test_a_challenger_that_turns_bad_is_taken_back(tried: TriedHome) -> None:
    """The former recipe predicts on, starts with nothing, and decides again by itself."""
    tried.open()
    tried.answer(40)
    wanted = tried.carrier.wanted()
    assert wanted is not None
    assert (wanted.recipe, wanted.in_force) == (OLD.id, NEW.id)
    tried.office.carry_out(TrialOrder("seen"))
    answers = 0
    while tried.row.state == "promoted" and answers < WATCHED_ANSWERS:
        tried.answer(1, is_new_right=False)
        answers += 1
    assert (tried.row.state, tried.row.ended_by) == ("taken_back", "test")
    assert tried.asked == ["taste", "seed"]
    assert tried.told == ["open", "promoted", "taken_back"]
    news = tried.office.news()
    assert news is not None
    assert "the fixed formula decides again, instead of the learnt taste." in news["news"]["text"]
    assert tried.carrier.wanted() is None


def test_one_that_stays_good_is_kept(tried: TriedHome) -> None:
    """After 160 answers nothing predicts beside it any more."""
    tried.open()
    tried.answer(40)
    tried.answer(WATCHED_ANSWERS)
    assert (tried.row.state, tried.row.ended_by) == ("settled", "test")
    assert tried.asked == ["taste"]
    assert tried.carrier.wanted() is None


def test_a_worse_one_is_dismissed(tried: TriedHome) -> None:
    """As soon as its gain is surely nothing; nothing decides anew."""
    tried.open()
    tried.answer(200, is_new_right=False)
    assert (tried.row.state, tried.row.decided_by) == ("dismissed", "test")
    assert (tried.asked, tried.told) == ([], ["open", "dismissed"])
    news = tried.office.news()
    assert news is not None
    assert "it is clear that it gains too little to matter" in news["news"]["text"]


def test_a_person_decides_at_any_time(tried: TriedHome) -> None:
    """Now, back, and kept; what is over is not changed any more."""
    tried.open()
    body = tried.office.carry_out(TrialOrder("promote"))
    assert (body["state"], body["decided_by"]) == ("promoted", "person")
    assert "because you chose it" in body["news"]["text"]
    with pytest.raises(TrialConflict):
        tried.office.start("seed")
    back = tried.office.carry_out(TrialOrder("dismiss", number=1))
    assert (back["state"], back["ended_by"], tried.asked) == (
        "taken_back",
        "person",
        ["taste", "seed"],
    )
    assert back["news"] is None
    with pytest.raises(TrialConflict):
        tried.office.carry_out(TrialOrder("promote"))
    with pytest.raises(NotFound):
        tried.office.carry_out(TrialOrder("dismiss", number=7))


@pytest.mark.parametrize("action", ["promote", "dismiss"])
def test_without_a_trial_it_is_said_how_to_begin_one(tried: TriedHome, action: str) -> None:
    """With the argument that a start needs."""
    with pytest.raises(NotFound) as raised:
        tried.office.carry_out(TrialOrder(action))
    assert "tasted trial start seed" in raised.value.remedy


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("nonsense", "Name seed, taste or a model of: tasted models list"),
        ("a b", "Name seed, taste or a model of: tasted models list"),
        ("owner/model", "pull it"),
        ("clip", "pull it"),
    ],
)
def test_only_what_may_be_a_model_is_to_be_downloaded(
    tried: TriedHome, name: str, remedy: str
) -> None:
    """Of any other word it is said what there is to try."""

    def feed(_model: str) -> None:
        raise ModelMissing("It is not here.", remedy="pull it")

    office = TrialOffice(tried.carrier, ask=tried.ask, taste=lambda: None, feed=feed)
    with pytest.raises(ModelMissing) as raised:
        office.start(name)
    assert raised.value.remedy == remedy


def test_an_offer_is_made_once_a_person_let_it_go_on(tried: TriedHome) -> None:
    """It is probably better, and a person may say to wait."""
    tried.open()
    # nothing was offered yet, so that nothing is declined
    tried.office.carry_out(TrialOrder("seen"))
    tried.answer(30)
    tried.answer(15, is_new_right=False)
    tried.answer(7)
    standing = tried.board.standing(tried.row)
    assert standing.is_offered, standing
    news = tried.office.news()
    assert news is not None
    assert news["news"]["is_question"]
    assert tried.office.carry_out(TrialOrder("seen"))["news"] is None


def test_the_same_labels_are_not_tried_twice(tried: TriedHome) -> None:
    """One at a time, and each once for the same likes and rejects."""
    tried.office.carry_out(TrialOrder("start", "taste"))
    with pytest.raises(TrialConflict):
        tried.office.carry_out(TrialOrder("start", "taste"))
    tried.office.carry_out(TrialOrder("dismiss"))
    with pytest.raises(TrialConflict, match="exactly these likes"):
        tried.office.carry_out(TrialOrder("start", "taste"))
    assert len(tried.board.rows()) == 1


def test_labels_and_past_answers_speak_first(tried: TriedHome) -> None:
    """Part by part; what is no better on them is not tried, and what is goes on from there."""
    folds = FoldFigures(30, 0.02, 1.9)
    replayed = (counted(4, 0.5, 0.9, liked=True, is_drawn=True),)
    tried.compared = iter(
        [
            RecipesCompared(10, 50),
            RecipesCompared(is_done=True, folds=folds, replayed=replayed),
            RecipesCompared(is_done=True, folds=folds, verdict="refused"),
        ]
    )
    body = tried.office.carry_out(TrialOrder("start", "taste"))
    assert (body["folds"]["gain"], body["figures"]["replayed"]) == (0.02, 1)
    tried.office.carry_out(TrialOrder("dismiss"))
    tried.digest = "others"
    with pytest.raises(TrialConflict, match="On your 30 likes and rejects it is no better"):
        tried.office.carry_out(TrialOrder("start", "taste"))
    assert len(tried.board.rows()) == 1


def test_a_tuned_model_begins_with_nothing(tried: TriedHome) -> None:
    """It has seen the labels, so that neither they nor past answers say anything of it."""
    tried.compared = iter(())
    body = tried.office.carry_out(TrialOrder("start", "tuned-3"))
    assert (body["folds"], body["figures"]["replayed"], body["state"]) == (None, 0, "open")


def test_another_recipe_by_another_way_ends_a_trial(tried: TriedHome) -> None:
    """Changed settings withdraw it; a version chosen by hand promotes, or takes back."""
    tried.open()
    tried.current = published(OLD, is_held=True)
    assert tried.carrier.wanted() is None
    tried.answer(50)
    assert tried.row.state == "open"
    tried.current = published(NEW)
    tried.carrier.follow()
    assert (tried.row.state, tried.row.decided_by, tried.asked) == ("promoted", "person", [])
    tried.current = published(OLD)
    tried.carrier.follow()
    assert (tried.row.state, tried.row.ended_by, tried.asked) == ("taken_back", "person", [])
    tried.open(labels_digest="others")
    tried.current = published(replace(OLD, features="others"))
    tried.carrier.follow()
    assert tried.row.state == "withdrawn"
    assert tried.told == ["open", "promoted", "taken_back", "open", "withdrawn"]


def test_another_model_decides_by_a_change_of_models(tried: TriedHome) -> None:
    """It is begun with a turn, and told when that model decides; one that fails ends the trial."""
    large = recipe("large")
    tried.board.open(trial_row(in_force=OLD, challenger=large))
    tried.board.promote(1, taste="v1")
    assert tried.carrier.complete(tried.row) is None
    assert tried.asked == []
    tried.carrier.follow()
    assert (tried.asked, tried.told) == (["large"], [])
    tried.current = published(OLD, recipe=large.id)
    tried.carrier.follow()
    assert (tried.row.state, tried.told) == ("promoted", ["promoted"])
    tried.board.dismiss(1)
    tried.no_change = "The disk is full."
    tried.carrier.follow()
    assert (tried.row.state, tried.row.note) == ("settled", "The disk is full.")
    assert tried.asked == ["large", "small"]


def test_what_cannot_be_carried_out_is_told_or_tried_again(tried: TriedHome) -> None:
    """A fault of the engine is waited for; a recipe that is no more ends the trial."""
    tried.open()
    tried.fault = ServiceFault("The disk is away.", remedy="")
    tried.answer(40)
    assert (tried.row.state, tried.told) == ("promoted", ["open"])
    tried.fault = None
    tried.carrier.follow()
    assert (tried.asked, tried.told) == (["taste"], ["open", "promoted"])
    other = TriedHome(Home(tried.home.root / "other"))
    other.home.state.mkdir(parents=True)
    other.open()
    other.refused = VersionRefused("version_unusable", "It is no more.", "")
    other.answer(40)
    assert (other.row.state, other.row.note) == ("withdrawn", "It is no more.")


def test_row_72_forgetting_leaves_the_figures_alone(tried: TriedHome) -> None:
    """What was replayed of the picture goes; what was decided by it stays decided."""
    tried.open(replayed=tuple(counted(n, 0.5, 0.5, liked=n % 2 == 0) for n in range(1, 51)))
    gone = content(3)
    assert tried.board.count({gone}) == 1
    assert tried.board.erase({gone}) == 1
    assert gone not in (tried.home.trials / "0001.json").read_text("ascii")
    assert tried.board.standing(tried.row).figures.count == 49
    assert tried.board.erase({gone}) == 0


def test_orders_are_of_their_form() -> None:
    """Nothing else is taken for one."""
    assert parse_trial({"kind": "trial", "action": "start", "name": "seed"}) == TrialOrder(
        "start", "seed"
    )
    assert parse_trial({"kind": "trial", "action": "promote"}) == TrialOrder("promote")
    folder = parse_trial({"kind": "trial", "action": "start", "name": "models/m5 (über)"})
    assert folder == TrialOrder("start", "models/m5 (über)")
    for wrong in (
        {"action": "start"},
        {"action": "start", "name": ""},
        {"action": "start", "name": "a" * 1_001},
        {"action": "explode"},
        {"action": "dismiss", "number": True},
        {"action": "dismiss", "number": -1},
        {"action": ["start"]},
    ):
        assert parse_trial({"kind": "trial", **wrong}) is None
    assert parse_trial({"kind": "undo", "action": "promote"}) is None
