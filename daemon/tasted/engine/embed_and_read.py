"""From decoded pictures to vectors and hashes of their views, and to their text.

With the embedder and the reader that are handed in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.copies.perceptual_hash import perceptual_hash
from tasted.decoding.photo_regions import find_photos
from tasted.decoding.pictures import Picture
from tasted.decoding.views import View, ViewsMode, crops, find_views
from tasted.embedding.embedder import Embedder
from tasted.library.embedded import Embedded, ViewHashes
from tasted.plain_dataclass import dataclass
from tasted.reading.picture_text import PictureText, shares_of
from tasted.reading.reader import Reader
from tasted.records import PictureFacts


def look_at_pictures(
    pictures: Mapping[str, Picture], embedder: Embedder, mode: ViewsMode
) -> dict[str, Embedded]:
    """Embed and hash every view of some pictures, all together.

    Args:
        pictures: by content id.
        embedder: loaded.
        mode: how views are chosen.

    Raises:
        ModelUnusable: when the model answers with numbers that are not finite.
    """
    prepared = {
        content: prepare_picture(picture, embedder, mode, is_hashed=True)
        for content, picture in pictures.items()
    }
    return embed_prepared(prepared, embedder)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedPicture:
    """All that is needed of a picture to embed its views; its pixels may be let go."""

    facts: PictureFacts
    """With its views."""
    hashes: ViewHashes | None
    views: NDArray[Any]
    """Of each view what the model looks at, see `Embedder.prepare`."""


def prepare_picture(
    picture: Picture, embedder: Embedder, mode: ViewsMode, *, is_hashed: bool
) -> PreparedPicture:
    """Choose the views of a picture, and prepare them for the model.

    Args:
        picture: with its pixels.
        embedder: loaded.
        mode: how views are chosen.
        is_hashed: whether the hashes of its views are wanted.
    """
    width, height = picture.facts.width, picture.facts.height
    views = find_views(mode, picture.pixels, width=width, height=height)
    parts = crops(picture.pixels, views, width=width, height=height)
    return PreparedPicture(
        replace(picture.facts, views=tuple(views)),
        _hashes(picture, views, parts) if is_hashed else None,
        embedder.prepare(parts),
    )


def embed_prepared(
    pictures: Mapping[str, PreparedPicture], embedder: Embedder
) -> dict[str, Embedded]:
    """Embed every view of some pictures, all together.

    Args:
        pictures: by content id.
        embedder: that prepared them.

    Raises:
        ModelUnusable: when the model answers with numbers that are not finite.
    """
    if not pictures:
        return {}
    views = np.concatenate([picture.views for picture in pictures.values()])
    rows = iter(embedder.embed_prepared(views))
    return {
        content: Embedded(
            np.stack([next(rows) * np.float32(view.weight) for view in picture.facts.views]),
            picture.facts,
            picture.hashes,
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
    width, height = picture.facts.width, picture.facts.height
    return _hashes(picture, views, crops(picture.pixels, views, width=width, height=height))


def _hashes(
    picture: Picture, views: Sequence[View], parts: Sequence[NDArray[np.uint8]]
) -> ViewHashes:
    return ViewHashes(
        np.stack([perceptual_hash(part) for part in parts]),
        np.array([view.kind == "photo" for view in views], np.bool_),
        perceptual_hash(picture.pixels)[None],
    )
