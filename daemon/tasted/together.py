"""A profile: several photos scored as one, by all their views and by what all of them say.

Reads the inbox for the text of the folder, and the library. What is kept about a text is kept with
the content of one photo, so that it goes when that photo is forgotten. The photo that stands for a
profile there, its anchor, is one that teaches if any does: what a picture has taught is left out of
its own score.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import structlog

from tasted.documents import KeepText, Made, profile_document
from tasted.embedding.lazy import LazyEmbedder
from tasted.errors import ITEM_ERRORS, DecodeFailed, ItemError, ServiceFault
from tasted.inbox.profiles import profile_content_id
from tasted.intake import Intake, ProfileItem
from tasted.judging.judged import Judge
from tasted.library.library import Embedded, Library
from tasted.outbox.failures import source_part
from tasted.outbox.profiles import left_out, profile_error
from tasted.outbox.sidecar import ErrorPart, Sidecar, Source
from tasted.reading.companion import CompanionText
from tasted.reading.reader import Reader, ScreenText
from tasted.records import Label, PictureFacts

_FORMAT = "PROFILE"

log = structlog.get_logger("tasted.together")


@dataclass(frozen=True, eq=False)
class Photo:
    """One photo of a profile."""

    content: str
    """sha256 of its bytes."""
    seen: Embedded
    told: ScreenText

    @property
    def bio(self) -> str | None:
        """What its own text says."""
        return self.told.text.bio if self.told.text is not None else None

    def may_keep(self, bio: str | None, *, is_written: bool) -> bool:
        """Tell whether vectors of the profile's bio may be kept with this photo.

        Only of its own words, or of those of the folder's text if it has none: words of other
        photos would outlive them here, and two bios would take each other's place at every score.

        Args:
            bio: of the profile.
            is_written: whether the folder's text says it.
        """
        return self.bio == bio or (self.bio is None and is_written)


def looked_at_together(photos: Sequence[Photo]) -> Embedded:
    """Return the views of all photos as those of one picture: shape (sum of k, d), in order."""
    return Embedded(
        np.concatenate([photo.seen.views for photo in photos]),
        PictureFacts(
            width=0,
            height=0,
            format=_FORMAT,
            views=tuple(view for photo in photos for view in photo.seen.facts.views),
        ),
    )


def told_together(own: ScreenText | None, photos: Sequence[ScreenText]) -> ScreenText:
    """Return what a profile says: each of name, age and bio by its own text, else by its photos.

    The bios of photos are joined in their order, each once; a name or age is that of the first
    photo with one.

    Args:
        own: of the folder's text, where there is one that counts.
        photos: of each photo.
    """
    spoken = [each for each in ([own] if own is not None else []) + list(photos) if each.text]
    if not spoken:
        missing = [each.missing for each in photos if each.missing is not None]
        return ScreenText(None, None, missing[0] if missing else None)
    texts = [each.text for each in spoken if each.text is not None]
    bios = list(dict.fromkeys(text.bio for text in texts if text.bio is not None))
    written = own.text.bio if own is not None and own.text is not None else None
    told = CompanionText(
        name=next((text.name for text in texts if text.name is not None), None),
        age=next((text.age for text in texts if text.age is not None), None),
        bio=written or "\n\n".join(bios) or None,
        notes=tuple(dict.fromkeys(note for text in texts for note in text.notes)),
    )
    source = next((each.source for each in spoken if each.text and each.text.bio), spoken[0].source)
    return ScreenText(told, source, None)


def anchor_of(photos: Sequence[Photo], told: ScreenText, *, labelled: Collection[str]) -> Photo:
    """Return the photo that stands for a profile; `photos` must not be empty.

    Args:
        photos: of the profile.
        told: what it says.
        labelled: the contents that teach.
    """
    candidates = [photo for photo in photos if photo.content in labelled] or photos
    bio = told.text.bio if told.text is not None else None
    spoken = [photo for photo in candidates if bio is not None and photo.bio == bio]
    silent = [photo for photo in candidates if photo.bio is None]
    return (spoken or silent or candidates)[0]


def said_of_all(labels: Iterable[Collection[Label]]) -> Label | None:
    """Return what the user said of every photo; None when that is not one and the same thing."""
    said = {frozenset(each) for each in labels}
    one = next(iter(said)) if len(said) == 1 else frozenset()
    return next(iter(one)) if len(one) == 1 else None


class Together:
    """Makes the documents of profiles.

    Args:
        intake: reads the texts of folders.
        library: the memory.
        embedder: names itself.
        judge: scores vectors against the library.
        reader: knows whether texts count.
        keep_text: `all`, `fields` (name and age, in sidecars) or `none`.
        version: of this tasted.
    """

    def __init__(
        self,
        intake: Intake,
        library: Library,
        embedder: LazyEmbedder,
        judge: Judge,
        reader: Reader,
        *,
        keep_text: KeepText,
        version: str,
    ) -> None:
        self._intake = intake
        self._library = library
        self._embedder = embedder
        self._judge = judge
        self._reader = reader
        self._keep_text: KeepText = keep_text
        self._version = version

    def document(self, profile: ProfileItem, photos: Sequence[Photo]) -> Sidecar | None:
        """Score a profile, or say why it has no score; None when a photo has changed meanwhile.

        Args:
            profile: as the light process knows it.
            photos: what was found of those that count, in their order.

        Raises:
            ServiceFault: when the profile is not to blame.
        """
        wanted = [part.sha256 for part in profile.parts if part.sha256 is not None]
        if [photo.content for photo in photos] != wanted:
            return None
        try:
            return self._scored(profile, photos)
        except ServiceFault:
            raise
        except Exception as error:
            log.exception("profile_failed", path=profile.path)
            surprise = DecodeFailed(
                f"{profile.shown} could not be scored as a whole: {type(error).__name__}.",
                remedy="Its photos have their own sidecars; the log says more.",
            )
            return self._failed(profile, surprise)

    def failed(self, profile: ProfileItem, error: ErrorPart) -> Sidecar:
        """Return the document of a profile of which a photo failed that had been scored before."""
        return self._failed(profile, ITEM_ERRORS[error.code](error.message, remedy=error.remedy))

    def _failed(self, profile: ProfileItem, error: ItemError) -> Sidecar:
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
        self, profile: ProfileItem, content_id: str | None
    ) -> tuple[Source, CompanionText | None]:
        """Return what the document says of the folder, and what the folder's text says."""
        companion, text_id, text = None, None, None
        if profile.companion is not None:
            companion, text_id, text = self._intake.read_text(profile.companion)
        source = source_part(
            profile.path, profile.stamp, companion, content_id=content_id, text_id=text_id
        )
        return source, text

    def _scored(self, profile: ProfileItem, photos: Sequence[Photo]) -> Sidecar:
        source, own = self._source(profile, profile_content_id(photo.content for photo in photos))
        written = self._reader.beside(own) if own is not None else None
        told = told_together(written, [photo.told for photo in photos])
        bio = told.text.bio if told.text is not None else None
        is_written = own is not None and own.bio is not None and own.bio == bio
        labels = {photo.content: self._library.labels_of(photo.content) for photo in photos}
        anchor = anchor_of(photos, told, labelled={each for each in labels if labels[each]})
        together = looked_at_together(photos)
        timing_ms: dict[str, int] = {}
        judged = self._judge.judge(
            together,
            anchor.content,
            told.text,
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
        made = Made(
            source=source,
            facts=together.facts,
            embedder=self._embedder.identity,
            references=self._library.counts(),
            timing_ms=timing_ms,
            now=datetime.now(UTC),
            version=self._version,
        )
        return profile_document(
            made,
            judged,
            told,
            profile.parts,
            judgement=said_of_all(labels.values()),
            notes=left_out(profile.parts),
            keep_text=self._keep_text,
        )
