"""Pictures that come in a request: spooled, scored before anything else, and gone again.

Writes `.tasted/web/uploads`, and the inbox when a picture is to be kept. What lies in the folder of
uploads at a start was left by a killed process, and is removed.
"""

import contextlib
import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any

import structlog

from tasted.daemon.shared.work_queue import Asked
from tasted.errors import (
    CommandError,
    DiskFull,
    ImageTooLarge,
    NotFound,
    TastedError,
    UnsupportedFormat,
)
from tasted.home.layout import Home
from tasted.inbox.moving import put
from tasted.picture_formats import HEAD_BYTES, SUPPORTED, sniff
from tasted.plain_dataclass import dataclass
from tasted.rpc.review_messages import CallDone, EndUpload, ReviewAnswer
from tasted.system.files import private_folder
from tasted.system.sweeping import sweep_temporary

UPLOADS_MAX = 8
JOBS_KEPT = 32
JOB_SECONDS = 600.0
_NAME_LENGTH_MAX = 100
_SUFFIXES = {
    "PNG": ".png",
    "JPEG": ".jpg",
    "WEBP": ".webp",
    "GIF": ".gif",
    "TIFF": ".tiff",
    "BMP": ".bmp",
    "HEIF": ".heic",
    "AVIF": ".avif",
}

log = structlog.get_logger("tasted.reviewing")

Send = Callable[[ReviewAnswer], None]


class Busy(CommandError):
    """More pictures are being sent than are taken at a time."""

    code = "busy"


@dataclass(slots=True)
class _Upload:
    id: str
    file: Path
    size: int = 0
    began: float = field(default_factory=time.monotonic)
    is_asked: bool = False
    """Whether all of it came, and it is being scored."""
    name: str = ""
    """As it is told to the client."""
    kept_as: str | None = None
    """Path in the inbox, if it was to be kept."""
    result: dict[str, Any] | None = None
    """A `JobAnswer` that is done or failed."""
    done: threading.Event = field(default_factory=threading.Event)


