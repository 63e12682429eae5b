"""Files of some hundred bytes that cost a decoder that believes them a gigabyte or a minute."""

import struct
import zlib
from collections.abc import Sequence

from kit.pictures import encoded, noise, opened, solid

# a code each of 3 bits: clear, a pixel of colour 0, a hundred times; the end
_BLANK_CODES = sum(code << 3 * at for at, code in enumerate([4, 0] * 100 + [5])).to_bytes(
    76, "little"
)
_GIF_SCREEN = b"GIF89a" + struct.pack("<HH", 10, 10) + b"\xf0\0\0\xff\xff\xff\0\0\0"
_RESTORED = b"!\xf9\4\x08\0\0\0\0"


def _gif_frame(side: int) -> bytes:
    return b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\2"


def gif_of_first_frame(side: int) -> bytes:
    """Make a GIF of 10 pixels a side whose first frame is larger."""
    return _GIF_SCREEN + _RESTORED + _gif_frame(side) + b"\1\4\0;"


def gif_of_hidden_frame(side: int) -> bytes:
    """Make a blank GIF of 10 pixels a side with a large frame that only Pillow finds.

    It takes the end of an extension without content for its first block, and reads on.
    """
    blank = _gif_frame(10) + bytes([len(_BLANK_CODES)]) + _BLANK_CODES + b"\0"
    hidden = bytes(33) + b"\0" + _RESTORED + _gif_frame(side) + b"\1\4\0"
    decoy = b"!\xf9\0" + _gif_frame(10) + bytes([len(hidden)]) + hidden + b"\0"
    return _GIF_SCREEN + blank + decoy + blank + b";"


