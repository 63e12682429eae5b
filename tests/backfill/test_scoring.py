"""One engine scores a tree by a taste that was shipped: as the home would, and without it."""

import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kit.drawings import drawing, label_scenes
from kit.homes import pocket_home
from tasted.backfill.scoring import TreeScoring
from tasted.backfill.shipped_taste import ShippedTaste, ship_taste
from tasted.config import load_settings
from tasted.daemon.one_shot import publish_now, score_now
from tasted.errors import TasteUnusable
from tasted.home.layout import Home
from tasted.home.lock import hold_lock
from tasted.outbox.sidecar import Sidecar
from tasted.scoring.taste.array_file import pack, unpack

DTYPES: dict[str, np.dtype[Any]] = {
    "version": np.dtype(np.uint8),
    "views": np.dtype(np.float32),
    "ends": np.dtype(np.int64),
}
PLACES = ("mountain", "gym", "forest", "city")
MADE_ANEW = {"source", "scored_at", "timing_ms", "rescore_timing_ms", "first_scored_at"}


def labelled(root: Path, toml: str = "") -> Home:
    """Make a home with twelve labels; its taste is published."""
    home = pocket_home(root)
    with home.config_file.open("a", encoding="utf-8") as file:
        file.write(toml)
    label_scenes(home)
    publish_now(home, load_settings(home, environment={}).settings)
    return home


