"""`tasted evaluate` where there is little to evaluate; the stories have one of it at work."""

import json

import pytest

from kit.commands import run
from kit.drawings import drawing
from tasted.cli.evaluate import SCORERS
from tasted.home import Home
from tasted.scoring.evaluating import SCORER_NAMES

Captured = pytest.CaptureFixture[str]


def test_no_references_are_an_answer(home: Home, capsys: Captured) -> None:
    """What to do is said, no model is loaded, and nothing is written."""
    assert run(home, "evaluate", "--output", "charts") == 0
    said = capsys.readouterr()
    assert said.out == ("No references yet. Teach with: tasted like FILE and tasted reject FILE\n")
    assert not (home.root / "charts").exists()
    assert run(home, "evaluate", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["references"] == {"liked": 0, "rejected": 0}
    assert told["embedders"] == []


def test_likes_alone_cannot_be_told_apart(home: Home, capsys: Captured) -> None:
    """Figures are left open instead of being made up, also in the charts."""
    for seed in range(2):
        (home.inbox / "liked" / f"{seed}.png").write_bytes(drawing("mountain", seed=seed))
    assert run(home, "evaluate", "--scorer", "taste", "--output", "charts") == 0
    said = capsys.readouterr()
    assert "Nothing is rejected yet: there is nothing to tell apart." in said.out
    assert "Like 2 and reject 4, and 2 more of either, to get verdicts." in said.out
    line = next(line for line in said.out.splitlines() if line.startswith("taste"))
    assert line.split()[1:] == ["-", "-", "-", "-", "0", "%", "-", "scores", "now"]
    assert (home.root / "charts" / "reliability.png").exists()
    assert "Embedding 2 pictures with pocket" in said.err


def test_a_model_that_is_missing(home: Home, capsys: Captured) -> None:
    """The same exit status and remedy as elsewhere."""
    (home.inbox / "liked" / "a.png").write_bytes(drawing("mountain", seed=1))
    assert run(home, "evaluate", "--embedder", "clip") == 6
    assert "tasted models pull openai/clip-vit-base-patch32" in capsys.readouterr().err


def test_the_command_knows_every_scorer() -> None:
    """Its choices are those of the room that it must not import for them."""
    assert SCORERS == SCORER_NAMES
