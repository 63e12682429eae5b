"""What a new home is made of, and where one must not be. Touches the disk.

Nothing that exists is ever changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tasted.errors import HomeInvalid
from tasted.files import write_atomically
from tasted.home import CONFIG_NAME, Home
from tasted.platform import guarded_place

_FOLDERS = ("config", "inbox", "inbox/liked", "inbox/rejected", "outbox", ".tasted")
_CLOSED_FOLDERS = ("inbox", "outbox", ".tasted")
NOTICES = {
    "inbox/README.txt": """\
Drop screenshots here. tasted looks at each new one and writes what it thinks of it into the outbox.

liked/     Put pictures here that you like. They teach.
rejected/  Put pictures here that you do not like. They teach as well.

A text file beside a screenshot, shot.txt for shot.png, is read as the words that belong to it.
Nothing in this folder is changed, moved or deleted.
""",
    "outbox/README.txt": """\
tasted writes its results here: inbox/shot.png becomes outbox/shot.png.json, a small text file with
scores, a verdict and the reasons for it. List them all with: tasted results

Delete a result, and a new one is made.
""",
}


@dataclass(slots=True)
class Done:
    """What was made and what was there before, as names in the home."""

    made: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def make_home(home: Home, model: str | None) -> Done:
    """Make what is missing of a home: private folders, settings, and a word for people.

    Args:
        home: where.
        model: written to a new settings file; None leaves the default.

    Raises:
        HomeInvalid: when a folder or file cannot be made.
    """
    from tasted.config.template import render_toml  # noqa: PLC0415 - pydantic takes 0.2 s to import

    done = Done()
    for name in _FOLDERS:
        (done.kept if (home.root / name).is_dir() else done.made).append(f"{name}/")
    home.make_folders()
    home.check_folders()
    chosen: dict[tuple[str, ...], str] = {} if model is None else {("embedder", "model"): model}
    texts = {str(CONFIG_NAME): render_toml(chosen), **NOTICES}
    for name, text in texts.items():
        (done.made if _write_new(home.root / name, text) else done.kept).append(name)
    return done


def refuse_inside_a_home(root: Path) -> None:
    """Refuse a home inside the inbox, the outbox or the state of another: it would be scored.

    Raises:
        HomeInvalid: when it would lie there, or is no folder.
    """
    if root.exists() and not root.is_dir():
        raise HomeInvalid(f"{root} is a file, not a folder.", remedy="Choose another folder.")
    for outer in root.parents:
        for name in _CLOSED_FOLDERS:
            if root.is_relative_to(outer / name) and (outer / CONFIG_NAME).is_file():
                raise HomeInvalid(
                    f"{root} lies in {name} of the home {outer}.",
                    remedy="Choose a folder outside of it, such as: tasted init ~/Tasted",
                )


def privacy_warning(root: Path, environment: Mapping[str, str], platform: str) -> str | None:
    """Say whether macOS keeps background programs from reading this folder.

    Args:
        root: of the home, links resolved: Desktop and Documents may lead into iCloud.
        environment: for HOME.
        platform: `sys.platform`; only `darwin` has this rule.
    """
    user = environment.get("HOME")
    name = guarded_place(root, Path(user).resolve(), system=platform) if user else None
    if name is None:
        return None
    return (
        f"{root} lies in {name}: macOS keeps background programs from reading there, so "
        "tasted may see no files. ~/Tasted has no such rule."
    )


def _write_new(file: Path, text: str) -> bool:
    # a link that leads nowhere is there as well: replacing it would lose where it led
    if file.exists() or file.is_symlink():
        return False
    try:
        write_atomically(file, text.encode("utf-8"))
    except OSError as error:
        raise HomeInvalid(
            f"{file} cannot be written: {error.strerror}.",
            remedy="Check who owns its folder, and whether the disk is full.",
        ) from error
    return True
