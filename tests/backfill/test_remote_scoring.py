"""One machine of several: groups in, answers out, from folders and from an object store."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.documents import MADE_ANEW, is_alike
from kit.drawings import drawing, label_scenes
from kit.homes import pocket_home
from kit.object_stores import object_store
from tasted import __version__
from tasted.backfill.object_store import ObjectStore
from tasted.backfill.remote_scoring import (
    RemoteOrder,
    RemoteScoring,
    packed_group,
    unpacked_answers,
    unpacked_group,
)
from tasted.backfill.scoring import TreeScoring, tree_task
from tasted.backfill.shipped_taste import ShippedTaste, ship_taste
from tasted.config import load_settings
from tasted.daemon.one_shot import publish_now
from tasted.inbox.reconcile import Reason, Task
from tasted.outbox.sidecar import Sidecar
from tasted.records import Companion, FileStamp, InboxFile
from tasted.rpc.messages import EngineAnswer, Fault, FileResult, FileScored

PLACES = ("mountain", "gym", "forest", "city")

names = st.text(st.characters(exclude_characters="\0/", codec=None), min_size=1, max_size=8)
stamps = st.builds(FileStamp, *[st.integers(0, 2**63)] * 3, st.none() | st.integers(0, 2**63))
companions = st.none() | st.builds(Companion, names, stamps)
tasks = st.builds(
    tree_task,
    st.builds(InboxFile, names, stamps, companions),
    reason=st.sampled_from(Reason),
    attempts=st.integers(0, 9),
)


@given(st.lists(tasks, max_size=4))
def test_a_group_arrives_as_it_was_sent(group: list[Task]) -> None:
    """Names that are not UTF-8, too."""
    assert unpacked_group(packed_group(group)) == group


@given(st.text() | st.integers() | st.lists(st.dictionaries(st.text(), st.integers())))
def test_what_is_no_group_is_refused(value: object) -> None:
    """By one kind of error, whatever it is; nothing at all is a group of nothing."""
    text = json.dumps(value)
    if value == []:
        assert unpacked_group(text) == []
    else:
        with pytest.raises(ValueError, match="not a group"):
            unpacked_group(text)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a tree with a text, a broken picture and one that is of two pictures."""
    folder = tmp_path_factory.mktemp("tree")
    for number, place in enumerate(PLACES):
        (folder / place).mkdir()
        (folder / place / f"{number}.png").write_bytes(drawing(place, seed=70 + number))
    (folder / "gym" / "1.txt").write_text("Anna, 29\nI love hiking.\n", "utf-8")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return folder


@pytest.fixture(scope="module")
def taste(tmp_path_factory: pytest.TempPathFactory) -> ShippedTaste:
    """Return the taste of a home with twelve labels."""
    home = pocket_home(tmp_path_factory.mktemp("homes") / "home")
    label_scenes(home)
    settings = load_settings(home, environment={}).settings
    publish_now(home, settings)
    folder = home.root.parent
    return ship_taste(home, settings, folder / "shipped", logs=folder / "logs", has_model=True)


def order_for(root: str, *probes: str, version: str = __version__) -> str:
    """Return what a machine is told about a tree of one root."""
    return RemoteOrder(version, {"": root}, probes, threads=1).to_json()


def results_of(answers: str) -> dict[str, FileResult]:
    """Return the results of a group by path."""
    found = unpacked_answers(answers)
    assert all(isinstance(answer, FileScored) for answer in found), found
    return {answer.result.path: answer.result for answer in found if isinstance(answer, FileScored)}


def said(document: Sidecar | None, *but: str) -> dict[str, Any]:
    """Return what a document says, whenever it was made."""
    assert document is not None
    return document.model_dump(mode="json", exclude=MADE_ANEW | set(but))


def test_a_store_and_a_folder_give_the_documents_of_this_machine(
    tree: Path, taste: ShippedTaste, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal to 1e-6; each says the stamp that whoever asks sees, and nothing stays on the disk."""
    paths = sorted(str(file.relative_to(tree)) for file in tree.rglob("*.png"))
    with TreeScoring(taste, {"": tree}, working=tmp_path / "engine") as local:
        wanted = local.documents(paths)
        group = [tree_task(found) for path in paths if (found := local.find(path)) is not None]
    (tmp_path / "place").mkdir()
    data = taste.to_bytes()
    with RemoteScoring(order_for(str(tree), paths[0]), data, place=tmp_path / "place") as remote:
        gone = tree_task(InboxFile("gone.png", FileStamp(1, 1, 1), None))
        found = results_of(remote.score(packed_group([*group, gone])))
    assert found.pop("gone.png").document is None
    assert set(found) == set(paths)
    for path, result in found.items():
        assert is_alike(said(result.document), said(wanted[path]))
    objects = {str(path.relative_to(tree)): path.read_bytes() for path in all_files(tree)}
    with object_store(objects) as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        looked = ObjectStore("s3://pictures").look().files
        order = order_for("s3://pictures", paths[0])
        with RemoteScoring(order, data, place=tmp_path / "place") as remote:
            fetched = results_of(remote.score(packed_group([tree_task(file) for file in looked])))
            assert not list((tmp_path / "place").glob("*/objects"))
    assert set(fetched) == set(paths)
    for file in looked:
        document = fetched[file.path].document
        assert is_alike(said(document, "source"), said(wanted[file.path], "source"))
        assert document is not None
        entry = document.ledger_entry()
        assert entry.stamp == file.stamp
        assert (entry.companion is None) == (file.companion is None)
        assert document.status == ("error" if file.path == "broken.png" else "scored")
    assert list((tmp_path / "place").iterdir()) == []


def all_files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder."""
    return (path for path in folder.rglob("*") if path.is_file())


def fault_of(answers: str) -> Fault:
    """Return the one answer, which is a fault."""
    found: list[EngineAnswer] = unpacked_answers(answers)
    assert len(found) == 1
    assert isinstance(found[0], Fault)
    return found[0]


def test_a_machine_that_does_not_see_the_tree_says_so(taste: ShippedTaste, tmp_path: Path) -> None:
    """An empty mount point would look like a tree whose every file is gone."""
    order = order_for(str(tmp_path), "a.png", "b.png")
    task = tree_task(InboxFile("a.png", FileStamp(1, 1, 1), None))
    with RemoteScoring(order, taste.to_bytes(), place=tmp_path) as remote:
        fault = fault_of(remote.score(packed_group([task])))
    assert fault.code == "inbox_unavailable"
    assert fault.message.startswith(os.uname().nodename)
    assert str(tmp_path) in fault.message
    assert "at the same path" in fault.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_machine_with_another_version_says_so(tmp_path: Path) -> None:
    """Before it starts anything."""
    with RemoteScoring(order_for("/", version="0.0.1"), b"", place=tmp_path) as remote:
        fault = fault_of(remote.score("[]"))
    assert fault.code == "engine_failed"
    assert "another version asks" in fault.message
    assert "on every machine" in fault.remedy
