"""Reads how large the frames of an AV1 stream may be, from its own headers. Pure.

A decoder makes room for what they say, whatever the file around them says of the picture. The walk
takes arbitrary bytes: what cannot be read ends it.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

_SEQUENCE_HEADER = 1
_HAS_EXTENSION, _HAS_SIZE = 4, 2
_UNITS_MAX = 10_000
_LEB128_BYTES_MAX = 8
_HEADER_BYTES_MAX = 512
"""More than a sequence header has with all of its 32 operating points."""
_TIERED_LEVEL = 7
_UVLC_BITS_MAX = 32


def frame_sizes(streams: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    """Yield the width and height of the largest frame of each sequence.

    Args:
        streams: of open bitstream units (AV1 specification, section 5.3).
    """
    for kind, content in islice(_units(streams), _UNITS_MAX):
        if kind == _SEQUENCE_HEADER:
            found = _frame_size(content)
            if found is not None:
                yield found


def _units(streams: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the type of each unit, and how it begins."""
    for data in streams:
        at = 0
        while at < len(data):
            kind, at, size = _unit(data, at)
            yield kind, data[at : at + min(size, _HEADER_BYTES_MAX)]
            at += size


def _unit(data: bytes, at: int) -> tuple[int, int, int]:
    """Return type, beginning and size of the content of the unit that begins here."""
    header = data[at]
    at += 2 if header & _HAS_EXTENSION else 1
    size, at = _leb128(data, at) if header & _HAS_SIZE else (len(data) - at, at)
    return header >> 3 & 0xF, at, size


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, and where it ends."""
    value = 0
    for place in range(_LEB128_BYTES_MAX):
        byte = data[at + place] if at + place < len(data) else 0
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            break
    return value, at + place + 1


def _frame_size(header: bytes) -> tuple[int, int] | None:
    """Return the size in a sequence header (section 5.5.1); None where it ends early."""
    bits = _Bits(header)
    try:
        bits.take(4)
        if bits.take(1):
            # of a still picture, with all else left out
            bits.take(5)
        else:
            _pass_timing(bits)
        width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
        return bits.take(width_bits) + 1, bits.take(height_bits) + 1
    except EOFError:
        return None


def _pass_timing(bits: "_Bits") -> None:
    delay_bits = 0
    if bits.take(1):
        bits.take(64)
        if bits.take(1):
            bits.pass_uvlc()
        if bits.take(1):
            delay_bits = bits.take(5) + 1
            bits.take(32 + 5 + 5)
    has_display_delay = bits.take(1)
    for _point in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > _TIERED_LEVEL:
            bits.take(1)
        if delay_bits and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if has_display_delay and bits.take(1):
            bits.take(4)


class _Bits:
    """Takes numbers off the bits of bytes, the highest first."""

    def __init__(self, data: bytes) -> None:
        self._bits = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        """Return the number in the next bits.

        Raises:
            EOFError: when there are not so many.
        """
        self._left -= count
        if self._left < 0:
            raise EOFError
        return self._bits >> self._left & ((1 << count) - 1)

    def pass_uvlc(self) -> None:
        """Step over a number that tells its length by zeros (section 4.10.3)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        if zeros < _UVLC_BITS_MAX:
            self.take(zeros)
