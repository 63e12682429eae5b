"""Files under any names that a file system takes: each has exactly one sidecar, of its own."""

import contextlib
import os
import shutil

from hypothesis import example, given
from hypothesis import strategies as st

from kit.fuzzing import bounded, fuzzed
from kit.inbox_files import PNG
from kit.sidecars import NOW, VERSION, source_of
from tasted.errors import EmptyFile
from tasted.home.layout import Home
from tasted.inbox.listing import find_file, list_inbox
from tasted.outbox.failures import error_sidecar
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer
from tasted.rpc import framing
from tasted.rpc.encoding import request_from, to_json
from tasted.rpc.messages import RequestedFile, ScoreBatch

STEMS = st.one_of(
    st.binary(min_size=1, max_size=12),
    st.sampled_from([
        b"a", b"A", b"a.png~0123abcd", b"a.json", b"x" * 200, b"\xff", "\u202ea".encode(), b"a\nb",
        "e\u0301".encode(), "\u00e9".encode(), b"liked", b"-rf", b"~", b" ", b"a.png.json",
    ]),
)  # fmt: skip
ENDINGS = st.sampled_from([b".png", b".PNG", b".txt", b".TXT", b"", b".json", b".jpeg"])
PARTS = st.builds(lambda stem, ending: stem + ending, STEMS, ENDINGS)
PATHS = st.lists(PARTS, min_size=1, max_size=3).map(b"/".join)


@given(st.lists(PATHS, max_size=6))
@example([b"a.png.json/b.png", b"a.png"])
@example([b"a.json/b.png", b"a.json~0123abcd/b.png"])
@fuzzed(150)
def test_every_name_has_one_sidecar_of_its_own(home: Home, paths: list[bytes]) -> None:
    """What a look lists can be asked for, found alone, written, and read back as that very path."""
    for path in paths:
        # what no file system takes, and what is taken already, is not there
        with contextlib.suppress(ValueError, OSError):
            where = home.inbox / os.fsdecode(path)
            if not {b"..", b".", b""} & set(path.split(b"/")) and not where.exists():
                where.parent.mkdir(parents=True, exist_ok=True)
                where.write_bytes(PNG)
    with bounded("names", repr(paths).encode()):
        listing = list_inbox(home.inbox)
        ledger = Ledger(home.outbox)
        writer = Writer(home.outbox, ledger)
        for number, (path, file) in enumerate(listing.files.items()):
            request = ScoreBatch((RequestedFile(path),))
            sent = framing.decode(framing.encode(to_json(request))[4:])
            assert request_from(sent) == request
            found = find_file(home.inbox, path)
            assert found is not None
            assert found.stamp == file.stamp
            error = EmptyFile("It is empty.", remedy="Take it again.")
            writer.write(
                error_sidecar(
                    source_of(path, number), error, label=None, attempts=1, now=NOW, version=VERSION
                ),
                durable=False,
            )
        again = Ledger(home.outbox)
        again.refresh()
        assert again.entries.keys() == listing.files.keys()
        assert again.invalid == 0
    for folder in (home.inbox, home.outbox):
        shutil.rmtree(folder)
        folder.mkdir()
