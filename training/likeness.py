"""How alike things ought to be: the cosines that the training aims at. Touches no file.

Unrelated pictures aim at about 0.1, pictures of one subject at 0.65 and more, two views of one
picture at 0.93. A scorer that looks at the nearest liked reference can rank with such cosines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from training.pictures.scenes import CLOTHING, MOST_FIGURES, PLACES, TIMES
from training.words import KINSHIP, SUBJECTS, TOPICS, TRAITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.captions import Caption
    from training.pictures.scenes import Scene

FLOOR, SUBJECT, SAME_PICTURE = 0.08, 0.58, 0.93
#: What a shared time of day, colour of clothing and number of people add.
EXTRAS = {"time_of_day": 0.13, "clothing": 0.10, "figures": 0.06}
VALUES: dict[str, dict[object, int]] = {
    "time_of_day": {name: number for number, name in enumerate(TIMES)},
    "clothing": {name: number for number, name in enumerate(CLOTHING)},
    "figures": {number: number for number in range(1, MOST_FIGURES + 1)},
}
#: How much of a caption's fit is left for each thing that it names and the picture does not show.
MISSED = 0.2


def kinship() -> torch.Tensor:
    """Give how near subjects are, shape (11, 11), one on the diagonal."""
    matrix = torch.eye(len(SUBJECTS))
    for (one, other), near in KINSHIP.items():
        first, second = SUBJECTS.index(one), SUBJECTS.index(other)
        matrix[first, second] = matrix[second, first] = near
    return matrix


def place_shares(scenes: list[Scene]) -> torch.Tensor:
    """Give what drawn scenes are about, shape (n, 11)."""
    places = torch.tensor([PLACES.index(scene.place) for scene in scenes])
    return functional.one_hot(places, len(SUBJECTS)).float()


def picture_targets(
    shares: torch.Tensor, scenes: list[Scene | None], identities: torch.Tensor
) -> torch.Tensor:
    """Give the cosines that pictures ought to have among themselves.

    Args:
        shares: Shape (n, 11): what each picture is about, rows summing to one.
        scenes: The scene of each drawing, None for a photograph.
        identities: Shape (n,), int64: equal for views of one picture.

    Returns:
        Shape (n, n).
    """
    related = shares @ kinship() @ shares.T
    targets = FLOOR + SUBJECT * related
    for attribute, extra in EXTRAS.items():
        values = _numbers(scenes, attribute)
        same = (values[:, None] == values[None]) & (values >= 0)
        # Red shirts in different places are less alike than red shirts in one.
        targets = targets + extra * same * (0.3 + 0.7 * (related > 0.9))
    same_picture = identities[:, None] == identities[None]
    return torch.where(same_picture, torch.full_like(targets, SAME_PICTURE), targets)


def caption_weights(captions: list[Caption]) -> torch.Tensor:
    """Give how well each subject fits each caption, shape (n, 11)."""
    rows = [[caption.weights.get(name, 0.0) for name in SUBJECTS] for caption in captions]
    return torch.tensor(rows)


def caption_targets(captions: list[Caption]) -> torch.Tensor:
    """Give the cosines that captions ought to have among themselves, shape (n, n)."""
    weights = functional.normalize(caption_weights(captions), dim=1)
    targets = FLOOR + 0.5 * weights @ kinship() @ weights.T
    names = [*TOPICS, *TRAITS]
    topics = torch.tensor([[name in caption.topics for name in names] for caption in captions])
    both = topics.float() @ topics.float().T
    either = (topics[:, None] | topics[None]).sum(2)
    targets = targets + 0.35 * both / either.clamp(min=1)
    for attribute in EXTRAS:
        values = _numbers(captions, attribute)
        named = (values[:, None] >= 0) & (values[None] >= 0)
        same = values[:, None] == values[None]
        targets = targets + named * torch.where(same, 0.12, -0.06)
    return targets.clamp(max=0.95)


def fits(shares: torch.Tensor, scenes: list[Scene | None], captions: list[Caption]) -> torch.Tensor:
    """Give how well each caption fits each picture, shape (pictures, captions), 0 to 1."""
    matrix = shares @ caption_weights(captions).T
    for attribute in EXTRAS:
        shown, asked = _numbers(scenes, attribute), _numbers(captions, attribute)
        missed = (asked[None] >= 0) & (asked[None] != shown[:, None])
        matrix = torch.where(missed, matrix * MISSED, matrix)
    return matrix


def _numbers(things: Sequence[Scene | Caption | None], attribute: str) -> torch.Tensor:
    """Number the values of an attribute, shape (n,), int64; -1 where there is none."""
    values = [getattr(thing, attribute) if thing else None for thing in things]
    return torch.tensor([-1 if value is None else VALUES[attribute][value] for value in values])
