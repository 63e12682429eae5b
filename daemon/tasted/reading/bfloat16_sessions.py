"""RapidOCR's two models by OpenVINO in bfloat16: half the time, where the processor computes that.

Reads the models in RapidOCR's wheel. RapidOCR has an OpenVINO engine of its own, which cannot be
told a precision and keeps kernels for every size of picture that it meets. So its detector and its
recogniser are given sessions from here, by names that are private to it: the version is pinned, and
whatever differs is an error at the start, upon which the caller reads with onnxruntime.
"""

import hashlib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasted.native import openvino
from tasted.system.packages import installed_version
from tasted.system.platform import resident_bytes, return_freed_memory

_VERSION = "3.10."
"""Of RapidOCR, whose private names these are."""
_PROOF_HEIGHT, _PROOF_WIDTH = 64, 320
_CHARACTERS = ("framework", "character")
# a line of another width needs other kernels, and for some widths other layouts of the weights,
# which takes longer than the line itself; lines filled up to a few widths share both
_LINE_WIDTH_STEP = 64
_LINE_KERNELS = 400
_WORTH_BYTES = 48_000_000


class Bfloat16Session:
    """One model, called as RapidOCR calls its sessions. Used from one thread.

    Args:
        file: the model, ONNX.
        threads: how many cores it may use.
        width_step: pictures are filled up with zeros, the grey that RapidOCR itself fills up with,
            to a multiple of this many columns; 1 leaves them as they are.
        kernels_kept: how many prepared kernels are kept for further pictures.
    """

    def __init__(
        self, file: Path, *, threads: int, width_step: int = 1, kernels_kept: int = 0
    ) -> None:
        graph = openvino.read_onnx(file)
        named = graph.has_rt_info(list(_CHARACTERS))
        self._characters = (
            str(graph.get_rt_info(list(_CHARACTERS)).value).splitlines() if named else []
        )
        self._width_step = width_step
        self._compiled = openvino.compile_graph(
            graph, precision="bfloat16", threads=threads, kernels_kept=kernels_kept
        )
        self._request = self._compiled.create_infer_request()

    def __call__(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the model's answer: (n, 3, h, w) → (n, 1, h, w), or (n, steps, characters)."""
        added = -pixels.shape[-1] % self._width_step
        if added:
            pixels = np.pad(pixels, ((0, 0), (0, 0), (0, 0), (0, added)))
        self._request.infer([pixels])
        answer: NDArray[np.float32] = self._request.get_output_tensor(0).data
        if self._characters:
            # valid until the next call, and RapidOCR is done with it by then
            return answer
        # the detector is asked once a picture, and must not hold 150 MB while lines are read
        copied = answer.copy()
        self.release()
        return copied

    def release(self) -> None:
        """Let go of what was held for a picture: the next one has another size."""
        self._compiled.release_memory()

    def have_key(self, key: str = "character") -> bool:
        """Tell whether the model names its characters."""
        return key == "character" and bool(self._characters)

    def get_character_list(self, key: str = "character") -> list[str]:
        """Return the characters that the model knows, in its order; a list of the caller's own."""
        del key
        return list(self._characters)


def load_in_bfloat16(engine: Any, *, threads: int) -> Callable[[], None] | None:
    """Load the detector and the recogniser of an engine with sessions of OpenVINO, and try both.

    Args:
        engine: a `rapidocr.RapidOCR` that has loaded neither; not to be used if this fails.
        threads: how many cores it may use.

    Returns:
        What gives memory back after each picture; None where it was not done: for another version
        of RapidOCR, and for a processor that has no instructions for bfloat16.

    Raises:
        Exception: of any kind, where RapidOCR differs in spite of its version.
    """
    version = installed_version("rapidocr")
    if not version.startswith(_VERSION) or not openvino.has_native_bfloat16():
        return None
    base = importlib.import_module("rapidocr.inference_engine.base")

    sessions: list[Bfloat16Session] = []

    def detector(config: Any) -> Bfloat16Session:
        # every picture has another size, and prepared kernels of each would be a gigabyte soon
        sessions.append(Bfloat16Session(_model_of(config, base), threads=threads))
        return sessions[-1]

    def recogniser(config: Any) -> Bfloat16Session:
        sessions.append(
            Bfloat16Session(
                _model_of(config, base),
                threads=threads,
                width_step=_LINE_WIDTH_STEP,
                kernels_kept=_LINE_KERNELS,
            )
        )
        return sessions[-1]

    _load_with(detector, "rapidocr.ch_ppocr_det.main", engine._load_det_model)  # noqa: SLF001
    _load_with(recogniser, "rapidocr.ch_ppocr_rec.main", engine._load_rec_model)  # noqa: SLF001
    blank = np.zeros((_PROOF_HEIGHT, _PROOF_WIDTH, 3), np.uint8)
    engine(blank)
    engine.recognize_txt([blank])

    held = 0

    def give_back() -> None:
        nonlocal held
        for session in sessions:
            session.release()
        # what is given back has to be fetched again, by the next picture that somebody waits for
        held = min(held, resident_bytes())
        if resident_bytes() > held + _WORTH_BYTES:
            return_freed_memory()
            held = resident_bytes()

    return give_back


def _load_with(
    opened: Callable[[Any], Bfloat16Session], name: str, load: Callable[[], Any]
) -> None:
    module: Any = importlib.import_module(name)
    own = module.get_engine
    module.get_engine = lambda _kind: opened
    try:
        load()
    finally:
        module.get_engine = own


def _model_of(config: Any, base: Any) -> Path:
    """Return the file of a model in the wheel: nothing is ever fetched."""
    wanted = base.FileInfo(
        engine_type=config.engine_type,
        ocr_version=config.ocr_version,
        task_type=config.task_type,
        lang_type=config.lang_type,
        model_type=config.model_type,
    )
    described = base.InferSession.get_model_url(wanted)
    file = Path(config.model_root_dir) / Path(described["model_dir"]).name
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != described["SHA256"]:
        raise ValueError(f"{file.name} is not the file that RapidOCR came with")
    return file