class Uploads:
    """The uploads of one home.

    Args:
        home: whose folders are written.
        ask: hands a request for a score to the worker.
        bytes_max: returns the largest size of a picture.
        result_href: returns where the result of a content is.
    """

    def __init__(
        self,
        home: Home,
        *,
        ask: Callable[[Asked], None],
        bytes_max: Callable[[], int],
        result_href: Callable[[str], str],
    ) -> None:
        self._home = home
        self._folder = home.web / "uploads"
        self._ask = ask
        self._bytes_max = bytes_max
        self._result_href = result_href
        self._guard = threading.Lock()
        self._uploads: OrderedDict[str, _Upload] = OrderedDict()

    def sweep(self) -> None:
        """Remove what a killed process left; called before anything comes."""
        with contextlib.suppress(OSError):
            for file in list(self._folder.iterdir()):
                file.unlink(missing_ok=True)
            sweep_temporary(self._folder, older_than_seconds=0)

    def begin(self) -> dict[str, Any]:
        """Take an upload in; the body names it.

        Raises:
            Busy: when too many are under way.
            HomeGone: when the home is not at its place.
            OSError: when the folder cannot be made.
        """
        self._home.check()
        private_folder(self._folder, below=self._home.root)
        upload_id = secrets.token_hex(16)
        with self._guard:
            self._drop_old()
            if sum(not upload.done.is_set() for upload in self._uploads.values()) >= UPLOADS_MAX:
                raise Busy(
                    f"{UPLOADS_MAX} pictures wait for their scores already.",
                    remedy="Try again in a moment.",
                )
            self._uploads[upload_id] = _Upload(upload_id, self._folder / f"{upload_id}.part")
        return {"upload": upload_id}

    def add(self, upload_id: str, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            NotFound: when there is no such upload.
            ImageTooLarge: when it grew larger than a picture may be; it is gone then.
            DiskFull: when there is no room; it is gone then.
        """
        upload = self._open(upload_id)
        upload.size += len(data)
        if upload.size > self._bytes_max():
            self.drop(upload_id)
            raise ImageTooLarge(
                f"The picture has more than {self._bytes_max()} bytes.",
                remedy="The limit is limits.max_bytes in the settings.",
            )
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
            with open(os.open(upload.file, flags, 0o600), "ab") as stream:  # noqa: PTH123 - a descriptor has no path
                stream.write(data)
        except OSError as error:
            self.drop(upload_id)
            raise DiskFull(
                f"The picture cannot be kept while it is scored: {error.strerror}.",
                remedy="Free some space, and send it again.",
            ) from error

    def drop(self, upload_id: str) -> None:
        """Forget an upload whose rest does not come."""
        with self._guard:
            upload = self._uploads.get(upload_id)
            if upload is None or upload.is_asked:
                # the worker has it in hand, and removes it itself
                return
            del self._uploads[upload_id]
        self._remove(upload)

    def drop_open(self) -> None:
        """Forget every upload whose rest does not come: the web child left."""
        with self._guard:
            waiting = [upload.id for upload in self._uploads.values() if not upload.is_asked]
        for upload_id in waiting:
            self.drop(upload_id)

    def end(self, number: int, call: EndUpload, send: Send) -> None:
        """Have it scored; the score is sent when it is there, or a job when the time is up.

        Raises:
            NotFound: when there is no such upload.
            UnsupportedFormat: when it is no picture that is read; it is gone then.
            TastedError, OSError: when it cannot be put where it belongs.
        """
        upload = self._open(call.upload)
        try:
            asked = self._placed(upload, call)
        except BaseException:
            self.drop(upload.id)
            raise
        upload.is_asked = True
        waiting = _Waiting(number, upload, send, lambda: self.job(upload.id))
        if call.wait_seconds > 0:
            timer = threading.Timer(call.wait_seconds, waiting.answer)
            timer.daemon = True
            timer.start()
        self._ask(
            Asked(
                upload.id,
                (asked,),
                inside=call.keep,
                deliver=lambda answer: self._deliver(upload, asked, answer, waiting),
            )
        )
        if call.wait_seconds <= 0:
            waiting.answer()

    def job(self, upload_id: str) -> dict[str, Any]:
        """Return a `JobAnswer`.

        Raises:
            NotFound: when there is no such upload, or no longer.
        """
        with self._guard:
            upload = self._uploads.get(upload_id)
        if upload is None or not upload.is_asked:
            raise NotFound("There is no such job.", remedy="Jobs are kept for ten minutes.")
        if upload.result is not None:
            return upload.result
        return {"id": upload_id, "state": "waiting", "href": f"/api/jobs/{upload_id}"}

    # ---- parts ------------------------------------------------------------------------

    def _open(self, upload_id: str) -> _Upload:
        with self._guard:
            upload = self._uploads.get(upload_id)
        if upload is None or upload.is_asked:
            raise NotFound("There is no such upload.", remedy="Send the picture again.")
        return upload

    def _placed(self, upload: _Upload, call: EndUpload) -> str:
        """Give the file a name by what it is; return the path that the worker is asked for."""
        head = b""
        with contextlib.suppress(FileNotFoundError), upload.file.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        kind = sniff(head)
        if kind not in SUPPORTED:
            what = "is empty" if not head else "is not a picture that tasted reads"
            raise UnsupportedFormat(
                f"What was sent {what}.",
                remedy="Send a PNG, JPEG, WebP, HEIC, AVIF, GIF, TIFF or BMP.",
            )
        upload.name = _plain_name(call.name, _SUFFIXES[kind])
        if call.keep:
            return self._kept(upload, call.text)
        named = upload.file.with_suffix(_SUFFIXES[kind])
        upload.file.rename(named)
        upload.file = named
        if call.text:
            named.with_suffix(".txt").write_text(call.text, "utf-8")
        return str(named)

    def _kept(self, upload: _Upload, text: str | None) -> str:
        """Put a picture into the inbox, under a name that is free."""
        self._home.check_inbox()
        copy = put(self._home.inbox, upload.name, upload.file.read_bytes())
        upload.file.unlink(missing_ok=True)
        upload.kept_as = copy.path.relative_to(self._home.inbox).as_posix()
        if text:
            put(self._home.inbox, f"{copy.path.stem}.txt", text.encode())
        return upload.kept_as

    def _deliver(
        self, upload: _Upload, asked: str, answer: dict[str, Any], waiting: "_Waiting"
    ) -> None:
        """Take the score, on the thread of the worker."""
        upload.result = self._result(upload, asked, answer)
        if upload.kept_as is None:
            self._remove(upload)
        upload.done.set()
        waiting.answer()

    def _result(self, upload: _Upload, asked: str, answer: dict[str, Any]) -> dict[str, Any]:
        job: dict[str, Any] = {"id": upload.id, "href": f"/api/jobs/{upload.id}"}
        fault = answer.get("error")
        document = None if fault is not None else answer["documents"].get(asked)
        if document is not None:
            document = _without(document, asked, upload.name)
            fault = document["error"]
        elif fault is None:
            fault = _gone_meanwhile()
        if fault is not None:
            message = str(fault["message"]).replace(asked, upload.name)
            problem = {"code": fault["code"], "message": message, "remedy": fault["remedy"]}
            return {
                **job,
                "state": "failed",
                "problem": problem,
                "kept": upload.kept_as is not None,
            }
        content = document["source"]["sha256"] if document is not None else None
        is_kept = upload.kept_as is not None
        href = self._result_href(content) if is_kept and content is not None else None
        return {**job, "state": "done", "sidecar": document, "kept": is_kept, "result_href": href}

    def _remove(self, upload: _Upload) -> None:
        for file in (upload.file, upload.file.with_suffix(".txt")):
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                log.warning("upload_not_removed", error=str(error))

    def _drop_old(self) -> None:
        now = time.monotonic()
        done = [upload for upload in self._uploads.values() if upload.done.is_set()]
        for at, upload in enumerate(reversed(done)):
            if at >= JOBS_KEPT or now - upload.began > JOB_SECONDS:
                del self._uploads[upload.id]


class _Waiting:
    """A client that waits for a score: it is answered once, by whoever is first."""

    def __init__(
        self, number: int, upload: _Upload, send: Send, job: Callable[[], dict[str, Any]]
    ) -> None:
        self._number = number
        self._upload = upload
        self._send = send
        self._job = job
        self._answering = threading.Lock()

    def answer(self) -> None:
        """Send what is known, unless that was done before."""
        if self._answering.acquire(blocking=False):
            try:
                self._send(CallDone(self._number, self._job()))
            except TastedError:
                log.exception("job_not_told")


def _gone_meanwhile() -> dict[str, str]:
    return {
        "code": "not_found",
        "message": "The picture was gone before it was scored.",
        "remedy": "Send it again.",
    }


def _plain_name(given: str | None, suffix: str) -> str:
    """Return a name for the inbox: letters of the client's name, and the suffix of what it is."""
    stem = Path((given or "").replace("\\", "/")).name
    stem = stem[: -len(Path(stem).suffix)] if Path(stem).suffix else stem
    kept = "".join(
        letter if letter.isalnum() or letter in " -_().,'" else "-" for letter in stem
    ).strip(" .-")
    return f"{kept[:_NAME_LENGTH_MAX].strip(' .-') or 'upload'}{suffix}"


def _without(value: Any, place: str, name: str) -> Any:
    """Return a document in which a place on the disk is a name."""
    match value:
        case str():
            text = value.replace(place, name)
            stem = place.rpartition(".")[0]
            return text.replace(f"{stem}.txt", f"{name.rpartition('.')[0]}.txt")
        case list():
            return [_without(item, place, name) for item in value]
        case dict():
            return {key: _without(item, place, name) for key, item in value.items()}
        case _:
            return value
