"""The main job, as a user sees it: drop, read, teach, forget that it runs."""

import hashlib
import json
import shutil
from pathlib import Path

import jsonschema

from kit.daemons import json_lines, read_sidecar, running, tasted
from kit.drawings import drawing, label_scenes
from kit.waiting import eventually
from tasted.home.layout import Home
from tasted.home.lock import process_exists
from tasted.outbox.sidecar import json_schema


def test_row_42_a_dropped_screenshot_becomes_a_scored_sidecar(home: Home) -> None:
    """A picture like those liked is a match with reasons and neighbours; its sidecar is valid."""
    label_scenes(home)
    with running(home) as daemon:
        daemon.sidecar("liked/mountain-1.png", status="learnt")
        (home.inbox / "anna").mkdir()
        data = drawing("mountain", seed=99)
        (home.inbox / "anna" / "2.png").write_bytes(data)
        sidecar = daemon.sidecar("anna/2.png", status="scored")
        assert daemon.stop() == 0
    assert sidecar.verdict == "match"
    assert sidecar.is_match is True
    assert sidecar.source.sha256 == hashlib.sha256(data).hexdigest()
    assert sidecar.source.path == "anna/2.png"
    assert sidecar.neighbours is not None
    assert sidecar.neighbours.liked[0].path.startswith("liked/mountain")
    assert sidecar.reasons[0].startswith("Close to")
    assert any("pocket" in note for note in sidecar.notes)
    written = json.loads((home.outbox / "anna" / "2.png.json").read_text(encoding="utf-8"))
    jsonschema.validate(written, json_schema())
    assert (home.outbox / "anna" / "2.png.json").stat().st_mode & 0o777 == 0o600


def test_row_07_files_that_waited_while_no_daemon_ran_are_scored(home: Home) -> None:
    """What lies in the inbox at the start is scored like what arrives later."""
    label_scenes(home)
    for index in range(3):
        (home.inbox / f"{index}.png").write_bytes(drawing("gym", seed=50 + index))
    with running(home) as daemon:
        for index in range(3):
            daemon.sidecar(f"{index}.png", status="scored")


def test_row_07_a_restart_scores_nothing_again(home: Home) -> None:
    """A second daemon finds every sidecar current and does not even start the engine."""
    label_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        daemon.sidecar("a.png", status="scored")
        daemon.await_state("idle")
        daemon.stop()
    before = {path: path.read_bytes() for path in home.outbox.rglob("*.json")}
    with running(home) as daemon:
        status = daemon.await_state("idle")
        assert status.engine_pid is None
    assert {path: path.read_bytes() for path in home.outbox.rglob("*.json")} == before


def test_without_likes_the_verdict_is_unsure(home: Home) -> None:
    """No liked reference means no number: unsure, and what to do next, which all commands say."""
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        sidecar = daemon.sidecar("a.png", status="scored")
        assert daemon.await_state("idle").next == sidecar.next
        assert f"Next     {sidecar.next}\n" in tasted(home, "status").stdout
        assert tasted(home, "results").stderr == f"No verdicts yet. {sidecar.next}.\n"
    assert sidecar.verdict == "unsure"
    assert sidecar.unsure_because == "needs_labels"
    assert sidecar.confidence_score is None
    assert sidecar.next


def test_row_46_liking_changes_the_taste(home: Home) -> None:
    """`tasted like` on a scored screenshot re-scores the others, and calls it feedback."""
    label_scenes(home)
    (home.inbox / "gym.png").write_bytes(drawing("gym", seed=60))
    (home.inbox / "other.png").write_bytes(drawing("gym", seed=61))
    with running(home) as daemon:
        first = daemon.sidecar("other.png", status="scored")
        daemon.sidecar("gym.png", status="scored")
        assert tasted(home, "like", str(home.inbox / "gym.png")).returncode == 0
        daemon.sidecar("liked/gym.png", status="learnt")
        judged = daemon.sidecar("gym.png", judgement="liked")

        def rescored() -> bool:
            now = read_sidecar(home, "other.png")
            return now is not None and now.model != first.model

        eventually(rescored)
        second = read_sidecar(home, "other.png")
    assert second is not None
    assert second.component_scores is not None
    assert first.component_scores is not None
    assert second.component_scores.physical > first.component_scores.physical
    # the look at the picture was the first one, and so was the news
    assert second.timing_ms == first.timing_ms
    assert second.timing_ms["total"] > 0
    assert second.rescore_timing_ms["embed"] == 0
    assert second.first_scored_at == first.first_scored_at == first.scored_at
    assert judged.neighbours is not None
    own = judged.source.sha256
    assert own not in {neighbour.id for neighbour in judged.neighbours.liked}