def tiff_of_tile(side: int) -> bytes:
    """Make a TIFF of 10 pixels a side with one tile."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(side)) for _row in range(side)) + packer.flush()
    rows += b"\0" * (len(rows) % 2)
    tags = [(256, 10), (257, 10), (258, 8), (259, 8), (262, 1), (277, 1), (322, side), (323, side)]
    tags += [(324, 8), (325, len(rows))]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    start = struct.pack("<I", 8 + len(rows))
    return b"II*\0" + start + rows + struct.pack("<H", len(tags)) + entries + bytes(4)


def tiff_of_pages(count: int) -> bytes:
    """Make a TIFF of pages that lie in each other: each begins an entry later and is as long.

    How many entries a page has stands in the last bytes of the entry before it; where the next page
    begins, in the first bytes of the entry behind it. All have the entries that tell of pixels.
    """
    tags = [(256, 10), (257, 10), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 10)]
    tags += [(279, 100)]
    length = count + len(tags)
    entries = [bytearray(struct.pack("<HHII", 51_000, 4, 1, 0)) for _at in range(length + count)]
    for at, (tag, value) in enumerate(tags, count):
        entries[at][:] = struct.pack("<HHII", tag, 4, 1, value)
    for page in range(count):
        if page:
            entries[page - 1][10:] = struct.pack("<H", length)
        following = 8 + 12 * (page + 1) if page + 1 < count else 0
        entries[length + page][:4] = struct.pack("<I", following)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", length) + b"".join(entries)


def jpeg_of_scans(count: int) -> bytes:
    """Make a progressive JPEG of one block, in so many scans of nothing, with its end."""

    def segment(marker: int, content: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content

    def table(kind: int, symbols: Sequence[int]) -> bytes:
        return segment(0xC4, bytes([kind << 4, *[0] * 7, len(symbols), *[0] * 8, *symbols]))

    frame = segment(0xC2, struct.pack(">BHHB", 8, 8, 8, 1) + b"\1\x11\0")
    start = b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64) + frame + table(0, [0]) + table(1, [0])
    first = segment(0xDA, b"\1\1\0\0\0\0") + b"\0"
    return start + first + (segment(0xDA, b"\1\1\0\1\x3f\0") + b"\0") * count + b"\xff\xd9"


def profile_of_steps(count: int) -> bytes:
    """Make an ICC profile whose transform is one element, named so many times."""
    curve = b"parf\0\0\0\0\0\0\0\0" + struct.pack(">4f", 1.01, 1, 0, 0)
    segments = b"curf\0\0\0\0\0\1\0\0" + curve
    element = b"cvst\0\0\0\0\0\3\0\3" + struct.pack(">II", 36, len(segments)) * 3 + segments
    places = struct.pack(">II", 16 + 8 * count, len(element)) * count
    steps = b"mpet\0\0\0\0\0\3\0\3" + struct.pack(">I", count) + places + element
    white = b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061)
    at = 132 + 12 * 2
    table = struct.pack(">I4sII4sII", 2, b"D2B1", at, len(steps), b"wtpt", at + len(steps), 20)
    head = bytearray(128)
    head[0:4] = struct.pack(">I", at + len(steps) + len(white))
    head[8:24] = b"\4\x30\0\0mntrRGB XYZ "
    head[36:40] = b"acsp"
    return bytes(head) + table + steps + white


def png_of_profile(profile: bytes) -> bytes:
    """Make a PNG of one colour with an ICC profile."""
    return encoded(opened(solid()), "PNG", icc_profile=profile)


# ---- HEIF --------------------------------------------------------------------------------


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def _full(kind: bytes, content: bytes, version: int = 0) -> bytes:
    return _box(kind, bytes([version, 0, 0, 0]) + content)


def _boxes(data: bytes) -> dict[bytes, bytes]:
    found, at = {}, 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        found[data[at + 4 : at + 8]] = data[at + 8 : at + length]
        at += length
    return found


def _heic(
    kinds: Sequence[bytes], places: Sequence[tuple[int, int, int]], others: bytes, content: bytes
) -> bytes:
    """Make a HEIC of items, each of a kind, with how many extents of which place and length."""
    top = _boxes(noise("HEIF", size=(64, 64)))
    meta = _boxes(top[b"meta"][4:])
    infos = b"".join(
        _full(b"infe", struct.pack(">HH", number, 0) + kind + b"\0", 2)
        for number, kind in enumerate(kinds, 1)
    )

    def head(base: int) -> bytes:
        located = b"".join(
            struct.pack(">HHHH", number, 0, 0, count)
            + struct.pack(">II", base + at, length) * count
            for number, (count, at, length) in enumerate(places, 1)
        )
        parts = (
            _full(b"hdlr", b"\0\0\0\0pict" + bytes(13)),
            _full(b"pitm", b"\0\1"),
            _full(b"iinf", struct.pack(">H", len(kinds)) + infos),
            others or _box(b"iprp", meta[b"iprp"]),
            _full(b"iloc", b"\x44\0" + struct.pack(">H", len(places)) + located, 1),
        )
        return _box(b"ftyp", top[b"ftyp"]) + _full(b"meta", b"".join(parts))

    picture = top[b"mdat"]
    return head(len(head(0)) + 8) + _box(b"mdat", content + picture)


def heic_of_shared_bytes(items: int) -> bytes:
    """Make a HEIC with metadata items that all name the same bytes, 30 times each."""
    exif = b"\0\0\0\0II*\0\x08\0\0\0\0\0" + bytes(10_000)
    picture = len(_boxes(noise("HEIF", size=(64, 64)))[b"mdat"])
    places = [(1, len(exif), picture), *[(30, 0, len(exif))] * items]
    references = _full(
        b"iref",
        b"".join(
            _box(b"cdsc", struct.pack(">HHH", number, 1, 1)) for number in range(2, items + 2)
        ),
    )
    top = _boxes(noise("HEIF", size=(64, 64)))
    properties = _box(b"iprp", _boxes(top[b"meta"][4:])[b"iprp"])
    return _heic([b"hvc1", *[b"Exif"] * items], places, references + properties, exif)


def heic_of_canvas(kind: bytes, side: int, *, told: int) -> bytes:
    """Make a HEIC that is put together (`grid` or `iovl`) to one size, and told of another."""
    if kind == b"iovl":
        canvas = b"\0\0" + struct.pack(">HHHHHHhh", 65535, 0, 0, 65535, side, side, 0, 0)
    else:
        canvas = b"\0\0\0\0" + struct.pack(">HH", side, side)
    top = _boxes(noise("HEIF", size=(64, 64)))
    stored = _boxes(_boxes(_boxes(top[b"meta"][4:])[b"iprp"])[b"ipco"])

    def extent(length: int) -> bytes:
        return _full(b"ispe", struct.pack(">II", length, length))

    properties = _box(b"hvcC", stored[b"hvcC"]) + extent(64) + extent(told)
    of_canvas, of_tile = struct.pack(">HB1B", 1, 1, 3), struct.pack(">HB2B", 2, 2, 0x81, 2)
    associations = _full(b"ipma", struct.pack(">I", 2) + of_canvas + of_tile)
    references = _full(b"iref", _box(b"dimg", struct.pack(">HHH", 1, 1, 2)))
    others = references + _box(b"iprp", _box(b"ipco", properties) + associations)
    picture = len(top[b"mdat"])
    places = [(1, 0, len(canvas)), (1, len(canvas), picture)]
    return _heic([kind, b"hvc1"], places, others, canvas)


def avif_of_frame(side: int, *, told: int) -> bytes:
    """Make an AVIF whose stream has a frame of another size than the file tells."""
    told_size = struct.pack(">II", told, told)
    return noise("AVIF", size=(side, side)).replace(struct.pack(">II", side, side), told_size)


def avif_of_track(side: int) -> bytes:
    """Make an AVIF of two pictures, which are in a track."""
    first, second = (opened(noise("PNG", size=(side, side), seed=seed)) for seed in (1, 2))
    return encoded(first, "AVIF", save_all=True, append_images=[second])


def avif_of_streams(count: int, side: int) -> bytes:
    """Make a file of items that are coded in AV1, which lie in each other's bytes."""
    top = _boxes(noise("AVIF", size=(side, side)))
    stream = top[b"mdat"]
    return _heic([b"av01"] * count, [(1, 0, len(stream))] * count, b"", stream + bytes(10**6))


