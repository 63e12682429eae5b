"""The pure parts of `bench/peers`: figures, tables, the page, the drawn files."""

import numpy as np
import pytest

from bench.peers import aims, charts, corpus, figures, load, report

RACE = {
    "rclip": {
        "files_per_second": [9.0, 8.0, 10.0],
        "whole_per_second": [8.5, 7.5, 9.5],
        "first_seconds": [0.3, 0.4, 0.2],
        "peak_bytes": [1_000_000_000, 1_100_000_000, 900_000_000],
        "cosine": 0.99999,
        "versions": {"rclip": "3.3.0", "onnxruntime": "1.32.0"},
    },
    "tasted": {
        "files_per_second": [18.0, 20.0, 20.0],
        "whole_per_second": [15.0, 16.0, 16.0],
        "first_seconds": [1.5, 1.2, 1.4],
        "peak_bytes": [600_000_000, 610_000_000, 590_000_000],
        "from_sleep_seconds": [1.5, 1.6, 1.7],
        "idle_bytes": [45_000_000, 46_000_000, 44_000_000],
        "cosine": 0.9999,
    },
    "fastembed": {"missing": "no such version"},
}


def test_rounds_are_shown_as_median_and_range() -> None:
    """One round has no range."""
    assert figures.spread([3.0, 1.0, 2.0]) == "2.0 (1.0 to 3.0)"
    assert figures.spread([3.14159], 2) == "3.14"
    assert figures.megabytes([1e6, 3e6]) == "3 MB"


def test_a_ratio_is_taken_within_each_round() -> None:
    """A round in which all were slow counts like another."""
    assert figures.ratio([20.0, 2.0, 30.0], [10.0, 1.0, 10.0]) == 2.0


def test_the_lowest_cosine_is_of_the_worst_row() -> None:
    """One wrong vector among right ones shows."""
    rows = np.eye(3, dtype=np.float32)
    turned = rows.copy()
    turned[2] = [0, 0.6, 0.8]
    assert figures.lowest_cosine(rows, rows) == 1
    assert figures.lowest_cosine(rows, turned) == pytest.approx(0.8)


def test_a_table_has_a_cell_under_each_head() -> None:
    """A row that is too short is a mistake, not a crooked table."""
    assert figures.table(("", "a"), [("b", "1")]).splitlines()[-1] == "| b | 1 |"
    with pytest.raises(ValueError, match="1 cells under 2 heads"):
        figures.table(("", "a"), [("b",)])


def test_the_race_is_sorted_and_names_who_is_missing() -> None:
    """The fastest is first; a peer that cannot be installed says why."""
    lines = report.race_table(RACE).splitlines()
    assert lines[2].startswith("| tasted | 20.0 (18.0 to 20.0) |")
    assert lines[3].startswith("| rclip | 9.0 (8.0 to 10.0) |")
    assert lines[-2] == "- fastembed is missing: no such version"
    assert lines[-1] == "Peers: rclip 3.3.0, onnxruntime 1.32.0."
    assert "| tasted | 2.00 |" in report.ratio_table(RACE)


def test_figures_go_between_their_marks() -> None:
    """What stood there is replaced, again and again; all else stays."""
    page = "before\n<!-- race -->\nold\n<!-- /race -->\nafter\n"
    once = report.filled(page, {"race": "new \\1"})
    assert once == "before\n<!-- race -->\nnew \\1\n<!-- /race -->\nafter\n"
    assert report.filled(once, {"race": "new \\1"}) == once
    with pytest.raises(ValueError, match="no place for other"):
        report.filled(page, {"other": ""})


def test_the_page_has_a_place_for_every_table() -> None:
    """`--write` finds all its marks in the docs."""
    page = (corpus.PHOTOS.parents[1] / "docs" / "performance.md").read_text(encoding="utf-8")
    places = [place for tables in report.TABLES.values() for place, _made in tables]
    for place in (*places, *(f"{part}_chart" for part in report.CHARTS)):
        assert report.filled(page, {place: "x"}) != page


def test_charts_show_every_contestant_and_curve() -> None:
    """Those that ran have a bar; those that did not have none."""
    drawn = charts.draw_race(RACE, subtitle="2 cores").decode()
    assert ">tasted<" in drawn
    assert "fastembed" not in drawn
    panels = [("ms", [("from disk", [(1000, 1.0), (2000, 3.0)]), ("in memory", [(1000, 0.5)])])]
    assert ">in memory<" in charts.draw_sizes(panels, subtitle="").decode()


def test_the_files_of_the_race_depend_on_the_seed_alone() -> None:
    """Drawn twice, they are equal byte for byte; another seed gives another picture."""
    small = (234, 506)
    for draw in (corpus.phone, corpus.desktop, corpus.camera):
        assert draw(1, small) == draw(1, small)
        assert draw(1, small) != draw(2, small)


def test_a_sample_belongs_to_the_innermost_step() -> None:
    """Decoding within a batch is decoding; what is neither is the rest. Each thread by itself."""
    pipeline = "main (/x/tasted/engine/server.py:1);process (/x/tasted/engine/pipeline.py:2)"
    looks = f"thread (12): looks_0;{pipeline}"
    lines = [
        f"{looks};decode (/x/tasted/decoding/pictures.py:3);open (/y/PIL/Image.py:4) 3",
        f"{looks};embed (/x/tasted/embedding/embedder.py:3) 6",
        f"{looks} 1",
        f"thread (7): MainThread;{pipeline} 90",
    ]
    shares = {12: {"decode": 0.3, "model": 0.6, "rest": 0.1}, 7: {"rest": 1.0}}
    assert load.shares(lines) == shares
    # the second of these was never seen at work, and the last two are not of Python
    spent = {12: ("python", 2.0), 7: ("python", 0.1), 8: ("python", 0.1), 9: ("tbb", 0.5)}
    found = load.shared_out({**spent, 10: ("lancedb", 0.3)}, {12, 7, 8}, shares, available=4.0)
    assert found == pytest.approx(
        {"busy": 0.75, "decode": 0.15, "model": 0.3, "native": 0.125, "rest": 0.175}
    )
    rounds = [{"decode": 0.2}, {"decode": 0.4, "native": 0.1}, {"decode": 0.3, "native": 0.2}]
    assert load.median_shares(rounds) == {"decode": 0.3, "native": 0.1}


def test_an_aim_is_met_or_missed() -> None:
    """Ratios count as asked for; what was not measured is left out."""
    lines = [aims.line(aim) for aim in aims.aims({"race": {"figures": RACE}})]
    assert any(line.startswith("met    tasted: pictures/s to rclip") for line in lines)
    assert any(line.startswith("met    light process, idle") for line in lines)
    assert not any("fastembed" in line for line in lines)
    assert aims.line(("wait, s", 3.0, "<=", 2.0)).startswith("MISSED")


def test_the_load_is_shown_of_all_cores_and_of_the_engine() -> None:
    """On a busy machine only the second says anything."""
    found = {"busy": 0.5, "decode": 0.2, "model": 0.1, "native": 0.15, "rest": 0.05, "light": 0.01}
    known = {**found, "system": 0.04, "page_faults": 250.4}
    former, row = report.load_table({"tasted": found, "tasted now": known}).splitlines()[-2:]
    assert former == "| tasted | 45 % | 90 % | 20 % | 10 % | 15 % | 5 % | 1 % |  |  |"
    assert row == "| tasted now | 45 % | 90 % | 20 % | 10 % | 15 % | 5 % | 1 % | 4 % | 250 |"
