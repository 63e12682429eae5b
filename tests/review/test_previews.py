"""Pictures in the memory of the web child: the last ones that were asked for, and not too many."""

from hypothesis import given
from hypothesis import strategies as st

from tasted.review.previews import Preview, PreviewCache


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40))))
def test_no_more_is_kept_than_may_be(puts: list[tuple[int, int]]) -> None:
    """And what was put last is there, if it fits at all."""
    cache = PreviewCache(bytes_max=60)
    for name, size in puts:
        cache.put((str(name),), Preview("image/webp", bytes(size)))
        found = cache.get((str(name),))
        assert found is not None
        assert len(found.data) == size
        held = {key: cache._held[key] for key in cache._held}
        assert sum(len(preview.data) for preview in held.values()) == cache._bytes <= 60


def test_what_is_looked_at_again_stays_longer() -> None:
    """The one that nobody asked for goes first."""
    cache = PreviewCache(bytes_max=20)
    for name in "ab":
        cache.put((name,), Preview("image/webp", bytes(10)))
    assert cache.get(("a",)) is not None
    cache.put(("c",), Preview("image/webp", bytes(10)))
    assert cache.get(("b",)) is None
    assert cache.get(("a",)) is not None
    cache.put(("d",), Preview("image/webp", bytes(21)))
    assert cache.get(("d",)) is None
