"""A weighed score in sentences that a person would write, strongest first, both ways. Pure."""

from collections.abc import Sequence

from tasted.scoring.explaining import Doubt
from tasted.scoring.fitted import Taste
from tasted.scoring.weighing import Weighed


def weighed_reasons(weighed: Weighed, taste: Taste) -> tuple[str, ...]:
    """Return the sentences, without full stops, strongest first; () when nothing moved it."""
    raise NotImplementedError


def weighed_summary(weighed: Weighed, reasons: Sequence[str]) -> str:
    """Return one line: verdict and probability, or the rank, and the strongest reasons."""
    raise NotImplementedError


def doubt_sentence(doubt: Doubt) -> str:
    """Return what is odd about a label, for the user to look at again."""
    raise NotImplementedError
