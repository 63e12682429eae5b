"""From decoded pictures to the vectors of their views, with the embedder that it is given."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tasted.decoding.pictures import Picture
from tasted.decoding.views import ViewsMode, crops, find_views
from tasted.embedding.embedder import Embedder
from tasted.library.library import Embedded


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
            np.stack([next(rows) for _view in chosen[content]]),
            replace(picture.facts, views=tuple(chosen[content])),
        )
        for content, picture in pictures.items()
    }
