"""From decoded pictures to vectors and hashes of their views, and to their text.

With the embedder and the reader that are handed in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tasted.copies.perceptual_hash import perceptual_hash
from tasted.decoding.photo_regions import find_photos
from tasted.decoding.pictures import Picture
from tasted.decoding.views import View, ViewsMode, crops, find_views
from tasted.embedding.embedder import Embedder
from tasted.library.embedded import Embedded, ViewHashes
from tasted.reading.picture_text import PictureText, shares_of
from tasted.reading.reader import Reader


def look_at_pictures(
    pictures: Mapping[str, Picture], embedder: Embedder, mode: ViewsMode
) -> dict[str, Embedded]:
    """Embed every view of some pictures, all together.

    Args:
        pictures: by content id.
        embedder: loaded.
        mode: how views are chosen.

    Raises:
        ModelUnusable: when the model answers with numbers that are not finite.
    """
    chosen = {
        content: find_views(
            mode, picture.pixels, width=picture.facts.width, height=picture.facts.height
        )
        for content, picture in pictures.items()
    }
    regions = [
        region
        for content, picture in pictures.items()
        for region in crops(
            picture.pixels,
            chosen[content],
            width=picture.facts.width,
            height=picture.facts.height,
        )
    ]
    rows = iter(embedder.embed_pictures(regions))
    return {
        content: Embedded(
            np.stack([next(rows) * np.float32(view.weight) for view in chosen[content]]),
            replace(picture.facts, views=tuple(chosen[content])),
            view_hashes(picture, chosen[content]),
        )
        for content, picture in pictures.items()
    }


def read_picture(pixels: NDArray[np.uint8], reader: Reader) -> PictureText:
    """Find the lines of a picture, and where its photographs are.

    Args:
        pixels: (h, w, 3), upright sRGB.
        reader: that reads pictures.

    Raises:
        ReadingFailed: when its engine fails over this picture.
    """
    height, width = pixels.shape[:2]
    photos = shares_of(find_photos(pixels), width=width, height=height)
    return PictureText(tuple(reader.read(pixels)), photos)


def view_hashes(picture: Picture, views: Sequence[View]) -> ViewHashes:
    """Return the perceptual hashes of a picture and of each of its views."""
    parts = crops(picture.pixels, views, width=picture.facts.width, height=picture.facts.height)
    return ViewHashes(
        np.stack([perceptual_hash(part) for part in parts]),
        np.array([view.kind == "photo" for view in views], np.bool_),
        perceptual_hash(picture.pixels)[None],
    )
