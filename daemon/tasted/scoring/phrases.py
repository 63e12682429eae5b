"""A bio as a few short phrases, for an embedder that reads text. Pure."""

PHRASES_MAX = 32
"""What stands behind so many phrases is not looked at."""
BACKGROUND_PHRASES: tuple[str, ...] = ()
"""What people write of themselves: what is usual between any phrase and any other."""


def phrases(bio: str) -> tuple[str, ...]:
    """Return what a bio says, phrase by phrase, without what it denies.

    At most 32 different ones of at most 80 characters, as the bio writes them and in its order.
    """
    raise NotImplementedError
