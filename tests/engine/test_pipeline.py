"""One batch through the real rooms, with an embedder that counts what it is asked."""

import os
from pathlib import Path
from typing import Any

import pytest

from kit.faulty_pipelines import Counting, Process
from kit.outboxes import picture
from kit.pictures import noise, solid
from tasted.home.layout import Home
from tasted.records import Label


def test_row_23_one_content_under_three_names_is_embedded_once(
    home: Home, process: Process, embedder: Counting
) -> None:
    """A copy, a hard link and a later copy: each has its document, and one vector serves all."""
    (home.inbox / "a.png").write_bytes(picture(1))
    (home.inbox / "copy.png").write_bytes(picture(1))
    os.link(home.inbox / "a.png", home.inbox / "link.png")
    assert set(process("a.png", "copy.png", "link.png").values()) == {"scored"}
    (home.inbox / "later.png").write_bytes(picture(1))
    assert process("later.png") == {"later.png": "scored"}
    assert embedder.together == [1]


def test_row_19_row_41_what_is_gone_or_a_link_when_it_is_opened(
    home: Home, process: Process, tmp_path: Path
) -> None:
    """Between the look and the reading: gone means no document, a link is refused, not followed."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a.png").write_bytes(picture(3))
    (home.inbox / "link.png").symlink_to(secret / "a.png")
    (home.inbox / "folder").symlink_to(secret)
    (home.inbox / "here.png").write_bytes(picture(1))
    assert process("gone.png", "link.png", "folder/a.png", "here.png") == {
        "gone.png": None,
        "link.png": "not_an_image",
        "folder/a.png": None,
        "here.png": "scored",
    }


@pytest.mark.parametrize(
    ("details", "is_last"),
    [
        ({"attempts": 0}, False),
        ({"attempts": 2}, False),
        ({"attempts": 3}, True),
        ({"attempts": 9}, True),
        ({"is_asked": True}, True),
    ],
)
def test_row_53_a_picture_without_its_end_is_taken_as_it_is_after_the_pauses(
    home: Home, process: Process, details: dict[str, Any], *, is_last: bool
) -> None:
    """While it may still arrive it is tried again; then all of its rows are enough."""
    data = noise("JPEG", size=(40, 30))
    (home.inbox / "noeoi.jpg").write_bytes(data[:-2])
    (home.inbox / "half.jpg").write_bytes(data[: len(data) // 2])
    found = process.documents("noeoi.jpg", "half.jpg", **details)
    whole, half = found["noeoi.jpg"], found["half.jpg"]
    assert whole is not None
    assert half is not None
    assert half.error is not None
    assert half.error.code == "truncated"
    assert ("nothing more has arrived" in half.error.message) is is_last
    if is_last:
        assert whole.status == "scored"
        assert whole.notes[0] == "The end of the file is missing; the picture itself is complete."
    else:
        assert whole.error is not None
        assert whole.error.retry_at is not None
        assert half.error.retry_at is not None


def test_a_picture_of_nothing_has_a_note_and_no_figure(home: Home, process: Process) -> None:
    """Neither as a screenshot nor as a reference does it pass without a word."""
    (home.inbox / "black.png").write_bytes(solid("PNG", 0))
    for label, number in ((Label.LIKED, 1), (Label.REJECTED, 2)):
        (home.inbox / label / "a.png").write_bytes(noise(seed=number))
        (home.inbox / label / "white.png").write_bytes(solid("PNG", 255 - number))
        learnt = process.documents(f"{label}/a.png", f"{label}/white.png")
        plain, blank = learnt[f"{label}/a.png"], learnt[f"{label}/white.png"]
        assert plain is not None
        assert blank is not None
        assert (plain.blank, blank.blank) == (False, True)
        assert blank.summary == f"Learnt: you {label} this. There is nothing to see in it."
        assert "The app may forbid screenshots" in blank.notes[0]
    document = process.documents("black.png")["black.png"]
    assert document is not None
    assert document.status == "scored"
    assert document.summary == "Unsure: nothing to see; the app may forbid screenshots."
    assert (document.verdict, document.unsure_because) == ("unsure", "no_evidence")
    assert (document.confidence_score, document.rank, document.evidence) == (None, None, None)
    assert document.component_scores is not None
    assert document.component_scores.physical is None
    assert "of one colour. The app may forbid screenshots." in document.notes[0]
    assert document.blank


def test_pixels_are_let_go_before_the_next_picture(
    home: Home, process: Process, embedder: Counting
) -> None:
    """While pictures are embedded together, none of them is held any more."""
    for number in range(12):
        (home.inbox / f"{number}.png").write_bytes(picture(number))
    assert set(process(*(f"{number}.png" for number in range(12))).values()) == {"scored"}
    assert sum(embedder.together) == 12
    assert max(embedder.together) > 1
    assert embedder.held == [0] * len(embedder.together)
