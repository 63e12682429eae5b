"""Which folders are profiles, and which references are one label. Pure.

An immediate subfolder of the inbox with 2 to 12 pictures is one profile, and is named by its path
with the slash, `anna/`, which no file can have. `due_profiles` decides when it gets its document.

Copies of one content, such as a synchronising program makes of a conflict, count once. Contents are
known from sidecars alone, so that a folder with too many pictures may have to wait for those.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from tasted.inbox.naming import TEXT_EXTENSIONS, label_of, stem_of
from tasted.inbox.people import PersonDetails, SeveralPeople, Unlike, photo_id, several_people
from tasted.plain_dataclass import dataclass
from tasted.records import Companion, FileStamp, InboxFile, LedgerEntry

PHOTOS_MIN = 2
PHOTOS_MAX = 12
_BIO = "bio"


@dataclass(frozen=True, slots=True)
class Profile:
    """The pictures of one folder that are scored as one."""

    folder: str
    """Relative to the inbox, with a slash at its end."""
    photos: tuple[InboxFile, ...]
    """2 to 12, sorted by path; of copies of one content the one with the shortest name."""
    bio: Companion | None
    """The text of the folder."""

    @property
    def file(self) -> InboxFile:
        """The folder as if it were a file: the sum of its photos' sizes, and the newest time."""
        stamps = [photo.stamp for photo in self.photos]
        size = sum(stamp.size_bytes for stamp in stamps)
        stamp = FileStamp(size, max(stamp.modified_ns for stamp in stamps), 0)
        return InboxFile(self.folder, stamp, self.bio)


class NotAProfile(StrEnum):
    """Why a folder with several pictures is not a profile."""

    TOO_LARGE = "too_large"
    NESTED = "nested"
    MARKED = "marked"
    """By the user, with a file of the name `NOT_A_PROFILE_NAME`."""
    NAMES = SeveralPeople.NAMES.value
    AGES = SeveralPeople.AGES.value
    LOOKS = SeveralPeople.LOOKS.value


@dataclass(frozen=True, slots=True)
class Folders:
    """What the folders of the inbox are."""

    profiles: Mapping[str, Profile]
    """By folder."""
    plain: Mapping[str, NotAProfile]
    """Folders of several pictures that are scored, or count as labels, one by one."""
    undecided: frozenset[str] = frozenset()
    """Folders with too many pictures, if no unknown content among them is a copy of another."""


ContentOf = Callable[[InboxFile], str | None]
"""Returns an id of the content of a file; None while that is unknown."""
DetailsOf = Callable[[str], PersonDetails | None]
"""Returns what the picture at a path says about the person in it; None while unknown."""


def why_not_one_person(
    folder: str,
    paths: Iterable[str],
    *,
    details_of: DetailsOf,
    texts: Collection[str],
    marked: Collection[str],
    unlike: Unlike = (),
) -> NotAProfile | None:
    """Return why the pictures of a folder are not one profile; None when nothing speaks against it.

    The same for folders of the inbox and of the label folders. What the user says decides: a mark
    against, or a text of the folder, `bio.txt`, for one person.

    Args:
        folder: relative to the inbox, with its slash.
        paths: of its pictures.
        details_of: tells what each says.
        texts: folders that have a text.
        marked: folders that have a mark.
        unlike: photos that the engine found unlike.
    """
    if folder in marked:
        return NotAProfile.MARKED
    if folder in texts:
        return None
    details = (known for path in paths if (known := details_of(path)) is not None)
    several = several_people(details, unlike=unlike)
    return NotAProfile(several.value) if several is not None else None


def details_in_sidecars(ledger: Mapping[str, LedgerEntry]) -> DetailsOf:
    """Return a function that looks up in the sidecars what pictures say about people.

    A sidecar that is about to be replaced counts until then, so that a folder does not change its
    kind while one of its pictures is read again.
    """

    def details_of(path: str) -> PersonDetails | None:
        entry = ledger.get(path)
        return details_of_entry(entry) if entry is not None else None

    return details_of


def details_of_entry(entry: LedgerEntry) -> PersonDetails:
    """Return what a sidecar says about the person in its picture."""
    content = entry.content_id
    photo = photo_id(content, entry.text_id) if content is not None else None
    return PersonDetails(entry.name, entry.age, photo)


def folders_of(
    files: Mapping[str, InboxFile],
    texts: Mapping[str, Companion] | None = None,
    *,
    content_of: ContentOf = lambda _file: None,
    details_of: DetailsOf = lambda _path: None,
    marked: Collection[str] = (),
    unlike: Unlike = (),
) -> Folders:
    """Sort the folders of the inbox, or those below the label folders, by what they are.

    Args:
        files: what a look saw, by path.
        texts: of folders, by folder.
        content_of: tells the contents that sidecars prove.
        details_of: tells what pictures say.
        marked: folders that the user says are no profiles.
        unlike: as in `why_not_one_person`.
    """
    known = texts or {}
    profiles: dict[str, Profile] = {}
    plain: dict[str, NotAProfile] = {}
    undecided: set[str] = set()
    for folder, paths in _several(files):
        pictures = [files[path] for path in paths]
        why = _why_plain(folder, pictures, content_of)
        photos = _once(pictures, content_of) if why is None else ()
        if len(photos) >= PHOTOS_MIN:
            why = why_not_one_person(
                folder, paths, details_of=details_of, texts=known, marked=marked, unlike=unlike
            )
        if why is not None:
            plain[folder] = why
        elif len(photos) > PHOTOS_MAX:
            undecided.add(folder)
        elif label_of(folder) is None and len(photos) >= PHOTOS_MIN:
            profiles[folder] = Profile(folder, photos, known.get(folder))
    return Folders(profiles, plain, frozenset(undecided))


