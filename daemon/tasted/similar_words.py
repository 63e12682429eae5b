"""The known word that a wrong one is probably meant to be. Pure."""

from collections.abc import Iterable

_COMPARED_LENGTH = 80


def nearest(word: str, candidates: Iterable[str], *, similarity: float = 0.6) -> str | None:
    """Return the most similar candidate; with a similarity of 1, only the word itself."""
    # a daemon whose user types nothing wrong does without it
    import difflib  # noqa: PLC0415

    words = list(candidates)
    near = difflib.get_close_matches(word[:_COMPARED_LENGTH], words, n=1, cutoff=similarity)
    return near[0] if near else None
