"""Takes in which references count, and publishes the taste that results.

The engine's side of a label change, which is one request, `PublishTaste`. Where references are
missing it names them and publishes nothing; the light process has them learnt as an ordinary
`ScoreBatch`, and sends the request again. It is no part of the request for three reasons: the light
process can stop between two batches, a picture that ends the engine is found as anywhere else, and
the sidecars of references are written first, for they say whether a label folder is of one person.

Writes the library, the taste versions and `.tasted/current.json`.
"""

from dataclasses import replace

from tasted.engine.assembly import Assembly
from tasted.errors import EngineFailed
from tasted.home.layout import Home
from tasted.home.status import read_current, write_current
from tasted.library.library import Library
from tasted.records import Current
from tasted.rpc.messages import PublishTaste, ReferencesMissing, TastePublished
from tasted.system.faultpoints import reach


class TastePublisher:
    """Knows what the light process said of the labels, and publishes by that.

    Args:
        home: whose labels they are.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._request: PublishTaste | None = None
        """The last one by which a taste was published."""
        self._present: set[str] | None = None
        """Content ids of the pictures in the inbox; None until the light process said so."""
        self._apart: tuple[str, ...] = ()
        """Folders below the label folders that are not of one person."""
        self._not_by_chance: tuple[str, ...] = ()
        """Content ids of pictures that were judged for what they are."""
        self._upto_seq: int | None = None
        """The last event of the feedback log whose answers the references show."""

    def scored(self, content_id: str) -> None:
        """Take in that a picture of the inbox was scored or learnt."""
        if self._present is not None:
            self._present.add(content_id)

    def brief(self, library: Library) -> None:
        """Let a library know what the light process said of the inbox."""
        library.present = self._present
        library.take_apart(self._apart)
        library.take_chosen(self._not_by_chance)
        library.upto_seq = self._upto_seq

    @staticmethod
    def brief_by(library: Library, request: PublishTaste) -> None:
        """Let a library of another model know what a request says of the inbox."""
        library.present = set(request.present)
        library.take_apart(request.apart)
        library.take_chosen(request.not_by_chance)
        library.upto_seq = request.upto_seq

    def update(
        self, assembly: Assembly, request: PublishTaste
    ) -> TastePublished | ReferencesMissing:
        """Publish, unless references are missing that are to be learnt first.

        Raises:
            ServiceFault: when the library cannot be read or written.
        """
        library = assembly.library
        library.keep_only(request.paths)
        self._apart, self._not_by_chance = request.apart, request.not_by_chance
        self._upto_seq = request.upto_seq
        missing = self.unlearnt(library, request)
        if not missing <= request.without:
            self.brief(library)
            return ReferencesMissing(tuple(sorted(missing)))
        # what is gone is not part of what a picture is compared with
        self._present = set(request.present)
        self.brief(library)
        self._request = request
        current = self._publish(assembly, request)
        return TastePublished(
            current,
            unlearnt=tuple(sorted(self._unlearnt(library, request))),
            unlike=tuple(assembly.label_looks.unlike()),
        )

    @property
    def labels(self) -> PublishTaste | None:
        """What the light process said last of the labels; None before it said anything."""
        return self._request

    def published_before(self) -> Current | None:
        """Return what is published now."""
        return read_current(self._home.current_file)

    def publish_again(self, assembly: Assembly) -> Current:
        """Publish by what the light process said last, after a person chose another version.

        Raises:
            ServiceFault: when it has said nothing, or the library cannot be read or written.
        """
        if self._request is None:
            raise EngineFailed(
                "It is not known yet which likes and rejects there are.",
                remedy="Try again in a moment. If it stays so: tasted status",
            )
        return self._publish(assembly, self._request)

    def unmention(self, paths: frozenset[str]) -> None:
        """Take pictures out of what is published, which stays as it is but for that."""
        current = read_current(self._home.current_file)
        if current is None:
            return
        contradictions = tuple(path for path in current.contradictions if path not in paths)
        suspects = tuple(suspect for suspect in current.suspects if suspect[0] not in paths)
        left = replace(current, contradictions=contradictions, suspects=suspects)
        self._home.check()
        write_current(self._home.current_file, left)

    def unlearnt(self, library: Library, request: PublishTaste) -> frozenset[str]:
        """Return the references that a library has to learn before a taste can be made of them.

        Raises:
            LibraryUnusable: when the library cannot be read.
        """
        return frozenset(self._unlearnt(library, request) | self._without_hashes(library))

    @staticmethod
    def _unlearnt(library: Library, request: PublishTaste) -> set[str]:
        paths = set(request.paths)
        learnt = {reference.path for reference in library.references()}
        return (paths - learnt) | (set(library.damaged()) & paths)

    @staticmethod
    def _without_hashes(library: Library) -> set[str]:
        """Return references without hashes: only these tell which of them are copies."""
        references = library.references()
        lacking = library.lacks_hashes([reference.content_id for reference in references])
        return {reference.path for reference in references if reference.content_id in lacking}

    def _publish(self, assembly: Assembly, request: PublishTaste) -> Current:
        library, judge = assembly.library, assembly.judge
        judge.renew()
        counts = judge.counts
        contradicting = library.contradictions() | judge.contradictions
        current = Current(
            embedder=assembly.embedder.identity.name,
            embedder_fingerprint=assembly.embedder.fingerprint,
            scorer=judge.scorer,
            taste=judge.taste,
            taste_fingerprint=judge.taste_fingerprint,
            config_digest=request.config_digest,
            labels_digest=request.labels_digest,
            liked=counts.liked,
            rejected=counts.rejected,
            copies=counts.copies,
            lookalikes=counts.lookalikes,
            contradictions=tuple(
                sorted(
                    reference.path
                    for reference in library.references()
                    if reference.content_id in contradicting
                )
            ),
            suspects=tuple((suspect.path, suspect.sentence) for suspect in judge.suspects()),
            next=judge.next_step,
            is_held=judge.is_held,
            waiting_answers=judge.waiting_answers,
            chosen=judge.choice.words if judge.choice is not None else None,
            set_aside=judge.set_aside,
            recipe=judge.recipe.id,
            model=assembly.model,
        )
        self._home.check()
        write_current(self._home.current_file, current)
        reach("learning.published")
        judge.note_in_force()
        return current