def _why_plain(
    folder: str, pictures: Sequence[InboxFile], content_of: ContentOf
) -> NotAProfile | None:
    if _depth(folder) > 1:
        return NotAProfile.NESTED
    # so many sizes are as many contents
    sizes = {file.stamp.size_bytes for file in pictures}
    if len(sizes) <= PHOTOS_MAX:
        contents = {content_of(file) for file in pictures} - {None}
        return NotAProfile.TOO_LARGE if len(contents) > PHOTOS_MAX else None
    return NotAProfile.TOO_LARGE


def _once(pictures: Iterable[InboxFile], content_of: ContentOf) -> tuple[InboxFile, ...]:
    """Return one picture of each content, sorted by path; what is not known is no copy."""
    kept: dict[str, InboxFile] = {}
    # a copy has something added to the name: "03.sync-conflict-20260102.png", "0 (1).png"
    for file in sorted(pictures, key=lambda file: (len(file.path), file.path)):
        kept.setdefault(content_of(file) or file.path, file)
    return tuple(sorted(kept.values(), key=lambda file: file.path))


def label_groups(
    contents: Mapping[str, str | None], *, apart: Collection[str] = ()
) -> dict[str, str | None]:
    """Return for each path of a reference the profile that it is a photo of: `liked/anna/`.

    A subfolder of a label folder with 2 to 12 pictures is one label. None is for a reference that
    counts on its own: in the label folder itself, deeper, or in a folder of more pictures.

    Args:
        contents: content ids of all references that are there, by path relative to the inbox: with
            some left out a large folder may look like a profile. None for what cannot be read.
        apart: folders below the label folders that are not of one person, see `why_not_one_person`.
    """
    groups: dict[str, str | None] = dict.fromkeys(contents)
    for folder, members in _several(groups):
        count = len({contents[path] or path for path in members})
        may_be_one = label_of(folder) is not None and _depth(folder) == 1 and folder not in apart
        if may_be_one and count <= PHOTOS_MAX:
            groups |= dict.fromkeys(members, folder)
    return groups


def label_folders_apart(
    paths: Iterable[str],
    *,
    details_of: DetailsOf,
    texts: Collection[str],
    marked: Collection[str],
    unlike: Unlike = (),
) -> frozenset[str]:
    """Return the folders below the label folders whose pictures count one by one.

    Args:
        paths: of all references.
        details_of: as in `why_not_one_person`.
        texts: as in `why_not_one_person`.
        marked: as in `why_not_one_person`.
        unlike: as in `why_not_one_person`.
    """
    return frozenset(
        folder
        for folder, members in _several(paths)
        if label_of(folder) is not None
        and why_not_one_person(
            folder, members, details_of=details_of, texts=texts, marked=marked, unlike=unlike
        )
        is not None
    )


def profile_content_id(contents: Iterable[str]) -> str:
    """Return what stands for the content of a profile: a sha256 over those of its photos, as hex.

    The same photos in another order, or in another folder, are the same profile.
    """
    joined = "\0".join(sorted(contents))
    return hashlib.sha256(b"tasted profile\0" + joined.encode("ascii")).hexdigest()


def is_text_of_folder(path: str) -> bool:
    """Tell whether a text belongs to the profile in whose folder it lies: `anna/bio.txt`."""
    return is_bio(path) and _depth(folder_of(path)) == 1


def is_bio(path: str) -> bool:
    """Tell whether a text in a folder is called `bio.txt` or `bio.md`, in any letter case."""
    _folder, slash, name = path.rpartition("/")
    stem = stem_of(name)
    is_text = name[len(stem) :].casefold() in TEXT_EXTENSIONS
    return bool(slash) and is_text and stem.casefold() == _BIO


def may_be_in_profile(path: str) -> bool:
    """Tell whether a picture lies where one photo of a profile does, in an immediate subfolder."""
    return _depth(folder_of(path)) == 1


def folder_of(path: str) -> str:
    """Return the folder of a path with its slash; empty at the top of the inbox."""
    return path[: path.rfind("/") + 1]


def _several(paths: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the folders that directly hold several pictures, but for the label folders."""
    members: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        members[folder_of(path)].append(path)
    for folder in sorted(members):
        if _depth(folder) > 0 and len(members[folder]) >= PHOTOS_MIN:
            yield folder, sorted(members[folder])


def _depth(folder: str) -> int:
    """Return how deep a folder lies below the inbox or below a label folder, where that is 0."""
    return folder.count("/") - (label_of(folder) is not None)
