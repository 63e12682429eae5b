"""Files through which a command asks a running daemon. Touches `.tasted/requests`.

A request is `<id>.json`; its answer is `<id>.answer.json`. Both are written atomically. The daemon
removes the request once the answer is there, so a request that is gone without an answer will get
none; the asking command removes both. It shows that it is alive by the time of its request; what a
command that died left behind is removed after an hour.
"""

import contextlib
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog

from tasted.daemon.shared.forget_order import Order, are_paths, parse_order
from tasted.daemon.shared.model_order import MODEL, ModelOrder, parse_model_order
from tasted.daemon.shared.transfer_order import EXPORT, IMPORT, TransferOrder, parse_transfer
from tasted.daemon.shared.trial_order import TRIAL, TrialOrder, parse_trial
from tasted.daemon.shared.undo_order import UndoOrder, parse_undo
from tasted.daemon.shared.version_order import VERSIONS, VersionOrder, parse_versions
from tasted.errors import CommandError, ServiceFault, TastedError
from tasted.home.layout import Home
from tasted.plain_dataclass import dataclass
from tasted.system.files import read_regular_file, write_atomically

_REQUEST_SUFFIX = ".json"
_ANSWER_SUFFIX = ".answer.json"
_BYTES_MAX = 64_000_000
_STALE_SECONDS = 3600.0
_ALIVE_SECONDS = 10.0
_POLL_SECONDS = 0.02
_KINDS = frozenset(
    {"score", "rescore", "rebuild", "forget", "review", "undo"}
    | {EXPORT, IMPORT, VERSIONS, TRIAL, MODEL}
)

log = structlog.get_logger("tasted.requests")


@dataclass(frozen=True, slots=True)
class Request:
    """What a command asks for."""

    id: str
    kind: str
    """`score`, `rescore`, `rebuild`, `forget`, `export`, `import`, `review`, `undo`, `versions` or
    `trial` or `model`."""
    inside: tuple[str, ...] = ()
    """Paths relative to the inbox."""
    outside: tuple[str, ...] = ()
    """Absolute paths of files that are not in the inbox; nothing is stored for them."""
    order: Order | None = None
    """What is to be forgotten."""
    transfer: TransferOrder | None = None
    """What is to be exported or imported."""
    renews: bool = False
    """Of `review`: whether everybody who is in is to leave, for the secrets are new."""
    undo: UndoOrder | None = None
    """Which answers are to be taken back."""
    version: VersionOrder | None = None
    """Which version is to decide, or which are to be compared."""
    trial: TrialOrder | None = None
    """What is to be done about a trial."""
    model: ModelOrder | None = None
    """Which model is to decide."""


def leave_request(folder: Path, kind: str, **fields: Any) -> str:
    """Leave a request for the daemon, and return its id.

    Raises:
        CommandError: when it cannot be written.
    """
    request_id = secrets.token_hex(8)
    body = json.dumps({"kind": kind, **fields}).encode("ascii")
    try:
        write_atomically(folder / f"{request_id}{_REQUEST_SUFFIX}", body, durable=False)
    except OSError as error:
        raise CommandError(
            f"Cannot ask the daemon: {folder} is not writable: {error.strerror}.",
            remedy="Check the free space and the folder, and try again.",
        ) from error
    return request_id


def await_answer(
    folder: Path,
    request_id: str,
    *,
    still_served: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
    timeout_seconds: float | None = None,
) -> dict[str, Any]:
    """Wait for the daemon's answer and clear both files away.

    Args:
        folder: the home's requests.
        request_id: from `leave_request`.
        still_served: returns whether the daemon is still there.
        clock: monotonic seconds.
        pause: waits between two checks.
        timeout_seconds: when to give up; None waits as long as the daemon is there.

    Raises:
        ServiceFault: when the daemon went away or could not write the answer, or the time passed.
    """
    answer_file = folder / f"{request_id}{_ANSWER_SUFFIX}"
    request_file = folder / f"{request_id}{_REQUEST_SUFFIX}"
    now = touched_at = clock()
    end = None if timeout_seconds is None else now + timeout_seconds
    _touch(request_file)
    try:
        while True:
            now = clock()
            if now - touched_at > _ALIVE_SECONDS:
                touched_at = now
                _touch(request_file)
            # before reading: the last answer of a daemon that then ended is found
            is_there, served = request_file.exists(), still_served()
            with contextlib.suppress(FileNotFoundError):
                data, _stamp = read_regular_file(answer_file, max_bytes=_BYTES_MAX)
                answer: dict[str, Any] = json.loads(data)
                return answer
            if served and not is_there:
                # what it does not understand is taken away, and so is what it cannot answer
                raise ServiceFault(
                    "The daemon did not answer: it does not know what it was asked for, or its "
                    "answer cannot be written.",
                    remedy="See: tasted status. If it is of another version, start it again.",
                )
            if not served or (end is not None and now > end):
                raise ServiceFault("The daemon did not answer.", remedy="See why: tasted status")
            pause(_POLL_SECONDS)
    finally:
        answer_file.unlink(missing_ok=True)
        request_file.unlink(missing_ok=True)


