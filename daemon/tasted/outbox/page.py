"""START HERE: the page `outbox/results.html`, from what is shown to a whole document. Pure.

It is static: no script, no server, no font and no picture from anywhere but this machine. The
policy in its head, the first thing that a browser reads, forbids them. `page_choice` says which
results are shown, `page_notices` what stands on top, `page_cards` how one looks, `page_writer` when
it is written.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tasted.outbox.page_cards import Shown, card
from tasted.outbox.page_choice import Group
from tasted.outbox.page_notices import Notice, Top
from tasted.outbox.page_style import STYLE
from tasted.outbox.page_text import escaped, moment

POLICY = "default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'"

_HEADINGS = {
    Group.MATCH: ("Matches", "matches"),
    Group.RANKED: ("Best ranked so far", "ranked"),
    Group.UNSURE: ("Unsure", "unsure"),
    Group.ERROR: ("Not scored", "not scored"),
    Group.NO_MATCH: ("No match", "no match"),
}
_ONE_MATCH = "match"
_POCKET = "pocket"
_SCORED_WITH_POCKET = Notice(
    "Scored with pocket",
    "That is the small model for demonstrations: it is no judge of real profiles.",
    "For real ones: tasted models pull openai/clip-vit-base-patch32, and name that as model in "
    "config/tasted.toml",
)
_JUDGED = "<p>What you have judged is scored by everything else you taught, as a check.</p>"
_EMPTY = Notice(
    "No results yet",
    "Screenshots that you drop into the inbox appear here, best first.",
    "Drop a picture into inbox/",
)


@dataclass(frozen=True, slots=True)
class PageView:
    """Everything that the page shows."""

    top: Top
    groups: Mapping[Group, Sequence[Shown]]
    counts: Mapping[Group, int]
    """How many there are of each, shown or not."""
    as_of: datetime
    """Aware."""
    version: str


def render(view: PageView) -> str:
    """Return the whole document."""
    sections = "".join(_section(view, group) for group in Group if view.counts.get(group))
    notices = "".join(map(_notice, _all_notices(view)))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{escaped(_title(view))}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"{_header(view)}<main>\n{notices}{sections}</main>\n{_footer(view)}</body>\n</html>\n"
    )


def _title(view: PageView) -> str:
    matches = view.counts.get(Group.MATCH, 0)
    return f"{matches:,} {_noun(Group.MATCH, matches)} · tasted" if matches else "Results · tasted"


def _noun(group: Group, count: int) -> str:
    return _ONE_MATCH if group is Group.MATCH and count == 1 else _HEADINGS[group][1]


def _header(view: PageView) -> str:
    top = view.top
    links = "".join(
        f'<li><a href="#{group}"><b>{count:,}</b> {_noun(group, count)}</a></li>'
        for group in Group
        if (count := view.counts.get(group, 0))
    )
    overview = f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n' if links else ""
    taught = f" Taught by {top.liked:,} liked and {top.rejected:,} rejected." if top.liked else ""
    return (
        '<header>\n<p class="brand">tasted</p>\n<h1>Results</h1>\n'
        f'<p class="state {top.tone}"><span>{escaped(top.headline)}</span></p>\n'
        f'<p class="as-of">As of {moment(view.as_of)}.{taught}</p>\n{overview}</header>\n'
    )


def _all_notices(view: PageView) -> list[Notice]:
    notices = list(view.top.notices)
    steps = Counter(
        shown.sidecar.next
        for group in (Group.RANKED, Group.UNSURE)
        for shown in view.groups.get(group, ())
        if shown.sidecar.next
    )
    # without a like every result asks for likes, and the notice above does already
    if steps and view.top.liked:
        (step, _count), *_rest = steps.most_common(1)
        notices.append(Notice("What would help", "", step))
    models = (shown.sidecar.model for cards in view.groups.values() for shown in cards)
    if any(model is not None and model.embedder == _POCKET for model in models):
        notices.append(_SCORED_WITH_POCKET)
    if not any(view.counts.values()):
        notices.append(_EMPTY)
    return notices


def _notice(notice: Notice) -> str:
    kind = "notice grave" if notice.is_grave else "notice"
    text = f"<p>{escaped(notice.text)}</p>" if notice.text else ""
    remedy = f'<p class="remedy">{escaped(notice.remedy)}</p>' if notice.remedy else ""
    return f'<section class="{kind}"><h2>{escaped(notice.title)}</h2>{text}{remedy}</section>\n'


def _section(view: PageView, group: Group) -> str:
    shown, count = view.groups.get(group, ()), view.counts[group]
    heading = _HEADINGS[group][0]
    some = f" <small>{len(shown):,} of {count:,} shown</small>" if len(shown) < count else ""
    kind = "cards slim" if group is Group.ERROR else "cards"
    # a list whose markers are hidden is no list to Safari's reader, unless it is called one
    cards = f'<ol class="{kind}" role="list">\n{"".join(map(card, shown))}</ol>' if shown else ""
    return (
        f'<section id="{group}" class="group"><h2>{heading} <span>{count:,}</span>{some}</h2>\n'
        f"{cards}</section>\n"
    )


def _footer(view: PageView) -> str:
    gone, invalid = view.top.orphans, view.top.invalid
    shown = (each.sidecar for cards in view.groups.values() for each in cards)
    told = _JUDGED if any(each.judgement is not None for each in shown) else ""
    if gone:
        told += f"<p>The pictures of {gone:,} results are gone from the inbox.</p>"
    if invalid:
        told += f"<p>{invalid:,} files of the outbox are no valid results.</p>"
    return (
        "<footer><p>Written anew whenever something changes; reload to see it. "
        "Nothing on it comes from a network, and nothing leaves this machine.</p>"
        f"{told}<p>tasted {escaped(view.version)}</p></footer>\n"
    )
