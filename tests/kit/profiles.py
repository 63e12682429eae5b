"""Dating profiles as a phone shows them: drawn, with what they say known to the letter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Mode = Literal["light", "dark"]
Layout = Literal["photo", "prompts", "list"]
WIDTH, HEIGHT = 780, 1688
_BUILT_IN = "built-in"


@dataclass(frozen=True)
class Spoken:
    """What a profile says, line by line."""

    name: str
    age: int
    bio: tuple[str, ...]
    font: str = _BUILT_IN
    """Of Pillow itself, which has ASCII letters alone; or the file name of an installed one."""


@dataclass(frozen=True)
class Drawn:
    """A screenshot, and the words of the app in it."""

    pixels: NDArray[np.uint8]
    chrome: tuple[str, ...]
    facts: tuple[str, ...]


_INK = {"light": (24, 24, 28), "dark": (238, 238, 240)}
_PAPER = {"light": (255, 255, 255), "dark": (17, 18, 20)}
_SOFT = {"light": (96, 98, 106), "dark": (160, 162, 170)}
_CARD = {"light": (241, 240, 238), "dark": (38, 39, 44)}


class _Screen:
    """A page that is written from top to bottom."""

    def __init__(self, mode: Mode, font: str) -> None:
        self.mode = mode
        self.font = font
        self.image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER[mode])
        self.draw = ImageDraw.Draw(self.image)
        self.chrome: list[str] = []

    def text(
        self, at: tuple[int, int], words: str, size: int, ink: tuple[int, int, int] | None = None
    ) -> None:
        font = (
            ImageFont.load_default(size)
            if self.font == _BUILT_IN
            else ImageFont.truetype(self.font, size)
        )
        self.draw.text(at, words, fill=ink or _INK[self.mode], font=font)

    def label(
        self, at: tuple[int, int], words: str, size: int, ink: tuple[int, int, int] | None = None
    ) -> None:
        self.text(at, words, size, ink)
        self.chrome.append(words)

    def status_bar(self, ink: tuple[int, int, int] | None = None) -> None:
        self.label((60, 34), "9:41", 32, ink)
        self.label((600, 34), "5G", 28, ink)
        self.draw.rounded_rectangle((668, 38, 722, 62), 8, outline=ink or _INK[self.mode], width=3)

    def photo(self, top: int, bottom: int, seed: int) -> None:
        small = np.random.default_rng(seed).integers(30, 120, (7, 5, 3), dtype=np.uint8)
        scene = Image.fromarray(small).resize((WIDTH, bottom - top), Image.Resampling.BICUBIC)
        self.image.paste(scene, (0, top))

    def tabs(self, *words: str) -> None:
        step = WIDTH // len(words)
        for number, word in enumerate(words):
            self.label((number * step + 24, HEIGHT - 96), word, 26, _SOFT[self.mode])


def draw_profile(spoken: Spoken, layout: Layout, mode: Mode) -> Drawn:
    """Draw a profile of at most eight lines of bio."""
    screen = _Screen(mode, spoken.font)
    facts = _LAYOUTS[layout](screen, spoken)
    return Drawn(np.array(screen.image), tuple(screen.chrome), facts)


def _photo(screen: _Screen, spoken: Spoken) -> tuple[str, ...]:
    """A card over the whole screen: white words on a photo that fades to black, three buttons."""
    white = (255, 255, 255)
    screen.photo(0, HEIGHT, seed=len(spoken.name))
    shade = Image.new("L", (1, 2))
    shade.putpixel((0, 1), 235)
    fade = shade.resize((WIDTH, 760), Image.Resampling.BILINEAR)
    screen.image.paste((0, 0, 0), (0, HEIGHT - 760), fade)
    screen.status_bar(white)
    screen.label((310, 112), "tinder", 46, white)
    screen.text((40, HEIGHT - 600), f"{spoken.name} {spoken.age}", 68, white)
    screen.text((40, HEIGHT - 510), "5 km away", 30, white)
    for number, line in enumerate(spoken.bio):
        screen.text((40, HEIGHT - 458 + 40 * number), line, 30, white)
    for left, word in ((90, "NOPE"), (310, "SUPER LIKE"), (620, "LIKE")):
        screen.label((left, HEIGHT - 84), word, 30, white)
    return ("5 km away",)


def _prompts(screen: _Screen, spoken: Spoken) -> tuple[str, ...]:
    """A sheet: the name on top, facts in a row, then cards with a line or two each, and tabs."""
    soft = _SOFT[screen.mode]
    screen.status_bar()
    screen.text((48, 116), spoken.name, 56)
    screen.label((560, 132), "Active today", 26, soft)
    screen.photo(210, 640, seed=spoken.age)
    for left, word in ((60, str(spoken.age)), (230, "she/her"), (430, "170 cm")):
        screen.text((left, 680), word, 30)
    top = 760
    for pair in (spoken.bio[number : number + 2] for number in range(0, len(spoken.bio), 2)):
        screen.draw.rounded_rectangle((32, top, WIDTH - 32, top + 164), 24, fill=_CARD[screen.mode])
        for number, line in enumerate(pair):
            size = 28 if number == 0 else 36
            screen.text((64, top + 34 + 58 * number), line, size, soft if number == 0 else None)
        top += 184
    screen.tabs("Discover", "Standouts", "Matches", "Profile")
    return ("she/her", "170 cm")


def _list(screen: _Screen, spoken: Spoken) -> tuple[str, ...]:
    """A page: a photo, name and age below it, the bio as one paragraph, a report button, tabs."""
    screen.status_bar()
    screen.label((48, 104), "bumble", 40)
    screen.photo(190, 760, seed=7)
    screen.text((48, 800), f"{spoken.name}, {spoken.age}", 60)
    screen.text((48, 886), "2 miles away", 30, _SOFT[screen.mode])
    for number, line in enumerate(spoken.bio):
        screen.text((48, 960 + 50 * number), line, 34)
    screen.label((260, 1440), "Hide and report", 30, _SOFT[screen.mode])
    screen.tabs("People", "For You", "Beeline", "Chats")
    return ("2 miles away",)


_LAYOUTS: dict[Layout, Callable[[_Screen, Spoken], tuple[str, ...]]] = {
    "photo": _photo,
    "prompts": _prompts,
    "list": _list,
}
