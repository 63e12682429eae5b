"""Commands beside a running daemon, and without one."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from kit.daemons import json_lines, read_sidecar, running, tasted
from kit.drawings import drawing, label_scenes
from kit.homes import home_with
from kit.waiting import eventually
from tasted.home.layout import Home


def _snapshot(home: Home) -> dict[Path, int]:
    """Return every file of inbox and outbox with its time, to see that nothing was stored."""
    return {
        path: path.stat().st_mtime_ns
        for folder in (home.inbox, home.outbox)
        for path in folder.rglob("*")
        # the page tells of the daemon that came and went
        if path.is_file() and path != home.page_file
    }


def test_score_answers_for_any_picture_and_stores_nothing(home: Home, tmp_path: Path) -> None:
    """With and without a daemon the same document comes back for a picture outside."""
    label_scenes(home)
    picture = tmp_path / "outside.png"
    picture.write_bytes(drawing("mountain", seed=30))
    alone = tasted(home, "score", "--json", str(picture))
    assert alone.returncode == 0, alone.stderr
    before = _snapshot(home)
    with running(home) as daemon:
        daemon.sidecar("liked/mountain-1.png", status="learnt")
        daemon.await_state("idle")
        before = _snapshot(home)
        asked = tasted(home, "score", "--json", str(picture))
        assert asked.returncode == 0, asked.stderr
        assert "other settings" not in asked.stderr
        other = {"TASTED_EMBEDDER__MODEL": "clip"}
        wished = tasted(home, "score", "--json", str(picture), environment=other)
        # the model in force decides, whatever the settings wish for
        assert "other settings" not in wished.stderr
        assert json_lines(wished.stdout)[0]["model"] == json_lines(asked.stdout)[0]["model"]
        other = {"TASTED_VIEWS__MODE": "center"}
        said = tasted(home, "score", str(picture), environment=other)
        # the daemon's settings are used, not those of the environment
        assert said.returncode == 0, said.stderr
        assert (
            f"(pid {daemon.process.pid}), with other settings and the model pocket." in said.stderr
        )
        assert "To score with your settings (model pocket)" in said.stderr
    assert _snapshot(home) == before
    (first,), (second,) = json_lines(alone.stdout), json_lines(asked.stdout)
    assert first["component_scores"] == second["component_scores"]
    assert first["model"] == second["model"]
    assert first["verdict"] == "match"
    assert not list(home.requests.iterdir())


def test_score_of_an_inbox_file_also_writes_its_sidecar(home: Home) -> None:
    """Asking for a file of the inbox does its work at once."""
    label_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("gym", seed=30))
    # by the name that tasted prints, from a folder in which it is nothing
    done = tasted(home, "score", "a.png", cwd=home.root)
    assert done.returncode == 0, done.stderr
    sidecar = read_sidecar(home, "a.png")
    assert sidecar is not None
    assert sidecar.summary in done.stdout


def test_score_says_which_files_have_no_score(home: Home, tmp_path: Path) -> None:
    """A missing and a broken file exit with 3; the good one is still answered."""
    good = tmp_path / "good.png"
    good.write_bytes(drawing("gym", seed=30))
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"words")
    done = tasted(home, "score", str(good), str(broken), str(tmp_path / "missing.png"))
    assert done.returncode == 3
    assert "good.png" in done.stdout
    # without labels the sentence says what to do, and it is said once
    assert done.stdout.casefold().count("10 labels, at least 4 likes and 4 rejects") == 1
    assert "missing.png was not found, here or in the inbox" in done.stderr
    assert "broken.png" in done.stderr


def test_results_are_listed_best_first(home: Home) -> None:
    """`results` reads the outbox alone; `--match` and `--top` choose."""
    label_scenes(home)
    for index in range(2):
        (home.inbox / f"peak-{index}.png").write_bytes(drawing("mountain", seed=30 + index))
        (home.inbox / f"gym-{index}.png").write_bytes(drawing("gym", seed=30 + index))
    once = tasted(home, "run", "--once")
    assert once.returncode == 0, once.stderr
    listed = json_lines(tasted(home, "results", "--json").stdout)
    scores = [row["confidence_score"] for row in listed]
    assert scores == sorted(scores, reverse=True)
    assert [row["source"]["path"].split("-")[0] for row in listed] == ["peak"] * 2 + ["gym"] * 2
    top = tasted(home, "results", "--match", "--top", "1", "--print0").stdout
    assert top.endswith("\0")
    assert Path(top.rstrip("\0")).is_file()


def test_rescore_makes_every_score_anew(home: Home) -> None:
    """`rescore` works beside the daemon and without it, and tells what was really done."""
    label_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("gym", seed=30))
    with running(home) as daemon:
        first = daemon.sidecar("a.png", status="scored")
        daemon.await_state("idle")
        done = tasted(home, "rescore", "--json")
        assert json.loads(done.stdout) == {"rescored": 1, "failed": 0}, done.stderr
        second = read_sidecar(home, "a.png")
        assert second is not None
        assert second.scored_at > first.scored_at
        assert second.component_scores == first.component_scores
        os.kill(daemon.engine_pid(), signal.SIGSTOP)
        command = [sys.executable, "-m", "tasted", "--home", str(home.root), "rescore"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as midway:
            eventually(lambda: (seen := daemon.status()) and seen.queue.asked_again == 1)
            # it has its answer; before that it would do the work of a dead daemon itself
            eventually(lambda: not list(home.requests.iterdir()))
            daemon.kill()
            _shown, said = midway.communicate(timeout=60)
        assert midway.returncode != 0
        assert "stopped after 0 of 1 pictures" in said
    # what a re-score that was not waited for leaves behind when the power is lost
    (home.outbox / "a.png.json").write_bytes(b"")
    assert tasted(home, "run", "--once").returncode == 0
    third = read_sidecar(home, "a.png")
    assert third is not None
    assert third.component_scores == first.component_scores
    whole = (home.outbox / "a.png.json").read_bytes()
    (home.outbox / "a.png.json").write_bytes(whole[: len(whole) // 2])
    assert tasted(home, "run", "--once").returncode == 0
    assert read_sidecar(home, "a.png") is not None
    alone = tasted(home, "rescore", "--json")
    assert json.loads(alone.stdout) == {"rescored": 1, "failed": 0}, alone.stderr
    fourth = read_sidecar(home, "a.png")
    assert fourth is not None
    assert fourth.scored_at > third.scored_at


def test_status_tells_the_truth_before_during_and_after(home: Home) -> None:
    """`status` works on a fresh home, beside the daemon, and when it has gone."""
    never = tasted(home, "status")
    assert never.returncode == 0
    assert "has never run here" in never.stdout
    with running(home) as daemon:
        daemon.await_state("idle")
        report = json.loads(tasted(home, "status", "--json").stdout)
        assert report["running"] is True
        assert report["pid"] == daemon.process.pid
        assert report["model"]["ready"] is True
        daemon.kill()
    after = tasted(home, "status")
    assert "not running" in after.stdout


def test_stats_count_what_lies_in_the_outbox(home: Home) -> None:
    """Verdicts, references and errors add up."""
    label_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=30))
    (home.inbox / "b.png").write_bytes(b"")
    assert tasted(home, "run", "--once").returncode == 0
    report = json.loads(tasted(home, "stats", "--json").stdout)
    assert report["verdicts"] == {"match": 1}
    assert report["references"] == {"liked": 6, "rejected": 6}
    assert report["errors"] == {"empty": 1}


def test_a_home_is_private(home: Home) -> None:
    """Everything that the program makes is readable by its owner alone."""
    label_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=30))
    assert tasted(home, "run", "--once").returncode == 0
    for folder in (home.outbox, home.state):
        for path in [folder, *folder.rglob("*")]:
            assert os.lstat(path).st_mode & 0o077 == 0, path


def test_the_installed_demo_shows_a_right_ranking() -> None:
    """`tasted demo` starts a real daemon and ends with exit status 0."""
    done = subprocess.run(
        [sys.executable, "-m", "tasted", "demo", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["auc"] >= 0.9
    assert len(report["results"]) >= 25


def test_score_of_a_folder_scores_what_is_in_it(home: Home, tmp_path: Path) -> None:
    """All pictures of it and below; one that is broken is an error object, and has the blame."""
    folder = tmp_path / "album"
    (folder / "may").mkdir(parents=True)
    (folder / "1.png").write_bytes(drawing("gym", seed=30))
    (folder / "may" / "2.png").write_bytes(drawing("gym", seed=31))
    (folder / "notes.txt").write_text("no picture")
    done = tasted(home, "score", "album", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    scored = [line.split(":")[0] for line in done.stdout.splitlines() if line.startswith("album")]
    assert scored == ["album/1.png", "album/may/2.png"]
    # without labels the sentence says what to do, once for each picture
    assert done.stdout.casefold().count("10 labels, at least 4 likes and 4 rejects") == 2
    (folder / "broken.png").write_bytes(b"words")
    (tmp_path / "empty").mkdir()
    done = tasted(home, "score", "--json", "album", "empty", cwd=tmp_path)
    assert done.returncode == 3
    assert len(json_lines(done.stdout)) == 2
    broken, empty, whole = json_lines(done.stderr)
    assert broken["file"] == str(folder / "broken.png")
    assert broken["error"]["code"] == "not_an_image"
    assert (empty["file"], empty["error"]["code"]) == ("empty", "not_found")
    assert whole["error"]["message"] == "2 of 4 files could not be scored."


def test_run_says_at_once_why_nothing_is_scored(tmp_path: Path) -> None:
    """The reason and what mends it, once, where the daemon was started; not `status` alone."""
    home = home_with(tmp_path / "home", '[embedder]\nmodel = "openai/clip-vit-large-patch14"\n')
    label_scenes(home)
    said = tmp_path / "stderr"
    with said.open("wb") as stream:
        daemon = subprocess.Popen(
            [sys.executable, "-m", "tasted", "--home", str(home.root), "run"],
            stderr=stream,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        )
    try:
        eventually(lambda: "tasted models pull" in said.read_text("utf-8"))
    finally:
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(60) == 0
    first, *others = said.read_text("utf-8").splitlines()
    assert first.startswith("Watching ")
    assert [line[:17] for line in others] == ["tasted: blocked: ", "  → Download it w"]
