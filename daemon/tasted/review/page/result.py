"""One result with everything about it, from the body of the API. Pure."""

from dataclasses import field
from datetime import datetime
from typing import NamedTuple

from tasted.amounts import decimal
from tasted.outbox.page.templates import clock
from tasted.plain_dataclass import dataclass
from tasted.review.api.result_schemas import NearReference, ResultAnswer, ResultRow
from tasted.review.page import words
from tasted.review.page.gallery import JUDGED, VERDICTS, GalleryTile, verdict_kind
from tasted.review.page.told_events import ToldEvent, told_event

_NEAR_MAX = 6
_SCALE_MIN = 2.0


class SeenPhoto(NamedTuple):
    """A picture with the regions of it that were looked at."""

    href: str
    alt: str
    width: int | None
    height: int | None
    boxes: tuple[tuple[int, int, int, int], ...]


class MovedPart(NamedTuple):
    """A part of the score in log-odds, and its bar around the middle."""

    name: str
    words: str
    sign: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class ResultPage:
    """What the template `result.html.j2` asks for."""

    answer: ResultAnswer
    now: datetime
    among: str = ""
    """The backfill that it is of, as `@photos`; "": it is of the inbox."""
    row: ResultRow = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "row", self.answer.result)

    @property
    def kind(self) -> str:
        """Its verdict, or `error`."""
        return verdict_kind(self.row)

    @property
    def sign(self) -> str:
        """One character for its kind."""
        return GalleryTile(self.row).sign

    @property
    def word(self) -> str:
        """Its kind in words."""
        return VERDICTS[self.kind][1]

    @property
    def judgement(self) -> str:
        """What the person said of it."""
        return JUDGED.get(self.row.judgement or "", "")

    @property
    def meaning(self) -> str:
        """What the percentage is."""
        if self.row.calibrated:
            return "chance that you like it"
        return "rough estimate (needs 30 labels)"

    @property
    def better_than(self) -> int | None:
        """Than how many of a hundred it is better."""
        return None if self.row.percentile is None else words.of_100(self.row.percentile)

    @property
    def gone(self) -> str:
        """What is said of a file that is gone."""
        if self.answer.sidecar.get("gone_since") is None:
            return ""
        return words.GONE if self.row.judgement else "The file is gone."

    @property
    def photos(self) -> list[SeenPhoto]:
        """Its pictures, with the regions that were looked at."""
        return [
            SeenPhoto(
                picture.href_1600,
                self.row.name if len(self.row.pictures) == 1 else f"{self.row.name}, photo {at}",
                picture.width,
                picture.height,
                tuple(view.box for view in self.answer.views if view.picture == picture.id)
                if picture.width and picture.height
                else (),
            )
            for at, picture in enumerate(self.row.pictures, 1)
        ]

    @property
    def boxes_words(self) -> str:
        """What the frames over the pictures are."""
        has_boxes = any(photo.boxes for photo in self.photos)
        return "The frames show what was looked at." if has_boxes else ""

    @property
    def parts(self) -> list[MovedPart]:
        """What moved the score: looks, traits, bio."""
        evidence = self.answer.sidecar.get("evidence")
        if not evidence:
            return []
        sums = {"Looks": float(evidence["looks"]), "Traits": 0.0, "Bio": 0.0}
        for line in evidence.get("parts", []):
            name = "Traits" if line["kind"] == "trait" else "Bio"
            sums[name] += float(line["contribution"])
        scale = max(_SCALE_MIN, *(abs(value) for value in sums.values()))
        return [_moved(name, value, scale) for name, value in sums.items()]

    @property
    def reasons(self) -> list[str]:
        """Why it has its score."""
        return self.answer.reasons

    @property
    def near(self) -> list[tuple[str, list[NearReference]]]:
        """The nearest references of either label."""
        titles = {"liked": "✓ Nearest likes", "rejected": "✕ Nearest rejects"}
        sides = [
            (title, [near for near in self.answer.neighbours if near.label == label][:_NEAR_MAX])
            for label, title in titles.items()
        ]
        return [(title, near) for title, near in sides if near]

    @property
    def text(self) -> list[str]:
        """What was read in it or beside it, by lines."""
        found = self.answer.sidecar.get("extracted_data") or {}
        age = found.get("age")
        who = ", ".join(filter(None, (found.get("name"), str(age) if age is not None else None)))
        lines = [who, *str(found.get("bio") or "").splitlines()]
        return [line for line in lines if line]

    @property
    def events(self) -> list[ToldEvent]:
        """What the person answered, newest first."""
        return [told_event(event, self.now) for event in self.answer.events]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """With what and when it was scored."""
        model = (self.answer.sidecar.get("model") or {}).get("embedder")
        pairs = (
            ("Version", self.row.version),
            ("Model", model),
            ("Scored", clock(self.row.scored_at)),
            ("Content", self.row.id[:12]),
        )
        return [(name, value) for name, value in pairs if value]


def _moved(name: str, value: float, scale: float) -> MovedPart:
    length = round(48 * abs(value) / scale, 2)
    sign = "plus" if value >= 0 else "minus"
    shown = decimal(value, 1).replace("-", "\N{MINUS SIGN}")
    return MovedPart(
        name,
        f"+{shown}" if value > 0 and shown != "0.0" else shown,
        sign,
        0.0 if value >= 0 else -length,
        length,
    )
