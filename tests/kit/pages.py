"""Pages of results: made without a daemon, and taken apart as a browser would."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from kit.sidecars import NOW, VERSION, entries_of
from tasted.home.status import Status
from tasted.outbox.page.cards import ResultCard
from tasted.outbox.page.choice import choose
from tasted.outbox.page.notices import top_of
from tasted.outbox.page.page import PageView, render
from tasted.outbox.sidecar import Sidecar

Attributes = list[tuple[str, str | None]]


def status_of(state: str = "idle", *, liked: int = 3, **fields: object) -> Status:
    """Return what a daemon says of itself that was taught and has nothing to do."""
    given: dict[str, object] = {
        "pid": 1,
        "state": state,
        "started_at": NOW.isoformat(),
        "heartbeat_at": NOW.isoformat(),
        "version": VERSION,
        "model": "pocket",
        "liked": liked,
        "rejected": 2,
    }
    return Status(**{**given, **fields})  # type: ignore[arg-type]


def page_of(
    documents: Sequence[Sidecar], status: Status | None = None, *, gone: Sequence[str] = ()
) -> str:
    """Return the page of some sidecars; the pictures of `gone` are missing."""
    by_path = {document.ledger_entry().path: document for document in documents}
    choice = choose(entries_of(documents))
    groups = {
        group: [
            ResultCard(
                by_path[path],
                path not in gone,
                tuple(photo for photo in choice.photos.get(path, ()) if photo not in gone),
                choice.ranks.get(path),
            )
            for path in paths
        ]
        for group, paths in choice.paths.items()
    }
    return render(PageView(top_of(status or status_of()), groups, choice.counts, NOW, VERSION))


@dataclass
class Parsed(HTMLParser):
    """A page as a parser of HTML has it."""

    elements: list[tuple[str, Attributes]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Note an element."""
        self.elements.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)

    @property
    def shape(self) -> list[tuple[str, list[str]]]:
        """The elements in order, each with the names of its attributes."""
        return [(tag, [name for name, _value in attrs]) for tag, attrs in self.elements]

    def values(self, tag: str, attribute: str) -> list[str]:
        """Return the values of an attribute, over all elements of a kind."""
        return [
            value or ""
            for element_tag, attrs in self.elements
            if element_tag == tag
            for name, value in attrs
            if name == attribute
        ]

    @property
    def text(self) -> str:
        """All text in order, the style sheet included."""
        return "".join(self.texts)


def parsed(page: str) -> Parsed:
    """Take a page apart."""
    found = Parsed()
    found.feed(page)
    found.close()
    return found


@dataclass
class _Visible(HTMLParser):
    """The text of a page that is not hidden."""

    texts: list[str] = field(default_factory=list)
    depth: int = 0
    """How many open elements are hidden, or within one that is."""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Note where something hidden begins."""
        if tag in {"input", "img", "meta", "link"}:
            return
        if self.depth or any(name == "hidden" for name, _value in attrs):
            self.depth += 1

    def handle_endtag(self, _tag: str) -> None:
        """Note where it ends."""
        self.depth -= bool(self.depth)

    def handle_data(self, data: str) -> None:
        """Note a text that is seen."""
        if not self.depth:
            self.texts.append(data)


def visible_text(page: str) -> str:
    """Return the text of a page without what is hidden, with one space between its parts."""
    found = _Visible()
    found.feed(page)
    found.close()
    return " ".join(" ".join(found.texts).split())
