"""The peers: which environment, which runner, and the same checkpoint in the form that each reads.

Runs other programs and writes into the cache folder only.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.peers.environments import environment

RUNNERS = Path(__file__).parent / "runners"
RCLIP_MODEL = "ViT-B-32-256-datacomp_s34b_b86k"
_QUIET = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
_PATIENCE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Peer:
    """Something else that embeds files."""

    name: str
    environment: str
    runner: str
    form: str
    """Which form of the checkpoint it reads: `folder`, `fastembed` or `rclip`."""


PLAIN = Peer("plain loop", "transformers", "run_transformers.py", "folder")
PEERS = (
    Peer("rclip", "rclip", "run_rclip.py", "rclip"),
    Peer("fastembed", "fastembed", "run_fastembed.py", "fastembed"),
    PLAIN,
    Peer(
        "sentence-transformers", "sentence-transformers", "run_sentence_transformers.py", "folder"
    ),
)


@dataclass(frozen=True, slots=True)
class Finish:
    """What one run over the files took."""

    first_seconds: float
    """From the start of the process until the first vector or sidecar is stored."""
    others_seconds: float
    """From then until the last one is stored; of tasted, from the first of those that were moved in
    when it ran."""
    files: int
    peak_bytes: int
    vectors: NDArray[np.float32] = field(repr=False)
    """(files, d), in the order of the files."""
    versions: dict[str, str] = field(default_factory=dict)
    settling_seconds: float = 0.0
    """From moving the others in to the first of them: tasted waits until files have settled. 0 of
    who does not wait."""

    @property
    def files_per_second(self) -> float:
        """How many files were stored in a second, after one that was stored just before."""
        counted = self.files - (2 if self.settling_seconds else 1)
        return counted / self.others_seconds

    @property
    def whole_per_second(self) -> float:
        """How many files were stored in a second of all that it took: start, waiting and all."""
        return self.files / (self.first_seconds + self.settling_seconds + self.others_seconds)


def checkpoint_for(peer: Peer, checkpoint: Path, cache: Path) -> Path:
    """Return the folder that a peer reads, with the checkpoint in its own form.

    Raises:
        NotInstalledError: when what writes that form cannot be installed.
        CalledProcessError: when writing fails.
    """
    if peer.form == "folder":
        return checkpoint
    folder = cache / f"{checkpoint.name}-{peer.form}"
    if folder.is_dir():
        return folder
    partial = cache / f"{folder.name}.part"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    if peer.form == "fastembed":
        for name in ("config.json", "preprocessor_config.json"):
            shutil.copy(checkpoint / name, partial / name)
        _export(checkpoint, partial / "model.onnx", "pixel_values", "image_embeds", cache)
    else:
        (partial / RCLIP_MODEL).mkdir()
        _export(checkpoint, partial / RCLIP_MODEL / "visual.onnx", "input", "output", cache)
        # only queries in words read these, but rclip would download them if they were not there
        (partial / RCLIP_MODEL / "textual.onnx").touch()
        (partial / "tokenizer").mkdir()
        (partial / "tokenizer" / "bpe_simple_vocab_16e6.txt.gz").touch()
    partial.rename(folder)
    return folder


def _export(checkpoint: Path, target: Path, source: str, result: str, cache: Path) -> None:
    python = environment("transformers", cache)
    script = RUNNERS / "export_onnx.py"
    print(f"exporting {target} ...", flush=True)
    subprocess.run(
        [str(python), str(script), str(checkpoint), str(target), source, result],
        check=True, capture_output=True, env=child_environment(),
    )  # fmt: skip


def child_environment(**extra: str) -> dict[str, str]:
    """Return the environment of whatever is measured: bytecode is written, nothing is fetched."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **_QUIET, **extra}


def run_peer(
    peer: Peer, python: Path, model: Path, files: Sequence[Path], *, threads: int, cache: Path
) -> Finish:
    """Run a peer once as a whole process.

    Raises:
        RuntimeError: with the last lines that it wrote, when it fails.
    """
    work = Path(tempfile.mkdtemp(prefix="run-", dir=cache))
    try:
        listed = work.with_suffix(".json")
        listed.write_text(json.dumps([str(file) for file in files]), encoding="utf-8")
        command = [
            str(python), str(RUNNERS / peer.runner), "--model", str(model), "--files", str(listed),
            "--work", str(work), "--threads", str(threads),
        ]  # fmt: skip
        environ = child_environment(OMP_NUM_THREADS=str(threads))
        said = work.with_suffix(".log")
        with said.open("wb") as stream:
            started = time.monotonic()
            process = subprocess.Popen(command, stdout=stream, stderr=stream, env=environ)
            _pid, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            words = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise RuntimeError(f"{peer.name} failed: {' '.join(words[-3:])}")
        report = json.loads((work / "report.json").read_text(encoding="utf-8"))
        marks = report["marks"]
        return Finish(
            first_seconds=marks["first"] - started,
            others_seconds=marks["last"] - marks["first"],
            files=len(files),
            peak_bytes=usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024),
            vectors=np.load(work / "vectors.npy", allow_pickle=False),
            versions=report["versions"],
        )
    finally:
        shutil.rmtree(work)
        for suffix in (".json", ".log"):
            work.with_suffix(suffix).unlink(missing_ok=True)
