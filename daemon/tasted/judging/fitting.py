"""From references and history to a taste version. Reads the library; embeds texts that are new."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from tasted.copies.finding import CopyFinder
from tasted.judging.counted_labels import CountedLabel, Views, counted_labels, pictured
from tasted.judging.fit_record import FitRecord
from tasted.judging.stated_preferences import MeasuredPreferences, StatedPreferences
from tasted.judging.version import TasteVersion
from tasted.library.library import LearnedReference, Library
from tasted.records import Label, Origin, Reference
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.taste.held_out import with_held_out
from tasted.scoring.taste.mixture import WarmStart
from tasted.scoring.traits.personality import TraitScales
from tasted.scoring.weighing.weigher import COLUMNS, columns, history_parts

HISTORY_MAX = 2_000
HISTORY_ENOUGH = 30
"""With this many pictures a history can be centred on and ranked against, and anchors labels of one
class."""
_BIOS_EMBEDDED_MAX = 100
"""How many bios are embedded for one fit, those of references first. The rest count as missing
until the next fit."""

BiosOf = Callable[[Mapping[str, str | None]], Mapping[str, str]]
"""Finds the bios of pictures by content id, and of references by path as well."""


def has_history(library: Library) -> bool:
    """Return whether enough pictures are known for a history."""
    return len(library.sample(HISTORY_ENOUGH, exclude=_brought(library))) >= HISTORY_ENOUGH


def fit_version(
    library: Library,
    stated_preferences: StatedPreferences,
    *,
    number: int,
    fitted_to: str,
    bios_of: BiosOf,
    copies: CopyFinder,
    previous: WarmStart | None = None,
    record: FitRecord | None = None,
    held_out: Mapping[str, float] | None = None,
) -> TasteVersion:
    """Fit a taste to the references that count, and freeze it with the present history.

    With a record it is fitted to what that says instead: the same labels in the same order and the
    same history give the same fit, as long as the texts beside the pictures are the same.

    Args:
        library: of the home.
        stated_preferences: measures traits and interests.
        number: of the new version.
        fitted_to: see `TasteVersion`.
        bios_of: finds bios.
        copies: finds references that show the same picture.
        previous: where the last fit ended; without it thousands of references take long.
        record: of an older version; pictures that the library no longer knows are left out.
        held_out: of an embedder that was trained on labels, by content id; see `_judged_by`.
    """
    if record is None:
        history = library.sample(HISTORY_MAX, exclude=_brought(library))
        labels = counted_labels(library)
        brought = tuple(label.is_brought for label in labels)
        drawn = _drawn(library, labels)
    else:
        known_history = library.cached(record.history)
        history = {key: known_history[key] for key in record.history if key in known_history}
        labels, brought, drawn = _recorded_labels(library, record)
        previous = record.start
    pictures = [picture.views for picture in history.values()]
    # reading thousands of texts takes long
    bios = bios_of(dict.fromkeys(history)) if stated_preferences.asks_texts else {}
    places: dict[str, str | None] = {
        photo.reference.content_id: photo.reference.path or None
        for label in labels
        for photo in label.photos
    }
    # no content id looks like a folder, so only the text in the folder can match
    places |= {label.folder: f"{label.folder}bio" for label in labels if label.folder is not None}
    texts = bios_of(places)
    unknown = stated_preferences.unknown({**_own_bios(labels, texts), **bios})
    stated_preferences.embed_bios(dict(islice(unknown.items(), _BIOS_EMBEDDED_MAX)))
    known = [rows for content in history if (rows := library.known_bio(content)) is not None]
    scales = stated_preferences.scales(pictures, known)
    measured = [
        # vectors of the words of several photos, kept with one of them, would outlive the others
        stated_preferences.measure(
            scales, label.views, label.anchor, label.bio(texts), is_kept=False
        )
        if len(label.photos) > 1
        else _known(
            library, stated_preferences, scales, label.anchor, label.views, label.bio(texts)
        )
        for label in labels
    ]
    evidence = _columns(measured)
    found = copies.find(pictured(library, labels), pictures or None)
    taste = fit_taste(
        _items(labels, library.dimensions),
        np.array([label.reference.label is Label.LIKED for label in labels], np.bool_),
        history=pictures or None,
        curated=np.array(brought, np.bool_),
        copies=found.groups,
        columns=evidence,
        drawn=None if drawn is None else np.array(drawn, np.bool_),
        previous=previous,
    )
    if held_out:
        taste = with_held_out(taste, _judged_by(held_out, labels))
    seen = [
        _known(library, stated_preferences, scales, content, views, bios.get(content))
        for content, views in zip(history, pictures, strict=True)
    ]
    return TasteVersion(
        number=number,
        fitted_to=fitted_to,
        taste=taste,
        items=tuple(label.contents for label in labels),
        history=tuple(history),
        columns=evidence,
        history_parts=history_parts(taste, pictures, _columns(seen)),
        scales=scales,
        lookalikes=found.lookalikes,
        brought=brought,
        drawn=drawn,
    )


def _judged_by(
    held_out: Mapping[str, float], labels: Sequence[CountedLabel]
) -> NDArray[np.float64]:
    """Return, for each label, the logit that did not know it; NaN: the embedder did not, either."""
    found = [
        [held_out[content] for content in label.contents if content in held_out] for label in labels
    ]
    return np.array([np.mean(own) if own else np.nan for own in found], np.float64)


def _drawn(library: Library, labels: Sequence[CountedLabel]) -> tuple[bool, ...] | None:
    """Return which labels tell of the stream; None where all do but those that were brought."""
    chosen = library.not_by_chance
    if not any(chosen.intersection(label.contents) for label in labels):
        return None
    return tuple(
        not label.is_brought and not chosen.intersection(label.contents) for label in labels
    )


def _recorded_labels(
    library: Library, record: FitRecord
) -> tuple[tuple[CountedLabel, ...], tuple[bool, ...], tuple[bool, ...] | None]:
    """Return the labels of a record, which were brought, and which were drawn.

    Photos that are unknown are left out.

    A picture that is no reference any more has no path, and its text is found by its content.
    """
    # references are in a table of their own, and those of now need not be in both
    known = {photo.reference.content_id: photo.views for photo in library.learned()}
    cached = library.cached([content for item in record.items for content in item])
    known |= {content: picture.views for content, picture in cached.items()}
    paths = {reference.content_id: reference.path for reference in library.references()}
    labels, brought, drawn = [], [], []
    were_drawn = ~record.brought if record.drawn is None else record.drawn
    for item, liked, is_brought, is_drawn in zip(
        record.items,
        record.liked.tolist(),
        record.brought.tolist(),
        were_drawn.tolist(),
        strict=True,
    ):
        label = Label.LIKED if liked else Label.REJECTED
        origin = Origin.REFERENCE if is_brought else Origin.FEEDBACK
        photos = tuple(
            LearnedReference(
                Reference(content, paths.get(content, ""), label, origin), known[content]
            )
            for content in item
            if content in known
        )
        if photos:
            labels.append(CountedLabel(photos))
            brought.append(is_brought)
            drawn.append(is_drawn)
    return tuple(labels), tuple(brought), None if record.drawn is None else tuple(drawn)


def _brought(library: Library) -> set[str]:
    """Return the contents added only as labels: picked by hand, they are not like the stream."""
    references = library.references()
    return {
        reference.content_id for reference in references if reference.origin is Origin.REFERENCE
    }


def _own_bios(labels: Sequence[CountedLabel], texts: Mapping[str, str]) -> dict[str, str]:
    alone = (label.anchor for label in labels if len(label.photos) == 1)
    return {content: texts[content] for content in alone if content in texts}


def _known(
    library: Library,
    stated_preferences: StatedPreferences,
    scales: TraitScales,
    content: str,
    views: Views,
    bio: str | None,
) -> MeasuredPreferences:
    """Measure one picture from cached vectors, without the model."""
    if bio is not None and not stated_preferences.unknown({content: bio}):
        return stated_preferences.measure(scales, views, content, bio)
    return stated_preferences.measure_by_vectors(scales, views, library.known_bio(content))


def _items(labels: Sequence[CountedLabel], dimensions: int) -> list[Views] | Views:
    if not labels:
        return np.zeros((0, dimensions), np.float32)
    return [label.views for label in labels]


def _columns(measured: Sequence[MeasuredPreferences]) -> NDArray[np.float64]:
    rows = [columns(preferences.personality, preferences.interests) for preferences in measured]
    return np.array(rows, np.float64).reshape(len(rows), len(COLUMNS))
