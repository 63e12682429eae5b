"""Phone screens with photographs in known places, in light and dark."""

import functools
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

Box = tuple[int, int, int, int]
Colour = tuple[int, int, int]

WIDTH, HEIGHT = 1170, 2532
PHOTOS = Path(__file__).parents[1] / "photos"
WORDS = "I love hiking and camping and Sunday means baking bread before a good story"
_POINT = 3
_STATUS_BAR = 141
_BOTTOM_BAR = 240


@dataclass(frozen=True)
class Look:
    """The colours of an app."""

    paper: Colour
    card: Colour
    ink: Colour
    bar: Colour


LOOKS = {
    "light": Look((255, 255, 255), (241, 240, 238), (24, 24, 28), (248, 248, 250)),
    "dark": Look((17, 18, 20), (38, 39, 44), (238, 238, 240), (28, 28, 30)),
}


@functools.cache
def photographs() -> tuple[Image.Image, ...]:
    """Open the photographs of the tests, in the order of their names."""
    return tuple(Image.open(file).convert("RGB") for file in sorted(PHOTOS.glob("*/*.jpg")))


@dataclass
class Screen:
    """A screen while it is drawn, from top to bottom."""

    look: Look
    photos: Sequence[Image.Image]
    height: int = HEIGHT
    boxes: list[Box] = field(default_factory=list)
    """Where the photographs lie: (left, top, width, height)."""
    image: Image.Image = field(init=False)
    draw: ImageDraw.ImageDraw = field(init=False)

    def __post_init__(self) -> None:
        """Draw the page, the status bar and the bottom bar."""
        self.image = Image.new("RGB", (WIDTH, self.height), self.look.paper)
        self.draw = ImageDraw.Draw(self.image)
        self._status_bar(self.look.ink)
        self._bottom_bar()

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The screen as (h, w, 3)."""
        return np.array(self.image)

    def as_jpeg(self, quality: int) -> NDArray[np.uint8]:
        """The screen after a messenger has compressed it."""
        stream = io.BytesIO()
        self.image.save(stream, "JPEG", quality=quality)
        return np.array(Image.open(stream).convert("RGB"))

    def photo(self, box: Box, *, radius: int = 0, is_flush: bool = False) -> None:
        """Put the next photograph into a box, with round corners if asked."""
        left, top, width, height = box
        picture = ImageOps.fit(self.photos[len(self.boxes) % len(self.photos)], (width, height))
        mask = Image.new("L", (width, height), 0)
        corners = (True, True, not is_flush, not is_flush)
        ImageDraw.Draw(mask).rounded_rectangle(
            (0, 0, width - 1, height - 1), radius, fill=255, corners=corners
        )
        self.image.paste(picture, (left, top), mask)
        self.boxes.append(box)

    def card(self, box: Box, *, radius: int = 48) -> None:
        """Draw an empty card."""
        left, top, width, height = box
        corner = (left, top, left + width, top + height)
        self.draw.rounded_rectangle(corner, radius, fill=self.look.card)

    def words(self, left: int, top: int, lines: int, *, size: int = 17, wide: int = 44) -> None:
        """Write lines of text."""
        font = ImageFont.load_default(size * _POINT)
        for line in range(lines):
            start = 7 * line % 20
            text = WORDS[start : start + wide]
            at = (left, top + line * (size + 7) * _POINT)
            self.draw.text(at, text, fill=self.look.ink, font=font)

    def button(self, middle: tuple[int, int]) -> None:
        """Draw a round button with a heart of sorts."""
        x, y = middle
        self.draw.ellipse((x - 66, y - 66, x + 66, y + 66), fill=(236, 72, 98))
        self.draw.ellipse((x - 24, y - 24, x + 24, y + 24), fill=(255, 255, 255))

    def _status_bar(self, ink: Colour) -> None:
        self.draw.text((90, 54), "9:41", fill=ink, font=ImageFont.load_default(48))
        self.draw.rounded_rectangle((1010, 60, 1085, 96), 9, outline=ink, width=3)
        self.draw.rectangle((1017, 67, 1070, 89), fill=ink)

    def _bottom_bar(self) -> None:
        top = self.height - _BOTTOM_BAR
        self.draw.rectangle((0, top, WIDTH, self.height), fill=self.look.bar)
        for tab in range(4):
            left = 100 + 290 * tab
            self.draw.ellipse(
                (left, top + 42, left + 84, top + 126), outline=self.look.ink, width=9
            )
        handle = (384, self.height - 30, 786, self.height - 18)
        self.draw.rounded_rectangle(handle, 6, fill=self.look.ink)


def _one(screen: Screen) -> None:
    """A photograph from edge to edge, a heading and a bio."""
    screen.photo((0, 300, WIDTH, 1310))
    screen.words(60, 1650, 1, size=28, wide=14)
    screen.words(60, 1780, 5)


def _feed(screen: Screen) -> None:
    """Photographs one below another, and text between them."""
    screen.words(60, 170, 1, size=24, wide=10)
    screen.photo((48, 280, 1074, 720), radius=36)
    screen.words(60, 1040, 4)
    screen.photo((48, 1370, 1074, 840), radius=36)


def _stack(screen: Screen) -> None:
    """Two photographs with three points between them; the bar touches the lower one."""
    screen.photo((0, 150, WIDTH, 1060))
    screen.photo((0, 1219, WIDTH, 1073))


def _grid_of_two(screen: Screen) -> None:
    """Two by two, six pixels apart, and a bio below."""
    for row in range(2):
        for column in range(2):
            screen.photo((588 * column, 330 + 588 * row, 582, 582))
    screen.words(60, 1560, 6)


def _grid_of_three(screen: Screen) -> None:
    """A text above nine small photographs, three pixels apart."""
    screen.words(60, 200, 7)
    for row in range(3):
        for column in range(3):
            screen.photo((391 * column, 800 + 391 * row, 388, 388))


def _card(screen: Screen) -> None:
    """A card with a photograph on top and text in it, a button over its edge, a card of text."""
    screen.card((36, 180, 1098, 1360))
    screen.photo((36, 180, 1098, 980), radius=48, is_flush=True)
    screen.button((1000, 1160))
    screen.words(90, 1230, 3)
    screen.card((36, 1600, 1098, 600))
    screen.words(90, 1660, 5)


def _beside(screen: Screen) -> None:
    """Rows of a photograph at the left and text at its right."""
    for row in range(4):
        screen.photo((48, 200 + 510 * row, 450, 450), radius=30)
        screen.words(540, 230 + 510 * row, 4, wide=20)


LAYOUTS: dict[str, Callable[[Screen], None]] = {
    "one": _one,
    "feed": _feed,
    "stack": _stack,
    "grid of two": _grid_of_two,
    "grid of three": _grid_of_three,
    "card": _card,
    "beside": _beside,
}


def drawn_screen(layout: str, look: str, *, photos: Sequence[Image.Image]) -> Screen:
    """Draw a screen of a layout, filled with photographs in turn."""
    screen = Screen(LOOKS[look], photos)
    LAYOUTS[layout](screen)
    return screen


def text_screen(look: str, *, height: int = HEIGHT) -> Screen:
    """Draw a screen of text alone: lines on the page and on a card."""
    screen = Screen(LOOKS[look], (), height=height)
    screen.words(60, 200, 1, size=34, wide=12)
    screen.words(60, 360, 12)
    screen.card((36, 1300, 1098, 900))
    screen.words(90, 1360, 8, size=20, wide=36)
    return screen


def long_screen(look: str, count: int, *, photos: Sequence[Image.Image]) -> Screen:
    """Draw a scrolled capture: so many photographs, each with text below it."""
    screen = Screen(LOOKS[look], photos, height=300 + 1500 * count + _BOTTOM_BAR)
    for row in range(count):
        screen.photo((48, 200 + 1500 * row, 1074, 1074), radius=36)
        screen.words(60, 1310 + 1500 * row, 4)
    return screen


def marketing_picture(
    photo: Image.Image, *, size: tuple[int, int], seed: int, is_even: bool
) -> tuple[NDArray[np.uint8], Box]:
    """Draw a picture that praises an app: a phone in its frame, on one colour or on a gradient.

    Returns:
        The picture, and where the photograph on the phone's screen lies.
    """
    width, height = size
    random = np.random.default_rng(seed)
    first, last = random.integers(60, 240, size=(2, 3))
    along = np.zeros(height) if is_even else np.linspace(0, 1, height)
    column = first + along[:, None] * (last - first)
    pixels = np.broadcast_to(column[:, None], (height, width, 3)).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    draw = ImageDraw.Draw(image)
    for top, line, points in ((120, "Meet somebody new", 96), (250, "in your own town", 70)):
        draw.text((120, top), line, fill=(255, 255, 255), font=ImageFont.load_default(points))
    left, top, frame = round(0.16 * width), 420, 26
    across = width - 2 * left
    down = min(2 * across, height - 480)
    draw.rounded_rectangle((left, top, left + across, top + down), 80, fill=(18, 18, 20))
    screen = (left + frame, top + frame, left + across - frame, top + down - frame)
    draw.rounded_rectangle(screen, 60, fill=(250, 250, 252))
    wide = across - 2 * frame - 60
    box = (left + frame + 30, top + frame + 120, wide, round(1.05 * wide))
    image.paste(ImageOps.fit(photo, box[2:]), box[:2])
    below = box[1] + box[3] + 20
    draw.text((box[0], below), "Anna, 31", fill=(20, 20, 20), font=ImageFont.load_default(60))
    for row in range(5):
        bar = (box[0], below + 100 + 60 * row, box[0] + round(0.8 * wide), below + 135 + 60 * row)
        draw.rounded_rectangle(bar, 14, fill=(214, 216, 222))
    return np.array(image), box
