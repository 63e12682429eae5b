"""Which text belongs to which picture, by their names. Pure.

`shot.txt` belongs to `shot.png`, and so do `shot.png.txt`, `shot.md` and `SHOT.TXT`: letter case
and Unicode form do not matter, for disks and messengers change both. `bio.txt` belongs to the only
picture of its folder; where there are several it is the text of the profile.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

from tasted.inbox.naming import TEXT_EXTENSIONS, stem_of
from tasted.inbox.profiles import folder_of, is_bio, is_text_of_folder
from tasted.records import Companion, FileStamp


def companions_of(
    pictures: Collection[str], texts: Mapping[str, FileStamp]
) -> dict[str, Companion]:
    """Return the text of each picture that has one, by the picture's path.

    Of several the one that repeats the whole name is taken, then the one spelled alike, then `.txt`
    before `.md`: `shot.png.txt` before `shot.txt` before `SHOT.TXT`. One text may serve several
    pictures, as `shot.txt` serves `shot.png` and `shot.jpg`.

    Args:
        pictures: all pictures of the folders in question: whether there is a second one decides
            about `bio.txt`.
        texts: what lstat said of each text.
    """
    if not texts:
        return {}
    named: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        named[_key(text, stem_of(_name(text)))].append(text)
    folders = {folder_of(text) for text in texts}
    bios = {folder_of(text): text for text in sorted(texts, key=_bio_rank) if is_bio(text)}
    counts = Counter(folder_of(picture) for picture in pictures)
    found: dict[str, Companion] = {}
    for picture in pictures:
        folder = folder_of(picture)
        if folder not in folders:
            continue
        name = _name(picture)
        keys = dict.fromkeys((_key(picture, name), _key(picture, stem_of(name))))
        candidates = [text for key in keys for text in named.get(key, ())]
        if candidates:
            text = min(candidates, key=lambda candidate: _rank(candidate, name))
        elif counts[folder] == 1 and folder in bios:
            text = bios[folder]
        else:
            continue
        found[picture] = Companion(text, texts[text])
    return found


def keys_of_text(text: str) -> frozenset[str]:
    """Return what `keys_of_picture` has of a picture that may have this text."""
    bio = {f"{folder_of(text)}\0"} if is_bio(text) else set()
    return frozenset({_key(text, stem_of(_name(text)))} | bio)


def keys_of_picture(picture: str) -> frozenset[str]:
    """Return what tells whether a text may belong to a picture: without a common key, none does."""
    name = _name(picture)
    return frozenset(
        {
            _key(picture, name),
            _key(picture, stem_of(name)),
            f"{folder_of(picture)}\0",
        }
    )


def texts_of_folders(texts: Mapping[str, FileStamp]) -> dict[str, Companion]:
    """Return the texts that belong to a profile, by its folder with the slash."""
    return {
        folder_of(text): Companion(text, texts[text])
        for text in sorted(texts, key=_bio_rank)
        if is_text_of_folder(text)
    }


def is_named_after(text: str, picture: str) -> bool:
    """Tell whether a text has the name of a picture, so that it belongs to it."""
    stem, name = stem_of(_name(text)), _name(picture)
    return _key(text, stem) in {_key(picture, name), _key(picture, stem_of(name))}


def is_bio_beside(text: str, picture: str) -> bool:
    """Tell whether a text would be that of the only picture of a folder, for this picture."""
    return is_bio(text) and folder_of(text) == folder_of(picture)


def _bio_rank(text: str) -> tuple[int, str]:
    # the last of a folder counts
    return -_extension_rank(text), text


def _rank(text: str, name: str) -> tuple[bool, bool, int, str]:
    stem = stem_of(_name(text))
    is_whole = _folded(stem) == _folded(name)
    is_alike = stem == (name if is_whole else stem_of(name))
    return not is_whole, not is_alike, _extension_rank(text), text


def _extension_rank(text: str) -> int:
    name = _name(text)
    extension = name[len(stem_of(name)) :]
    # one in capitals comes after all that are not
    return TEXT_EXTENSIONS.index(extension.casefold()) + len(TEXT_EXTENSIONS) * (
        extension not in TEXT_EXTENSIONS
    )


def _key(path: str, stem: str) -> str:
    # a path holds no NUL
    return f"{folder_of(path)}\0{_folded(stem)}"


def _folded(name: str) -> str:
    """Return a name without regard to letter case and Unicode form (Unicode, D145)."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())


def _name(path: str) -> str:
    return path[path.rfind("/") + 1 :]
