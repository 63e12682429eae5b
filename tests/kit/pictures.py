"""Tiny images of every kind, as bytes: what a user, a phone or a careless copy may leave."""

import importlib
import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Colour = tuple[int, ...] | int

RED = (200, 60, 60)
SIZE = (24, 16)
"""Width and height of most pictures here: not square, so that a turn shows."""

importlib.import_module("pillow_heif").register_heif_opener()


def encoded(image: Image.Image, image_format: str, **options: Any) -> bytes:
    """Save an image to bytes with Pillow."""
    stream = io.BytesIO()
    image.save(stream, image_format, **options)
    return stream.getvalue()


def opened(data: bytes) -> Image.Image:
    """Open bytes with Pillow and nothing else, to compare with."""
    return Image.open(io.BytesIO(data))


def solid(
    image_format: str = "PNG",
    colour: Colour = RED,
    *,
    mode: str = "RGB",
    size: tuple[int, int] = SIZE,
    **options: Any,
) -> bytes:
    """Make a picture of one colour; lossy formats are asked for their best quality."""
    best: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": 95, "subsampling": 0},
        "WEBP": {"lossless": True},
        "HEIF": {"quality": 95, "chroma": 444},
        "AVIF": {"quality": 95, "subsampling": "4:4:4"},
    }
    return encoded(
        Image.new(mode, size, colour), image_format, **best.get(image_format, {}) | options
    )


def noise(image_format: str = "PNG", *, size: tuple[int, int] = SIZE, seed: int = 0) -> bytes:
    """Make a picture whose pixels are all different, so that its compressed data is long."""
    return encoded(Image.fromarray(noise_pixels(size=size, seed=seed)), image_format)


def noise_pixels(*, size: tuple[int, int] = SIZE, seed: int = 0) -> NDArray[np.uint8]:
    """Return the (h, w, 3) pixels of `noise`."""
    shape = (size[1], size[0], 3)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def corners(size: tuple[int, int] = SIZE) -> Image.Image:
    """Draw a white picture with a red block at its top left and a blue one at its top right."""
    width, height = size
    image = Image.new("RGB", size, "white")
    image.paste((255, 0, 0), (0, 0, width // 3, height // 3))
    image.paste((0, 0, 255), (width - width // 3, 0, width, height // 3))
    return image


# what a camera does to an upright scene so that the Exif orientation undoes it
_LAID_DOWN = {
    1: (),
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_90,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_270,),
}


def lying(image: Image.Image, orientation: int, image_format: str = "JPEG") -> bytes:
    """Store an upright image lying as cameras do, with the Exif orientation that turns it back."""
    for turn in _LAID_DOWN[orientation]:
        image = image.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(image, image_format, exif=exif.tobytes(), quality=95)


def animated(image_format: str, frames: int, *, first: Colour = RED) -> bytes:
    """Make an animation whose first frame has one colour and whose others are different greens."""
    rest = [Image.new("RGB", SIZE, (0, 90 + 10 * index, 0)) for index in range(frames - 1)]
    options: dict[str, Any] = {} if image_format in {"TIFF", "MPO", "HEIF"} else {"duration": 100}
    if image_format in {"WEBP", "AVIF"}:
        options |= {"lossless": True} if image_format == "WEBP" else {"quality": 95}
    head = Image.new("RGB", SIZE, first)
    return encoded(head, image_format, save_all=True, append_images=rest, **options)


def grey16_png(values: NDArray[np.uint16]) -> bytes:
    """Make a PNG of 16 bits per grey pixel."""
    return encoded(Image.fromarray(values), "PNG")


def rgb16_png(colour: tuple[int, int, int], size: tuple[int, int] = SIZE) -> bytes:
    """Make a PNG of 16 bits per channel, which Pillow cannot write."""
    rows = (b"\0" + struct.pack(">3H", *colour) * size[0]) * size[1]
    return png(*size, chunk(b"IDAT", zlib.compress(rows)), depth=16, colour_type=2)


def chunk(kind: bytes, content: bytes) -> bytes:
    """Make one chunk of a PNG, with its length and checksum."""
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png(width: int, height: int, *chunks: bytes, depth: int = 8, colour_type: int = 0) -> bytes:
    """Make a PNG of a declared size from chunks of one's own; IHDR and IEND are added."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    body = b"".join((chunk(b"IHDR", header), *chunks, chunk(b"IEND", b"")))
    return b"\x89PNG\r\n\x1a\n" + body


def png_bomb(width: int = 20_000, height: int = 20_000) -> bytes:
    """Make a few bytes that promise a huge picture."""
    return png(width, height, chunk(b"IDAT", zlib.compress(b"\0")))


def display_p3_profile() -> bytes:
    """Make an ICC profile of Display P3: its colorants for D50, and the sRGB curve."""
    colorants = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    return rgb_profile(colorants)


def rgb_profile(colorants: dict[bytes, tuple[float, float, float]]) -> bytes:
    """Make an ICC profile from three colorants (XYZ for D50) and the sRGB curve."""

    def fixed(*values: float) -> bytes:
        return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))

    def text(words: str) -> bytes:
        body = words.encode("utf-16-be")
        head = struct.pack(">4sIIIHHII", b"mluc", 0, 1, 12, 0x656E, 0x5553, len(body), 28)
        return head + body + b"\0" * (-len(body) % 4)

    white = (0.96420, 1.0, 0.82491)
    curve = b"para" + struct.pack(">IHH", 0, 3, 0)
    curve += fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    tags = {b"desc": text("Test"), b"cprt": text("None"), b"wtpt": b"XYZ \0\0\0\0" + fixed(*white)}
    tags |= {name: b"XYZ \0\0\0\0" + fixed(*value) for name, value in colorants.items()}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(content))
        body += content
    # ICC.1:2022, table 17: size, version, class, space, connection space, date, magic, illuminant
    header = struct.pack(
        ">I4xI4s4s4s12s4s28x12s48x",
        128 + len(table) + len(body),
        0x04000000,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        struct.pack(">6H", 2026, 1, 1, 0, 0, 0),
        b"acsp",
        fixed(*white),
    )
    return header + table + body


def grey_profile() -> bytes:
    """Make a profile that says nothing but that its pictures are grey; no transform can use it."""
    profile = bytearray(display_p3_profile()[:128])
    profile[16:20] = b"GRAY"
    return bytes(profile)


def coded_heic(codes: NDArray[np.uint16], *, primaries: int, transfer: int) -> bytes:
    """Make a 10-bit lossless HEIC of one pixel value, with code points instead of a profile.

    Args:
        codes: (3,), full range of 16 bits.
        primaries: of ITU-T H.273: 1 is sRGB, 9 BT.2020, 12 Display P3.
        transfer: of ITU-T H.273: 13 is sRGB, 16 PQ, 18 HLG.
    """
    width, height = SIZE
    stream = io.BytesIO()
    file = importlib.import_module("pillow_heif").from_bytes(
        mode="RGB;16",
        size=SIZE,
        data=np.broadcast_to(codes, (height, width, 3)).astype(np.uint16).tobytes(),
    )
    file.save(
        stream,
        quality=-1,
        chroma=444,
        color_primaries=primaries,
        transfer_characteristics=transfer,
        matrix_coefficients=0,
    )
    return stream.getvalue()
