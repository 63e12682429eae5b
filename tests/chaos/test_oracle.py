"""The oracle finds each kind of violation when one is planted, and nothing where nothing is wrong.

Homes, sidecars and logs are real files; no daemon runs.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chaos import oracle
from chaos.contents import bad_picture, picture
from chaos.evidence import Event, Evidence, Inbox, gather, read_events
from chaos.journal import Ask, Journal, Key, Proof
from chaos.profiles import wrong_profiles
from kit.pages import page_of
from kit.sidecars import failed, profile, scored
from tasted.home.layout import Home
from tasted.home.status import write_current
from tasted.outbox.sidecar import ModelPart, PhotoPart, Sidecar
from tasted.records import Current
from tasted.system.files import content_id, private_folder

TASTE = "t" * 64
EMBEDDER = "e" * 64
MODEL = ModelPart(
    embedder="pocket", embedder_fingerprint=EMBEDDER, dimensions=64, taste_fingerprint=TASTE
)


@dataclass
class Scene:
    """A home in which everything is as it should be, until somebody plants something."""

    home: Home
    journal: Journal = field(default_factory=Journal)

    def evidence(self) -> Evidence:
        """Return what lies there now."""
        return gather(self.home, self.home.logs, Inbox(self.home.inbox).found())

    def saw(self) -> None:
        """Let the journal take in what the inbox holds, as after an act."""
        found = Inbox(self.home.inbox).found()
        self.journal.act += 1
        self.journal.saw({path: file.content for path, file in found.items()})

    def sidecar(
        self, path: str, document: Sidecar, *, place: str | None = None, **source: Any
    ) -> None:
        """Write a sidecar with what is true of the file, but for what `source` says."""
        file = self.home.inbox / path
        status = file.lstat()
        text = file.with_suffix(".txt")
        facts: dict[str, Any] = {
            "path": path,
            "sha256": content_id(file.read_bytes()),
            "text_sha256": content_id(text.read_bytes()) if text.exists() else None,
            "bytes": status.st_size,
            "modified_ns": status.st_mtime_ns,
            "inode": status.st_ino,
            "companion": None,
        }
        true = document.source.model_copy(update=facts | source)
        target = self.home.outbox / (place or f"{path}.json")
        private_folder(target.parent)
        target.write_bytes(document.model_copy(update={"source": true}).to_json())
        target.chmod(0o600)


def _learnt(path: str) -> Sidecar:
    return scored(path, None, kind="reference", status="learnt", judgement="liked", model=MODEL)


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
    made.sidecar("liked/c.png", _learnt("liked/c.png"))
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


def test_nothing_is_found_where_nothing_is_wrong(scene: Scene) -> None:
    """The scene of all tests here is clean, so that each finds what it plants alone."""
    evidence = scene.evidence()
    assert set(evidence.files) == {"a.png", "anna/b.png", "bad.png", "liked/c.png"}
    assert oracle.lost(evidence, scene.journal) == []
    assert oracle.invalid(evidence, scene.journal) == []
    assert oracle.orphans(evidence, scene.journal) == []


def _document(scene: Scene, *contents: str | None, **fields: Any) -> None:
    """Write the document of the profile `anna/`, with photos of these contents."""
    names = sorted(path.name for path in (scene.home.inbox / "anna").glob("*.png"))
    parts = [
        PhotoPart(path=f"anna/{name}", sha256=content)
        for name, content in zip(names, contents, strict=True)
    ]
    document = profile("anna/", **{"model": MODEL, "parts": parts, **fields})
    (scene.home.outbox / "anna" / "profile.json").write_bytes(document.to_json())


def test_a_profile_has_one_current_document_of_its_photos(scene: Scene) -> None:
    """Every way in which it may be wrong is told; folders of one photo have none."""

    def flaws() -> list[str]:
        return wrong_profiles(scene.evidence(), scene.journal)

    assert flaws() == []
    _document(scene, "0" * 64)
    assert flaws() == ["anna/ is no profile, and has a document"]
    folder = scene.home.inbox / "anna"
    one, bad = picture(7, ".png").data, bad_picture(0)
    (folder / "c.png").write_bytes(one)
    (folder / "d.png").write_bytes(bad.data)
    right = (content_id((folder / "b.png").read_bytes()), content_id(one), None)
    _document(scene, *right)
    assert flaws() == []
    stale = MODEL.model_copy(update={"taste_fingerprint": "0" * 64})
    _document(scene, *right, model=stale)
    assert flaws() == ["the profile anna/ was made with another taste or embedder"]
    _document(scene, *right[:2], bad.sha256)
    assert len(flaws()) == 1
    _document(scene, *right)
    (folder / "bio.txt").write_text("I love jazz", "utf-8")
    assert len(flaws()) == 1
    (scene.home.outbox / "anna" / "profile.json").unlink()
    assert flaws() == ["the profile anna/ has 0 documents"]


def _plant_no_sidecar(scene: Scene) -> None:
    (scene.home.outbox / "a.png.json").unlink()


def _plant_two_sidecars(scene: Scene) -> None:
    scene.sidecar("a.png", scored(model=MODEL), place="a.png~0123abcd.json")


def _plant_another_content(scene: Scene) -> None:
    scene.sidecar("a.png", scored(model=MODEL), sha256="0" * 64)


def _plant_another_text(scene: Scene) -> None:
    (scene.home.inbox / "a.txt").write_text("I love jazz.", "utf-8")


def _plant_a_missing_text(scene: Scene) -> None:
    (scene.home.inbox / "a.txt").unlink()


def _plant_another_stamp(scene: Scene) -> None:
    os.utime(scene.home.inbox / "anna" / "b.png", (1, 1))


def _plant_an_old_taste(scene: Scene) -> None:
    old = MODEL.model_copy(update={"taste_fingerprint": "0" * 64})
    scene.sidecar("a.png", scored(model=old))


def _plant_an_old_embedder(scene: Scene) -> None:
    old = MODEL.model_copy(update={"embedder_fingerprint": "0" * 64})
    scene.sidecar("liked/c.png", _learnt("liked/c.png").model_copy(update={"model": old}))


def _plant_an_error_of_a_good_file(scene: Scene) -> None:
    scene.sidecar("a.png", failed("a.png"))


def _plant_the_wrong_error(scene: Scene) -> None:
    scene.sidecar("bad.png", failed("bad.png"))


def _plant_a_score_of_a_bad_file(scene: Scene) -> None:
    scene.sidecar("bad.png", scored("bad.png", model=MODEL))


def _plant_a_score_of_a_reference(scene: Scene) -> None:
    scene.sidecar("liked/c.png", scored("liked/c.png", model=MODEL))


@pytest.mark.parametrize(
    "plant",
    [
        _plant_no_sidecar,
        _plant_two_sidecars,
        _plant_another_content,
        _plant_another_text,
        _plant_a_missing_text,
        _plant_another_stamp,
        _plant_an_old_taste,
        _plant_an_old_embedder,
        _plant_an_error_of_a_good_file,
        _plant_the_wrong_error,
        _plant_a_score_of_a_bad_file,
        _plant_a_score_of_a_reference,
    ],
)
def test_a_lost_file_is_found(scene: Scene, plant: Callable[[Scene], None]) -> None:
    """Whatever keeps a sidecar from being the one, valid, current one counts once."""
    plant(scene)
    assert len(oracle.lost(scene.evidence(), scene.journal)) == 1


def _plant_a_temporary_file(scene: Scene) -> None:
    private_folder(scene.home.state / "requests")
    (scene.home.state / "requests" / ".status.json.0123abcd.tmp").touch(0o600)


def _plant_a_temporary_file_in_the_inbox(scene: Scene) -> None:
    (scene.home.inbox / "liked" / ".x.png.0123abcd.tmp").touch(0o600)


def _plant_words(scene: Scene) -> None:
    (scene.home.outbox / "words.json").touch(0o600)


def _plant_a_stranger(scene: Scene) -> None:
    (scene.home.outbox / "anna" / "notes.txt").touch(0o600)


def _plant_half_a_page(scene: Scene) -> None:
    scene.home.page_file.touch(0o600)
    scene.home.page_file.write_text("<!DOCTYPE html>", "utf-8")


def _plant_a_page_elsewhere(scene: Scene) -> None:
    page = scene.home.outbox / "anna" / "results.html"
    page.touch(0o600)
    page.write_text("</html>\n", "utf-8")


def _plant_a_document_of_no_schema(scene: Scene) -> None:
    document = json.loads((scene.home.outbox / "a.png.json").read_bytes())
    document["verdict"] = "perhaps"
    file = scene.home.outbox / "other.json"
    file.touch(0o600)
    file.write_text(json.dumps(document), "utf-8")


def _plant_a_readable_sidecar(scene: Scene) -> None:
    (scene.home.outbox / "a.png.json").chmod(0o644)


def _plant_an_open_folder(scene: Scene) -> None:
    (scene.home.outbox / "anna").chmod(0o755)


def _plant_an_open_log(scene: Scene) -> None:
    (scene.home.logs / "tasted.log").touch(0o644)


def _plant_a_misplaced_sidecar(scene: Scene) -> None:
    folder = private_folder(scene.home.outbox / "elsewhere")
    shutil.move(scene.home.outbox / "a.png.json", folder)


def _plant_our_junk(scene: Scene) -> None:
    """Junk that a user wrote over the sidecar of a file that is there must be replaced."""
    (scene.home.outbox / "a.png.json").write_bytes(b"{}")
    scene.journal.junk["a.png.json"] = b"{}"


@pytest.mark.parametrize(
    "plant",
    [
        _plant_a_temporary_file,
        _plant_a_temporary_file_in_the_inbox,
        _plant_words,
        _plant_a_stranger,
        _plant_half_a_page,
        _plant_a_page_elsewhere,
        _plant_a_document_of_no_schema,
        _plant_a_readable_sidecar,
        _plant_an_open_folder,
        _plant_an_open_log,
        _plant_a_misplaced_sidecar,
        _plant_our_junk,
    ],
)
def test_what_should_not_be_there_is_found(scene: Scene, plant: Callable[[Scene], None]) -> None:
    """Strangers in the outbox, what writes left behind, and modes for others."""
    plant(scene)
    assert len(oracle.invalid(scene.evidence(), scene.journal)) == 1


def test_our_own_junk_of_a_deleted_file_is_nobodys_fault(scene: Scene) -> None:
    """A sidecar that the harness spoiled stays spoiled when its picture is gone."""
    _plant_our_junk(scene)
    (scene.home.inbox / "a.png").unlink()
    assert oracle.invalid(scene.evidence(), scene.journal) == []


def test_a_sidecar_under_an_old_name_is_found(scene: Scene) -> None:
    """After a rename the old sidecar must go; after a plain deletion it may stay."""
    (scene.home.inbox / "a.png").rename(scene.home.inbox / "new.png")
    (scene.home.inbox / "anna" / "b.png").unlink()
    scene.saw()
    (sentence,) = oracle.orphans(scene.evidence(), scene.journal)
    assert "a.png is now new.png" in sentence


def test_a_sidecar_under_an_old_name_is_found_when_the_content_was_away(scene: Scene) -> None:
    """What was moved out and comes back under another name has moved as well."""
    data = (scene.home.inbox / "a.png").read_bytes()
    (scene.home.inbox / "a.png").unlink()
    scene.saw()
    (scene.home.inbox / "back.png").write_bytes(data)
    scene.saw()
    assert len(oracle.orphans(scene.evidence(), scene.journal)) == 1


def test_a_content_that_no_listed_file_holds_is_found(scene: Scene) -> None:
    """Unless the user let go of it; a hidden or temporary twin does not count as there."""
    file = scene.home.inbox / "liked" / "c.png"
    content = content_id(file.read_bytes())
    scene.saw()
    assert oracle.vanished(scene.evidence(), scene.journal) == []
    file.rename(file.with_name(".c.png.0123abcd.tmp"))
    scene.saw()
    (sentence,) = oracle.vanished(scene.evidence(), scene.journal)
    assert sentence.startswith(f"liked/c.png held {content} until act 3")
    scene.journal.let_go({content})
    assert oracle.vanished(scene.evidence(), scene.journal) == []
    (scene.home.inbox / "back.png").write_bytes(picture(2, ".png").data)
    scene.saw()
    (scene.home.inbox / "back.png").unlink()
    scene.saw()
    assert len(oracle.vanished(scene.evidence(), scene.journal)) == 1


def test_a_copy_that_outlives_its_original_is_no_move(scene: Scene) -> None:
    """The copy was there before the original was deleted."""
    shutil.copy(scene.home.inbox / "a.png", scene.home.inbox / "copy.png")
    scene.saw()
    (scene.home.inbox / "a.png").unlink()
    scene.saw()
    assert oracle.orphans(scene.evidence(), scene.journal) == []


ONE = Key("c1", None, "t1", "e1")
TWO = Key("c2", None, "t1", "e1")


def _judged(at: float, key: Key = ONE) -> Event:
    return Event(at, "judged", "a.png", key)


def _kept(at: float, key: Key | None = ONE) -> Event:
    return Event(at, "kept", "a.png", key)


DONE = [_judged(1), _kept(2)]


def _doubled(
    *events: Event, asks: tuple[Ask, ...] = (), proofs: tuple[Proof, ...] = ()
) -> list[str]:
    return oracle.doubled([*DONE, *events], list(asks), list(proofs))


def test_a_second_score_of_the_same_is_found() -> None:
    """A file whose sidecar is current was scored again, once by each of two lives."""
    assert len(_doubled(_judged(3))) == 1
    assert len(_doubled(_judged(3), _kept(4), _judged(5))) == 2


def test_a_second_score_is_found_though_its_sidecar_was_never_logged() -> None:
    """A daemon that is killed right after the rename says nothing, but the outbox does."""
    events = [_judged(1), _judged(3)]
    assert len(oracle.doubled(events, [], [Proof(2, {"a.png": ONE})])) == 1
    assert oracle.doubled(events, [], [Proof(2, {})]) == []


@pytest.mark.parametrize(
    ("asks", "found"),
    [
        ([Ask("a.png", 2.4, 2.6)], 0),
        ([Ask(None, 2.4, 2.6)], 0),
        ([Ask("other.png", 2.4, 2.6)], 1),
        ([Ask("a.png", 3.4, 3.6)], 1),
        ([Ask("a.png", 0.4, 0.6)], 1),
    ],
    ids=["of this", "of everything", "of another", "too late", "answered before"],
)
def test_who_asks_gets_another_score(asks: list[Ask], found: int) -> None:
    """An ask excuses a score of that file which begins after it, until one was kept."""
    assert len(_doubled(_judged(3), asks=tuple(asks))) == found


def test_an_ask_is_answered_once() -> None:
    """The second score after one ask is one too many, unless the first was never kept."""
    ask = Ask("a.png", 2.4, 2.6)
    assert len(_doubled(_judged(3), _kept(4), _judged(5), asks=(ask,))) == 1
    assert _doubled(_judged(3), _judged(5), asks=(ask,)) == []


def test_another_content_or_an_error_between_excuses() -> None:
    """A score is needed when the sidecar that is there is of something else."""
    assert _doubled(_judged(3, TWO), _kept(4, TWO), _judged(5), _kept(6)) == []
    assert _doubled(_kept(3, None), _judged(4)) == []


def test_what_was_removed_is_scored_anew() -> None:
    """The sidecar went with its old name; when the name comes back a score is needed."""
    removed = Event(3, "removed", "a.png", None)
    assert _doubled(removed, _judged(4)) == []


def test_the_logs_are_read_in_the_order_of_time(tmp_path: Path) -> None:
    """Lines of both processes make one story; half a line of a killed one is passed over."""

    def line(second: int, event: str, **fields: Any) -> str:
        at = datetime(2026, 11, 24, 12, 0, second, tzinfo=UTC).isoformat()
        return json.dumps({"timestamp": at, "event": event, "path": "a.png", **fields})

    key = {"content": "c1", "text": None, "taste": "t1", "embedder": "e1"}
    (tmp_path / "tasted.log").write_text(
        "\n".join(
            [line(2, "kept", status="scored", **key), line(4, "removed"), line(5, "kept")[:20]]
        )
    )
    (tmp_path / "engine.log").write_text(
        "\n".join([line(1, "judged", **key), line(3, "model_loaded"), line(6, "judged", **key)])
    )
    events = read_events(tmp_path)
    assert [event.what for event in events] == ["judged", "kept", "removed", "judged"]
    assert [event.key for event in events] == [ONE, ONE, None, ONE]
    assert oracle.doubled(events, [], []) == []


class _Moving(Inbox):
    """An inbox in which a file is renamed after the first listing began."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._is_moved = False

    def _files(self) -> Iterator[Path]:
        paths = list(super()._files())
        if not self._is_moved:
            self._is_moved = True
            paths[0].rename(paths[0].with_name("renamed.png"))
        yield from paths


def test_an_inbox_in_which_a_file_is_moved_is_listed_again(tmp_path: Path) -> None:
    """A listing of a moment that never was would call a moved file vanished."""
    (tmp_path / "a.png").write_bytes(b"a")
    assert set(_Moving(tmp_path).found()) == {"renamed.png"}
