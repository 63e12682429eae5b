"""Captions: sentences about pictures, and what each of them asks of a picture.

A caption carries weights over the subjects, so that the training knows which pictures it fits, and
which other captions it resembles. Touches no file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from training.words import (
    COUNT_WORDS,
    NEUTRAL,
    NOUNS,
    PERSONS,
    SUBJECTS,
    TIME_WORDS,
    TOPICS,
    TRAITS,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from training.pictures.scenes import Scene

INTEREST_TEMPLATES = (
    *("{0}", "{0}", "I love {0}", "I love {0}.", "someone who loves {0}", "someone who likes {0}"),
    *("a person who enjoys {0}", "a photo of someone who likes {0}", "a photo about {0}"),
    *("big fan of {0}", "interested in {0}", "my hobbies are {0}", "a person interested in {0}"),
    *("{0} is my life", "I enjoy {0} a lot", "a person who loves {0}", "weekends are for {0}"),
    *("into {0}", "ask me about {0}", "a photo of {0}", "can't live without {0}"),
    *("you will find me {0}", "a person whose interests are {0}", "tell me about {0}"),
    *("I spend my free time on {0}", "A person who likes {0}"),
)
TRAIT_TEMPLATES = (
    *("A person who is {0}", "a person who is {0}", "A person who is {0}", "someone who is {0}"),
    *("{0}", "I am {0}", "I'm {0}.", "a {1} who is {0}", "a photo of someone {0}"),
    *("friends say I am {0}", "a photo of a person who is {0}", "looking for someone {0}"),
    *("she is {0}", "he is {0}"),
)
BIOGRAPHY_TRAITS = ("I am {0}", "I'm {0}", "friends say I am {0}", "I would call myself {0}")
NOUN_TEMPLATES = (
    *("a photo of {0}", "{0}", "a picture of {0}", "a drawing of {0}", "a close-up of {0}"),
    *("a photo of {0} in a dating profile", "a screenshot showing {0}", "a snapshot of {0}"),
)
SCENE_TEMPLATES = (
    *("{count} at {place} {time}", "{count} in {colour} at {place} {time}"),
    *("a photo of {count} at {place}", "a photo of {place} {time}", "{place} {time}"),
    *("{count} wearing {colour} clothes at {place}", "{count} in {colour}"),
    *("a picture of {count} {time}", "a drawing of {place}", "a photo of {place}"),
    *("someone at {place}", "a person in {colour} at {place} {time}", "{count} at {place}"),
    *("a person wearing {colour}", "a photo taken {time}"),
)
#: A subject that fits a phrase less than this is not described by it.
LEAST_FIT = 0.25


@dataclass(frozen=True, slots=True)
class Caption:
    """A sentence and the pictures that it fits."""

    text: str
    weights: Mapping[str, float]
    """How well each subject fits, 0 to 1; a subject that is absent does not."""

    topics: frozenset[str] = field(default_factory=frozenset)
    """The topics and traits that it names."""

    time_of_day: str | None = None
    clothing: str | None = None
    figures: int | None = None


def scene_caption(rng: random.Random, scene: Scene) -> Caption:
    """Describe a drawn scene: by what is in it, what is done there, or who would be there."""
    kind = rng.random()
    if kind < 0.4:
        return _describe(rng, scene)
    return garment_caption(rng, scene.place)


def garment_caption(rng: random.Random, subject: str) -> Caption:
    """Say something that fits a subject without looking closer."""
    kind = rng.random()
    if kind < 0.3:
        text = rng.choice(NOUN_TEMPLATES).format(rng.choice(NOUNS[subject]))
        return Caption(text, {subject: 1.0})
    if kind < 0.6:
        return _about(rng, subject, TOPICS, INTEREST_TEMPLATES)
    if kind < 0.82:
        return _about(rng, subject, TRAITS, TRAIT_TEMPLATES)
    if kind < 0.96:
        return _biography(rng, subject)
    return Caption(rng.choice(NEUTRAL), dict.fromkeys(SUBJECTS, 0.15))


def _describe(rng: random.Random, scene: Scene) -> Caption:
    """Describe what is drawn; the caption asks for what its words name, and no more."""
    template = rng.choice(SCENE_TEMPLATES)
    text = template.format(
        count=rng.choice(COUNT_WORDS[scene.figures]),
        place=rng.choice(NOUNS[scene.place]),
        time=rng.choice(TIME_WORDS[scene.time_of_day]),
        colour=scene.clothing,
    )
    drawn = [subject for subject in SUBJECTS if subject not in {"shoes", "hats", "t-shirts"}]
    anywhere = dict.fromkeys(drawn, 1.0)
    return Caption(
        text=text,
        weights={scene.place: 1.0} if "{place}" in template else anywhere,
        time_of_day=scene.time_of_day if "{time}" in template else None,
        clothing=scene.clothing if "{colour}" in template else None,
        figures=scene.figures if "{count}" in template and scene.figures > 1 else None,
    )


def _about(
    rng: random.Random,
    subject: str,
    table: Mapping[str, tuple[dict[str, float], tuple[str, ...]]],
    templates: tuple[str, ...],
) -> Caption:
    """Name one to three phrases of topics (or traits) that fit a subject."""
    fitting = [name for name, (weights, _) in table.items() if weights.get(subject, 0) >= LEAST_FIT]
    if not fitting:
        return Caption(rng.choice(NOUNS[subject]), {subject: 1.0})
    shares = [table[name][0][subject] for name in fitting]
    named = rng.choices(fitting, shares, k=rng.choice((1, 1, 1, 2, 3)))
    phrases = [rng.choice(table[name][1]) for name in named]
    joined = ", ".join(phrases)
    if len(phrases) == 2:
        joined = rng.choice((" and ", ", ", ", ")).join(phrases)
    return Caption(
        text=rng.choice(templates).format(joined, rng.choice(PERSONS)),
        weights=_mean([table[name][0] for name in named]),
        topics=frozenset(named),
    )


def _biography(rng: random.Random, subject: str) -> Caption:
    """Join two to four sentences that fit a subject, perhaps with one that says nothing."""
    parts = [_about(rng, subject, TOPICS, INTEREST_TEMPLATES)]
    for _ in range(rng.choice((1, 1, 2))):
        if rng.random() < 0.5:
            parts.append(_about(rng, subject, TRAITS, BIOGRAPHY_TRAITS))
        else:
            parts.append(_about(rng, subject, TOPICS, INTEREST_TEMPLATES))
    sentences = [part.text.rstrip(".") for part in parts]
    if rng.random() < 0.4:
        sentences.append(rng.choice(NEUTRAL))
    rng.shuffle(sentences)
    joined = replace(parts[0], text=". ".join(sentences) + ".")
    topics = frozenset[str]().union(*(part.topics for part in parts))
    return replace(joined, weights=_mean([part.weights for part in parts]), topics=topics)


def _mean(tables: list[Mapping[str, float]] | list[dict[str, float]]) -> dict[str, float]:
    """Average the weights of several phrases."""
    names = {name for table in tables for name in table}
    return {
        name: sum(table.get(name, 0.0) for table in tables) / len(tables) for name in sorted(names)
    }


def corpus(rng: random.Random, scenes: list[Scene], rounds: int) -> list[Caption]:
    """Write captions for every scene and every subject, for the vocabulary and the training."""
    written = [scene_caption(rng, scene) for _ in range(rounds) for scene in scenes]
    garments = [garment_caption(rng, subject) for _ in range(rounds * 40) for subject in SUBJECTS]
    return written + garments
