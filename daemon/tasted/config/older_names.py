"""Names of other programs that tasted accepts: CLASSIFIER_MODEL, CLIP_MODEL_NAME, HF_HOME.

Reads the `.env` for HF_HOME.

In one source, a `TASTED_` name takes precedence over an older one; the environment takes precedence
over the `.env`. `CLASSIFIER_MODEL=resnet50` is that model, whatever CLIP_MODEL_NAME is.
`CLASSIFIER_MODEL=clip`, or none, leaves the choice to CLIP_MODEL_NAME of the same source, else of
the `.env`.
"""

from collections.abc import Mapping
from pathlib import Path

from tasted.config.sources import (
    EnvironmentEntry,
    GivenSetting,
    ParsedSource,
    read_environment_file,
    readable,
)

CLASSIFIER_MODEL = "CLASSIFIER_MODEL"
CLIP_MODEL_NAME = "CLIP_MODEL_NAME"
HUGGINGFACE_HOME = "HF_HOME"
_MODEL = ("embedder", "model")
_CLIP = "clip"
_RESNET = "resnet50"


def older_settings(
    names: Mapping[str, EnvironmentEntry], below: Mapping[str, EnvironmentEntry]
) -> ParsedSource:
    """Return the model that the older names set.

    Args:
        names: of this source.
        below: of the source with lower precedence, which completes `CLASSIFIER_MODEL=clip`.
    """
    classifier, clip = _entry(names, CLASSIFIER_MODEL), _entry(names, CLIP_MODEL_NAME)
    if classifier is None:
        return ParsedSource() if clip is None else ParsedSource([_model(clip, clip.text)])
    choice = (classifier.text or "").strip().lower()
    if choice == _RESNET:
        return ParsedSource([_model(classifier, _RESNET)])
    if choice != _CLIP:
        what = f"{CLASSIFIER_MODEL} is '{readable(choice)}'"
        problem = f"{classifier.place}: {what}: it should be '{_CLIP}' or '{_RESNET}'"
        return ParsedSource(problems=[problem])
    clip = clip or _entry(below, CLIP_MODEL_NAME)
    return ParsedSource([_model(classifier, _CLIP) if clip is None else _model(clip, clip.text)])


def huggingface_home(environment: Mapping[str, str], environment_file: Path) -> Path | None:
    """Return the folder in which Hugging Face's libraries keep models, if one is set.

    Args:
        environment: of the process; takes precedence over the file.
        environment_file: the home's `config/.env`; relative folders are relative to that home.

    Returns:
        An absolute folder, or None to leave it to the library.
    """
    text = environment.get(HUGGINGFACE_HOME, "").strip()
    if not text:
        names, _problems = read_environment_file(environment_file, environment_file.name)
        entry = _entry(names, HUGGINGFACE_HOME)
        text = (entry.text or "").strip() if entry is not None else ""
    if not text:
        return None
    return folder_named(text, environment_file.parent.parent, environment)


def folder_named(text: str, root: Path, environment: Mapping[str, str]) -> Path:
    """Return the folder that a text names: `~` is the user's, a relative one is below `root`.

    The working folder is never used: under launchd it is `/`.
    """
    user_folder = environment.get("HOME")
    if user_folder and (text == "~" or text.startswith("~/")):
        return Path(user_folder, text[2:])
    return root / text


def _entry(names: Mapping[str, EnvironmentEntry], name: str) -> EnvironmentEntry | None:
    entry = names.get(name)
    return entry if entry is not None and entry.text and entry.text.strip() else None


def _model(entry: EnvironmentEntry, model: str | None) -> GivenSetting:
    return GivenSetting(_MODEL, model, f"{entry.place} {entry.name}")
