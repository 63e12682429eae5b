"""The scene of all tests of the oracle."""

import pytest

from chaos.contents import bad_picture, picture
from kit.chaos_scenes import EMBEDDER, MODEL, TASTE, Scene, learnt
from kit.pages import page_of
from kit.sidecars import failed, scored
from tasted.home.layout import Home
from tasted.home.status import write_current
from tasted.records import Current


@pytest.fixture
def scene(home: Home) -> Scene:
    """A scored picture with a text, one in a folder, a reference and a bad file."""
    made = Scene(home)
    bad = bad_picture(0)
    made.journal.codes[bad.sha256] = bad.codes
    (home.inbox / "anna").mkdir()
    for number, path in enumerate(("a.png", "anna/b.png", "liked/c.png")):
        (home.inbox / path).write_bytes(picture(number, ".png").data)
    (home.inbox / "a.txt").write_text("I love hiking.", "utf-8")
    (home.inbox / "bad.png").write_bytes(bad.data)
    (home.inbox / "notes.junk").write_text("nobody's")
    made.sidecar("a.png", scored("a.png", model=MODEL))
    made.sidecar("anna/b.png", scored("anna/b.png", model=MODEL))
    made.sidecar("liked/c.png", learnt("liked/c.png"))
    error = failed("bad.png")
    part = error.error.model_copy(update={"code": "truncated"}) if error.error else None
    made.sidecar("bad.png", error.model_copy(update={"error": part}))
    write_current(
        home.current_file,
        Current("pocket", EMBEDDER, "seed", "seed", TASTE, "a", "l", 1, 0),
    )
    home.page_file.touch(0o600)
    home.page_file.write_text(page_of([]), "utf-8")
    made.saw()
    return made
