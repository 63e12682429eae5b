"""A queue asks what is open and typical, draws evenly, drops nothing and never runs dry early."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tasted.scoring.asking.choosing import ChosenPlace, PoolScores, choose
from tasted.scoring.asking.composition import CardKind
from tasted.scoring.asking.pool import NEAREST, AskPool
from tasted.scoring.asking.rechecks import choose_recheck
from tasted.scoring.asking.slots import slots
from tasted.scoring.taste.logistic import sigmoid

DIMENSIONS = 8
NOBODY = np.zeros((0, DIMENSIONS), np.float32)
NONE_QUEUED = np.zeros(0, np.intp)
few = settings(max_examples=40, deadline=None)


def pool_of(count: int, seed: int = 0) -> AskPool:
    """Return random directions."""
    return AskPool.of(np.random.default_rng(seed).normal(size=(count, DIMENSIONS)))


def scores_of(logits: NDArray[np.float64], *, is_identified: bool = True) -> PoolScores:
    """Return what a taste says by these logits."""
    return PoolScores(logits, sigmoid(logits) if is_identified else None)


def chosen(
    pool: AskPool,
    kinds: tuple[CardKind, ...],
    logits: NDArray[np.float64] | None = None,
    *,
    queued: NDArray[np.intp] = NONE_QUEUED,
    free: NDArray[np.bool_] | None = None,
    labels: tuple[int, int] = (9, 9),
    is_identified: bool = True,
    seed: int = 0,
    challenger: NDArray[np.float64] | None = None,
) -> tuple[ChosenPlace, ...]:
    """Fill a queue."""
    given_logits = np.zeros(len(pool)) if logits is None else logits
    return choose(
        pool,
        scores_of(given_logits, is_identified=is_identified),
        kinds,
        free=np.ones(len(pool), np.bool_) if free is None else free,
        queued=queued,
        judged=NOBODY,
        liked=labels[0],
        rejected=labels[1],
        seeds=(seed, 0),
        challenger=challenger,
    )


@few
@given(
    count=st.integers(0, 60),
    wanted=st.integers(1, 24),
    queued=st.sets(st.integers(0, 59)),
    labels=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    is_identified=st.booleans(),
    seed=st.integers(0, 2**31),
)
def test_every_slot_is_filled_while_there_is_a_picture(
    count: int,
    wanted: int,
    queued: set[int],
    labels: tuple[int, int],
    is_identified: bool,
    seed: int,
) -> None:
    """No picture twice, none that waits already, and the same ones for equal arguments."""
    waiting = np.array(sorted(place for place in queued if place < count), np.intp)
    logits = np.random.default_rng(seed).normal(size=count)
    kinds = slots(0, wanted, seed=seed, has_rechecks=False)
    queues = [
        chosen(
            pool_of(count, seed),
            kinds,
            logits,
            queued=waiting,
            labels=labels,
            is_identified=is_identified,
            seed=seed,
        )
        for _again in range(2)
    ]
    assert queues[0] == queues[1]
    places = [card.place for card in queues[0]]
    assert len(places) == min(wanted, count - len(waiting))
    assert len({*places, *waiting.tolist()}) == len(places) + len(waiting)
    assert all((card.propensity is not None) == (card.kind == "explore") for card in queues[0])


def test_what_is_open_is_asked_first() -> None:
    """Of pictures that are equally typical."""
    pool = AskPool.of(np.eye(DIMENSIONS))
    logits = np.array([3.0, -0.2, 2.0, -4.0, 0.1, 5.0, -2.5, 1.5])
    asked = [card.place for card in chosen(pool, ("ask",) * 4, logits)]
    assert asked == [4, 1, 7, 2]


def test_of_open_ones_the_typical_is_asked() -> None:
    """An answer to it speaks for others; a stray picture's does not."""
    cluster = np.tile([1.0, 0, 0, 0, 0, 0, 0, 0], (30, 1))
    cluster[:, 1:] = 0.1 * np.random.default_rng(0).normal(size=(30, 7))
    stray = np.array([[0, 1.0, 0, 0, 0, 0, 0, 0]])
    pool = AskPool.of(np.concatenate([stray, cluster]))
    (card,) = chosen(pool, ("ask",), np.zeros(31))
    assert card.place != 0