# ---- parts -------------------------------------------------------------------------------


def png_of_parts(kind: bytes, content: bytes, count: int) -> bytes:
    """Make a PNG with so many more chunks of a kind behind its header."""
    data = solid()
    chunk = struct.pack(">I", len(content)) + kind + content
    chunk += struct.pack(">I", zlib.crc32(kind + content))
    return data[:33] + chunk * count + data[33:]


def jpeg_of_segments(content: bytes, count: int) -> bytes:
    """Make a JPEG with so many more segments of an application."""
    data = encoded(opened(solid()), "JPEG")
    segment = b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content
    return data[:2] + segment * count + data[2:]


def gif_of_blocks(count: int, *, of: bytes = b"", times: int = 0) -> bytes:
    """Make a GIF with a comment in so many blocks of one letter, and other blocks before it."""
    data = encoded(opened(solid()), "GIF")
    return data[:-1] + of * times + b"!\xfe" + b"\1a" * count + b"\0;"


def tiff_of_numbers(count: int, *, is_big: bool = False) -> bytes:
    """Make a TIFF with a table of so many numbers for its strips."""
    return _tiff([(273, 3, count, 8)], is_big=is_big, content=bytes(2 * count))


def tiff_of_entries(count: int) -> bytes:
    """Make a BigTIFF with so many tags."""
    return _tiff([(tag, 1, 1, 0) for tag in range(1000, 1000 + count)], is_big=True, content=b"")


def _tiff(tags: Sequence[tuple[int, int, int, int]], *, is_big: bool, content: bytes) -> bytes:
    entry, head = ("<HHQQ", "<2sHHHQ") if is_big else ("<HHII", "<2sHI")
    needed = [(256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    all_tags = [*needed, *tags]
    start = struct.calcsize(head) + len(content)
    parts = (b"II", 43, 8, 0, start) if is_big else (b"II", 42, start)
    counted = struct.pack("<Q" if is_big else "<H", len(all_tags))
    entries = b"".join(struct.pack(entry, tag % 65536, *rest) for tag, *rest in all_tags)
    return struct.pack(head, *parts) + content + counted + entries + bytes(8)
