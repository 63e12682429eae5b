"""How a model wants its pictures, read from preprocessor_config.json; and pictures made so.

The steps and defaults of CLIP's and ConvNext's image processors in transformers, PIL backend: with
Pillow's resize every pixel is the same, and a test compares them.
What they can do beyond that, no model that tasted knows asks for.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.embedding.models.folder import PICTURE_CONFIGS, ModelFolder, read_json
from tasted.embedding.runtimes.model_config import ModelConfig
from tasted.embedding.runtimes.refusing import lacks
from tasted.native import libvips, pillow
from tasted.native.pillow import BICUBIC
from tasted.plain_dataclass import dataclass

Resize = Callable[[NDArray[np.uint8], int, int], NDArray[np.uint8]]

_LEVELS = 256
_CHANNELS = 3
_CLIP = {
    "size": {"shortest_edge": 224},
    "crop_size": {"height": 224, "width": 224},
    "do_center_crop": True,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
_CONVNEXT = {
    "size": {"shortest_edge": 384},
    "crop_pct": 224 / 256,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}
_BOTH = {
    "resample": BICUBIC,
    "do_resize": True,
    "do_rescale": True,
    "do_normalize": True,
    "rescale_factor": 1 / 255,
}
_WARPED_FROM = 384
"""ConvNext's processor takes a model this large as one that sees the whole, squeezed square."""

_ASPECT_MAX = 16
"""A strip longer than this is cut to its middle first: it would be enlarged to `shortest_edge`
times its aspect, gigabytes for a line of pixels, and then cut to the middle."""


@dataclass(frozen=True, slots=True)
class PictureProcessor:
    """From pictures of any size to squares of one, and to values."""

    side: int
    """Of a square that the model takes, in pixels."""
    shortest_edge: int | None
    """Pictures are resized to this, and their middle is cut; None squeezes them square."""
    rescale_factor: float
    mean: tuple[float, ...]
    standard_deviation: tuple[float, ...]
    resize: Resize
    """From (h, w, 3) to a width and a height."""

    def squares(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """Resize pictures and cut out their middle.

        Args:
            pictures: n arrays (h, w, 3), uint8.

        Returns:
            Shape (n, side, side, 3), uint8.

        Raises:
            ValueError: when an array has another shape or dtype.
        """
        squares = np.empty((len(pictures), self.side, self.side, _CHANNELS), np.uint8)
        for square, picture in zip(squares, pictures, strict=True):
            square[:] = self._square(middle_of_strip(checked(picture)))
        return squares

    def values(self, squares: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Normalise squares.

        Args:
            squares: (n, side, side, 3).

        Returns:
            Shape (n, 3, side, side), float32.
        """
        scaled = (np.arange(_LEVELS) * self.rescale_factor).astype(np.float32)
        return np.stack(
            [
                ((scaled - np.float32(mean)) / np.float32(spread))[squares[..., channel]]
                for channel, (mean, spread) in enumerate(
                    zip(self.mean, self.standard_deviation, strict=True)
                )
            ],
            axis=1,
        )

    def _square(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if self.shortest_edge is None:
            return self.resize(picture, self.side, self.side)
        height, width = picture.shape[:2]
        edge, short = self.shortest_edge, min(height, width)
        longer = int(edge * max(height, width) / short)
        height, width = (longer, edge) if width <= height else (edge, longer)
        resized = self.resize(picture, width, height)
        top, left = (height - self.side) // 2, (width - self.side) // 2
        return resized[top : top + self.side, left : left + self.side]


def resize(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Resize a picture by libvips, in a third of Pillow's time; by Pillow where there is none.

    Vectors by the one and the other are the same to 0.9999 and better.
    """
    if libvips.missing() is None:
        try:
            return libvips.resize(picture, width, height)
        except libvips.LibvipsError:
            # out of memory, which Pillow says in Python's words
            pass
    return pillow.resize(picture, width, height)


def read_processor(model: ModelFolder, *, resize: Resize = resize) -> PictureProcessor:
    """Read how a model wants its pictures.

    Args:
        model: the checked folder.
        resize: what resizes them.

    Raises:
        RuntimeLacks: when it asks for something that is not done here.
        ModelUnusable: when the files cannot be read.
    """
    values = _values(model)
    config = ModelConfig(
        model, values, {**_BOTH, **(_CLIP if model.family == "clip" else _CONVNEXT)}
    )
    for step in ("do_resize", "do_rescale", "do_normalize"):
        if not config.flag(step):
            raise lacks(model, f"its pictures are prepared without {step}")
    if config.count("resample") != BICUBIC:
        raise lacks(model, "its pictures are not resized bicubically")
    if values.get("do_pad"):
        raise lacks(model, "its pictures are padded")
    side, edge = (_clip_sizes if model.family == "clip" else _convnext_sizes)(model, config)
    return PictureProcessor(
        side=side,
        shortest_edge=edge,
        rescale_factor=config.number("rescale_factor"),
        mean=config.numbers("image_mean", _CHANNELS),
        standard_deviation=config.numbers("image_std", _CHANNELS),
        resize=resize,
    )


def _values(model: ModelFolder) -> dict[str, Any]:
    preprocessor, processor = (model.folder / name for name in PICTURE_CONFIGS)
    # in the order in which transformers asks them
    found = read_json(processor).get("image_processor") if processor.exists() else None
    if not isinstance(found, dict):
        found = read_json(preprocessor)
    return found


def _clip_sizes(model: ModelFolder, config: ModelConfig) -> tuple[int, int | None]:
    size = config.size("size")
    if not config.flag("do_center_crop"):
        return _square(model, size), None
    # a plain number is an edge where pictures are resized, and a square where they are cut
    cut = config.size("crop_size")
    side = cut.get("shortest_edge") or _square(model, cut)
    edge = size.get("shortest_edge")
    if edge is None or side > edge:
        raise lacks(model, "its pictures are cut to more than they are resized to")
    return side, edge


def _convnext_sizes(model: ModelFolder, config: ModelConfig) -> tuple[int, int | None]:
    side = config.size("size").get("shortest_edge")
    share = config.number("crop_pct")
    if side is None or share > 1 or config.has("do_center_crop"):
        raise lacks(model, "its pictures are resized or cut in another way")
    return side, int(side / share) if side < _WARPED_FROM else None


def _square(model: ModelFolder, size: Mapping[str, int]) -> int:
    sides = set(size.values())
    if set(size) != {"height", "width"} or len(sides) != 1:
        raise lacks(model, "its pictures are not made square")
    return sides.pop()


def checked(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture that has the shape (h, w, 3) and is uint8.

    Raises:
        ValueError: for any other array.
    """
    if picture.ndim != _CHANNELS or picture.shape[2] != _CHANNELS or picture.size == 0:
        raise ValueError(f"a picture must have the shape (h, w, 3), not {picture.shape}")
    if picture.dtype != np.uint8:
        raise ValueError(f"a picture must be uint8, not {picture.dtype}")
    return picture


def middle_of_strip(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture without the ends that make it a strip."""
    height, width = picture.shape[:2]
    longest = _ASPECT_MAX * min(height, width)
    top, left = max(0, height - longest) // 2, max(0, width - longest) // 2
    return picture[top : top + longest, left : left + longest]
