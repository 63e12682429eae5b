"""Whether photos of one folder share no likeness at all, beside different texts."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tasted.config import Settings
from tasted.copies.finding import Pictured
from tasted.decoding.pictures import decode
from tasted.embedding.models.weights import find_model
from tasted.engine.embed_and_read import look_at_pictures
from tasted.engine.model_opening import load_embedder
from tasted.judging.unlike import FolderPhoto, are_unlike

DIMENSIONS = 16
KINDS = ("hats", "shoes", "t-shirts")
PHOTOS = Path(__file__).parent.parent / "photos"
BACKGROUND = [
    np.eye(DIMENSIONS, dtype=np.float32)[[n % DIMENSIONS]] * sign
    for n in range(32)
    for sign in (1, -1)
]
BIOS = ("Hiking, and far too many books", "Chess; no smokers please", "I paint. You cook?")


def around(angle: float) -> NDArray[np.float32]:
    """Return a picture of one view, on a circle."""
    row = np.zeros((1, DIMENSIONS), np.float32)
    row[0, :2] = np.cos(angle), np.sin(angle)
    return row


def shown(angle: float, text: str | None, *, is_named: bool = False) -> FolderPhoto:
    """Return a photo that looks like this."""
    return FolderPhoto(Pictured(f"{angle} {text}", around(angle), None), text, is_named=is_named)


THREE = [shown(2 * np.pi * n / 3, bio) for n, bio in enumerate(BIOS)]
LOOKS = st.builds(
    shown,
    st.floats(0, 2 * np.pi),
    st.sampled_from([None, "", *BIOS]),
    is_named=st.booleans(),
)


def unlike(
    photos: Sequence[FolderPhoto], background: Sequence[NDArray[np.float32]] = BACKGROUND
) -> bool:
    """Ask about photos, among other pictures."""
    return are_unlike(photos, lambda: background)


def test_photos_of_several_people_are_unlike() -> None:
    """Each far from each, with a text of its own; three agree on less than two must."""
    assert unlike(THREE)
    assert not unlike([shown(0, BIOS[0]), shown(1.7, BIOS[1])])
    assert unlike([shown(0, BIOS[0]), shown(2.5, BIOS[1])])
    # one that says nothing is as far from all
    assert unlike([shown(0, BIOS[0]), shown(2.1, None), shown(4.2, BIOS[2])])


@pytest.mark.parametrize(
    "photos",
    [
        [],
        THREE[:1],
        [replace(photo, text=None) for photo in THREE],
        [*(replace(photo, text=None) for photo in THREE[:2]), THREE[2]],
        [replace(photo, text="One text") for photo in THREE],
        [replace(THREE[0], text="one TEXT!"), replace(THREE[1], text="One text, and more of it")],
        [replace(photo, is_named=True) for photo in THREE],
        [*THREE, shown(0.1, "Something else entirely")],
        [*THREE, shown(0.1, None)],
        [replace(photo, is_blank=True) for photo in THREE],
    ],
)
def test_what_leaves_it_open_is_one_person(photos: list[FolderPhoto]) -> None:
    """One text or none, equal texts, names that agree, one likeness among them, black screens."""
    assert not unlike(photos)


def test_without_enough_other_pictures_nothing_is_unlike() -> None:
    """And they are only asked for where the texts leave it open."""
    assert not unlike(THREE, BACKGROUND[:29])
    asked: list[str] = []
    are_unlike(THREE[:1], lambda: asked.append("asked") or BACKGROUND)
    assert asked == []


@given(st.lists(LOOKS, max_size=5), st.randoms(use_true_random=False))
def test_the_order_decides_nothing_and_a_likeness_always_does(
    photos: list[FolderPhoto], random: "np.random.Generator"
) -> None:
    """Whatever is shown: a photo like one of them, with another text, keeps them together."""
    expected = unlike(photos)
    mixed = list(photos)
    random.shuffle(mixed)
    assert unlike(mixed) == expected
    if photos:
        twin = FolderPhoto(Pictured("twin", photos[0].looks.views, None), "words of its very own")
        assert not unlike([*photos, twin])


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Pictured]]:
    """The photographs of the tests as the embedded model sees them, by kind of thing."""
    settings = Settings.model_validate({"embedder": {"model": "pocket"}})
    home = tmp_path_factory.mktemp("home")
    model = find_model("pocket", models_file=home / "models.json", home_root=home)
    decoded = {
        file.as_posix(): decode(
            file.read_bytes(), name=file.name, max_pixels=10_000_000, is_last_try=True
        )
        for kind in KINDS
        for file in sorted((PHOTOS / kind).glob("*.jpg"))
    }
    seen = look_at_pictures(decoded, load_embedder(model, settings), settings.views.mode)
    return {
        kind: [
            Pictured(path, seen[path].views, seen[path].hashes)
            for path in seen
            if Path(path).parent.name == kind
        ]
        for kind in KINDS
    }


def test_photographs_of_one_kind_of_thing_stay_together(looks: dict[str, list[Pictured]]) -> None:
    """With a caption of its own beside each: all folders of six, and nearly all of three."""
    background = [picture.views for kind in KINDS for picture in looks[kind]]
    for kind in KINDS:
        photos = [
            FolderPhoto(picture, f"caption{n} word{n} number{n}")
            for n, picture in enumerate(looks[kind])
        ]
        assert not unlike(photos[:12], background)
        assert not any(unlike(photos[n : n + 6], background) for n in range(7))
        threes = [unlike(list(three), background) for three in combinations(photos, 3)]
        assert sum(threes) <= len(threes) * 0.02


def test_photographs_of_different_things_can_be_told_apart(
    looks: dict[str, list[Pictured]],
) -> None:
    """Few are: it is better to leave them together than to tear one person apart."""
    background = [picture.views for kind in KINDS for picture in looks[kind]]
    mixed = [
        [FolderPhoto(one, f"caption{n} of{n}") for n, one in enumerate(pictures)]
        for pictures in product(*(looks[kind][:6] for kind in KINDS))
    ]
    assert sum(unlike(photos, background) for photos in mixed) >= 0.03 * len(mixed)
