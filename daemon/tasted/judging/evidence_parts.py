"""How much traits, interests and dealbreakers moved a score, for sidecars. Pure."""

from collections.abc import Sequence

from tasted.judging.judged import EvidencePart
from tasted.scoring.weighing.weigher import Weighed


def evidence_parts(weighed: Weighed) -> tuple[EvidencePart, ...]:
    """Return the parts of a score beside bias and looks."""
    return (*_trait_parts(weighed), *_interest_parts(weighed))


def _trait_parts(weighed: Weighed) -> Sequence[EvidencePart]:
    return [
        EvidencePart(
            "trait",
            trait.trait.name,
            trait.part,
            picture_z=trait.picture_z,
            bio_z=trait.bio_z,
        )
        for trait in weighed.traits
    ]


def _interest_parts(weighed: Weighed) -> Sequence[EvidencePart]:
    wanted = [
        EvidencePart(
            "interest",
            interest.interest,
            interest.part,
            how=interest.mention.how if interest.mention is not None else None,
            words=interest.mention.words if interest.mention is not None else None,
        )
        for interest in weighed.interests
    ]
    share = weighed.ruled_out / max(1, len(weighed.dealbreakers))
    return wanted + [
        EvidencePart("dealbreaker", mention.interest, share, how=mention.how, words=mention.words)
        for mention in weighed.dealbreakers
    ]
