"""Another embedder: everything is embedded anew, and what it cannot do is said."""

from pathlib import Path

from kit.checkpoints import save_tiny_resnet
from kit.daemons import json_lines, read_sidecar, running, tasted
from kit.drawings import drawing, label_scenes
from kit.waiting import eventually
from tasted.home.layout import Home


def test_a_resnet_judges_pictures_alone(home: Home, tmp_path: Path) -> None:
    """References are learnt anew before the first score with it; the missing words are told."""
    label_scenes(home)
    (home.inbox / "a.png").write_bytes(drawing("mountain", seed=7))
    folder = save_tiny_resnet(tmp_path / "resnet")
    added = tasted(home, "models", "add", str(folder), "--name", "microsoft/resnet-50", "--json")
    assert added.returncode == 0, added.stderr
    with running(home) as daemon:
        first = daemon.sidecar("a.png", status="scored")
        daemon.await_state("idle")
        preferences = '\n[preferences]\ntraits = ["kind"]\n'
        config = f'[embedder]\nmodel = "resnet50"\n{preferences}'
        home.config_file.write_text(config, encoding="utf-8")

        def switched() -> bool:
            now = read_sidecar(home, "a.png")
            return now is not None and now.model is not None and now.model.dimensions == 32

        eventually(switched)
        daemon.await_state("idle")
        second = read_sidecar(home, "a.png")
        reference = read_sidecar(home, "liked/mountain-1.png")
    assert second is not None
    assert second.model is not None
    assert second.model.embedder == "microsoft/resnet-50"
    assert second.references == first.references
    assert second.component_scores is not None
    assert second.component_scores.personality is None
    assert any("reads no text" in note for note in second.notes)
    assert not any("pocket" in note for note in second.notes)
    assert reference is not None
    assert reference.model is not None
    assert reference.model.dimensions == 32
    listed = json_lines(tasted(home, "references", "--json").stdout)
    assert {row["state"] for row in listed} == {"learnt"}
