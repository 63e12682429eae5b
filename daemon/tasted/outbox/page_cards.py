"""One result as a card. Pure: HTML from a sidecar and what is known of its picture."""

import re
from dataclasses import dataclass

from tasted.outbox.page_text import escaped, moment, percent, picture_link
from tasted.outbox.results import photo_count, picture_path, told_of
from tasted.outbox.sidecar import NeighbourPart, Sidecar, decoded_path

_NEIGHBOURS_MAX = 3
_REASONS_MAX = 5
_PHOTOS_MAX = 4
_FIXED = "seed"
"""The scorer that learns no probability, however much it is taught."""
_ROUGH = (
    '<span title="A chance to be taken at its word needs 30 pictures, 9 liked and 9 rejected at '
    'least">a rough figure until 30 pictures teach</span>'
)
_SIGNS = {
    "match": ("✓", "Match"),
    "strong": ("★", "Strong match"),
    "no_match": ("✕", "No match"),
    "unsure": ("?", "Unsure"),
    "error": ("!", "Not scored"),
}
_FIGURES = re.compile(r" \([-0-9., mean]+\)\Z")
_JUDGEMENTS = {"liked": "♥ You liked this", "rejected": "✕ You rejected this"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A result to be shown."""

    sidecar: Sidecar
    is_there: bool
    """Whether its picture, or its folder, still lies in the inbox."""
    photos: tuple[str, ...] = ()
    """Of a profile: the paths of those that count and are there."""


def card(shown: Shown) -> str:
    """Return the list item of one result."""
    sidecar = shown.sidecar
    verdict = "error" if sidecar.error is not None else sidecar.verdict or "unsure"
    body = _error(sidecar) if sidecar.error is not None else _score(sidecar)
    done = "Tried" if sidecar.error is not None else "Scored"
    return (
        f'<li class="card {verdict}">{_picture(shown)}<div class="body">'
        f"{_sign(sidecar, verdict)}{_title(sidecar)}{body}"
        f'<p class="when">{done} {moment(sidecar.scored_at)}</p></div></li>\n'
    )


def _picture(shown: Shown) -> str:
    if shown.sidecar.kind == "profile":
        return _photos(shown)
    path = picture_path(shown.sidecar)
    link = picture_link(path)
    if not shown.is_there or link is None:
        return '<div class="picture gone"><p>The picture is gone from the inbox</p></div>'
    source = shown.sidecar.source
    size = ""
    if source.width and source.height:
        size = f' width="{source.width}" height="{source.height}"'
    return (
        f'<a class="picture" href="{link}"><img src="{link}" alt="{escaped(source.path)}"'
        f'{size} loading="lazy"></a>'
    )


def _photos(shown: Shown) -> str:
    """Return the photos of a profile side by side, the best four of them."""
    parts = {decoded_path(part.path, part.path_hex): part for part in shown.sidecar.parts}
    there = sorted(
        (path for path in shown.photos if path in parts),
        key=lambda path: -(parts[path].confidence or parts[path].physical or 0.0),
    )
    links = [(link, parts[path].path) for path in there if (link := picture_link(path))]
    if not links:
        return '<div class="picture gone"><p>The pictures are gone from the inbox</p></div>'
    pictures = "".join(
        f'<a href="{link}"><img src="{link}" alt="{escaped(path)}" loading="lazy"></a>'
        for link, path in links[:_PHOTOS_MAX]
    )
    return f'<div class="picture photos of{min(len(links), _PHOTOS_MAX)}">{pictures}</div>'


def _sign(sidecar: Sidecar, verdict: str) -> str:
    sign, word = _SIGNS["strong" if sidecar.strong else verdict]
    judged = _JUDGEMENTS.get(sidecar.judgement or "")
    said = f'<span class="judged">{judged}</span>' if judged else ""
    if sidecar.kind == "profile":
        said += f'<span class="count">{photo_count(sidecar)}</span>'
    verdict_sign = f'<b aria-hidden="true">{sign}</b>{word}'
    return f'<p class="sign"><span class="verdict">{verdict_sign}</span>{said}</p>'


def _title(sidecar: Sidecar) -> str:
    path = sidecar.source.path
    told = sidecar.extracted_data
    folder, _, name = path.removesuffix("/").rpartition("/")
    if told is None or told.name is None:
        where = f'<p class="file"><bdi>{escaped(folder)}/</bdi></p>' if folder else ""
        return f"<h3><bdi>{escaped(name)}</bdi></h3>{where}"
    age = f", {told.age}" if told.age is not None else ""
    heading = f"<h3><bdi>{escaped(told.name)}</bdi>{age}</h3>"
    return f'{heading}<p class="file"><bdi>{escaped(path)}</bdi></p>'


def _score(sidecar: Sidecar) -> str:
    because = told_of(sidecar)
    summary = f'<p class="summary">{escaped(because)}</p>' if because else ""
    reasons = "".join(f"<li>{escaped(reason)}</li>" for reason in _further_reasons(sidecar))
    listed = f'<ul class="reasons">{reasons}</ul>' if reasons else ""
    return f"{_probability(sidecar)}{summary}{listed}{_neighbours(sidecar)}"


def _further_reasons(sidecar: Sidecar) -> list[str]:
    """Return the reasons that the summary does not tell; their figures stand at the neighbours."""
    told = sidecar.summary.casefold()
    reasons = sidecar.reasons[:_REASONS_MAX]
    return [reason for reason in reasons if _FIGURES.sub("", reason).casefold() not in told]


def _probability(sidecar: Sidecar) -> str:
    """Return the bar, if there is anything to draw: a bar never shows what nobody computed."""
    lines = ""
    confidence = sidecar.confidence_score
    if confidence is not None:
        kind, word = "", "chance that you like it"
        if not sidecar.calibrated:
            is_learnt = sidecar.model is not None and sidecar.model.scorer != _FIXED
            kind, word = " rough", _ROUGH if is_learnt else "confidence, no probability"
        lines = (
            f'<p class="figure"><b>{percent(confidence)}</b> {word}</p>'
            f'<div class="bar{kind}" aria-hidden="true">'
            f'<i style="width:{100 * confidence:.1f}%"></i></div>'
        )
    rank = sidecar.rank
    if rank is not None and rank.of > 1:
        lines += f'<p class="rank">Ranks above {percent(rank.percentile)} of all {rank.of:,}</p>'
    return lines


def _neighbours(sidecar: Sidecar) -> str:
    near = sidecar.neighbours
    if near is None:
        return ""
    rows = _row("♥", "Nearest likes", near.liked) + _row("✕", "Nearest rejects", near.rejected)
    return f'<dl class="near">{rows}</dl>' if rows else ""


def _row(sign: str, word: str, neighbours: list[NeighbourPart]) -> str:
    pictures = "".join(map(_neighbour, neighbours[:_NEIGHBOURS_MAX]))
    if not pictures:
        return ""
    term = f'<span aria-hidden="true">{sign}</span> {word} <small>similarity</small>'
    return f'<div><dt>{term}</dt><dd><ul role="list">{pictures}</ul></dd></div>'


def _neighbour(neighbour: NeighbourPart) -> str:
    link, name = picture_link(neighbour.path), escaped(neighbour.path)
    figure = f'<span class="similarity">{neighbour.similarity:.2f}</span>'
    if link is None:
        return f"<li>{name} {figure}</li>"
    return (
        f'<li><a href="{link}" title="{name}"><img src="{link}" alt="{name}" width="34" '
        f'height="34" loading="lazy"></a>{figure}</li>'
    )


def _error(sidecar: Sidecar) -> str:
    error = sidecar.error
    if error is None:
        return ""
    again = (
        f'<p class="again">Next try {moment(error.retry_at)}</p>'
        if error.retry_at is not None
        else ""
    )
    return (
        f'<p class="summary">{escaped(error.message)}</p>'
        f'<p class="remedy"><b>What to do:</b> {escaped(error.remedy)}</p>{again}'
    )
