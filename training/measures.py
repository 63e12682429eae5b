"""How good a trained model is: what is asked of it, and the figures. Touches no file."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import torch

from training.pictures.scenes import CLOTHING, PLACES, TIMES, draw_scene, random_scene
from training.words import NOUNS, TIME_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PIL import Image

    from training.embedder import Embedder
    from training.pictures.scenes import Scene

PAIRS = (("shoes", "t-shirts"), ("hats", "t-shirts"), ("shoes", "hats"))
#: A text and what it must be nearer to than to the other.
NEARER = (
    ("trail running", "hiking", "cooking"),
    ("trail running", "hiking", "lifting weights"),
    ("trail running", "mountains", "baking"),
    ("swimming", "the beach", "reading"),
    ("baking bread", "cooking", "city nights"),
    ("books", "reading", "lifting weights"),
    ("lifting weights", "the gym", "live music"),
    ("concerts", "live music", "hiking"),
    ("camping", "the outdoors", "nightlife"),
    ("I love hiking and camping", "trail running", "rooftop bars"),
    ("a homebody who stays in", "cosy", "adventurous"),
    ("a person who is outgoing", "sociable", "bookish"),
)  # fmt: skip
#: A trait sentence, the places whose drawings must lie nearer to it, and those that must not.
TRAITS = (
    ("A person who is adventurous, active", ("mountain", "forest"), ("library", "kitchen")),
    ("A person who is adventurous", ("mountain", "forest"), ("library", "kitchen", "city")),
    ("A person who is quiet, bookish", ("library",), ("concert", "gym", "beach")),
    ("A person who is energetic", ("gym", "concert"), ("library", "kitchen")),
    ("A person who is outgoing, fun", ("concert", "city"), ("library", "forest")),
    ("A person who is a homebody", ("kitchen", "library"), ("mountain", "concert")),
    ("A photo of someone who likes hiking", ("mountain", "forest"), ("library", "concert")),
)  # fmt: skip


def area(wanted: torch.Tensor, unwanted: torch.Tensor) -> float:
    """Give the area under the ROC curve: how often a wanted score is above an unwanted one."""
    above = (wanted[:, None] > unwanted[None]).double()
    equal = (wanted[:, None] == unwanted[None]).double()
    return float((above + equal / 2).mean())


#: How a picture is scored from its cosines to liked references and to rejected ones.
SCORES: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "mean": lambda liked, rejected: liked.mean(1) - rejected.mean(1),
    "max": lambda liked, rejected: liked.amax(1) - rejected.amax(1),
    "seed": lambda liked, _: 0.7 * liked.amax(1) + 0.3 * liked.mean(1),
}


def few_shot(
    unseen: dict[str, torch.Tensor],
    *,
    references: dict[str, torch.Tensor] | None = None,
    shots: int = 8,
    rounds: int = 40,
) -> dict[str, dict[str, float]]:
    """Tell unseen garments apart by a few references of each.

    Args:
        unseen: Unit vectors (n, d) per garment to tell apart.
        references: Unit vectors (n, d) per garment to choose references from; when absent they are
            chosen from `unseen` and the rest is told apart.
        shots: References of each side.
        rounds: Choices of references that are averaged.

    Returns:
        For each pair of garments and each score, the mean area under the curve.
    """
    generator = torch.Generator().manual_seed(0)
    result = {}
    for pair in PAIRS:
        areas: dict[str, list[float]] = {name: [] for name in SCORES}
        for _ in range(rounds):
            known, asked = [], []
            for garment in pair:
                pool = unseen[garment] if references is None else references[garment]
                order = torch.randperm(len(pool), generator=generator)
                known.append(pool[order[:shots]])
                asked.append(pool[order[shots:]] if references is None else unseen[garment])
            for name, score in SCORES.items():
                wanted, unwanted = (score(one @ known[0].T, one @ known[1].T) for one in asked)
                areas[name].append(area(wanted, unwanted))
        means = {name: round(sum(values) / rounds, 4) for name, values in areas.items()}
        result[" / ".join(pair)] = means
    return result


def fresh_scenes(count: int) -> tuple[list[Scene], list[Image.Image]]:
    """Draw scenes from seeds that the training never uses, each place equally often."""
    rng = random.Random("evaluation")
    scenes = [random_scene(rng, PLACES[number % len(PLACES)]) for number in range(count)]
    return scenes, [draw_scene(scene, seed=number) for number, scene in enumerate(scenes)]


def zero_shot(
    embedder: Embedder, scenes: Sequence[Scene], vectors: torch.Tensor
) -> dict[str, float]:
    """Give the share of drawings whose place, time and clothing are found by a sentence alone."""
    questions = {
        "place": [f"a photo of {NOUNS[place][0]}" for place in PLACES],
        "time_of_day": [f"a photo taken {TIME_WORDS[time][0]}" for time in TIMES],
        "clothing": [f"a person wearing {colour}" for colour in CLOTHING],
    }
    answers = {"place": PLACES, "time_of_day": TIMES, "clothing": tuple(CLOTHING)}
    shares = {}
    for attribute, sentences in questions.items():
        found = (vectors @ embedder.texts(sentences).T).argmax(1).tolist()
        right = [
            answers[attribute][index] == getattr(scene, attribute)
            for index, scene in zip(found, scenes, strict=True)
        ]
        shares[attribute] = round(sum(right) / len(right), 4)
    return shares


def word_order(embedder: Embedder) -> dict[str, Any]:
    """Check that related words lie nearer to each other than unrelated ones."""
    wrong = []
    for text, near, far in NEARER:
        first, second, third = embedder.texts([text, near, far])
        if first @ second <= first @ third:
            wrong.append([text, near, far])
    return {"asked": len(NEARER), "right": len(NEARER) - len(wrong), "wrong": wrong}


def trait_order(
    embedder: Embedder, scenes: Sequence[Scene], vectors: torch.Tensor
) -> dict[str, float]:
    """Give, for each trait sentence, how well it ranks drawings of fitting places first."""
    result = {}
    for sentence, fitting, other in TRAITS:
        cosines = vectors @ embedder.texts([sentence])[0]
        wanted = torch.tensor([scene.place in fitting for scene in scenes])
        unwanted = torch.tensor([scene.place in other for scene in scenes])
        result[sentence] = round(area(cosines[wanted], cosines[unwanted]), 4)
    return result


def spread(groups: dict[str, torch.Tensor]) -> dict[str, list[float]]:
    """Give the 10th, 50th and 90th percentile of the cosines within and across groups."""
    names = torch.cat(
        [torch.full((len(one),), number) for number, one in enumerate(groups.values())]
    )
    vectors = torch.cat(list(groups.values()))
    cosines = vectors @ vectors.T
    same = names[:, None] == names[None]
    itself = torch.eye(len(vectors), dtype=torch.bool)
    levels = torch.tensor([0.1, 0.5, 0.9])
    return {
        "same subject": [round(x, 3) for x in cosines[same & ~itself].quantile(levels).tolist()],
        "other subject": [round(x, 3) for x in cosines[~same].quantile(levels).tolist()],
    }
