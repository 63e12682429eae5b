"""What the drawn scenes and the phone around them promise, and which of them the demo shows."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tasted.demo.pictures import labelled_pictures, new_pictures
from tasted.errors import UsageError
from training.demo_pictures import DRAWINGS, drawings, write_screenshots
from training.pictures.phone import phone_screenshot
from training.pictures.scenes import CLOTHING, PLACES, TIMES, Scene, draw_scene, random_scene

PHOTOS = Path(__file__).parents[1] / "photos"


def test_the_drawings_of_the_demo_are_those_that_are_drawn() -> None:
    """Each file that is shipped has the pixels that `training` draws for it; none is missing."""
    drawn = dict(drawings())
    shipped = {path.relative_to(DRAWINGS).as_posix(): path for path in DRAWINGS.rglob("*.*")}
    assert shipped.keys() == drawn.keys()
    for path, picture in drawn.items():
        with Image.open(shipped[path]) as file:
            assert file.tobytes() == picture.tobytes(), path
    assert sum(file.stat().st_size for file in shipped.values()) < 600_000


def test_a_demo_has_as_many_likes_as_rejects_and_one_broken_picture() -> None:
    """With photographs, those of the labelled pictures are not among the new ones."""
    for photos, count in ((None, 8), (PHOTOS, 16)):
        labelled, new = labelled_pictures(photos), new_pictures(photos)
        assert Counter(picture.kind for picture in labelled) == {"liked": count, "rejected": count}
        kinds = Counter(picture.kind for picture in new)
        assert kinds["liked"] == kinds["rejected"] >= 14
        assert kinds["broken"] == 1
        assert len({picture.name for picture in (*labelled, *new)}) == len(labelled) + len(new)
        assert not {picture.data for picture in labelled} & {picture.data for picture in new}
        assert [picture.name for picture in new if picture.bio] == ["new-mountain-01.png"]


def test_a_folder_with_too_few_photographs_is_refused(tmp_path: Path) -> None:
    """The error says which folder it is."""
    with pytest.raises(UsageError, match="shoes has fewer than 8"):
        labelled_pictures(tmp_path)


def test_photographs_are_put_into_phone_screenshots(tmp_path: Path) -> None:
    """One for each photograph, under its name, as `tasted demo --photos` takes them."""
    (tmp_path / "photos/shoes").mkdir(parents=True)
    Image.new("RGB", (40, 30), (200, 30, 60)).save(tmp_path / "photos/shoes/a.jpg")
    write_screenshots(tmp_path / "photos", tmp_path / "screens")
    (screen,) = (tmp_path / "screens").rglob("*.jpg")
    assert screen.relative_to(tmp_path / "screens").as_posix() == "shoes/a.jpg"
    with Image.open(screen) as picture:
        assert picture.size == (1170, 2532)


def pixels(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    """Give a picture as numbers that can be subtracted."""
    return np.asarray(picture, dtype=np.int16)


@pytest.mark.parametrize("place", PLACES)
def test_a_seed_repeats_a_drawing(place: str) -> None:
    """The same scene, size and seed give the same pixels."""
    scene = Scene(place, "noon", "red", 2)
    first, second = (draw_scene(scene, size=(160, 120), seed=5) for _ in range(2))
    assert first.size == (160, 120)
    assert first.mode == "RGB"
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("place", PLACES)
def test_another_seed_gives_another_drawing(place: str) -> None:
    """Two seeds arrange the same scene visibly differently."""
    scene = Scene(place, "morning", "blue", 1)
    one, other = (pixels(draw_scene(scene, size=(128, 128), seed=seed)) for seed in (1, 2))
    assert np.abs(one - other).mean() > 4


def test_every_attribute_shows() -> None:
    """A change of place, time of day, clothing or number of people changes the drawing."""
    base = draw_scene(Scene("beach", "noon", "red", 1), size=(128, 128), seed=3)
    changed = (
        Scene("city", "noon", "red", 1),
        Scene("beach", "night", "red", 1),
        Scene("beach", "noon", "blue", 1),
        Scene("beach", "noon", "red", 3),
    )
    drawings = {draw_scene(scene, size=(128, 128), seed=3).tobytes() for scene in changed}
    assert len(drawings | {base.tobytes()}) == 5


def test_night_is_darker_than_noon() -> None:
    """Every place is darker at night than at noon."""
    for place in PLACES:
        noon, night = (
            pixels(draw_scene(Scene(place, when, "black", 1), size=(96, 96), seed=4)).mean()
            for when in ("noon", "night")
        )
        assert night < noon, place


def test_random_scenes_cover_everything() -> None:
    """A source of choices reaches every place, time, colour and number, and repeats itself."""
    rng = random.Random(0)
    scenes = [random_scene(rng) for _ in range(400)]
    assert {scene.place for scene in scenes} == set(PLACES)
    assert {scene.time_of_day for scene in scenes} == set(TIMES)
    assert {scene.clothing for scene in scenes} == set(CLOTHING)
    assert {scene.figures for scene in scenes} == {1, 2, 3}
    again = random.Random(0)
    assert [random_scene(again) for _ in range(400)] == scenes
    assert random_scene(rng, "gym").place == "gym"


@pytest.mark.parametrize(
    "wrong",
    [
        ("moon", "noon", "red", 1),
        ("beach", "teatime", "red", 1),
        ("beach", "noon", "mauve", 1),
        ("beach", "noon", "red", 4),
        ("beach", "noon", "red", 0),
    ],
)
def test_a_scene_that_cannot_be_drawn_is_refused(wrong: tuple[str, str, str, int]) -> None:
    """A place, time, colour or number that is not known is an error at once."""
    with pytest.raises(ValueError, match="cannot be drawn"):
        Scene(*wrong)


def test_drawing_is_quick() -> None:
    """A drawing of 512 pixels takes less than 60 ms: the best of five, on a busy machine too."""
    rng = random.Random(1)
    for place in PLACES:
        scene = random_scene(rng, place)
        spent = []
        for seed in range(5):
            begun = time.perf_counter()
            draw_scene(scene, seed=seed)
            spent.append(time.perf_counter() - begun)
        assert min(spent) < 0.06, place


def test_the_centre_crop_of_a_phone_shows_the_photograph_alone() -> None:
    """By default the middle square of the screenshot lies inside the photograph."""
    for size in ((1170, 2532), (390, 844), (1080, 2400)):
        screen = phone_screenshot(Image.new("RGB", (300, 400), (200, 30, 60)), seed=1, size=size)
        assert screen.size == size
        width, height = size
        top = (height - width) // 2
        middle = pixels(screen)[top : top + width]
        assert (middle == (200, 30, 60)).all()


def test_the_photograph_can_stand_elsewhere() -> None:
    """With `photo_top` the photograph begins at that row, and writing fills other rows."""
    photo = Image.new("RGB", (300, 300), (10, 200, 10))
    screen = pixels(phone_screenshot(photo, seed=2, photo_top=300))
    assert (screen[300] == (10, 200, 10)).all()
    assert not (screen[299] == (10, 200, 10)).all()
    assert len(np.unique(screen[1650:2200])) > 10


def test_a_phone_repeats_itself_and_varies() -> None:
    """One seed gives one screenshot; seeds differ in words and colours; a bio can be given."""
    photo = draw_scene(Scene("gym", "noon", "red", 1), size=(200, 200), seed=0)
    screens = [phone_screenshot(photo, seed=seed, size=(390, 844)) for seed in range(8)]
    again = phone_screenshot(photo, seed=0, size=(390, 844))
    with_bio = phone_screenshot(photo, seed=0, size=(390, 844), bio=["I love chess."])
    assert screens[0].tobytes() == again.tobytes()
    assert len({screen.tobytes() for screen in screens}) == 8
    papers = {screen.getpixel((1, 1)) for screen in screens}
    assert len(papers) > 1
    assert with_bio.tobytes() != again.tobytes()
