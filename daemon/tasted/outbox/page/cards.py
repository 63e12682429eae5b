"""What the card of one result says, from its sidecar and what is known of its picture. Pure."""

from typing import NamedTuple

from tasted.outbox.page.choice import RankPosition
from tasted.outbox.page.templates import picture_link
from tasted.outbox.results import (
    explanation_of,
    further_reasons,
    opinion_of,
    photo_count,
    picture_path,
)
from tasted.outbox.sidecar import NeighbourPart, Sidecar, decoded_path
from tasted.plain_dataclass import dataclass

_NEIGHBOURS_MAX = 3
_REASONS_MAX = 5
_PHOTOS_MAX = 4
_NEVER_CALIBRATED = "seed"
"""The scorer that gives no probability, however many labels there are."""
_SIGNS = {
    "match": ("✓", "Match"),
    "strong": ("★", "Strong match"),
    "no_match": ("✕", "No match"),
    "unsure": ("?", "Unsure"),
    "error": ("!", "Not scored"),
    "liked": ("♥", "You liked this"),
    "rejected": ("✕", "You rejected this"),
}


class LinkedPicture(NamedTuple):
    """A picture in the inbox, as the page shows it."""

    link: str
    name: str
    size: tuple[int, int] | None = None
    """Width and height in pixels, where known."""


class LinkedNeighbour(NamedTuple):
    """A reference near a result."""

    link: str | None
    """None for a path that leads elsewhere: no picture is shown."""
    name: str
    similarity: float


@dataclass(frozen=True, slots=True)
class ResultCard:
    """One result, with what the template `card.html.j2` asks of it."""

    sidecar: Sidecar
    is_there: bool
    """Whether its picture, or its folder, is still in the inbox."""
    photos: tuple[str, ...] = ()
    """Of a profile: the paths of those that count and are there."""
    rank: RankPosition | None = None
    """Its position among all results that are still to be judged; None for what has no rank."""

    @property
    def kind(self) -> str:
        """What the card stands for: a verdict, `error`, or the user's own `liked`, `rejected`."""
        if self.sidecar.error is not None:
            return "error"
        return self.sidecar.judgement or self.sidecar.verdict or "unsure"

    @property
    def sign(self) -> str:
        """One character for its kind."""
        return self._sign[0]

    @property
    def verdict(self) -> str:
        """Its kind in words."""
        return self._sign[1]

    @property
    def _sign(self) -> tuple[str, str]:
        is_strong = self.sidecar.strong and self.kind not in {"liked", "rejected"}
        return _SIGNS["strong" if is_strong else self.kind]

    @property
    def heading(self) -> str:
        """The name in the text, else that of the file."""
        return self._name or self._split_path[1]

    @property
    def file(self) -> str:
        """The path that stands beneath the heading; of a heading that is a file its folder."""
        folder = self._split_path[0]
        return self.sidecar.source.path if self._name else f"{folder}/" if folder else ""

    @property
    def age(self) -> int | None:
        """The age of the person that the text names."""
        text = self.sidecar.extracted_data
        return text.age if text is not None and self._name else None

    @property
    def _name(self) -> str | None:
        text = self.sidecar.extracted_data
        return text.name if text is not None else None

    @property
    def _split_path(self) -> tuple[str, str]:
        folder, _, name = self.sidecar.source.path.removesuffix("/").rpartition("/")
        return folder, name

    @property
    def picture(self) -> LinkedPicture | None:
        """Its picture, if that is still there."""
        source = self.sidecar.source
        link = picture_link(picture_path(self.sidecar)) if self.is_there else None
        size = (source.width, source.height) if source.width and source.height else None
        return LinkedPicture(link, source.path, size) if link is not None else None

    @property
    def photo_pictures(self) -> list[LinkedPicture]:
        """Of a profile: the best four of the photos that are still there."""
        parts = {decoded_path(part.path, part.path_hex): part for part in self.sidecar.parts}
        there = sorted(
            (path for path in self.photos if path in parts),
            key=lambda path: -(parts[path].confidence or parts[path].physical or 0.0),
        )
        links = [(picture_link(path), parts[path].path) for path in there]
        shown = [LinkedPicture(link, name) for link, name in links if link is not None]
        return shown[:_PHOTOS_MAX]

    @property
    def photo_count(self) -> str:
        """Of a profile: how many photos count, and of how many."""
        return photo_count(self.sidecar) if self.sidecar.parts else ""

    @property
    def opinion(self) -> str:
        """The verdict that tasted would give without the user's own."""
        return opinion_of(self.sidecar)

    @property
    def explanation(self) -> str:
        """What the summary adds to verdict and figure; may be empty."""
        return explanation_of(self.sidecar)

    @property
    def reasons(self) -> list[str]:
        """The reasons that the summary does not give."""
        return further_reasons(self.sidecar)[:_REASONS_MAX]

    @property
    def becomes_calibrated(self) -> bool:
        """Whether more labels make a probability of its confidence."""
        model = self.sidecar.model
        return model is not None and model.scorer != _NEVER_CALIBRATED

    @property
    def likes(self) -> list[LinkedNeighbour]:
        """The likes that are nearest."""
        near = self.sidecar.neighbours
        return _linked(near.liked) if near is not None else []

    @property
    def rejects(self) -> list[LinkedNeighbour]:
        """The rejects that are nearest."""
        near = self.sidecar.neighbours
        return _linked(near.rejected) if near is not None else []


def without_unseen(sidecar: Sidecar) -> Sidecar:
    """Return a document without its longest parts that no card shows.

    A page holds two hundred at a time; what the process takes once it keeps for long.
    """
    near = sidecar.neighbours
    if near is not None:
        near = near.model_copy(
            update={
                "liked": near.liked[:_NEIGHBOURS_MAX],
                "rejected": near.rejected[:_NEIGHBOURS_MAX],
            }
        )
    return sidecar.model_copy(update={"neighbours": near, "views": [], "timing_ms": {}})


def _linked(neighbours: list[NeighbourPart]) -> list[LinkedNeighbour]:
    return [
        LinkedNeighbour(picture_link(near.path), near.path, near.similarity)
        for near in neighbours[:_NEIGHBOURS_MAX]
    ]
