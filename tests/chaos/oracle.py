"""What must not be, told from evidence alone. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from chaos.evidence import Event, Evidence, Found, Sidecar
from chaos.journal import Ask, Held, Journal, Key, Proof


def lost(evidence: Evidence, journal: Journal) -> list[str]:
    """Return a sentence for each settled file without exactly one valid, current sidecar."""
    by_path: dict[str, list[Sidecar]] = defaultdict(list)
    for sidecar in evidence.sidecars:
        by_path[sidecar.path].append(sidecar)
    sentences: list[str] = []
    for path, file in evidence.files.items():
        own = by_path[path]
        if len(own) != 1:
            places = ", ".join(own_sidecar.place for own_sidecar in own) or "none"
            sentences.append(f"{path} has {len(own)} sidecars: {places}")
            continue
        flaw = _flaw(file, own[0], evidence.current, journal.codes.get(file.content))
        if flaw is not None:
            sentences.append(f"the sidecar of {path} {flaw}")
    return sentences


def _flaw(
    file: Found, sidecar: Sidecar, current: Mapping[str, str], codes: frozenset[str] | None
) -> str | None:
    key, source = sidecar.key, sidecar.document["source"]
    stamp = (source["bytes"], source["modified_ns"], source["inode"])
    flaw = _flaw_of_error(sidecar, codes) or _staleness(file, sidecar, current)
    if flaw is not None:
        return flaw
    if key.content != file.content:
        return f"is of the content {key.content}, not {file.content}"
    if key.text != file.text:
        return f"is of the text {key.text}, not {file.text}"
    return f"has the stamp {stamp}, not {file.stamp}" if stamp != file.stamp else None


def _flaw_of_error(sidecar: Sidecar, codes: frozenset[str] | None) -> str | None:
    error = sidecar.document["error"]
    if error is None:
        return f"should tell one of {', '.join(sorted(codes))}" if codes is not None else None
    if codes is None or error["code"] not in codes:
        return f"tells of the error {error['code']}: {error['message']}"
    return None


def _staleness(file: Found, sidecar: Sidecar, current: Mapping[str, str]) -> str | None:
    status, key = sidecar.document["status"], sidecar.key
    if status == "error":
        return None
    if status != ("learnt" if file.teaches else "scored"):
        return f"has the status {status}"
    if key.embedder != current.get("embedder_fingerprint"):
        return "was made with another embedder"
    if not file.teaches and key.taste != current.get("taste_fingerprint"):
        return "was made with another taste"
    return None


def invalid(evidence: Evidence, journal: Journal) -> list[str]:
    """Return a sentence for each thing in the home that should not be there, or not like this."""
    misplaced = [
        f"{sidecar.place} is the sidecar of {sidecar.path}, which belongs elsewhere"
        for sidecar in evidence.sidecars
        if sidecar.place != f"{sidecar.path}.json"
        and not sidecar.place.startswith(f"{sidecar.path}~")
    ]
    wrong = [
        f"{place} {what}"
        for place, what in evidence.wrong.items()
        # what we spoiled and nobody needs any more is ours
        if place.removesuffix(".json") in evidence.files
        or journal.junk.get(place) != evidence.outbox_files.get(place)
    ]
    left = [f"{path} was left by an interrupted write" for path in evidence.temporary]
    return [*misplaced, *wrong, *left, *evidence.wrong_modes]


def orphans(evidence: Evidence, journal: Journal) -> list[str]:
    """Return a sentence for each sidecar under an old name of content that was moved."""
    holders: dict[str, list[Held]] = defaultdict(list)
    for held in journal.holds:
        holders[held.content].append(held)
    sentences: list[str] = []
    for sidecar in evidence.sidecars:
        if sidecar.path in evidence.files or sidecar.content is None:
            continue
        left_at = [
            held.until
            for held in holders[sidecar.content]
            if held.path == sidecar.path and held.until is not None
        ]
        arrived = [
            held.path
            for held in holders[sidecar.content]
            if held.until is None and left_at and held.since >= max(left_at)
        ]
        if arrived:
            sentences.append(f"{sidecar.path} is now {arrived[0]}, and its sidecar is still there")
    return sentences


def vanished(evidence: Evidence, journal: Journal) -> list[str]:
    """Return a sentence for each content that was brought, not let go of, and is not listed.

    Contents that a file of the outbox, a hidden one or a temporary one may still hold count: no
    user would find them there.
    """
    listed = {file.content for file in evidence.files.values()}
    last = {held.content: held for held in journal.holds}
    return [
        f"{held.path} held {content} until act {held.until}, and no listed file does"
        for content, held in last.items()
        if content not in listed and content not in journal.released
    ]


def doubled(events: Iterable[Event], asks: Sequence[Ask], proofs: Sequence[Proof]) -> list[str]:
    """Return a sentence for each score that was begun although a current one was there.

    A score is wanted again by whoever asked after the one that is there was begun.
    """
    tally = _Tally(asks)
    story = [(event.at, event) for event in events] + [(proof.at, proof) for proof in proofs]
    for _at, entry in sorted(story, key=lambda pair: pair[0]):
        if isinstance(entry, Proof):
            tally.proved(entry)
        elif entry.what == "judged":
            tally.judged(entry)
        elif entry.what == "kept":
            tally.kept(entry)
        elif entry.what == "removed":
            tally.removed(entry)
    return tally.sentences


class _Tally:
    """Follows what the outbox proves while the events pass."""

    def __init__(self, asks: Sequence[Ask]) -> None:
        self._asks = asks
        self._proven: dict[str, Key] = {}
        self._made: dict[str, float] = {}
        """When the score that is proven was begun."""
        self._begun: dict[str, float] = {}
        self.sentences: list[str] = []

    def judged(self, event: Event) -> None:
        known = self._proven.get(event.path)
        if known is not None and known == event.key and not self._asked(event):
            self.sentences.append(
                f"{event.path} was scored at {event.at:.3f} with a current sidecar there ({known})"
            )
        self._begun[event.path] = event.at

    def _asked(self, event: Event) -> bool:
        since = self._made.get(event.path, 0.0)
        return any(
            ask.path in {None, event.path} and ask.began <= event.at and ask.ended >= since
            for ask in self._asks
        )

    def kept(self, event: Event) -> None:
        self._proven.pop(event.path, None)
        if event.key is not None:
            self._prove(event.path, event.key, event.at)

    def proved(self, proof: Proof) -> None:
        former, self._proven = self._proven, {}
        for path, key in proof.keys.items():
            if former.get(path) == key:
                self._proven[path] = key
            else:
                self._prove(path, key, proof.at)

    def _prove(self, path: str, key: Key, at: float) -> None:
        self._proven[path] = key
        self._made[path] = self._begun.get(path, at)

    def removed(self, event: Event) -> None:
        self._proven.pop(event.path, None)
