"""What a person is told of whom nobody asked: through a desktop that notes what it is shown."""

import os
from pathlib import Path

from kit.daemons import running, tasted
from kit.desktops import FakeDesktop
from kit.drawings import drawing, label_scenes
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
