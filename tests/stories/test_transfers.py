"""A taste goes to another home: the same scores, whatever is killed, and nothing of this home lost.

Real commands and daemons on homes with the embedded model.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from kit.daemons import json_lines, running, tasted
from kit.drawings import drawing, label_scenes
from kit.giveaways import found_in, needles
from kit.homes import pocket_home
from tasted.feedback.events import Answer, EventKind
from tasted.feedback.history import evidence, judgements
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.taste_versions import read_version_rows
from tasted.system.faultpoints import VARIABLE
from tasted.system.files import content_id
from tasted.transfer.label_files import label_file_paths

SHOTS = {f"{place}-{seed}.png": (place, seed) for place in ("mountain", "gym") for seed in (60, 61)}


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that was lived in: labels, a profile, a text, and an answer to a score."""
    folder = tmp_path_factory.mktemp("lived-in")
    home = pocket_home(folder / "old")
    label_scenes(home)
    (home.inbox / "liked" / "mountain-1.txt").write_text("Name: Anna, 29", "utf-8")
    (home.inbox / "liked" / "emil").mkdir()
    for number in (1, 2):
        data = drawing("mountain", seed=40 + number)
        (home.inbox / "liked" / "emil" / f"{number}.png").write_bytes(data)
    (home.inbox / "judged.png").write_bytes(drawing("gym", seed=70))
    _run(home)
    assert tasted(home, "reject", str(home.inbox / "judged.png")).returncode == 0
    _drop(home)
    _json(home, "export", str(folder / "taste.tasted"))
    return folder


@pytest.fixture
def old(lived_in: Path, tmp_path: Path) -> Home:
    """The same home for each test, which is quicker copied than lived in."""
    return Home(shutil.copytree(lived_in / "old", tmp_path / "old"))


@pytest.fixture
def file(lived_in: Path) -> Path:
    """What was exported from that home."""
    return lived_in / "taste.tasted"


@pytest.fixture
def new(tmp_path: Path) -> Home:
    """An empty home with the same settings."""
    return pocket_home(tmp_path / "new")


def _run(home: Home) -> None:
    done = tasted(home, "run", "--once")
    assert done.returncode == 0, done.stderr


def _drop(home: Home) -> None:
    for name, (place, seed) in SHOTS.items():
        (home.inbox / name).write_bytes(drawing(place, seed=seed))
    _run(home)


def _json(home: Home, *words: str, **environment: str) -> dict[str, Any]:
    done = tasted(home, *words, "--json", environment=environment)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _scores(home: Home) -> dict[str, tuple[float, str, Any]]:
    done = tasted(home, "results", "--json")
    return {
        line["source"]["path"]: (line["confidence_score"], line["verdict"], line["evidence"])
        for line in json_lines(done.stdout)
        if line["source"]["path"] in SHOTS
    }


def _labels(home: Home) -> dict[str, bytes]:
    return {path: (home.inbox / path).read_bytes() for path in label_file_paths(home.inbox)}


def test_an_empty_home_then_gives_the_same_scores(old: Home, new: Home, tmp_path: Path) -> None:
    """To the last bit, with the taste version of before; imported answers are no evidence."""
    file = tmp_path / "taste.tasted"
    told = _json(old, "export", str(file))
    assert (told["liked"], told["rejected"]) == (8, 7)
    assert file.stat().st_mode & 0o777 == 0o600
    assert not old.transfer.exists()
    taken = _json(new, "import", str(file))
    assert (taken["liked"], taken["rejected"]) == (8, 7)
    assert taken["differing_settings"] == []
    there, here = read_version_rows(old.tastes), read_version_rows(new.tastes)
    fitted = [row for row in there if (old.tastes / f"{row.name}.taste").exists()]
    assert taken["versions"] == len(fitted) > 1
    for row in fitted:
        (same,) = (taken for taken in here if taken.fitted_to == row.fitted_to)
        assert (same.reason, same.in_force) == ("import", ())
        assert (same.figures, same.minted_at) == (row.figures, row.minted_at)
        assert same.recipe == row.recipe
    _drop(new)
    assert _scores(old) == _scores(new)
    assert len(_scores(new)) == len(SHOTS)
    assert _labels(new) == _labels(old)
    events = list(read_events(new.feedback))
    assert {event.kind for event in events} == {EventKind.IMPORTED}
    assert not evidence(events)
    assert len(judgements(events)) == 15
    # twice is once
    again = _json(new, "import", str(file))
    assert (again["liked"], again["rejected"], again["answers"], again["versions"]) == (0, 0, 0, 0)
    assert _labels(new) == _labels(old)


def test_daemons_do_it_without_being_stopped(old: Home, new: Home, tmp_path: Path) -> None:
    """On both sides, and the pictures that lie in the new inbox get the scores of the old one."""
    for name, (place, seed) in SHOTS.items():
        (new.inbox / name).write_bytes(drawing(place, seed=seed))
    file = tmp_path / "taste.tasted"
    with running(old) as daemon:
        daemon.await_state("idle")
        _json(old, "export", str(file))
    with running(new) as daemon:
        daemon.await_state("idle")
        assert _json(new, "import", str(file))["liked"] == 8
        expected = _scores(old)
        for name, (confidence, verdict, _evidence) in expected.items():
            daemon.sidecar(name, confidence_score=confidence, verdict=verdict)
    assert _scores(new) == expected


