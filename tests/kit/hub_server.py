"""A model hub on this machine: the part of the hub's protocol that a download uses, and its faults.

Serves local folders as repositories: model info, tree, and files with ETag, commit and Range.
Every request is written down, so that a test can say what was asked and what was not.
"""

import contextlib
import functools
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_LARGE_BYTES = 20_000
_CHUNK_BYTES = 1 << 16


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    range_start: int | None


@dataclass
class Faults:
    """What the hub does wrong; keys are file names within a repository.

    Attributes:
        drop_after: close the connection after so many bytes of an answer's body, once.
        hold_after: send so many bytes, then wait for `release`.
        answer_once: answer the first request for a path that contains the key with this status.
        answer_always: the same, every time.
        corrupt: files of which one byte is changed on the way.
        ignore_range: send every file from its beginning.
        pause_seconds: wait before each chunk.
    """

    drop_after: dict[str, int] = field(default_factory=dict)
    hold_after: dict[str, int] = field(default_factory=dict)
    answer_once: dict[str, int] = field(default_factory=dict)
    answer_always: dict[str, int] = field(default_factory=dict)
    corrupt: set[str] = field(default_factory=set)
    ignore_range: bool = False
    pause_seconds: float = 0.0


class Hub:
    """A running hub.

    Attributes:
        endpoint: what HF_ENDPOINT is set to.
        faults: may be changed at any time.
        asked: the requests so far.
        holding: set when an answer stands still because of `hold_after`.
        release: lets it end.
    """

    def __init__(self, repositories: dict[str, Path]) -> None:
        self.repositories = repositories
        self.faults = Faults()
        self.asked: list[Asked] = []
        self.holding = threading.Event()
        self.release = threading.Event()
        self.lock = threading.Lock()
        self.endpoint = ""

    def commit(self, name: str) -> str:
        """Return the one commit of a repository: a digest of its files' names and contents."""
        digest = hashlib.sha1(name.encode(), usedforsecurity=False)
        for file in sorted(self.repositories[name].iterdir()):
            digest.update(file.name.encode())
            digest.update(etag(file).encode())
        return digest.hexdigest()

    def downloads(self, file: str) -> list[Asked]:
        """Return the GET requests for a file."""
        return [
            asked
            for asked in self.asked
            if asked.method == "GET" and asked.path.endswith(f"/{file}")
        ]


def etag(file: Path) -> str:
    """Return sha256 for a large file and git's blob id for a small one, as the hub does."""
    status = file.stat()
    return _etag(file, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=256)
def _etag(file: Path, size: int, _modified_ns: int) -> str:
    data = file.read_bytes()
    if size >= _LARGE_BYTES:
        return hashlib.sha256(data).hexdigest()
    header = f"blob {len(data)}\0".encode()
    return hashlib.sha1(header + data, usedforsecurity=False).hexdigest()


@contextlib.contextmanager
def running_hub(repositories: dict[str, Path]) -> Iterator[Hub]:
    """Serve local folders under the given repository names until the block ends."""
    hub = Hub(repositories)
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        """Answer with headers alone."""
        self._answer()

    def do_GET(self) -> None:
        """Answer a question or send a file."""
        self._answer()

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet: requests are written down in the hub."""

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        hub = self.hub
        with hub.lock:
            hub.asked.append(Asked(self.command, path, self._range_start()))
            status = _fault_status(hub.faults, path)
        if status is not None:
            self._refuse(status)
        elif path.startswith("/api/models/"):
            self._answer_question(path.removeprefix("/api/models/"))
        else:
            self._answer_file(path.removeprefix("/"))

    def _range_start(self) -> int | None:
        value = self.headers.get("Range")
        return int(value.removeprefix("bytes=").split("-")[0]) if value else None

    def _refuse(self, status: int, code: str | None = None) -> None:
        self.send_response(status)
        codes = {401: "RepoNotFound", 403: "GatedRepo", 404: "RepoNotFound"}
        if code or status in codes:
            self.send_header("X-Error-Code", code or codes[status])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer_question(self, rest: str) -> None:
        name, _, question = rest.partition("/tree/")
        if not question:
            name, _, revision = rest.partition("/revision/")
        else:
            revision = question
        folder = self.hub.repositories.get(name)
        if folder is None:
            self._refuse(404)
        elif revision not in {"", "main", self.hub.commit(name)}:
            self._refuse(404, "RevisionNotFound")
        elif question:
            self._send_json([_tree_entry(file) for file in sorted(folder.iterdir())])
        else:
            siblings = [_sibling(file) for file in sorted(folder.iterdir())]
            self._send_json({"id": name, "sha": self.hub.commit(name), "siblings": siblings})

    def _send_json(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer_file(self, rest: str) -> None:
        name, _, place = rest.partition("/resolve/")
        file = self.hub.repositories.get(name, Path("/nowhere")) / place.partition("/")[2]
        if not file.is_file():
            self._refuse(404, "EntryNotFound")
            return
        size = file.stat().st_size
        start = 0 if self.hub.faults.ignore_range else (self._range_start() or 0)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.send_header("X-Repo-Commit", self.hub.commit(name))
        self.send_header("ETag", f'"{etag(file)}"')
        self.send_header("X-Linked-Etag", f'"{etag(file)}"')
        self.send_header("X-Linked-Size", str(size))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(size - start))
        self.end_headers()
        if self.command == "GET":
            self._send_body(file, start)

    def _send_body(self, file: Path, start: int) -> None:
        data = bytearray(file.read_bytes())
        faults = self.hub.faults
        if file.name in faults.corrupt:
            data[-1] ^= 1
        with self.hub.lock:
            drop = faults.drop_after.pop(file.name, None)
        hold = faults.hold_after.get(file.name)
        # the reader is killed in some tests
        with contextlib.suppress(ConnectionError):
            for at in range(start, len(data), _CHUNK_BYTES):
                if drop is not None and at - start >= drop:
                    self.close_connection = True
                    return
                if hold is not None and at - start >= hold:
                    self.hub.holding.set()
                    self.hub.release.wait()
                    hold = None
                if faults.pause_seconds:
                    self.hub.release.wait(faults.pause_seconds)
                self.wfile.write(data[at : at + _CHUNK_BYTES])


def _fault_status(faults: Faults, path: str) -> int | None:
    for part in list(faults.answer_once):
        if part in path:
            return faults.answer_once.pop(part)
    return next((status for part, status in faults.answer_always.items() if part in path), None)


def _sibling(file: Path) -> dict[str, Any]:
    size = file.stat().st_size
    sibling: dict[str, Any] = {"rfilename": file.name, "size": size, "blobId": etag(file)}
    if size >= _LARGE_BYTES:
        sibling["lfs"] = {"sha256": etag(file), "size": size, "pointerSize": 134}
    return sibling


def _tree_entry(file: Path) -> dict[str, Any]:
    size = file.stat().st_size
    entry: dict[str, Any] = {"type": "file", "path": file.name, "size": size, "oid": etag(file)}
    if size >= _LARGE_BYTES:
        entry["lfs"] = {"oid": etag(file), "size": size, "pointerSize": 134}
    return entry
