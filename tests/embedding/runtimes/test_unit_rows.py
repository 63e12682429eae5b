"""Rows become unit vectors, or an error: never NaN in a vector."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tasted.embedding.runtimes.unit_rows import embed_in_batches, unit_rows
from tasted.errors import ModelUnusable


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(0, 5), st.integers(1, 8)),
        elements=st.floats(-(2.0**120), 2.0**120, width=32),
    )
)
def test_rows_have_length_one_or_are_refused(rows: np.ndarray) -> None:
    """Large and small numbers alike; a row of zeros has no direction."""
    if (np.abs(rows).max(axis=1, initial=0) == 0).any():
        with pytest.raises(ModelUnusable):
            unit_rows(rows, model="m")
    else:
        unit = unit_rows(rows, model="m")
        assert unit.dtype == np.float32
        assert np.allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_is_refused(value: float) -> None:
    """The message names the model, the remedy how to fetch it again."""
    rows = np.ones((3, 4), np.float32)
    rows[1, 2] = value
    with pytest.raises(ModelUnusable, match="my/model") as caught:
        unit_rows(rows, model="my/model")
    assert "tasted models pull my/model" in caught.value.remedy


@given(count=st.integers(0, 20), batch_size=st.integers(1, 7))
def test_batches_keep_order_and_lose_nothing(count: int, batch_size: int) -> None:
    """Whatever the batch size, each row stands at its item's place."""
    rows = embed_in_batches(
        range(count),
        lambda items: np.array([[item, -item] for item in items], np.float32),
        batch_size=batch_size,
        dimensions=2,
    )
    assert rows.tolist() == [[item, -item] for item in range(count)]