def test_a_removed_reference_stops_counting_and_counts_again(home: Home) -> None:
    """Deleting a liked picture takes its lesson back; putting it back teaches again."""
    label_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    lesson = home.inbox / "liked" / "mountain-1.png"
    with running(home) as daemon:
        all_liked = daemon.sidecar("a.png", status="scored").references
        assert all_liked is not None
        kept = lesson.read_bytes()
        lesson.unlink()

        def liked() -> int:
            sidecar = read_sidecar(home, "a.png")
            assert sidecar is not None
            assert sidecar.references is not None
            return sidecar.references.liked

        eventually(lambda: liked() == all_liked.liked - 1)
        lesson.write_bytes(kept)
        eventually(lambda: liked() == all_liked.liked)


def test_a_content_in_both_folders_counts_for_neither(home: Home) -> None:
    """A contradiction is reported and does not move any score."""
    label_scenes(home)
    shutil.copy(home.inbox / "liked" / "mountain-1.png", home.inbox / "rejected" / "oops.png")
    with running(home) as daemon:
        daemon.sidecar("rejected/oops.png", status="learnt")
        status = eventually(
            lambda: (
                found if (found := daemon.status()) is not None and found.contradictions else None
            )
        )
        assert set(status.contradictions) == {"liked/mountain-1.png", "rejected/oops.png"}
        listed = json_lines(tasted(home, "references", "--json").stdout)
    assert {row["path"] for row in listed if row["state"] == "contradiction"} == set(
        status.contradictions
    )


def test_a_companion_text_that_arrives_later_is_read(home: Home) -> None:
    """Text beside a screenshot gives name, age and bio, also when it comes second."""
    label_scenes(home)
    config = home.config_file.read_text(encoding="utf-8")
    home.config_file.write_text(
        f'{config}\n[preferences]\ninterests = ["hiking"]\n', encoding="utf-8"
    )
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        assert daemon.sidecar("a.png", status="scored").source.text_sha256 is None
        (home.inbox / "a.txt").write_text(
            "Name: Maya\nAge: 29\n\nI love hiking.\n", encoding="utf-8"
        )

        def read() -> bool:
            sidecar = read_sidecar(home, "a.png")
            return sidecar is not None and sidecar.source.text_sha256 is not None

        eventually(read)
        sidecar = daemon.sidecar("a.png")
    assert sidecar.extracted_data is not None
    assert (sidecar.extracted_data.name, sidecar.extracted_data.age) == ("Maya", 29)
    assert "Hiking is in the bio" in sidecar.reasons


def test_the_engine_leaves_when_idle(home: Home) -> None:
    """After `engine.idle_seconds` no engine process is left, and a new file starts another."""
    config = home.config_file.read_text(encoding="utf-8")
    home.config_file.write_text(f"{config}\n[engine]\nidle_seconds = 1\n", encoding="utf-8")
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        daemon.sidecar("a.png", status="scored")
        pid = daemon.engine_pid()
        eventually(lambda: not process_exists(pid))
        (home.inbox / "b.png").write_bytes(drawing("mountain", seed=8))
        daemon.sidecar("b.png", status="scored")


def test_row_45_an_emptied_outbox_is_written_again(home: Home) -> None:
    """Deleting a sidecar asks for a new one."""
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    with running(home) as daemon:
        first = daemon.sidecar("a.png", status="scored")
        Path(home.outbox / "a.png.json").unlink()
        again = daemon.sidecar("a.png", status="scored")
    assert again.scored_at > first.scored_at
    assert again.source == first.source
