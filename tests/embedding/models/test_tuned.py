"""What a model was trained on stands beside its weights."""

from pathlib import Path

from tasted.embedding.models.tuned import (
    HELD_OUT,
    LEARNED_FROM,
    LearnedFrom,
    read_held_out,
    read_learned_from,
    tuned_name,
    tuned_number,
    write_tuned,
)

LEARNED = LearnedFrom(
    base="pocket",
    base_fingerprint="0" * 64,
    method="lora",
    trained_at="2026-11-30T08:00:00.000+00:00",
    adapter_sha256="1" * 64,
    trained=("a" * 64, "b" * 64),
    judged=("c" * 64,),
    recipe={"rank": 4.0},
)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    """The model, the pictures, and the logits of those that did not know them."""
    write_tuned(tmp_path, LEARNED, {"a" * 64: -0.5})

    assert read_learned_from(tmp_path) == LEARNED
    assert LEARNED.contents == {"a" * 64, "b" * 64, "c" * 64}
    assert read_held_out(tmp_path) == {"a" * 64: -0.5}
    assert (tmp_path / HELD_OUT).stat().st_mode & 0o077 == 0


def test_other_models_learnt_from_nothing_here(tmp_path: Path) -> None:
    """A folder without these files, or with others in their place."""
    assert read_learned_from(tmp_path) is None
    assert read_held_out(tmp_path) == {}
    (tmp_path / LEARNED_FROM).write_text("[]")
    (tmp_path / HELD_OUT).write_text('{"a": NaN, "b": "1", "c": 1}')
    assert read_learned_from(tmp_path) is None
    assert read_held_out(tmp_path) == {"c": 1.0}


def test_names_are_numbers() -> None:
    """So that none is ever used twice."""
    assert tuned_number(tuned_name(12)) == 12
    assert tuned_number("tuned-0") is None
    assert tuned_number("tuned-1/../x") is None