def _touch(request_file: Path) -> None:
    now = time.time()
    # where times cannot be set, or the request is gone, nobody would notice
    with contextlib.suppress(OSError):
        # by this clock, which the daemon has too, and not by the one of a network drive
        os.utime(request_file, (now, now), follow_symlinks=False)


def waiting_requests(folder: Path, *, answered: set[str]) -> Iterator[Request]:
    """Yield the requests that were not yet taken up; malformed ones are removed.

    Args:
        folder: the home's requests.
        answered: ids that were yielded before; the caller adds to it, and those whose file is gone
            are taken out.

    Raises:
        OSError: when the folder cannot be listed.
    """
    files = sorted(folder.iterdir())
    # ids are never used again
    answered &= {file.name.removesuffix(_REQUEST_SUFFIX) for file in files}
    for file in files:
        name = file.name
        if name.startswith(".") or not name.endswith(_REQUEST_SUFFIX):
            continue
        request_id = name.removesuffix(_REQUEST_SUFFIX)
        if request_id in answered:
            # its command waits for the answer, whatever the clocks say
            continue
        if _is_stale(file):
            _remove(file)
            continue
        if name.endswith(_ANSWER_SUFFIX):
            continue
        request = _read(file, request_id)
        if request is None:
            _remove(file)
        else:
            yield request


def _remove(file: Path) -> None:
    # a folder is not a request, and must not keep the others from being served
    if not file.is_dir() or file.is_symlink():
        file.unlink(missing_ok=True)


def _is_stale(file: Path) -> bool:
    try:
        return time.time() - file.lstat().st_mtime > _STALE_SECONDS
    except FileNotFoundError:
        # its command has removed it since the folder was listed
        return False


def _read(file: Path, request_id: str) -> Request | None:
    try:
        data, _stamp = read_regular_file(file, max_bytes=_BYTES_MAX)
        return parse_request(request_id, data)
    except OSError:
        return None


def parse_request(request_id: str, data: bytes) -> Request | None:
    """Parse the bytes of a request; None when they are not one. Pure."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        return None
    inside, outside = value.get("inside", []), value.get("outside", [])
    order = parse_order(value) if kind == "forget" else None
    if not (are_paths(inside) and are_paths(outside, absolute=True)):
        return None
    transfer = parse_transfer(value)
    undo = parse_undo(value) if kind == "undo" else None
    needed = {"forget": order, EXPORT: transfer, IMPORT: transfer, "undo": undo}
    if kind in needed and needed[kind] is None:
        return None
    renews = value.get("renews") is True
    version = parse_versions(value)
    trial, model = parse_trial(value), parse_model_order(value)
    needed_orders = {VERSIONS: version, TRIAL: trial, MODEL: model}
    if kind in needed_orders and needed_orders[kind] is None:
        return None
    return Request(
        request_id,
        kind,
        tuple(inside),
        tuple(outside),
        order,
        transfer,
        renews,
        undo,
        version,
        trial,
        model,
    )


def _discard(folder: Path, request_id: str) -> None:
    try:
        (folder / f"{request_id}{_REQUEST_SUFFIX}").unlink(missing_ok=True)
    except OSError as error:
        log.warning("request_not_removed", request=request_id, error=str(error))


def write_answer(folder: Path, request_id: str, answer: dict[str, Any]) -> None:
    """Answer a request and remove it: its command may be gone, and it must not be served again.

    An answer that cannot be written is logged; the command sees that its request is gone.
    """
    body = json.dumps(answer).encode("ascii")
    try:
        write_atomically(folder / f"{request_id}{_ANSWER_SUFFIX}", body, durable=False)
    except OSError as error:
        log.warning("answer_not_written", request=request_id, error=str(error))
    _discard(folder, request_id)


def answer_request(home: Home, request_id: str, answer: dict[str, Any]) -> None:
    """Answer a request in the home that it was left in; if that is gone, nobody waits there."""
    try:
        home.check()
    except ServiceFault as gone:
        log.warning("answer_not_written", request=request_id, error=gone.message)
    else:
        write_answer(home.requests, request_id, answer)


def failure(error: TastedError) -> dict[str, Any]:
    """Return the answer that reports an error."""
    return {"error": {"code": error.code, "message": error.message, "remedy": error.remedy}}