@pytest.mark.parametrize(
    "point",
    [
        "transfer.remembered", "library.committed:2", "learning.kept", "feedback.intended",
        "transfer.copied:3", "transfer.placed:4",
    ],
)  # fmt: skip
def test_row_65_a_killed_import_is_completed_by_the_next(
    old: Home, new: Home, file: Path, point: str
) -> None:
    """Command, engine and all of the steps; nothing is there twice, nothing half."""
    killed = tasted(new, "import", str(file), environment={VARIABLE: point})
    assert killed.returncode != 0, killed.stdout
    _json(new, "import", str(file))
    assert _labels(new) == _labels(old)
    assert sorted(path.name for path in new.inbox.rglob(".*")) == []
    _drop(new)
    events = list(read_events(new.feedback))
    assert {event.kind for event in events} == {EventKind.IMPORTED}
    assert len({event.id for event in events}) == len(events) == 15
    assert _scores(old) == _scores(new)


def test_row_65_a_killed_export_leaves_no_file(old: Home, tmp_path: Path) -> None:
    """And the next one is written all the same."""
    file = tmp_path / "taste.tasted"
    killed = tasted(old, "export", str(file), environment={VARIABLE: "transfer.written"})
    assert killed.returncode != 0
    assert not file.exists()
    _json(old, "export", str(file))
    again = tasted(old, "export", str(file))
    assert again.returncode == 1
    assert "exists already" in again.stderr


def test_row_65_a_damaged_or_foreign_file_changes_nothing(
    new: Home, file: Path, tmp_path: Path
) -> None:
    """What happened, and what to do; in the home there is nothing new."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    cases = {"flipped": bytes(data), "cut": bytes(data[:-50]), "picture": drawing("gym", seed=1)}
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        refused = tasted(new, "import", str(tmp_path / name))
        assert refused.returncode == 1
        assert name in refused.stderr
        assert "→" in refused.stderr
    assert not _labels(new)
    assert not new.feedback.exists()
    assert not new.library.exists()


def test_row_65_answers_of_this_home_stand(old: Home, new: Home, file: Path) -> None:
    """One that was judged otherwise, one that is known under another name, one of the same name."""
    disputed = (old.inbox / "liked" / "mountain-2.png").read_bytes()
    known = (old.inbox / "liked" / "mountain-3.png").read_bytes()
    (new.inbox / "rejected" / "no.png").write_bytes(disputed)
    (new.inbox / "liked" / "yes.png").write_bytes(known)
    (new.inbox / "liked" / "mountain-4.png").write_bytes(drawing("forest", seed=1))
    taken = _json(new, "import", str(file))
    assert (taken["known"], taken["judged_otherwise"], taken["liked"]) == (1, 1, 6)
    labels = _labels(new)
    assert labels["rejected/no.png"] == disputed
    assert labels["liked/mountain-4.png"] == drawing("forest", seed=1)
    contents = list(labels.values())
    assert contents.count(disputed) == contents.count(known) == 1
    assert (old.inbox / "liked" / "mountain-4.png").read_bytes() in contents
    _run(new)
    here = judgements(read_events(new.feedback))
    assert here[content_id(disputed)].answer is Answer.REJECT
    assert here[content_id(known)].answer is Answer.LIKE


def test_another_model_learns_from_the_pictures(new: Home, file: Path) -> None:
    """Vectors and versions are of no use to it, and that is said; the labels count all the same."""
    with new.config_file.open("a", encoding="utf-8") as stream:
        stream.write('[views]\nmode = "center"\n')
    told = tasted(new, "import", str(file))
    assert told.returncode == 0
    assert "looked at anew" in told.stderr
    _drop(new)
    current = read_current(new.current_file)
    assert current is not None
    # the two pictures of a profile are one label
    assert (current.liked, current.rejected) == (7, 7)


def test_settings_that_differ_are_named(new: Home, file: Path) -> None:
    """Scores hang on them, too."""
    with new.config_file.open("a", encoding="utf-8") as stream:
        stream.write("[scoring]\nmax_error_rate = 0.1\n")
    told = tasted(new, "import", str(file))
    assert told.returncode == 0
    assert "scoring.max_error_rate" in told.stderr


def test_what_was_imported_can_be_forgotten(new: Home, file: Path) -> None:
    """No byte of a picture stays, not even of an import that was killed before."""
    _json(new, "import", str(file))
    shutil.rmtree(new.inbox / "liked" / "emil")
    killed = tasted(new, "import", str(file), environment={VARIABLE: "transfer.copied"})
    assert killed.returncode != 0
    picture = new.inbox / "rejected" / "judged.png"
    data = picture.read_bytes()
    _run(new)
    wanted = needles(new, content_id(data), ["rejected/judged.png"]) | {"picture": data[-60:]}
    assert {"id", "picture"} <= found_in(new.root, wanted)
    done = tasted(new, "forget", str(picture))
    assert done.returncode == 0, done.stderr
    assert found_in(new.root, wanted) == set()