def test_what_looks_like_the_queue_waits() -> None:
    """The second of two equal pictures tells little once the first is asked."""
    pool = AskPool.of(np.eye(DIMENSIONS)[[0, 0, 1, 1]])
    asked = chosen(pool, ("ask", "ask"), np.array([0.0, 0.0, 0.3, 0.3]))
    assert [card.place for card in asked] == [0, 2]
    waits = np.array([0], np.intp)
    assert chosen(pool, ("ask",), np.zeros(4), queued=waits)[0].place == 2


def test_typical_ones_come_before_there_is_a_taste() -> None:
    """One of each group before a second of any, the largest group first."""
    random = np.random.default_rng(1)
    sizes = (12, 7, 4)
    groups = np.repeat([0, 1, 2], sizes)
    rows = np.eye(DIMENSIONS)[groups] + 0.05 * random.normal(size=(sum(sizes), DIMENSIONS))
    asked = chosen(AskPool.of(rows), ("ask",) * 3, labels=(3, 40), is_identified=False)
    assert groups[[card.place for card in asked]].tolist() == [0, 1, 2]


def test_typical_ones_differ_from_what_was_judged() -> None:
    """The largest group was spoken for."""
    rows = np.eye(DIMENSIONS)[np.repeat([0, 1], (12, 4))]
    pool = AskPool.of(rows)
    (card,) = choose(
        pool,
        scores_of(np.zeros(16), is_identified=False),
        ("ask",),
        free=np.ones(16, np.bool_),
        queued=NONE_QUEUED,
        judged=pool.directions[:1],
        liked=1,
        rejected=0,
        seeds=(0, 0),
    )
    assert card.place >= 12


def test_exploring_is_even() -> None:
    """Every free picture comes about as often; a queue's own cards never."""
    queued = np.array([3, 4], np.intp)
    draws = Counter(
        chosen(pool_of(10), ("explore",), queued=queued, seed=seed)[0].place for seed in range(4000)
    )
    assert set(draws) == {0, 1, 2, 5, 6, 7, 8, 9}
    # 500 of each are expected, with a standard deviation of 21
    assert all(400 < times < 600 for times in draws.values())
    assert chosen(pool_of(10), ("explore",), queued=queued)[0].propensity == 1 / 8


def test_the_best_guess_is_the_best() -> None:
    """And the next best after it."""
    logits = np.array([0.0, 4.0, -1.0, 2.0])
    assert [card.place for card in chosen(pool_of(4), ("best", "best"), logits)] == [1, 3]


def test_after_twenty_rejects_the_best_are_asked() -> None:
    """Somebody who has liked none yet is shown what is nearest to the traits."""
    logits = np.arange(6.0)
    cards = chosen(pool_of(6), ("ask", "explore", "ask"), logits, labels=(0, 20))
    assert [card.kind for card in cards] == ["best", "explore", "best"]
    assert cards[0].place == 5


def test_what_is_not_free_is_never_chosen() -> None:
    """It was answered meanwhile; it still tells what is typical."""
    free = np.array([True, False] * 5)
    cards = chosen(pool_of(10), ("ask", "explore", "best") * 4, np.arange(10.0), free=free)
    assert sorted(card.place for card in cards) == [0, 2, 4, 6, 8]
    propensities = [card.propensity for card in cards if card.kind == "explore"]
    assert propensities == [1 / 4, 1 / 1]


def test_without_an_order_typical_ones_stand_in() -> None:
    """The formula that tasted began with gives no queue an order."""
    pool = pool_of(12)
    cards = choose(
        pool,
        PoolScores(None, None),
        ("best", "ask", "explore"),
        free=np.ones(12, np.bool_),
        queued=NONE_QUEUED,
        judged=NOBODY,
        liked=30,
        rejected=30,
        seeds=(1, 2),
    )
    assert [card.kind for card in cards] == ["typical", "typical", "explore"]


