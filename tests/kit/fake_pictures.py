"""Pictures of a home that is none, for tests of the pages: names, probabilities, photographs."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasted.review.api.problems import RefusedRequest
from tasted.rpc import review_messages as messages
from tasted.rpc.review_messages import CallRefused, PictureGiven

PHOTOGRAPHS = tuple(sorted((Path(__file__).parent.parent / "photos").rglob("*.jpg")))
BEGAN = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


@dataclass
class FakePicture:
    """One picture, or a profile of several."""

    name: str
    probability: float | None = 0.5
    photos: int = 1
    error: tuple[str, str, str] | None = None
    is_gone: bool = False

    @property
    def id(self) -> str:
        """Its content id."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    @property
    def verdict(self) -> str | None:
        """What is said of it."""
        if self.probability is None:
            return None
        return ("no_match", "unsure", "match")[(self.probability > 0.3) + (self.probability > 0.6)]


@dataclass
class FakePictures:
    """Gives photographs of pictures by their ids."""

    pictures: Sequence[FakePicture]
    photographs: Sequence[Path] = PHOTOGRAPHS
    gone: set[str] = field(default_factory=set)
    """Contents whose file is gone."""

    def picture(self, content: str) -> FakePicture:
        """Return a picture by its id."""
        found = [picture for picture in self.pictures if picture.id == content]
        if not found:
            raise RefusedRequest("not_found", "There is no such result.")
        return found[0]

    def _photograph(self, call: messages.GivePicture) -> PictureGiven | CallRefused:
        """Return a photograph; the same one for the same content."""
        if call.content in self.gone:
            return CallRefused(0, "not_found", "The picture is gone.")
        at = int(call.content[:8], 16) % len(self.photographs)
        data = self.photographs[at].read_bytes()
        return PictureGiven(0, "image/jpeg", base64.b64encode(data).decode("ascii"))


def card_token(picture: FakePicture) -> str:
    """Return the token of its card."""
    return f"card-{picture.id[:16]}.not-signed-by-anybody"


def guess_of(picture: FakePicture) -> dict[str, Any]:
    """Return what was guessed of it before it was judged."""
    return {
        "version": "v12",
        "probability": picture.probability,
        "percentile": picture.probability,
        "verdict": picture.verdict,
    }


def links_of(picture: FakePicture) -> list[dict[str, Any]]:
    """Return the pictures that its card shows."""
    ids = [hashlib.sha256(f"{picture.name}{at}".encode()).hexdigest() for at in range(1, 12)]
    return [
        {
            "id": content,
            "href_320": f"/api/pictures/{content}/whole?size=320",
            "href_1600": f"/api/pictures/{content}/whole?size=1600",
            "width": 400,
            "height": 400,
        }
        for content in [picture.id, *ids][: picture.photos]
    ]
