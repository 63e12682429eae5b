"""The demonstration: a real daemon on a temporary home that is given likes, rejects and new files.

Touches a temporary folder and starts `tasted run` as a process of its own, exactly as a person
would. It fails when a sidecar is missing or invalid, or when the ranking is wrong.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from tasted.amounts import decimal
from tasted.demo.pictures import DemoPicture
from tasted.errors import TastedError
from tasted.home.layout import Home
from tasted.outbox.sidecar import Sidecar
from tasted.plain_dataclass import dataclass
from tasted.system.files import real_path, write_atomically

AUC_MINIMUM = 0.9
_CONFIG = """\
[embedder]
model = "pocket"

[preferences]
traits = ["adventurous"]
interests = ["hiking"]

[reading]
engine = "companion"
"""
_WAIT_SECONDS = 240.0
_POLL_SECONDS = 0.1
_STOP_SECONDS = 30.0


class DemoFailed(TastedError):
    """The demonstration did not show what it promises."""

    code = "demo_failed"


@dataclass(frozen=True, slots=True)
class DemoResult:
    """One new picture and what tasted made of it."""

    picture: DemoPicture
    sidecar: Sidecar


@dataclass(frozen=True, slots=True)
class DemoReport:
    """The whole demonstration."""

    results: tuple[DemoResult, ...]
    """Best first, the broken file last."""
    auc: float
    """The share of pairs in which a picture of the liked kind is above one of the rejected."""
    seconds: float


def show(
    root: Path,
    labelled: Sequence[DemoPicture],
    new: Sequence[DemoPicture],
    *,
    say: Callable[[str], None],
) -> DemoReport:
    """Run the demonstration in an empty folder.

    Raises:
        DemoFailed: saying what was missing, invalid or wrong.
    """
    home = Home(real_path(root))
    home.make_folders(is_new=True)
    write_atomically(home.config_file, _CONFIG.encode())
    started = time.monotonic()
    with _daemon(home) as process:
        say(f"The daemon is watching {home.inbox}.")
        for picture in labelled:
            write_atomically(home.inbox / picture.kind / picture.name, picture.data)
        say(f"Put {len(labelled)} pictures into inbox/liked and inbox/rejected to learn from.")
        _await(home, process, [f"{picture.kind}/{picture.name}" for picture in labelled])
        for picture in new:
            if picture.bio is not None:
                text = (home.inbox / picture.name).with_suffix(".txt")
                write_atomically(text, picture.bio.encode())
            write_atomically(home.inbox / picture.name, picture.data)
        say(f"Put {len(new)} new pictures into the inbox, one of them broken.")
        found = _await(home, process, [picture.name for picture in new])
    results = [DemoResult(picture, found[picture.name]) for picture in new]
    results.sort(key=_confidence, reverse=True)
    report = DemoReport(tuple(results), _auc(results), time.monotonic() - started)
    _check(report)
    return report


@contextlib.contextmanager
def _daemon(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tasted", "run", "--home", str(home.root)]
    # settings of the caller's environment would win over the file of the demonstration
    foreign = ("TASTED_", "CLASSIFIER_MODEL", "CLIP_MODEL_NAME")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            status = process.wait(_STOP_SECONDS)
        except BaseException:
            process.kill()
            raise
    if status != 0:
        raise _ended(home, status)


def _ended(home: Home, status: int) -> DemoFailed:
    return DemoFailed(
        f"The daemon ended with exit status {status}.", remedy=f"See {home.logs}/tasted.log"
    )


def _await(
    home: Home, process: subprocess.Popen[bytes], paths: Sequence[str]
) -> dict[str, Sidecar]:
    """Wait until every path has a sidecar, and return them."""
    end = time.monotonic() + _WAIT_SECONDS
    found: dict[str, Sidecar] = {}
    while len(found) < len(paths):
        for path in paths:
            file = home.outbox / f"{path}.json"
            if path not in found and file.exists():
                found[path] = _valid(file)
        if process.poll() is not None:
            raise _ended(home, process.returncode)
        if time.monotonic() > end:
            missing = sorted(set(paths) - set(found))
            raise DemoFailed(
                f"{len(missing)} sidecars are missing, {missing[0]} among them.",
                remedy=f"See {home.logs}/tasted.log",
            )
        time.sleep(_POLL_SECONDS)
    return found


def _valid(file: Path) -> Sidecar:
    try:
        return Sidecar.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise DemoFailed(f"The sidecar {file} is invalid: {error}.") from error


def _confidence(result: DemoResult) -> float:
    confidence = result.sidecar.confidence_score
    return -1.0 if confidence is None else confidence


def _auc(results: Sequence[DemoResult]) -> float:
    liked = [_confidence(result) for result in results if result.picture.kind == "liked"]
    rejected = [_confidence(result) for result in results if result.picture.kind == "rejected"]
    won = sum((a > b) + (a == b) / 2 for a in liked for b in rejected)
    return won / (len(liked) * len(rejected))


def _check(report: DemoReport) -> None:
    for result in report.results:
        expected = "error" if result.picture.kind == "broken" else "scored"
        if result.sidecar.status != expected:
            raise DemoFailed(f"{result.picture.name}: {result.sidecar.summary}")
    if report.auc < AUC_MINIMUM:
        raise DemoFailed(
            f"The ranking is wrong: AUC {decimal(report.auc, 3)} is under {AUC_MINIMUM}."
        )
