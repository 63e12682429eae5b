"""Results as tiles, chosen and ordered, from the bodies of the API. Pure."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from tasted.outbox.page.templates import percent
from tasted.plain_dataclass import dataclass
from tasted.review.api.queries import BACKFILL
from tasted.review.api.result_schemas import ResultRow, ResultsAnswer
from tasted.review.page import words

VERDICTS = {
    "match": ("✓", "match"),
    "unsure": ("?", "unsure"),
    "no_match": ("✕", "no match"),
    "error": ("!", "not scored"),
}
JUDGED = {"liked": "✓ liked", "rejected": "✕ rejected"}
_CHIPS = (
    ("", "All"),
    ("match", "Match"),
    ("unsure", "Unsure"),
    ("no_match", "No match"),
    ("error", "Not scored"),
)
_CHOICES = (
    ("sort", "Order", (("rank", "Best first"), ("date", "Newest first"), ("ask", "As asked"))),
    (
        "judged",
        "Answers",
        (
            ("", "Any"),
            ("no", "Not judged"),
            ("yes", "Judged"),
            ("liked", "Liked"),
            ("rejected", "Rejected"),
        ),
    ),
    (
        "since",
        "Since",
        (("", "Ever"), ("2h", "2 hours"), ("1d", "A day"), ("1w", "A week"), ("4w", "4 weeks")),
    ),
)


@dataclass(frozen=True, slots=True)
class WantedResults:
    """What the gallery is asked for; the names are those of the query."""

    sort: str = "rank"
    verdict: str = ""
    judged: str = ""
    since: str = ""
    q: str = ""
    cursor: str = ""
    former: str = ""
    """`yes`: only what is still scored by a former model."""
    in_: str = ""
    """A backfill, as `@photos`; "": the inbox. Its name in the query is `in`."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "WantedResults":
        """Return what a query asks for; a value that is not offered is as none."""
        offered = {name: {value for value, _word in options} for name, _label, options in _CHOICES}
        offered["verdict"] = {value for value, _word in _CHIPS}
        chosen = {
            name: query.get(name, "")
            for name in ("verdict", "judged", "since")
            if query.get(name, "") in offered[name]
        }
        sort = query.get("sort", "rank")
        return cls(
            **chosen,
            sort=sort if sort in offered["sort"] else "rank",
            q=query.get("q", "")[:200],
            cursor=query.get("cursor", "")[:200],
            former="yes" if query.get("former") == "yes" else "",
            in_=among_of(query),
        )

    def link(self, base: str = "/results", **changed: str) -> str:
        """Return the address of the same with something changed."""
        names = ("sort", "verdict", "judged", "since", "q", "cursor", "former", "in_")
        pairs = {name: changed.get(name, getattr(self, name)) for name in names}
        given = {
            name.rstrip("_"): value for name, value in pairs.items() if value and value != "rank"
        }
        return f"{base}?{urlencode(given)}" if given else base


def among_of(query: Mapping[str, str]) -> str:
    """Return which backfill a query names, as `@photos`; "": none that can be one."""
    name = query.get("in", "")
    return name if re.fullmatch(BACKFILL, name) else ""


class SourceLink(NamedTuple):
    """A link to the results of the inbox or of a backfill."""

    href: str
    name: str
    is_here: bool


class VerdictChip(NamedTuple):
    """A link to the results with one verdict."""

    href: str
    word: str
    how_many: int
    is_here: bool


class GalleryChoice(NamedTuple):
    """A list of which one is chosen."""

    label: str
    name: str
    value: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GalleryTile:
    """One result as the template `tile.html.j2` asks for it."""

    row: ResultRow

    @property
    def kind(self) -> str:
        """Its verdict, or `error`."""
        return verdict_kind(self.row)

    @property
    def sign(self) -> str:
        """One character for its kind."""
        return "★" if self.row.strong and self.kind == "match" else VERDICTS[self.kind][0]

    @property
    def word(self) -> str:
        """Its verdict in words."""
        return VERDICTS[self.kind][1]

    @property
    def figure(self) -> str:
        """The percentage; empty where there is none."""
        share = self.row.probability
        return "" if share is None or self.kind == "error" else percent(share)

    @property
    def judgement(self) -> str:
        """What the person said of it."""
        return JUDGED.get(self.row.judgement or "", "")

    @property
    def alt(self) -> str:
        """What the picture is, never what was guessed of it."""
        count = len(self.row.pictures)
        return f"{self.row.name}, {count} photos" if count > 1 else self.row.name


def verdict_kind(row: ResultRow) -> str:
    """Return the verdict of a result, `error` for one that failed."""
    return "error" if row.error is not None else row.verdict or "unsure"


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """What the template `results.html.j2` asks for."""

    results: ResultsAnswer
    wanted: WantedResults
    inbox: str = "~/Tasted/inbox"
    """Where pictures are put, as people write it."""

    @property
    def lead(self) -> str:
        """One sentence above the tiles."""
        scored = f"Scored with {self.results.version}. " if self.results.version else ""
        if self.wanted.in_:
            return f"{scored}These pictures lie in folders of their own: {self.wanted.in_}."
        return f"{scored}The score is shown here, so answers on this page are marked as not blind."

    @property
    def sources(self) -> list[SourceLink]:
        """The inbox and each backfill; none where there is but the inbox."""
        if not self.results.sources:
            return []
        names = ["", *self.results.sources]
        return [
            SourceLink(
                WantedResults(sort=self.wanted.sort, in_=name).link(),
                name or "Inbox",
                name == self.wanted.in_,
            )
            for name in names
        ]

    @property
    def chips(self) -> list[VerdictChip]:
        """Links to each verdict, with how many there are."""
        counts = self.results.counts
        every = sum(counts.get(verdict, 0) for verdict, _word in _CHIPS if verdict)
        return [
            VerdictChip(
                self.wanted.link(verdict=verdict, cursor=""),
                word,
                counts.get(verdict, 0) if verdict else every,
                verdict == self.wanted.verdict,
            )
            for verdict, word in _CHIPS
        ]

    @property
    def choices(self) -> list[GalleryChoice]:
        """Order, answers and time."""
        return [
            GalleryChoice(label, name, getattr(self.wanted, name), options)
            for name, label, options in _CHOICES
        ]

    @property
    def tiles(self) -> list[GalleryTile]:
        """What has a score."""
        return [GalleryTile(row) for row in self.results.items if row.error is None]

    @property
    def failures(self) -> list[ResultRow]:
        """What has none, each with the reason and the remedy."""
        return [row for row in self.results.items if row.error is not None]

    @property
    def here(self) -> str:
        """The address of this page."""
        return self.wanted.link()

    @property
    def query(self) -> str:
        """The query of the same list at the API."""
        return self.wanted.link(base="")

    @property
    def more(self) -> str | None:
        """The address of the following page."""
        following = self.results.next
        return self.wanted.link(cursor=following) if following is not None else None

    @property
    def empty(self) -> tuple[str, str]:
        """What is said when nothing is found."""
        if self.wanted == WantedResults():
            return words.no_pictures(self.inbox)
        return "Nothing found.", "Other choices above may find something."
