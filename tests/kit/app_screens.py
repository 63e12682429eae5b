"""Profiles in apps, around real photographs: what each says is known, and where."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from kit.screens import LOOKS, Colour, Look
from tasted.reading.ocr import TextLine

Over = Literal["print", "chips", "nothing"]
"""What stands over the photographs: print on a shirt, chips and a counter of an app, or nothing."""
WIDTH, HEIGHT = 780, 1688
NAME, AGE = "Clara", 29
BIO = ("Weekend hikes and jazz concerts.", "Looking for someone who bakes.")
PRINT = ("SEA COAST", "SMOKING HOT")
CHIPS = ("Gardening", "Chess")
_WHITE = (255, 255, 255)
_RED = (196, 24, 30)
_PAD = 0.15
"""How much higher than its letters, above and below, a detector draws the box of a line."""

Box = tuple[int, int, int, int]


@dataclass
class AppScreen:
    """A screen while it is drawn."""

    look: Look
    photos: Sequence[Image.Image]
    over: Over
    lines: list[TextLine] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    """What stands over photographs and says nothing of a person."""
    photo_count: int = 0

    def __post_init__(self) -> None:
        """Draw the page, the status bar and four tabs."""
        self.image = Image.new("RGB", (WIDTH, HEIGHT), self.look.paper)
        self.draw = ImageDraw.Draw(self.image)

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The screen as (h, w, 3)."""
        return np.array(self.image)

    def write(self, at: tuple[int, int], words: str, size: int, ink: Colour | None = None) -> None:
        """Write a line, and keep what and where."""
        font = ImageFont.load_default(size)
        self.draw.text(at, words, fill=ink or self.look.ink, font=font)
        left, top, right, bottom = self.draw.textbbox(at, words, font=font)
        pad = _PAD * (bottom - top)
        box = (left / WIDTH, (top - pad) / HEIGHT, right / WIDTH, (bottom + pad) / HEIGHT)
        self.lines.append(TextLine(words, box, 0.99))

    def bars(self, ink: Colour | None = None) -> None:
        """Draw what belongs to the phone and the app."""
        self.write((60, 34), "9:41", 32, ink)
        self.write((600, 34), "5G", 28, ink)
        for number, word in enumerate(("Discover", "Likes", "Chats", "Profile")):
            self.write((40 + 190 * number, HEIGHT - 90), word, 26, ink)

    def photo(self, box: Box, *, radius: int = 0) -> None:
        """Put the next photograph into a box; the first carries what stands over photographs."""
        left, top, width, height = box
        picture = ImageOps.fit(self.photos[self.photo_count % len(self.photos)], (width, height))
        mask = Image.new("L", (width, height), 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), radius, fill=255)
        self.image.paste(picture, (left, top), mask)
        self.photo_count += 1
        if self.over == "print" and self.photo_count == 1:
            size = max(28, width // 11)
            for number, words in enumerate(PRINT):
                at = (left + width // 5, top + height // 3 + 2 * size * number)
                self.write(at, words, size, _RED)
                self.printed.append(words)

    def shade(self, top: int, bottom: int, left: int, right: int) -> None:
        """Darken the foot of a photograph, as apps do under white words."""
        fade = Image.new("L", (1, 2))
        fade.putpixel((0, 1), 200)
        mask = fade.resize((right - left, bottom - top), Image.Resampling.BILINEAR)
        self.image.paste((0, 0, 0), (left, top), mask)

    def chips(self, left: int, top: int) -> None:
        """Lay two chips side by side over a photograph, if there are any."""
        if self.over != "chips":
            return
        for words in CHIPS:
            wide = round(ImageFont.load_default(28).getlength(words)) + 40
            pill = (left, top, left + wide, top + 48)
            self.draw.rounded_rectangle(pill, 24, fill=(70, 70, 74))
            self.write((left + 20, top + 8), words, 28, _WHITE)
            self.printed.append(words)
            left += wide + 24

    def text(self, left: int, top: int, *, size: int = 30, ink: Colour | None = None) -> None:
        """Write the bio."""
        for number, line in enumerate(BIO):
            self.write((left, top + 52 * number), line, size, ink)


def _below(screen: AppScreen) -> None:
    """A rounded photograph, then name, age, place and text on the page."""
    screen.photo((30, 110, 720, 860), radius=36)
    screen.chips(60, 890)
    screen.write((44, 1000), f"{NAME}, {AGE}", 60)
    screen.write((44, 1092), "London \u00b7 3 km away", 28)
    screen.text(44, 1160)


def _over_foot(screen: AppScreen) -> None:
    """Name and age in white over the foot of the photograph, the text on the page below."""
    screen.photo((0, 100, WIDTH, 1000))
    screen.shade(760, 1100, 0, WIDTH)
    screen.write((40, 900), f"{NAME}, {AGE}", 64, _WHITE)
    screen.write((40, 985), "3 km away", 28, _WHITE)
    screen.chips(40, 1036)
    screen.text(40, 1170)


def _over_card(screen: AppScreen) -> None:
    """A card nearly as large as the screen: all of it in white over its photograph, no page."""
    screen.photo((0, 0, WIDTH, HEIGHT))
    screen.shade(900, HEIGHT, 0, WIDTH)
    screen.write((40, 1120), f"{NAME} {AGE}", 64, _WHITE)
    screen.write((40, 1206), "London \u00b7 3 km", 28, _WHITE)
    screen.text(40, 1270, ink=_WHITE)
    screen.chips(40, 1400)


def _prompts(screen: AppScreen) -> None:
    """The name on top, two photographs, and a card of text between them."""
    screen.write((44, 116), NAME, 56)
    screen.photo((30, 210, 720, 480), radius=24)
    screen.chips(60, 610)
    screen.write((60, 712), str(AGE), 30)
    screen.write((240, 712), "she/her", 30)
    screen.write((430, 712), "170 cm", 30)
    screen.draw.rounded_rectangle((30, 780, 750, 960), 24, fill=screen.look.card)
    screen.text(60, 806)
    screen.photo((30, 990, 720, 560), radius=24)


def _card(screen: AppScreen) -> None:
    """A card with the photograph on top and the words in it, buttons below."""
    screen.draw.rounded_rectangle((24, 110, 756, 1330), 32, fill=screen.look.card)
    screen.photo((24, 110, 732, 780))
    screen.chips(60, 820)
    screen.write((60, 920), f"{NAME}, {AGE}", 58)
    screen.write((60, 1010), "5'7\"", 28)
    screen.text(60, 1080)
    for left, colour in ((200, (220, 60, 80)), (460, (60, 190, 120))):
        screen.draw.ellipse((left, 1390, left + 110, 1500), outline=colour, width=6)


def _beside(screen: AppScreen) -> None:
    """Two photographs on the left, and all words at their right."""
    screen.photo((24, 130, 340, 620), radius=20)
    screen.chips(30, 690)
    screen.photo((24, 780, 340, 620), radius=20)
    screen.write((384, 150), f"{NAME}, {AGE}", 50)
    screen.write((384, 230), "Lives in London", 24)
    screen.text(384, 300, size=23)


def _feed(screen: AppScreen) -> None:
    """The text first, then a grid of photographs and a name over the first."""
    screen.text(40, 140)
    for row in range(2):
        for column in range(2):
            box = (393 * column, 300 + 620 * row, 387, 614)
            screen.photo(box)
            if (row, column) == (0, 0):
                screen.write((24, 830), f"{NAME}, {AGE}", 44, _WHITE)
    screen.chips(24, 1480)


LAYOUTS: dict[str, Callable[[AppScreen], None]] = {
    "below": _below,
    "over the foot": _over_foot,
    "over a card": _over_card,
    "prompts": _prompts,
    "card": _card,
    "beside": _beside,
    "feed": _feed,
}


def app_screen(layout: str, look: str, over: Over, *, photos: Sequence[Image.Image]) -> AppScreen:
    """Draw a profile as an app shows it."""
    screen = AppScreen(LOOKS[look], photos, over)
    LAYOUTS[layout](screen)
    screen.bars(_WHITE if layout == "over a card" else None)
    return screen
