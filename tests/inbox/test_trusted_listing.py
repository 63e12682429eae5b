"""What a look at the inbox must show before its absences are believed."""

import json
import shutil

import pytest

from kit.children import python
from kit.inbox_files import PNG
from tasted.errors import InboxUnavailable
from tasted.home.layout import Home
from tasted.inbox.trusted_listing import trusted_listing
from tasted.records import Current

_LOOK = """
import sys
from pathlib import Path
from tasted.inbox.trusted_listing import trusted_listing
from tasted.errors import InboxUnavailable
inbox = Path(sys.argv[1])
print(trusted_listing(inbox, None).unreadable)
try:
    trusted_listing(inbox, None, whole=True)
except InboxUnavailable as fault:
    print(fault.message)
"""


def published(references: int) -> Current:
    """Return what was published with so many likes."""
    texts = ("embedder", "embedder_fingerprint", "scorer", "taste_fingerprint", "labels_digest")
    return Current(
        **dict.fromkeys(texts, "x"), taste=None, config_digest="", liked=references, rejected=0
    )


def test_row_15_an_inbox_without_label_folders_is_not_believed(home: Home) -> None:
    """With references it is an empty mount point; without any it is an inbox like others."""
    (home.inbox / "a.png").write_bytes(PNG)
    assert list(trusted_listing(home.inbox, published(3)).files) == ["a.png"]
    shutil.rmtree(home.inbox / "liked")
    assert list(trusted_listing(home.inbox, published(3)).files) == ["a.png"]
    shutil.rmtree(home.inbox / "rejected")
    with pytest.raises(InboxUnavailable, match="neither"):
        trusted_listing(home.inbox, published(3))
    assert list(trusted_listing(home.inbox, published(0)).files) == ["a.png"]
    assert list(trusted_listing(home.inbox, None).files) == ["a.png"]


def test_row_16_who_needs_the_whole_inbox_is_told_what_cannot_be_read(home: Home) -> None:
    """A daemon goes on with what it sees; a rebuild would unlearn the rest."""
    locked = home.inbox / "liked"
    locked.chmod(0)
    child = python("-c", _LOOK, str(home.inbox), modes_bind=True)
    locked.chmod(0o700)
    assert child.returncode == 0, child.stderr
    assert "liked" in child.stdout.splitlines()[0]
    assert str(locked) in child.stdout.splitlines()[1]
    assert json.dumps(str(locked)) not in child.stderr
