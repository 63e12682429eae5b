"""Bad files get an error sidecar with a remedy; unusual ones are scored like the plain picture."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from kit import hdr
from kit.daemons import running
from kit.drawings import drawing, label_scenes
from kit.pictures import display_p3_profile
from tasted.home.layout import Home

PLAIN = "mountain"
SEED = 7


def _bomb() -> bytes:
    """Return a PNG of a few bytes that claims to be 20000 x 20000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def _bad_files() -> dict[str, tuple[bytes, str]]:
    png = drawing(PLAIN, seed=SEED)
    jpeg = drawing(PLAIN, seed=SEED, file_format="JPEG")
    return {
        "truncated.png": (png[: len(png) // 2], "truncated"),
        "truncated.jpg": (jpeg[: len(jpeg) // 2], "truncated"),
        "empty.png": (b"", "empty"),
        "text.png": (b"these are words, not pixels\n", "not_an_image"),
        "bomb.png": (_bomb(), "too_large"),
        "layers.psd": (b"8BPS\0\1" + b"\0" * 60, "unsupported_format"),
    }


def test_row_05_row_06_row_21_row_30_each_bad_file_says_what_is_wrong_and_what_to_do(
    home: Home,
) -> None:
    """Six kinds of damage, each with its code; the good file among them has its score."""
    files = _bad_files()
    for name, (data, _code) in files.items():
        (home.inbox / name).write_bytes(data)
    (home.inbox / "good.png").write_bytes(drawing(PLAIN, seed=SEED))
    with running(home) as daemon:
        daemon.sidecar("good.png", status="scored")
        for name, (data, code) in files.items():
            sidecar = daemon.sidecar(name, status="error")
            assert sidecar.error is not None
            assert sidecar.error.code == code, name
            assert sidecar.error.remedy, name
            assert name in sidecar.error.message
            assert sidecar.source.bytes == len(data)
            assert (home.inbox / name).read_bytes() == data


def _unusual_files() -> dict[str, bytes]:
    """Return the same picture in many guises."""
    picture = Image.open(io.BytesIO(drawing(PLAIN, seed=SEED))).convert("RGB")

    def saved(image: Image.Image, file_format: str, **options: object) -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, file_format, **options)
        return buffer.getvalue()

    opaque = picture.convert("RGBA")
    palette = picture.quantize(256)
    palette.info["transparency"] = 255
    grey16 = ImageOps.grayscale(picture).convert("I;16").point(lambda value: value * 257)
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    p3 = display_p3_profile()
    wide = ImageCms.profileToProfile(picture, srgb, ImageCms.ImageCmsProfile(io.BytesIO(p3)))
    import pillow_heif  # noqa: PLC0415 - only this test writes HEIC

    pillow_heif.register_heif_opener()
    return {
        "heic.heic": saved(picture, "HEIF", quality=90),
        "webp.webp": saved(picture, "WEBP", quality=95),
        "avif.avif": saved(picture, "AVIF", quality=90),
        "tiff.tif": saved(picture, "TIFF"),
        "bmp.bmp": saved(picture, "BMP"),
        "cmyk.jpg": saved(picture.convert("CMYK"), "JPEG", quality=95),
        "alpha.png": saved(opaque, "PNG"),
        "palette.png": saved(palette, "PNG", transparency=255),
        "grey.png": saved(ImageOps.grayscale(picture).convert("RGB"), "PNG"),
        "grey16.png": saved(grey16, "PNG"),
        "rotated.jpg": saved(turned, "JPEG", quality=95, exif=exif),
        "srgb.png": saved(picture, "PNG", icc_profile=srgb.tobytes()),
        "p3.png": saved(wide, "PNG", icc_profile=p3),
        "animated.gif": saved(
            picture, "GIF", save_all=True, append_images=[ImageOps.invert(picture)]
        ),
        "misnamed.jpg": saved(picture, "PNG"),
        "nameless": saved(picture, "PNG"),
    }


def _hdr_files() -> dict[str, bytes]:
    """Return the same picture as HDR, and with a gamma of its own."""
    picture = Image.open(io.BytesIO(drawing(PLAIN, seed=SEED))).convert("RGB")
    pixels = np.asarray(picture)
    pq, hlg = (hdr.hdr_codes(pixels, transfer) for transfer in (hdr.PQ, hdr.HLG))
    return {
        "pq-8.png": hdr.coded_png(pq, transfer=hdr.PQ),
        "pq-16.png": hdr.coded_png(pq, transfer=hdr.PQ, depth=16),
        "pq.avif": hdr.coded_avif(pq, transfer=hdr.PQ),
        "hlg-16.png": hdr.coded_png(hlg, transfer=hdr.HLG, depth=16),
        "gamma.png": hdr.gamma_png(pixels, 1.8),
    }


def test_row_28_row_29_row_31_row_32_row_33_row_34_unusual_formats_score_like_the_plain_picture(
    home: Home,
) -> None:
    """HEIC, CMYK, 16 bit, palette, animation: the same likeness within 0.1; HDR within 3 points."""
    label_scenes(home)
    files = _unusual_files() | _hdr_files()
    (home.inbox / "plain.png").write_bytes(drawing(PLAIN, seed=SEED))
    for name, data in files.items():
        (home.inbox / name).write_bytes(data)
    hdr_names = _hdr_files().keys()
    with running(home) as daemon:
        plain = daemon.sidecar("plain.png", status="scored")
        grey = daemon.sidecar("grey.png", status="scored")
        for name in files:
            sidecar = daemon.sidecar(name)
            assert sidecar.status == "scored", (name, sidecar.error)
            assert sidecar.component_scores is not None
            # a grey picture is compared with a grey one: it has lost the colours
            like = grey if name.startswith("grey") else plain
            assert like.component_scores is not None
            assert sidecar.component_scores.physical == pytest.approx(
                like.component_scores.physical, abs=0.1
            ), name
            if name in hdr_names:
                assert sidecar.confidence_score == pytest.approx(
                    plain.confidence_score, abs=0.03
                ), name
