"""Anything may lie in the folder of requests: any bytes, under any name, of any kind."""

import contextlib
import os
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kit.fuzzing import bounded, fuzzed
from kit.json_values import mangled_text
from tasted.daemon.shared.requests import Request, leave_request, parse_request, waiting_requests
from tasted.home.layout import Home

BODIES: list[dict[str, Any]] = [
    {"kind": "score", "inside": ["anna/1.png"], "outside": []},
    {"kind": "score", "inside": [], "outside": ["/tmp/a.png"]},  # noqa: S108 - a text, never opened
    {"kind": "rescore"},
    {"kind": "import", "staging_id": "0123456789abcdef"},
    {"kind": "versions", "action": "compare", "a": 9, "b": 13, "hold": False},
]
PATHS = ("../a", "/etc/passwd", "a/../b", "", ".", "a\0b", "a//b", "/", "//", "~", "a\nb")
CONTENTS = st.one_of(st.binary(max_size=100), mangled_text(BODIES, texts=PATHS))
NAMES = st.one_of(
    st.binary(min_size=1, max_size=40).map(lambda name: name + b".json"),
    st.binary(min_size=1, max_size=40),
    st.sampled_from([b"a.answer.json", b".json", b"a.json.json", b"\xff.json"]),
    st.just(b"x" * 250 + b".json"),
)  # fmt: skip
KINDS = st.sampled_from(["file", "file", "file", "folder", "link", "pipe"])


def is_harmless(request: Request) -> bool:
    """Tell whether no path climbs, and each is where it says."""
    if request.transfer is not None and not request.transfer.staging_id.isalnum():
        return False
    return all(
        path.startswith("/") is absolute and not {"", ".", ".."} & set(path.lstrip("/").split("/"))
        for paths, absolute in ((request.inside, False), (request.outside, True))
        for path in paths
    )


@given(CONTENTS)
@fuzzed(500)
def test_any_bytes_are_a_request_or_none(content: bytes) -> None:
    """What is taken for a request has a known kind and harmless paths."""
    with bounded("request", content):
        request = parse_request("a", content)
    if request is not None:
        assert request.kind in {"score", "rescore", "import", "versions"}
        assert is_harmless(request)


@given(st.lists(st.tuples(NAMES, KINDS, CONTENTS), max_size=4))
@fuzzed(150)
def test_no_file_keeps_the_next_request_from_being_served(
    home: Home, entries: list[tuple[bytes, str, bytes]]
) -> None:
    """Whatever lies in the folder, a request that is left there is found, every time."""
    folder = os.fsencode(home.requests)
    for name, kind, content in entries:
        _put(folder + b"/" + name, kind, content)
    with bounded("requests_folder", repr(entries).encode()):
        mine = leave_request(home.requests, "rescore")
        for _look in range(2):
            found = list(waiting_requests(home.requests, answered=set()))
            assert mine in {request.id for request in found}
            assert all(map(is_harmless, found))
    _clear(home.requests)


def _put(path: bytes, kind: str, content: bytes) -> None:
    # a name with a NUL or a slash in it is none; one that is taken stays
    with contextlib.suppress(ValueError, OSError):
        if os.path.lexists(path):
            # writing into a pipe that nobody reads would wait for ever
            return
        if kind == "file":
            Path(os.fsdecode(path)).write_bytes(content)
        elif kind == "folder":
            Path(os.fsdecode(path)).mkdir()
        elif kind == "link":
            Path(os.fsdecode(path)).symlink_to("/etc/hostname")
        else:
            os.mkfifo(path)


def _clear(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            entry.rmdir()
        else:
            entry.unlink()
