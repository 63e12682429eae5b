"""A world of vectors and of users with a taste in it, drawn from a seed. Pure.

x = unit(mu + z): a common mean direction and a power-law spectrum, half of whose variance lies
between 12 clusters, as measured on vectors of CLIP: cosines at 1 / 50 / 99 % of about 0.35 / 0.57 /
0.81, participation ratio about 24. A user likes by a hidden utility and with noise: P(like) =
sigmoid(sharpness · utility + threshold), where the threshold sets the like rate.

    linear       a random direction in the 60 leading dimensions
    clusters     the nearer of two favourite pictures, which lie in the 12 clusters
    prototype    near one ideal picture

The study that the targets come from does not state the sharpness and the metric of a taste: those
are tuned here until seed, centroid and oracle land where they landed there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DIMENSIONS = 512
CLUSTERS = 12
SPECTRUM_EXPONENT = 0.85
MEAN_SHARE = 0.57
"""Of the squared length of a vector before it is scaled to 1."""
CLUSTER_SHARE = 0.5
"""Of the variance of z."""
LINEAR_DIMENSIONS = 60
POOL = 300
HISTORY = 200
TEST = 600
_POPULATION = 2000


class Kind(StrEnum):
    """What a taste depends on."""

    LINEAR = "linear"
    CLUSTERS = "clusters"
    PROTOTYPE = "prototype"


SHARPNESS = {Kind.LINEAR: 2.05, Kind.CLUSTERS: 4.7, Kind.PROTOTYPE: 3.4}
"""Of the labels, per standard deviation of the utility: the less, the noisier."""
WHITENING = {Kind.LINEAR: 0.3, Kind.CLUSTERS: 0.7, Kind.PROTOTYPE: 0.2}
"""0: the utility follows the variance of the dimensions; 1: all dimensions count the same."""


@dataclass(frozen=True, slots=True, eq=False)
class User:
    """One user's pictures: labelled in the order of `pool`, seen, and held back for the test."""

    pool: NDArray[np.float32]
    liked: NDArray[np.bool_]
    history: NDArray[np.float32]
    test: NDArray[np.float32]
    test_liked: NDArray[np.bool_]
    test_probability: Array
    """What only an oracle knows."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Where pictures come from."""

    mean: Array
    scales: Array
    centres: Array

    @classmethod
    def drawn(cls, random: np.random.Generator) -> "World":
        """Draw mean, spectrum and clusters."""
        variances = np.arange(1, DIMENSIONS + 1) ** -SPECTRUM_EXPONENT
        variances *= (1 - MEAN_SHARE) / variances.sum()
        direction = random.normal(size=DIMENSIONS)
        mean = direction * np.sqrt(MEAN_SHARE) / np.linalg.norm(direction)
        centres = random.normal(size=(CLUSTERS, DIMENSIONS)) * np.sqrt(variances)
        return cls(mean, np.sqrt(variances), centres - centres.mean(axis=0))

    def latent(self, random: np.random.Generator, count: int) -> Array:
        """Draw z, shape (count, 512)."""
        own = random.normal(size=(count, DIMENSIONS)) * self.scales
        cluster = self.centres[random.integers(CLUSTERS, size=count)]
        return np.sqrt(CLUSTER_SHARE) * cluster + np.sqrt(1 - CLUSTER_SHARE) * own

    def pictures(self, latent: Array) -> NDArray[np.float32]:
        """Return the unit vectors of latents."""
        rows = self.mean + latent
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def draw_user(kind: Kind, like_rate: float, seed: int, *, pool: int = POOL) -> User:
    """Draw a world and a user in it, with a pool of this size; equal arguments give equal users."""
    random = np.random.default_rng([seed, list(Kind).index(kind), round(100 * like_rate)])
    world = World.drawn(random)
    utility = _utility(kind, world, random)
    population = utility(world.latent(random, _POPULATION))
    middle, spread = population.mean(), population.std()
    sharp = SHARPNESS[kind] * (population - middle) / spread
    threshold = _threshold(sharp, like_rate)
    latent = world.latent(random, pool + HISTORY + TEST)
    probability = 1 / (
        1 + np.exp(-(SHARPNESS[kind] * (utility(latent) - middle) / spread + threshold))
    )
    liked = random.random(len(latent)) < probability
    pictures = world.pictures(latent)
    return User(
        pool=pictures[:pool],
        liked=liked[:pool],
        history=pictures[pool : pool + HISTORY],
        test=pictures[pool + HISTORY :],
        test_liked=liked[pool + HISTORY :],
        test_probability=probability[pool + HISTORY :],
    )


def _utility(kind: Kind, world: World, random: np.random.Generator) -> Callable[[Array], Array]:
    metric = world.scales ** -WHITENING[kind]
    if kind is Kind.LINEAR:
        direction = np.zeros(DIMENSIONS)
        direction[:LINEAR_DIMENSIONS] = random.normal(size=LINEAR_DIMENSIONS)
        direction *= metric
        return lambda latent: latent @ direction
    favourites = metric * world.latent(random, 2 if kind is Kind.CLUSTERS else 1)
    return lambda latent: _cosine(latent * metric, favourites).max(axis=1)


def _cosine(one: Array, other: Array) -> Array:
    lengths = np.linalg.norm(one, axis=1)[:, None] * np.linalg.norm(other, axis=1)
    return np.asarray(one @ other.T / lengths)


def _threshold(sharp: Array, like_rate: float) -> float:
    low, high = -30.0, 30.0
    for _bisection in range(60):
        middle = (low + high) / 2
        if (1 / (1 + np.exp(-(sharp + middle)))).mean() < like_rate:
            low = middle
        else:
            high = middle
    return (low + high) / 2
