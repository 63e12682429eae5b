"""An evaluation beside a running daemon, and one without."""

import stat
from pathlib import Path

from kit.checkpoints import save_tiny_resnet
from kit.daemons import json_lines, running, tasted, tasted_on_terminal
from kit.drawings import PER_LABEL, drawing, label_scenes
from tasted.home.layout import Home


def _library_files(home: Home) -> set[str]:
    return {str(path) for path in home.library.rglob("*")}


def test_a_taste_is_evaluated_beside_the_daemon_and_without(home: Home, tmp_path: Path) -> None:
    """Vectors are taken from the library, which stays as it is; what it lacks is embedded."""
    label_scenes(home)
    (home.inbox / "shot.png").write_bytes(drawing("forest", seed=7))
    model = save_tiny_resnet(tmp_path / "resnet")
    charts = tmp_path / "charts"
    with running(home) as daemon:
        daemon.sidecar("shot.png", status="scored")
        daemon.await_state("idle")
        before = _library_files(home)
        beside = tasted(home, "evaluate", "--json", "--output", str(charts))
        compared = tasted(
            home, "evaluate", "--json", "--embedder", "pocket", "--embedder", str(model)
        )
        assert daemon.process.poll() is None
    assert _library_files(home) == before
    assert beside.returncode == compared.returncode == 0, beside.stderr + compared.stderr

    (evaluation,) = json_lines(beside.stdout)
    assert evaluation["references"] == {"liked": PER_LABEL, "rejected": PER_LABEL}
    (section,) = evaluation["embedders"]
    assert (section["from_library"], section["embedded"], section["history"]) == (12, 0, 1)
    assert beside.stderr == ""
    by_name = {scorer["scorer"]: scorer for scorer in section["scorers"]}
    assert list(by_name) == ["taste", "seed", "knn", "centroid"]
    taste = by_name["taste"]
    assert taste["has_signal"]
    assert taste["auc"] > 0.9
    assert len(taste["pictures"]) == 12
    assert evaluation["learning_curve"]["half_labels"] == 6
    assert evaluation["advice"][0].startswith("It ranks a like above a reject ")
    assert evaluation["agreement"]["wrong"] == []
    assert evaluation["written"] == [str(charts / "ranking.svg")]
    for file in charts.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    (both,) = json_lines(compared.stdout)
    assert [embedder["embedded"] for embedder in both["embedders"]] == [0, 12]
    assert [embedder["history"] for embedder in both["embedders"]] == [0, 0]
    assert compared.stderr == ""

    (home.inbox / "liked" / "new.png").write_bytes(drawing("mountain", seed=99))
    (home.inbox / "rejected" / "broken.png").write_bytes(drawing("gym", seed=99)[:400])
    (home.inbox / "rejected" / "again.png").write_bytes(drawing("gym", seed=1))
    status, screen = tasted_on_terminal(home, "evaluate", "--details", typed="")
    assert status == 0
    assert "is a copy of rejected/again.png: they count once" in screen
    assert "Left out: rejected/broken.png" in screen
    assert "Embedding 2 pictures with pocket" in screen
    assert "100%" in screen
    assert "7 likes and 6 rejects" in screen
    assert "in use" in screen
