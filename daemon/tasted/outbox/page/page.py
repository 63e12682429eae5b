"""START HERE: the page `outbox/results.html`, from what is shown to a whole document.

It is static: no script, no server, no font and no picture from anywhere but this machine. The
policy in its head, the first thing that a browser reads, forbids them. Pure, but for the templates
that it reads: `results.html.j2` is the page, `card.html.j2` one result.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from tasted.amounts import counted
from tasted.outbox.page.cards import ResultCard
from tasted.outbox.page.choice import Group
from tasted.outbox.page.notices import Notice, Top
from tasted.outbox.page.templates import environment
from tasted.plain_dataclass import dataclass

_HEADINGS = {
    Group.MATCH: ("Matches", "matches"),
    Group.RANKED: ("Best ranked so far", "ranked"),
    Group.UNSURE: ("Unsure", "unsure"),
    Group.ERROR: ("Not scored", "not scored"),
    Group.JUDGED: ("Judged by you", "judged by you"),
    Group.NO_MATCH: ("No match", "no match"),
}
_POCKET = "pocket"
_SCORED_WITH_POCKET = Notice(
    "Scored with pocket",
    "pocket is a tiny model for demonstrations. It cannot judge real profiles.",
    "For real ones: tasted models pull openai/clip-vit-base-patch32, then: tasted config set model "
    "openai/clip-vit-base-patch32",
)
_JUDGED = "Pictures you judged also show what tasted would think without your label."
_EMPTY = Notice(
    "No results yet",
    "Screenshots that you put into the inbox appear here, best first.",
    "Put a screenshot into inbox/",
)


@dataclass(frozen=True, slots=True)
class PageView:
    """Everything that the page shows."""

    top: Top
    groups: Mapping[Group, Sequence[ResultCard]]
    counts: Mapping[Group, int]
    """How many there are of each, shown or not."""
    as_of: datetime
    """Aware."""
    version: str
    review: str | None = None
    """The address at which pictures are judged; None while there is none."""


@dataclass(frozen=True, slots=True)
class _GroupView:
    """One section of the page, as its template has it."""

    group: Group
    count: int
    cards: Sequence[ResultCard]

    @property
    def heading(self) -> str:
        return _HEADINGS[self.group][0]

    @property
    def noun(self) -> str:
        is_one_match = self.group is Group.MATCH and self.count == 1
        return "match" if is_one_match else _HEADINGS[self.group][1]


def render(view: PageView) -> str:
    """Return the whole document."""
    groups = [
        _GroupView(group, view.counts[group], view.groups.get(group, ()))
        for group in Group
        if view.counts.get(group)
    ]
    return (
        environment()
        .get_template("results.html.j2")
        .render(
            top=view.top,
            notices=_all_notices(view),
            groups=groups,
            remarks=_remarks(view),
            as_of=view.as_of,
            version=view.version,
            review=view.review,
        )
    )


def _all_notices(view: PageView) -> list[Notice]:
    notices = list(view.top.notices)
    steps = Counter(
        card.sidecar.next
        for group in (Group.RANKED, Group.UNSURE)
        for card in view.groups.get(group, ())
        if card.sidecar.next
    )
    # without a like every result asks for likes, and the notice above does already
    if steps and view.top.liked:
        (step, _count), *_rest = steps.most_common(1)
        notices.append(Notice("Next step", "", step))
    models = (card.sidecar.model for cards in view.groups.values() for card in cards)
    if any(model is not None and model.embedder == _POCKET for model in models):
        notices.append(_SCORED_WITH_POCKET)
    if not any(view.counts.values()):
        notices.append(_EMPTY)
    return notices


def _remarks(view: PageView) -> list[str]:
    """Return the sentences at the foot of the page."""
    gone, invalid = view.top.gone, view.top.invalid
    remarks = []
    if any(card.sidecar.judgement for cards in view.groups.values() for card in cards):
        remarks.append(_JUDGED)
    if gone:
        remarks.append(
            f"Not shown: {counted(gone, 'result')} of pictures that are gone from the inbox. "
            "See them: tasted results --gone"
        )
    if invalid:
        files = counted(invalid, "file of the outbox is", "files of the outbox are")
        remarks.append(f"{files} not valid.")
    return remarks
