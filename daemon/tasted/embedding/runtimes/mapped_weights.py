"""The tensors of a safetensors file, as numpy arrays over its mapped pages: nothing is copied.

https://github.com/huggingface/safetensors: 8 bytes of length, a JSON header, the tensors. float32
stays in the file; float16 and bfloat16 are widened, which is a copy. Who asks for a tensor names
its shape, and at the end all must have been asked for: a file that does not fit its config.json is
not computed with.
"""

import json
import math
import mmap
import re
import struct
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.models.weights_file import SAFETENSORS, damaged
from tasted.embedding.runtimes.refusing import RuntimeLacks, copy_again, lacks, loading
from tasted.plain_dataclass import dataclass

_LENGTH_BYTES = 8
_METADATA = "__metadata__"
_KINDS: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    # numpy has no bfloat16: the upper half of a float32
    "BF16": np.dtype("<u2"),
}
_NAMED = 3
_BETWEEN_RELEASES_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the header says of one tensor."""

    kind: str
    shape: tuple[int, ...]
    begin: int
    """In bytes, behind the header."""
    end: int

    @classmethod
    def read(cls, entry: Any) -> "_Stored":
        """Read an entry of the header.

        Raises:
            ValueError: when it is no such entry.
            KeyError, TypeError: as above.
        """
        shape = tuple(entry["shape"])
        begin, end = entry["data_offsets"]
        if not all(type(number) is int and number >= 0 for number in (*shape, begin, end)):
            raise ValueError("its header has an entry that is none")
        return cls(str(entry["dtype"]), shape, begin, end)


class MappedWeights:
    """A checkpoint on disk; its pages stay mapped while one of its arrays is in use.

    Args:
        model: the checked folder.
        prefix: in front of every name, as that of the tower in a classifier's file.

    Raises:
        ModelUnusable: when the file is damaged.
        RuntimeLacks: when it is no safetensors file.
    """

    def __init__(self, model: ModelFolder, *, prefix: str = "") -> None:
        self._model = model
        self._prefix = prefix
        self._taken: set[str] = set()
        if model.weights_file.name != SAFETENSORS:
            raise lacks(model, f"its weights are a {model.weights_file.name}, which torch reads")
        with loading(model), model.weights_file.open("rb") as file:
            # a private mapping that could be written: OpenVINO takes no read-only array
            self._pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
            (length,) = struct.unpack("<Q", self._pages[:_LENGTH_BYTES])
            self._start: int = _LENGTH_BYTES + length
            header = json.loads(self._pages[_LENGTH_BYTES : self._start])
            self._entries = {
                name: _Stored.read(entry) for name, entry in header.items() if name != _METADATA
            }

    def has(self, name: str) -> bool:
        """Tell whether there is a tensor of this name."""
        return self._prefix + name in self._entries

    def take(self, name: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Return a tensor as float32; it must not be written to.

        Args:
            name: in the file, without the prefix.
            shape: that it must have.

        Raises:
            RuntimeLacks: when it is missing, or has another shape or a type without a float32.
            ModelUnusable: when its bytes are not all there.
        """
        name = self._prefix + name
        if name not in self._entries:
            raise self._unfit(f"1 missing keys ({name})")
        stored = self._entries[name]
        if stored.shape != shape:
            raise self._unfit(f"1 mismatched keys ({name}: {stored.shape} instead of {shape})")
        if stored.kind not in _KINDS:
            raise lacks(self._model, f"{name} is stored as {stored.kind}")
        self._taken.add(name)
        kind = _KINDS[stored.kind]
        count = math.prod(shape)
        is_whole = 0 <= stored.begin <= stored.end <= self._size_bytes
        if not is_whole or stored.end - stored.begin != count * kind.itemsize:
            raise damaged(self._model.weights_file, f"has no room for {name}")
        at = self._start + stored.begin
        array = np.frombuffer(self._pages, dtype=kind, count=count, offset=at)
        return _widened(array, stored.kind).reshape(shape)

    @property
    def _size_bytes(self) -> int:
        size: int = len(self._pages) - self._start
        return size

    def refuse_leftovers(self, allowed: Iterable[str]) -> None:
        """Refuse a file with tensors that nobody asked for.

        Args:
            allowed: regular expressions for whole names of what may be left.

        Raises:
            RuntimeLacks: when another is left.
        """
        pattern = re.compile("|".join(allowed))
        left = sorted(
            name
            for name in self._entries
            if name not in self._taken and not pattern.fullmatch(name)
        )
        if left:
            named = ", ".join(left[:_NAMED])
            more = ", …" if len(left) > _NAMED else ""
            raise self._unfit(f"{len(left)} unexpected keys ({named}{more})")

    def release_pages(self) -> None:
        """Let the system take the pages back; whoever reads them again gets them from the file."""
        # Linux drops them at once; elsewhere it is a hint
        advice = getattr(mmap, "MADV_DONTNEED", None)
        if advice is not None:
            self._pages.madvise(advice)

    @contextmanager
    def releasing_pages(self) -> Iterator[None]:
        """Give the pages back again and again while the block reads them, and at its end.

        Who copies the weights page by page would hold the file and the copy together otherwise.
        """
        over = threading.Event()

        def release() -> None:
            while not over.wait(_BETWEEN_RELEASES_SECONDS):
                self.release_pages()

        thread = threading.Thread(target=release, name="pages", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self.release_pages()

    def _unfit(self, how: str) -> RuntimeLacks:
        return RuntimeLacks(
            f"{self._model.weights_file} does not fit its config.json: {how}.",
            remedy=copy_again(self._model),
        )


def _widened(array: NDArray[Any], stored: str) -> NDArray[np.float32]:
    if stored == "BF16":
        return (array.astype(np.uint32) << 16).view(np.float32)
    # an old header may have any length, and leave the tensors unaligned
    return np.require(array, np.float32, ["ALIGNED", "C_CONTIGUOUS"])
