"""A profile: several photos scored as one, by all their views and by what all of them say.

Reads the inbox for the text of the folder, and the library. What is kept about a text is kept with
the content of one photo, so that it goes when that photo is forgotten. The photo that stands for a
profile there, its anchor, is a reference if any is: a reference is left out of its own score.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

import numpy as np
import structlog

from tasted.copies.finding import Pictured
from tasted.embedding.lazy import LazyEmbedder
from tasted.engine.documents import DocumentContext, KeepText, profile_document
from tasted.engine.reading_files import InboxReader
from tasted.engine.stages import OnCrash
from tasted.errors import ITEM_ERRORS, InternalError, ItemError
from tasted.inbox.profiles import profile_content_id
from tasted.judging.judged import Judge
from tasted.judging.unlike import FolderPhoto, are_unlike, known_background
from tasted.library.library import Embedded, Library
from tasted.outbox.failures import left_out, profile_error
from tasted.outbox.sidecar import ErrorPart, Sidecar, Source, source_part
from tasted.plain_dataclass import dataclass
from tasted.reading.companion import CompanionText
from tasted.reading.reader import Reader, ScreenText
from tasted.records import Label, PictureFacts
from tasted.rpc.messages import ProfileScored, ScoreProfile

_FORMAT = "PROFILE"

log = structlog.get_logger("tasted.profiles")


@dataclass(frozen=True, eq=False)
class ProfilePhoto:
    """One photo of a profile."""

    content_id: str
    """sha256 of its bytes."""
    embedded: Embedded
    text: ScreenText

    @property
    def bio(self) -> str | None:
        """What its own text says."""
        return self.text.text.bio if self.text.text is not None else None

    def may_keep(self, bio: str | None, *, is_written: bool) -> bool:
        """Tell whether vectors of the profile's bio may be kept with this photo.

        Only of its own words, or of those of the folder's text if it has none: words of other
        photos would outlive them here, and two bios would replace one another at every score.

        Args:
            bio: of the profile.
            is_written: whether the folder's text says it.
        """
        return self.bio == bio or (self.bio is None and is_written)


def joined_views(photos: Sequence[ProfilePhoto]) -> Embedded:
    """Return the views of all photos as those of one picture: shape (sum of k, d), in order."""
    return Embedded(
        np.concatenate([photo.embedded.views for photo in photos]),
        PictureFacts(
            width=0,
            height=0,
            format=_FORMAT,
            views=tuple(view for photo in photos for view in photo.embedded.facts.views),
            blank=all(photo.embedded.facts.blank for photo in photos),
        ),
    )


def joined_text(own: ScreenText | None, photos: Sequence[ScreenText]) -> ScreenText:
    """Return what a profile says: each of name, age and bio by its own text, else by its photos.

    The bios of photos are joined in their order, each once; a name or age is that of the first
    photo with one.

    Args:
        own: of the folder's text, where there is one that counts.
        photos: of each photo.
    """
    on_photos = (
        "\n\n".join(dict.fromkeys(photo.on_photos for photo in photos if photo.on_photos)) or None
    )
    unread = [text.missing for text in photos if text.has_unread and text.missing is not None]
    found = [text for text in ([own] if own is not None else []) + list(photos) if text.text]
    if not found:
        missing = [*unread, *(text.missing for text in photos if text.missing is not None)]
        return ScreenText(None, None, missing[0] if missing else None, on_photos)
    texts = [text.text for text in found if text.text is not None]
    bios = list(dict.fromkeys(text.bio for text in texts if text.bio is not None))
    written = own.text.bio if own is not None and own.text is not None else None
    joined = CompanionText(
        name=next((text.name for text in texts if text.name is not None), None),
        age=next((text.age for text in texts if text.age is not None), None),
        bio=written or "\n\n".join(bios) or None,
        notes=tuple(dict.fromkeys(note for text in texts for note in text.notes)),
    )
    source = next((text.source for text in found if text.text and text.text.bio), found[0].source)
    missing_bio = unread[0] if unread and joined.bio is None else None
    return ScreenText(joined, source, missing_bio, on_photos)


def shown_beside(looks: Pictured, text: ScreenText | None, *, is_blank: bool) -> FolderPhoto:
    """Return a photo for `are_unlike`.

    Args:
        looks: of the photo.
        text: what it says; None: nothing.
        is_blank: whether there is nothing to see in it.
    """
    words = text.text if text is not None else None
    is_written = text is not None and text.source == "companion"
    return FolderPhoto(
        looks,
        words.bio if words is not None and is_written else None,
        is_named=words is not None and (words.name is not None or words.age is not None),
        is_blank=is_blank,
    )


def anchor_of(
    photos: Sequence[ProfilePhoto], text: ScreenText, *, labelled: Collection[str]
) -> ProfilePhoto:
    """Return the photo that stands for a profile; `photos` must not be empty.

    Args:
        photos: of the profile.
        text: what it says.
        labelled: the content ids of references.
    """
    candidates = [photo for photo in photos if photo.content_id in labelled] or photos
    bio = text.text.bio if text.text is not None else None
    spoken = [photo for photo in candidates if bio is not None and photo.bio == bio]
    silent = [photo for photo in candidates if photo.bio is None]
    return (spoken or silent or candidates)[0]


def said_of_all(labels: Iterable[Collection[Label]]) -> Label | None:
    """Return what the user said of every photo; None when that is not one and the same thing."""
    said = {frozenset(photo_labels) for photo_labels in labels}
    one = next(iter(said)) if len(said) == 1 else frozenset()
    return next(iter(one)) if len(one) == 1 else None


class ProfileScorer:
    """Makes the documents of profiles.

    Args:
        inbox: reads the texts of folders.
        library: the memory.
        embedder: names itself.
        judge: scores vectors against the library.
        reader: knows whether texts count.
        keep_text: `all`, `fields` (name and age, in sidecars) or `none`.
        on_crash: handed every exception that is a fault of tasted, and what it was about.
        version: of this tasted.
    """

    def __init__(
        self,
        inbox: InboxReader,
        library: Library,
        embedder: LazyEmbedder,
        judge: Judge,
        reader: Reader,
        *,
        keep_text: KeepText,
        on_crash: OnCrash,
        version: str,
    ) -> None:
        self._inbox = inbox
        self._library = library
        self._embedder = embedder
        self._judge = judge
        self._reader = reader
        self._keep_text: KeepText = keep_text
        self._on_crash = on_crash
        self._version = version

    def score(self, profile: ScoreProfile, photos: Sequence[ProfilePhoto]) -> ProfileScored:
        """Score a profile, or say why it has no score.

        Args:
            profile: as the light process knows it.
            photos: what was found of those that count, in their order.

        Raises:
            ServiceFault: when the profile is not at fault.
        """
        wanted = [part.sha256 for part in profile.parts if part.sha256 is not None]
        if [photo.content_id for photo in photos] != wanted:
            return ProfileScored()
        # a text of the folder says that it is one person
        if profile.companion is None and self._are_unlike(photos):
            return ProfileScored(is_unlike=True)
        return ProfileScored(self._scored(profile, photos))

    def _are_unlike(self, photos: Sequence[ProfilePhoto]) -> bool:
        hashes = self._library.hashes([photo.content_id for photo in photos])
        shown = [
            shown_beside(
                Pictured(photo.content_id, photo.embedded.views, hashes.get(photo.content_id)),
                photo.text,
                is_blank=photo.embedded.facts.blank,
            )
            for photo in photos
        ]
        return are_unlike(shown, lambda: known_background(self._library))

    def crash(self, profile: ScoreProfile, error: Exception) -> Sidecar:
        """Return the document of a profile over which tasted itself failed, and report that."""
        self._on_crash(error, "profile")
        internal = InternalError(
            f"tasted itself failed over {profile.shown} as a whole ({type(error).__name__}); "
            "this is not the fault of its photos, which have their own sidecars.",
            remedy=InternalError.remedy_after(profile.attempts + 1),
        )
        return self._failed(profile, internal)

    def fail(self, profile: ScoreProfile, error: ErrorPart) -> Sidecar:
        """Return the document of a profile of which a photo failed that had been scored before."""
        return self._failed(profile, ITEM_ERRORS[error.code](error.message, remedy=error.remedy))

    def _failed(self, profile: ScoreProfile, error: ItemError) -> Sidecar:
        source, _text = self._source(profile, None)
        return profile_error(
            source,
            list(profile.parts),
            error,
            attempts=profile.attempts + 1,
            now=datetime.now(UTC),
            version=self._version,
        )

    def _source(
        self, profile: ScoreProfile, content_id: str | None
    ) -> tuple[Source, CompanionText | None]:
        """Return what the document says of the folder, and what the folder's text says."""
        companion, text_id, text = None, None, None
        if profile.companion is not None:
            companion, text_id, text = self._inbox.read_text(profile.companion)
        source = source_part(
            profile.path, profile.stamp, companion, content_id=content_id, text_id=text_id
        )
        return source, text

    def _scored(self, profile: ScoreProfile, photos: Sequence[ProfilePhoto]) -> Sidecar:
        source, own = self._source(
            profile, profile_content_id(photo.content_id for photo in photos)
        )
        written = self._reader.beside(own) if own is not None else None
        text = joined_text(written, [photo.text for photo in photos])
        bio = text.text.bio if text.text is not None else None
        is_written = own is not None and own.bio is not None and own.bio == bio
        labels = {photo.content_id: self._library.labels_of(photo.content_id) for photo in photos}
        labelled = {content_id for content_id in labels if labels[content_id]}
        anchor = anchor_of(photos, text, labelled=labelled)
        # a screen that an app left black says nothing of the profile, unless all are
        shown = [photo for photo in photos if not photo.embedded.facts.blank] or photos
        embedded = joined_views(shown)
        timing_ms: dict[str, int] = {}
        judged = self._judge.judge(
            embedded,
            anchor.content_id,
            text.text,
            timing_ms=timing_ms,
            is_kept=self._keep_text == "all" and anchor.may_keep(bio, is_written=is_written),
        )
        log.debug(
            "judged",
            path=profile.path,
            content=source.sha256,
            text=source.text_sha256,
            taste=judged.taste_fingerprint,
            embedder=self._embedder.fingerprint,
        )
        context = DocumentContext(
            source=source,
            facts=embedded.facts,
            embedder=self._embedder.identity,
            references=self._judge.counts,
            timing_ms=timing_ms,
            now=datetime.now(UTC),
            version=self._version,
        )
        return profile_document(
            context,
            judged,
            text,
            profile.parts,
            judgement=said_of_all(labels.values()),
            notes=[*left_out(profile.parts), *_blank_notes(profile, shown)],
            keep_text=self._keep_text,
        )


def _blank_notes(profile: ScoreProfile, shown: Sequence[ProfilePhoto]) -> list[str]:
    seen = {photo.content_id for photo in shown}
    return [
        f"There is nothing to see in {part.path}; its looks do not count."
        for part in profile.parts
        if part.sha256 is not None and part.sha256 not in seen
    ]