def tree_of(folder: Path) -> list[str]:
    """Draw a small tree, one of it below a folder that is called as a label, one with a text."""
    paths = [f"{place}/{number}.png" for place in PLACES for number in range(2)]
    paths[0] = "liked/0.png"
    for number, path in enumerate(paths):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(drawing(PLACES[number // 2], seed=70 + number))
    (folder / "forest" / "0.txt").write_text("Anna, 29\nI love hiking.\n", "utf-8")
    return paths


def said(document: Sidecar) -> dict[str, Any]:
    """Return what a document says of a picture, wherever it lies and whenever it was made."""
    return document.model_dump(mode="json", exclude=MADE_ANEW)


@pytest.mark.parametrize(
    "toml",
    [
        pytest.param('[preferences]\ninterests = ["hiking"]\ntraits = ["kind"]\n', id="taste"),
        pytest.param('[scoring]\nscorer = "seed"\n', id="seed"),
    ],
)
def test_a_tree_gets_the_documents_that_the_home_would_make(tmp_path: Path, toml: str) -> None:
    """Scores, reasons and neighbours are equal, here and from a copy with its model."""
    home = labelled(tmp_path / "home", toml)
    settings = load_settings(home, environment={}).settings
    paths = tree_of(tmp_path / "tree")
    wanted = score_now(
        home, settings, inside=[], outside=[str(tmp_path / "tree" / path) for path in paths]
    )
    before = contents_of(home.state / "library")
    # a daemon may be running: whoever holds the lock is in nobody's way
    with hold_lock(home):
        taste = ship_taste(
            home, settings, tmp_path / "shipped", logs=tmp_path / "logs", has_model=True
        )
    assert contents_of(home.state / "library") == before
    sent = ShippedTaste.unpacked(taste.to_bytes(), tmp_path / "sent")
    with TreeScoring(
        sent, {"": tmp_path / "tree"}, working=tmp_path / "engine", machine=settings
    ) as scoring:
        found = scoring.documents([*paths, "gone.png"])
    assert found.pop("gone.png") is None
    assert not (tmp_path / "engine").exists()
    for path in paths:
        document = found[path]
        assert document is not None
        expected = Sidecar.model_validate(wanted[str(tmp_path / "tree" / path)])
        assert said(document) == said(expected)
        assert document.source.path == path
        assert document.kind == "screenshot"


@pytest.mark.parametrize("scorer", ["taste", "seed"])
@pytest.mark.parametrize("likes", [0, 1])
def test_a_home_that_has_learnt_nothing_scores_a_tree(
    tmp_path: Path, scorer: str, likes: int
) -> None:
    """With no like and no reject, or one like, the documents are those that the home would make."""
    home = pocket_home(tmp_path / "home")
    with home.config_file.open("a", encoding="utf-8") as file:
        file.write(f'[scoring]\nscorer = "{scorer}"\n')
    for number in range(likes):
        (home.inbox / "liked" / f"{number}.png").write_bytes(drawing("mountain", seed=number))
    settings = load_settings(home, environment={}).settings
    publish_now(home, settings)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.png").write_bytes(drawing("gym", seed=1))
    picture = str(tmp_path / "tree" / "a.png")
    wanted = score_now(home, settings, inside=[], outside=[picture])
    taste = ship_taste(home, settings, tmp_path / "shipped", logs=tmp_path / "logs")
    with TreeScoring(taste, {"": tmp_path / "tree"}, working=tmp_path / "engine") as scoring:
        document = scoring.documents(["a.png"])["a.png"]
    assert document is not None
    assert said(document) == said(Sidecar.model_validate(wanted[picture]))


def test_a_damaged_taste_is_told_in_words_for_people(tmp_path: Path) -> None:
    """What Python says of it reaches nobody."""
    home = labelled(tmp_path / "home")
    settings = load_settings(home, environment={}).settings
    taste = ship_taste(home, settings, tmp_path / "shipped", logs=tmp_path / "logs")
    arrays = taste.folder / "taste.arrays"
    facts, parts = unpack(arrays.read_bytes(), DTYPES)
    arrays.write_bytes(pack({**facts, "references": facts["references"][1:]}, parts))
    (tmp_path / "a.png").write_bytes(drawing("gym", seed=1))
    with (
        TreeScoring(taste, {"": tmp_path}, working=tmp_path / "engine") as scoring,
        pytest.raises(TasteUnusable, match=r"cannot be used: it is damaged\.$") as raised,
    ):
        scoring.documents(["a.png"])
    assert raised.value.remedy.endswith("tasted backfill --name NAME --again")


def contents_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of every file."""
    return {
        str(file.relative_to(folder)): (status.st_size, status.st_mtime_ns)
        for file in sorted(folder.rglob("*"))
        if stat.S_ISREG((status := os.lstat(file)).st_mode)
    }


def test_two_folders_are_one_tree(tmp_path: Path) -> None:
    """Each has a first part of its paths, and equal names in both are two pictures."""
    home = labelled(tmp_path / "home")
    for name, seed in (("one", 1), ("two", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(drawing("mountain", seed=seed))
    (tmp_path / "two" / "a.txt").write_text("Anna, 29", "utf-8")
    settings = load_settings(home, environment={}).settings
    taste = ship_taste(home, settings, tmp_path / "shipped", logs=tmp_path / "logs")
    roots = {name: tmp_path / name for name in ("one", "two")}
    with TreeScoring(taste, roots, working=tmp_path / "engine") as scoring:
        found = scoring.documents(["one/a.png", "two/a.png", "three/a.png"])
    assert found["three/a.png"] is None
    one, two = found["one/a.png"], found["two/a.png"]
    assert one is not None
    assert two is not None
    assert one.source.sha256 != two.source.sha256
    assert two.source.companion is not None
    assert two.source.companion.path == "two/a.txt"


def test_a_machine_that_would_score_otherwise_refuses(tmp_path: Path) -> None:
    """Documents of two tastes are never mixed."""
    home = labelled(tmp_path / "home")
    settings = load_settings(home, environment={}).settings
    taste = ship_taste(home, settings, tmp_path / "shipped", logs=tmp_path / "logs")
    facts = taste.folder / "facts.json"
    facts.write_text(facts.read_text("ascii").replace(taste.facts.taste_fingerprint, "0" * 64))
    (tmp_path / "a.png").write_bytes(drawing("gym", seed=1))
    changed = ShippedTaste.read(taste.folder)
    assert changed is not None
    with (
        TreeScoring(changed, {"": tmp_path}, working=tmp_path / "engine") as scoring,
        pytest.raises(TasteUnusable, match="would score otherwise"),
    ):
        scoring.documents(["a.png"])
