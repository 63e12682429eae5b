"""What must be so of folders of several photos, by rules of its own. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from chaos.evidence import Evidence, Found, Sidecar
from chaos.journal import Journal

_PHOTOS = range(2, 13)
_FOLDER_AND_NAME = 2

BLAMED = frozenset({"engine_died", "not_enough_memory"})
"""What is told of what was in the hands of engines that the run itself has killed."""


def wrong_profiles(evidence: Evidence, journal: Journal) -> list[str]:
    """Return a sentence for each profile without exactly one current document of its photos."""
    documents: dict[str, list[Sidecar]] = defaultdict(list)
    for sidecar in evidence.profiles:
        documents[sidecar.path].append(sidecar)
    lived_in = {path.rpartition("/")[0] + "/" for path in evidence.files}
    profiles = _profiles(evidence.files, journal)
    sentences = [
        f"{folder} is no profile, and has a document"
        for folder in documents
        if folder in lived_in and folder not in profiles
    ]
    for folder, contents in profiles.items():
        own = documents[folder]
        flaw = _flaw(own, contents, evidence.bios.get(folder), evidence.current)
        if flaw is not None:
            sentences.append(f"the profile {folder} {flaw}")
    return sentences


def _profiles(files: Mapping[str, Found], journal: Journal) -> dict[str, dict[str, str | None]]:
    """Return path and content of the photos of each profile; None for what cannot be scored."""
    found: dict[str, dict[str, str | None]] = defaultdict(dict)
    for path, file in files.items():
        parts = path.split("/")
        if len(parts) == _FOLDER_AND_NAME and not file.teaches:
            content = None if file.content in journal.codes else file.content
            found[f"{parts[0]}/"][path] = content
    return {
        folder: contents
        for folder, contents in found.items()
        if len(contents) in _PHOTOS and any(contents.values())
    }


def _flaw(
    own: Sequence[Sidecar],
    contents: Mapping[str, str | None],
    bio: str | None,
    current: Mapping[str, str],
) -> str | None:
    if len(own) != 1:
        return f"has {len(own)} documents"
    document = own[0].document
    documented = {part["path"]: part["sha256"] for part in document["parts"]}
    if document["status"] == "error":
        return None if document["error"]["code"] in BLAMED else "has failed"
    if documented != contents:
        return f"tells of {documented}, not of {contents}"
    key = own[0].key
    if key.text != bio:
        return f"is of the text {key.text}, not {bio}"
    fingerprints = (key.embedder, key.taste)
    wanted = (current.get("embedder_fingerprint"), current.get("taste_fingerprint"))
    return None if fingerprints == wanted else "was made with another taste or embedder"