@few
@given(count=st.integers(0, 30), more=st.integers(0, 30), seed=st.integers(0, 2**31))
def test_a_pool_that_grows_keeps_what_it_knows(count: int, more: int, seed: int) -> None:
    """What is new is compared with all."""
    rows = np.random.default_rng(seed).normal(size=(count + more, DIMENSIONS))
    first = AskPool.of(rows[:count])
    known = first.density
    grown = first.extended(rows[count:])
    assert grown.density[:count].tolist() == known.tolist()
    whole = AskPool.of(rows)
    np.testing.assert_allclose(grown.density[count:], whole.density[count:], atol=1e-6)
    assert grown.directions.tolist() == whole.directions.tolist()


@few
@given(count=st.integers(1, 80), seed=st.integers(0, 2**31))
def test_density_is_the_mean_of_the_nearest(count: int, seed: int) -> None:
    """Against every pair."""
    pool = pool_of(count, seed)
    cosines = pool.directions.astype(np.float64) @ pool.directions.T.astype(np.float64)
    for place, density in enumerate(pool.density):
        others = np.sort(np.delete(cosines[place], place))[::-1][:NEAREST]
        np.testing.assert_allclose(density, others.mean() if len(others) else 0.0, atol=1e-5)


def test_what_has_no_direction_is_near_nothing() -> None:
    """A picture that equals the mean of all."""
    pool = AskPool.of(np.concatenate([np.zeros((1, DIMENSIONS)), np.eye(DIMENSIONS)]))
    assert pool.density[0] == 0
    assert pool.cosines(0).tolist() == [0.0] * 9


def test_every_other_recheck_asks_about_a_doubted_label() -> None:
    """The others are drawn evenly, for they tell how often a user agrees with himself."""
    liked = np.array([True, False, True])
    left_out = np.array([0.7, 0.9, np.nan])
    doubted = choose_recheck(liked, left_out, seed=5, number=1)
    assert doubted is not None
    assert (doubted.place, doubted.propensity) == (1, None)
    drawn = [choose_recheck(liked, left_out, seed=seed, number=0) for seed in range(60)]
    assert {(card.place, card.propensity) for card in drawn if card} == {
        (0, 1 / 3),
        (1, 1 / 3),
        (2, 1 / 3),
    }
    sure = choose_recheck(liked, np.array([0.7, 0.4, 0.9]), seed=5, number=1)
    assert sure is not None
    assert sure.propensity == 1 / 3
    assert choose_recheck(np.zeros(0, np.bool_), np.zeros(0), seed=0, number=0) is None


def test_duel_cards_are_drawn_by_how_much_two_recipes_differ() -> None:
    """With the probability that the card says; what the challenger cannot score does not come."""
    pool = pool_of(4)
    challenger = np.array([0.5, 0.6, 0.2, np.nan])
    draws = [chosen(pool, ("duel",), challenger=challenger, seed=seed)[0] for seed in range(400)]
    assert {draw.kind for draw in draws} == {"duel"}
    counts = Counter(draw.place for draw in draws)
    assert set(counts) == {1, 2}
    assert {draw.place: round(draw.propensity or 0, 9) for draw in draws} == {1: 0.25, 2: 0.75}
    assert 60 < counts[1] < 140


@few
@given(seed=st.integers(0, 2**31), count=st.integers(1, 30), wanted=st.integers(1, 24))
def test_a_queue_with_duels_is_filled_as_any_other(seed: int, count: int, wanted: int) -> None:
    """No picture twice; where both recipes agree on what is left, it asks."""
    random = np.random.default_rng(seed)
    challenger = random.choice([0.5, 0.7, np.nan], size=count)
    kinds = slots(0, wanted, seed=seed, has_rechecks=False, has_trial=True)
    queue = chosen(pool_of(count), kinds, challenger=challenger, seed=seed)
    assert len({card.place for card in queue}) == len(queue) == min(wanted, count)
    differing = sum(bool(probability == 0.7) for probability in challenger)
    duels = [card for card in queue if card.kind == "duel"]
    assert len(duels) <= differing
    assert all(card.propensity for card in duels)
    assert {card.kind for card in queue} <= {"ask", "explore", "duel"}


def test_without_a_challenger_a_duel_slot_asks() -> None:
    """As when a trial ends while a queue is filled."""
    assert [card.kind for card in chosen(pool_of(5), ("duel", "ask"))] == ["ask", "ask"]
