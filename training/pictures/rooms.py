"""The backdrops with walls: gym, kitchen, library and concert hall. Touches no file.

The time of day is seen through the windows, where the room has any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.pictures.light import draw_sky, mix, vary

if TYPE_CHECKING:
    import random

    from PIL import ImageDraw

    from training.pictures.light import Colour, Sky

STEEL = (70, 72, 78)


def paint_gym(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], sky: Sky, rng: random.Random
) -> None:
    """A mirror or windows, racks of dumbbells, a barbell with plates."""
    width, height = size
    floor = height * rng.uniform(0.66, 0.74)
    draw.rectangle((0, 0, width, floor), fill=vary((206, 208, 212), rng))
    draw.rectangle((0, floor, width, height), fill=vary((58, 60, 66), rng))
    for line in range(1, 6):
        across = width * line / 6
        draw.line((across, floor, across + (across - width / 2) * 0.6, height), fill=(84, 86, 92))
    stripe = rng.choice(((226, 60, 40), (250, 170, 20), (30, 120, 200)))
    draw.rectangle((0, floor * 0.1, width, floor * 0.16), fill=stripe)
    _draw_windows(draw, (width * 0.05, floor * 0.22, width * 0.95, floor * 0.58), sky, rng, panes=4)
    for shelf in (0.7, 0.9):
        draw.rectangle(
            (width * 0.04, floor * shelf, width * 0.96, floor * (shelf + 0.025)), fill=STEEL
        )
        for weight in range(7):
            across, radius = width * (0.1 + 0.13 * weight), width * rng.uniform(0.02, 0.035)
            for side in (-1, 1):
                middle = across + side * radius * 1.1
                box = (middle - radius, floor * shelf - 2 * radius, middle + radius, floor * shelf)
                draw.ellipse(box, fill=(24, 24, 28), outline=stripe)
    bar, left = height * rng.uniform(0.8, 0.9), width * rng.uniform(0.02, 0.25)
    right = left + width * 0.7
    draw.line((left, bar, right, bar), fill=(196, 198, 204), width=max(2, height // 70))
    for plate in range(3):
        radius = height * (0.095 - 0.02 * plate)
        for end, way in ((left, 1), (right, -1)):
            middle = end + way * width * (0.1 - 0.035 * plate)
            box = (middle - width * 0.014, bar - radius, middle + width * 0.014, bar + radius)
            draw.rounded_rectangle(box, radius=3, fill=stripe if plate == 1 else (20, 20, 22))


def paint_kitchen(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], sky: Sky, rng: random.Random
) -> None:
    """Cupboards, tiles, a window, a stove with steaming pots, and fruit."""
    width, height = size
    counter = height * rng.uniform(0.56, 0.64)
    draw.rectangle((0, 0, width, height), fill=vary((240, 232, 216), rng, 8))
    tile = width / rng.randint(9, 13)
    row = height * 0.34
    while row < counter:
        draw.line((0, row, width, row), fill=(206, 200, 190))
        row += tile
    for column in range(14):
        draw.line((column * tile, height * 0.34, column * tile, counter), fill=(206, 200, 190))
    wood = vary(rng.choice(((188, 132, 84), (236, 236, 230), (110, 150, 140))), rng)
    edge = mix(wood, (0, 0, 0), 0.3)
    gap = rng.choice((1, 2))
    for door in range(4):
        left = width * door / 4
        if door != gap:
            draw.rectangle(
                (left, 0, left + width / 4, height * 0.3), fill=wood, outline=edge, width=2
            )
            knob = (left + width * 0.2, height * 0.24, left + width * 0.22, height * 0.26)
            draw.ellipse(knob, fill=edge)
        lower = (left, counter, left + width / 4, height)
        draw.rectangle(lower, fill=wood, outline=edge, width=2)
    window = (width * gap / 4 + 4, height * 0.04, width * (gap + 1) / 4 - 4, height * 0.34)
    _draw_windows(draw, window, sky, rng, panes=1)
    draw.rectangle((0, counter, width, counter + height * 0.035), fill=(92, 84, 80))
    stove = width * rng.choice((0.02, 0.68))
    oven = (stove, counter, stove + width * 0.3, height)
    draw.rectangle(oven, fill=(206, 208, 210), outline=(120, 120, 120))
    glass = (stove + width * 0.04, counter + height * 0.12, stove + width * 0.26, height * 0.94)
    draw.rectangle(glass, fill=(40, 36, 36))
    for pot in range(2):
        left, top = stove + width * (0.03 + 0.14 * pot), counter - height * rng.uniform(0.07, 0.11)
        colour = rng.choice(((200, 50, 40), (90, 96, 104), (50, 110, 160)))
        draw.rounded_rectangle((left, top, left + width * 0.11, counter), radius=4, fill=colour)
        for puff in range(3):
            radius = width * (0.016 + 0.008 * puff)
            middle = (left + width * 0.055 + radius * (puff - 1), top - height * 0.04 * (puff + 1))
            box = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
            draw.ellipse(box, fill=(250, 250, 250))
    bowl = width * (0.12 if stove > width / 2 else 0.68)
    for fruit in range(4):
        radius, start = width * 0.025, bowl + width * 0.035 * fruit
        colour = rng.choice(((230, 50, 40), (250, 160, 30), (120, 180, 50), (240, 220, 60)))
        draw.ellipse(
            (start, counter - radius * 2.6, start + radius * 2, counter - radius * 0.6),
            fill=colour,
        )
    draw.pieslice(
        (bowl, counter - width * 0.09, bowl + width * 0.16, counter + width * 0.02),
        0,
        180,
        fill=(240, 240, 246),
    )


def paint_library(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], sky: Sky, rng: random.Random
) -> None:
    """Shelves full of books, a tall window, a table with a lamp and an open book."""
    width, height = size
    wood = vary((112, 72, 42), rng)
    draw.rectangle((0, 0, width, height), fill=mix(wood, (0, 0, 0), 0.35))
    shelves = rng.randint(4, 6)
    pitch = height * 0.78 / shelves
    hues = (
        (150, 44, 40),
        (44, 84, 66),
        (42, 60, 110),
        (190, 150, 70),
        (216, 200, 170),
        (90, 50, 80),
    )
    for shelf in range(shelves):
        base = pitch * (shelf + 1)
        across = width * 0.01
        while across < width:
            broad, tall = width * rng.uniform(0.014, 0.034), pitch * rng.uniform(0.55, 0.86)
            book = (across, base - tall, across + broad, base)
            draw.rectangle(book, fill=vary(rng.choice(hues), rng), outline=(36, 24, 18))
            across += broad * (1.0 if rng.random() < 0.92 else 2.2)  # a gap, seldom
        draw.rectangle((0, base, width, base + pitch * 0.1), fill=wood)
    for post in (0.0, 0.34, 0.67, 0.985):
        draw.rectangle((width * post, 0, width * (post + 0.02), height * 0.8), fill=wood)
    window = rng.choice((0.03, 0.7))
    box = (width * window, height * 0.08, width * (window + 0.25), height * 0.5)
    _draw_windows(draw, box, sky, rng, panes=2)
    table = height * rng.uniform(0.78, 0.84)
    draw.rectangle((0, table, width, height), fill=vary((146, 98, 56), rng))
    lamp = width * rng.uniform(0.08, 0.92)
    draw.line(
        (lamp, table, lamp, table - height * 0.16), fill=(200, 170, 80), width=max(2, width // 90)
    )
    shade = (lamp - width * 0.08, table - height * 0.22, lamp + width * 0.08, table - height * 0.08)
    draw.pieslice(shade, 180, 360, fill=(40, 130, 80))
    page, broad = width * rng.uniform(0.2, 0.65), width * 0.1
    for side in (-1, 1):
        leaf = [
            (page, table + height * 0.04),
            (page + side * broad, table + height * 0.03),
            (page + side * broad * 1.2, table + height * 0.11),
            (page, table + height * 0.13),
        ]
        draw.polygon(leaf, fill=(250, 246, 232), outline=(120, 110, 90))


def paint_concert(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], sky: Sky, rng: random.Random
) -> None:
    """A stage with coloured beams, loudspeakers, a drum and a crowd with raised arms."""
    width, height = size
    hall = mix((22, 12, 36), sky.top, 0.18)
    draw.rectangle((0, 0, width, height), fill=hall)
    stage = height * rng.uniform(0.56, 0.64)
    lights = ((255, 60, 120), (80, 120, 255), (255, 190, 50), (90, 240, 170), (190, 80, 255))
    for _ in range(rng.randint(5, 8)):
        lamp, aim = width * rng.uniform(0.05, 0.95), width * rng.uniform(0, 1)
        spread = width * rng.uniform(0.05, 0.12)
        beam = mix(rng.choice(lights), hall, rng.uniform(0.25, 0.6))
        draw.polygon(
            [(lamp, height * 0.04), (aim - spread, stage), (aim + spread, stage)], fill=beam
        )
        _draw_disc(draw, (lamp, height * 0.04), width * 0.018, (255, 255, 240))
    draw.rectangle((0, height * 0.015, width, height * 0.04), fill=(60, 60, 66))
    draw.rectangle((0, stage, width, stage + height * 0.07), fill=(48, 34, 40))
    for left in (0.02, 0.82):
        box = (width * left, stage - height * 0.3, width * (left + 0.16), stage)
        draw.rectangle(box, fill=(14, 14, 18), outline=(80, 80, 90))
        for cone in (0.22, 0.09):
            _draw_disc(
                draw, (width * (left + 0.08), stage - height * cone), width * 0.05, (52, 52, 60)
            )
    drum = (width * rng.uniform(0.35, 0.65), stage - height * 0.05)
    _draw_disc(draw, drum, width * 0.06, (236, 230, 220))
    _draw_disc(draw, drum, width * 0.045, rng.choice(lights))
    for _ in range(rng.randint(22, 34)):
        head = (width * rng.uniform(0, 1), height * rng.uniform(0.72, 1.0))
        radius = width * rng.uniform(0.025, 0.04)
        colour = mix((12, 8, 20), rng.choice(lights), rng.uniform(0.0, 0.2))
        _draw_disc(draw, head, radius, colour)
        if rng.random() < 0.5:  # every other arm is up
            hand = (head[0] + radius * 1.6, head[1] - radius * 3)
            draw.line(
                (head[0] + radius, head[1] + radius, *hand),
                fill=colour,
                width=max(2, round(radius * 0.5)),
            )


def _draw_disc(
    draw: ImageDraw.ImageDraw, middle: tuple[float, float], radius: float, colour: Colour
) -> None:
    """Draw a filled circle."""
    across, down = middle
    draw.ellipse((across - radius, down - radius, across + radius, down + radius), fill=colour)


def _draw_windows(
    draw: ImageDraw.ImageDraw,
    box: tuple[float, float, float, float],
    sky: Sky,
    rng: random.Random,
    *,
    panes: int,
) -> None:
    """Draw a row of panes that show the sky in a box (left, top, right, bottom)."""
    left, top, right, bottom = box
    draw_sky(draw, box, sky, rng)
    frame = max(2, round((right - left) / panes * 0.04))
    for pane in range(panes + 1):
        across = left + (right - left) * pane / panes
        draw.line((across, top, across, bottom), fill=(236, 236, 236), width=frame)
    for edge in (top, bottom):
        draw.line((left, edge, right, edge), fill=(236, 236, 236), width=frame)
