"""`tasted evaluate` where there is little to evaluate; the stories have one of it at work."""

import json
import re
from types import SimpleNamespace
from typing import Any, get_args

import pytest

from kit.commands import run
from kit.drawings import drawing, label_scenes
from tasted.cli.commands.evaluate import SCORERS
from tasted.evaluation.drawing import has_reliability
from tasted.evaluation.judgements import ScorerName
from tasted.home.layout import Home

Captured = pytest.CaptureFixture[str]


def test_no_references_are_an_answer(home: Home, capsys: Captured) -> None:
    """What to do is said, no model is loaded, and nothing is written."""
    assert run(home, "evaluate", "--output", "charts") == 0
    said = capsys.readouterr()
    assert said.out == "No likes or rejects yet. Start with: tasted like FILE\n"
    assert not (home.root / "charts").exists()
    assert run(home, "evaluate", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["references"] == {"liked": 0, "rejected": 0}
    assert answer["embedders"] == []


def test_likes_alone_cannot_be_told_apart(home: Home, capsys: Captured) -> None:
    """Figures are left open instead of being made up, also in the charts."""
    for seed in range(2):
        (home.inbox / "liked" / f"{seed}.png").write_bytes(drawing("mountain", seed=seed))
    words = ("--scorer", "taste", "--output", "charts", "--details")
    assert run(home, "evaluate", *words) == 0
    said = capsys.readouterr()
    assert said.out.startswith("No verdict yet on any of 2 pictures.\n")
    assert "Nothing is rejected yet, so there is nothing to compare." in said.out
    assert "10 labels, at least 4 likes and 4 rejects. You have 2 likes and 0 rejects." in said.out
    line = next(line for line in said.out.splitlines() if line.startswith("taste"))
    assert line.split()[1:] == ["-", "-", "-", "-", "0", "%", "-", "in", "use"]
    assert "Embedding 2 pictures with pocket" in said.err
    # a diagram of two labels would show chance
    assert [file.name for file in (home.root / "charts").iterdir()] == ["ranking.svg"]
    assert "No reliability chart: it needs 30 labels." in said.err


def test_it_begins_in_plain_words_and_names_what_it_got_wrong(home: Home, capsys: Captured) -> None:
    """On how many it agrees, and each picture on which it does not; figures when asked for."""
    label_scenes(home)
    (home.inbox / "liked" / "odd.png").write_bytes(drawing("gym", seed=77))
    assert run(home, "evaluate") == 0
    said = capsys.readouterr()
    first, second, *_others = said.out.splitlines()
    assert re.fullmatch(r"It gets \d+ of \d+ right\. Wrong are:", first)
    assert re.match(r"  liked/odd\.png: you liked it, tasted predicts no match, \d+ %", second)
    assert said.out.count("liked/odd.png") == 1
    assert not {"AUC", "Brier", "ECE", "luck"} & set(said.out.split())
    assert "For figures: tasted evaluate --details" in said.err
    assert run(home, "evaluate", "--json") == 0
    agreement = json.loads(capsys.readouterr().out)["agreement"]
    assert agreement["decided"] == agreement["agreed"] + len(agreement["wrong"])
    assert [wrong["path"] for wrong in agreement["wrong"]] == ["liked/odd.png"]


@pytest.mark.parametrize(("liked", "rejected", "is_drawn"), [(20, 9, False), (20, 10, True)])
def test_the_reliability_diagram_takes_thirty_labels(
    liked: int, rejected: int, *, is_drawn: bool
) -> None:
    """With fewer its bars are as wide as chance."""
    evaluation: Any = SimpleNamespace(liked=liked, rejected=rejected)
    assert has_reliability(evaluation) is is_drawn


def test_a_model_that_is_missing(home: Home, capsys: Captured) -> None:
    """The same exit status and remedy as elsewhere."""
    (home.inbox / "liked" / "a.png").write_bytes(drawing("mountain", seed=1))
    assert run(home, "evaluate", "--embedder", "clip") == 6
    assert "tasted models pull openai/clip-vit-base-patch32" in capsys.readouterr().err


def test_the_command_knows_every_scorer() -> None:
    """Its choices are those of the room that it must not import for them."""
    assert get_args(ScorerName) == SCORERS
