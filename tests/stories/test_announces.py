"""What a person is told of whom nobody asked: through a desktop that notes what it is shown."""

import os
from pathlib import Path

from kit.daemons import running, tasted
from kit.desktops import FakeDesktop
from kit.drawings import drawing, label_scenes
from kit.hooks import NotingProgram
from tasted.home.layout import Home


def test_new_matches_are_one_notification_and_new_scores_of_old_ones_none(
    home: Home, tmp_path: Path
) -> None:
    """Loose pictures and a profile, which counts once; a re-score is no news."""
    desktop = FakeDesktop(tmp_path / "programs")
    found = {"PATH": os.pathsep.join([desktop.path, os.environ["PATH"]])}
    with home.config_file.open("a", encoding="utf-8") as stream:
        stream.write('[scoring]\nscorer = "seed"\n[notify]\non = ["match"]\n')
    label_scenes(home)
    (home.inbox / "anna").mkdir()
    for index, name in enumerate(["a.png", "b.png", "anna/1.png", "anna/2.png"]):
        (home.inbox / name).write_bytes(drawing("mountain", seed=20 + index))
    (home.inbox / "c.png").write_bytes(drawing("gym", seed=30))
    done = tasted(home, "run", "--once", environment=found)
    assert done.returncode == 0, done.stderr
    assert desktop.sentences() == ["3 new matches."], done.stderr
    with running(home, environment=found) as daemon:
        daemon.await_state("idle")
        assert tasted(home, "rescore", environment=found).returncode == 0
    assert len(desktop.sentences()) == 1


def test_new_matches_are_handed_to_the_users_program(home: Home, tmp_path: Path) -> None:
    """Each once, with the document that stands in the outbox."""
    program = NotingProgram(tmp_path / "hook")
    with home.config_file.open("a", encoding="utf-8") as stream:
        stream.write(f'[scoring]\nscorer = "seed"\n[hooks]\non_match = ["{program.path}", "-v"]\n')
    label_scenes(home)
    for index, name in enumerate(["a.png", "b.png"]):
        (home.inbox / name).write_bytes(drawing("mountain", seed=20 + index))
    (home.inbox / "c.png").write_bytes(drawing("gym", seed=30))
    done = tasted(home, "run", "--once")
    assert done.returncode == 0, done.stderr
    said = {message["picture"]: message["result"] for _given, message in program.calls()}
    assert sorted(said) == [str(home.inbox / "a.png"), str(home.inbox / "b.png")]
    assert [given for given, _message in program.calls()] == [["-v"], ["-v"]]
    assert said[str(home.inbox / "a.png")]["verdict"] == "match"
    assert tasted(home, "rescore").returncode == 0
    assert tasted(home, "run", "--once").returncode == 0
    assert len(program.calls()) == 2
