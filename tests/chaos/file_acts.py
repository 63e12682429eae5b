"""What users and programs do with files. Touches the inbox and, as users do, the outbox.

Each act leaves files that no longer change; what they hold is told by the disk.
"""

import os
import shutil
from pathlib import Path

from chaos.contents import Content
from chaos.stage import Stage
from tasted.outbox.places import sidecar_places

_PIECES = 6
_WORDS = ("hiking", "jazz", "chess", "gardens")


def _suffix(path: str) -> str:
    return Path(path).suffix


def drop(stage: Stage) -> None:
    """Write one to ten pictures, each at a stroke."""
    for _turn in range(stage.rng.randint(1, 10)):
        path = stage.new_name()
        (stage.inbox / path).write_bytes(stage.new_picture(_suffix(path)).data)


def drop_slowly(stage: Stage) -> None:
    """Write a picture in pieces, with pauses below and above the settling time."""
    path = stage.new_name()
    _write_slowly(stage, stage.inbox / path, stage.new_picture(_suffix(path)))


def _write_slowly(stage: Stage, file: Path, content: Content) -> None:
    size = max(len(content.data) // _PIECES, 1)
    with file.open("wb") as stream:
        for start in range(0, len(content.data), size):
            stream.write(content.data[start : start + size])
            stream.flush()
            stage.pause(0.02, 0.3)


def drop_hidden(stage: Stage) -> None:
    """Write a picture under a hidden name and rename it, as macOS writes screenshots."""
    path = stage.inbox / stage.new_name(".png")
    hidden = path.with_name(f".{path.name}")
    hidden.write_bytes(stage.new_picture().data)
    stage.pause(0, 0.4)
    hidden.rename(path)


def move_in(stage: Stage) -> None:
    """Move pictures in from elsewhere on the disk; their times are old."""
    for _turn in range(stage.rng.randint(1, 4)):
        path = stage.new_name()
        outside = stage.world.outside / Path(path).name
        outside.write_bytes(stage.new_picture(_suffix(path)).data)
        os.utime(outside, (1_600_000_000, 1_600_000_000 + stage.number))
        outside.rename(stage.inbox / path)


def drop_bad(stage: Stage) -> None:
    """Write a file that cannot be scored."""
    (stage.inbox / stage.new_name(".png")).write_bytes(stage.new_bad_picture().data)


def write_text(stage: Stage) -> None:
    """Write or rewrite the text beside a picture."""
    path = stage.some_screenshot()
    if path is not None:
        words = f"Name: Maya\nAge: {stage.rng.randint(20, 60)}\n\nI love {stage.rng.choice(_WORDS)}"
        (stage.inbox / path).with_suffix(".txt").write_text(words, encoding="utf-8")


def remove_text(stage: Stage) -> None:
    """Remove a text, if there is one."""
    texts = sorted(stage.inbox.rglob("*.txt"))
    if texts:
        stage.rng.choice(texts).unlink()


def rename(stage: Stage) -> None:
    """Rename one to three pictures, perhaps into another folder."""
    for _turn in range(stage.rng.randint(1, 3)):
        path = stage.some_screenshot()
        if path is not None:
            (stage.inbox / path).rename(stage.inbox / stage.new_name(_suffix(path)))


def swap(stage: Stage) -> None:
    """Let two pictures change their names."""
    first, second = stage.some_screenshot(), stage.some_screenshot()
    if first is None or second is None or _suffix(first) != _suffix(second) or first == second:
        return
    aside = stage.inbox / ".swapping"
    (stage.inbox / first).rename(aside)
    (stage.inbox / second).rename(stage.inbox / first)
    aside.rename(stage.inbox / second)


def replace_atomically(stage: Stage) -> None:
    """Put other pictures in the place of one to three, by rename."""
    for _turn in range(stage.rng.randint(1, 3)):
        path = stage.some_screenshot()
        if path is not None:
            stage.let_go(path)
            _put(stage, path, stage.new_picture(_suffix(path)).data)


def _put(stage: Stage, path: str, data: bytes) -> None:
    aside = stage.world.outside / f"new {stage.journal.act}"
    aside.write_bytes(data)
    aside.rename(stage.inbox / path)


def replace_in_place(stage: Stage) -> None:
    """Write another picture into a picture's file, at a stroke or slowly."""
    path = stage.some_screenshot()
    if path is None:
        return
    content = stage.new_picture(_suffix(path))
    stage.let_go(*stage.names_of(path))
    if stage.rng.random() < 0.3:
        _write_slowly(stage, stage.inbox / path, content)
    else:
        (stage.inbox / path).write_bytes(content.data)


def replace_by_the_same(stage: Stage) -> None:
    """Put one to three pictures in their own place again: other inodes, the same contents."""
    for _turn in range(stage.rng.randint(1, 3)):
        path = stage.some_screenshot()
        if path is not None:
            _put(stage, path, (stage.inbox / path).read_bytes())


def touch(stage: Stage) -> None:
    """Change the time of one to three pictures and nothing else."""
    for _turn in range(stage.rng.randint(1, 3)):
        path = stage.some_screenshot()
        if path is not None:
            (stage.inbox / path).touch()


def copy(stage: Stage) -> None:
    """Copy a picture, with or without its time, or link it hard."""
    path = stage.some_screenshot()
    if path is None:
        return
    source, target = stage.inbox / path, stage.inbox / stage.new_name(_suffix(path))
    way = stage.rng.choice((shutil.copy, shutil.copy2, os.link))
    way(source, target)


def delete(stage: Stage) -> None:
    """Delete one to three pictures."""
    for _turn in range(stage.rng.randint(1, 3)):
        path = stage.some_screenshot()
        if path is not None:
            stage.let_go(path)
            (stage.inbox / path).unlink()


def drop_profile(stage: Stage) -> None:
    """Write some photos into a folder of their own, perhaps a bad one and a text among them."""
    folder = f"profile {stage.journal.act}"
    for _turn in range(stage.rng.randint(2, 5)):
        path = stage.new_name(folder=folder)
        (stage.inbox / path).write_bytes(stage.new_picture(_suffix(path)).data)
    if stage.rng.random() < 0.3:
        path = stage.new_name(".png", folder=folder)
        (stage.inbox / path).write_bytes(stage.new_bad_picture().data)
    if stage.rng.random() < 0.6:
        (stage.inbox / folder / "bio.txt").write_text("Name: Maya\n\nI love jazz", "utf-8")


def change_profile(stage: Stage) -> None:
    """Let one photo or the text of a profile go or change, or one more photo come."""
    folders = _profile_folders(stage)
    if not folders:
        return
    folder = stage.rng.choice(folders)
    photos = [path for path in stage.screenshots() if path.startswith(f"{folder}/")]
    match stage.rng.randint(0, 3):
        case 0 if photos:
            photo = stage.rng.choice(photos)
            stage.let_go(photo)
            (stage.inbox / photo).unlink()
        case 1:
            words = f"I love {stage.rng.choice(_WORDS)}"
            (stage.inbox / folder / "bio.txt").write_text(words, "utf-8")
        case 2:
            (stage.inbox / folder / "bio.txt").unlink(missing_ok=True)
        case _:
            path = stage.new_name(folder=folder)
            (stage.inbox / path).write_bytes(stage.new_picture(_suffix(path)).data)


def rename_profile(stage: Stage) -> None:
    """Rename the folder of a profile."""
    folders = _profile_folders(stage)
    if folders:
        new = f"profile {stage.journal.act} again"
        (stage.inbox / stage.rng.choice(folders)).rename(stage.inbox / new)


def _profile_folders(stage: Stage) -> list[str]:
    return sorted(path.name for path in stage.inbox.glob("profile *") if path.is_dir())


def take_folder_out(stage: Stage) -> None:
    """Move a whole folder out of the inbox."""
    folder = stage.inbox / stage.rng.choice(("anna", "anna/deep", "name with.dots"))
    target = stage.world.outside / f"folder {stage.journal.act}"
    if folder.is_dir():
        name = folder.relative_to(stage.inbox).as_posix()
        stage.let_go(*(path for path in stage.listing.found() if path.startswith(f"{name}/")))
        folder.rename(target)


def bring_folder_in(stage: Stage) -> None:
    """Move a folder that was taken out into the inbox, under a name of its own."""
    folders = sorted(path for path in stage.world.outside.iterdir() if path.is_dir())
    if folders:
        folder = stage.rng.choice(folders)
        folder.rename(stage.inbox / f"back {stage.journal.act}")


def rename_folder(stage: Stage) -> None:
    """Rename a whole folder of the inbox."""
    folder = stage.inbox / stage.rng.choice(("anna", "name with.dots"))
    if folder.is_dir():
        folder.rename(stage.inbox / f"renamed {stage.journal.act}")


def add_label(stage: Stage) -> None:
    """Drop a picture into a label folder, a new one or a copy of one that is scored."""
    label = stage.rng.choice(("liked", "rejected"))
    path = stage.some_screenshot()
    target = stage.new_name(".png", folder=label)
    scored = path is not None and _suffix(path) == ".png" and stage.rng.random() < 0.5
    if scored:
        shutil.copy(stage.inbox / str(path), stage.inbox / target)
    else:
        (stage.inbox / target).write_bytes(stage.new_picture().data)


def move_to_label(stage: Stage) -> None:
    """Move a scored picture into a label folder."""
    path = stage.some_screenshot()
    if path is not None:
        label = stage.rng.choice(("liked", "rejected"))
        (stage.inbox / path).rename(stage.inbox / stage.new_name(_suffix(path), folder=label))


def remove_label(stage: Stage) -> None:
    """Delete a picture of a label folder."""
    paths = [path for path, file in stage.listing.found().items() if file.teaches]
    if paths:
        path = stage.rng.choice(paths)
        stage.let_go(path)
        (stage.inbox / path).unlink()


def delete_sidecar(stage: Stage) -> None:
    """Delete the sidecar of a picture, if it has one: that asks for another."""
    path = stage.some_screenshot()
    if path is not None:
        with stage.journal.asking(path):
            (stage.world.home.outbox / sidecar_places(path)[0]).unlink(missing_ok=True)


def spoil_sidecar(stage: Stage) -> None:
    """Write something else over the sidecar of a picture, if it has one."""
    path = stage.some_screenshot()
    if path is None:
        return
    place = sidecar_places(path)[0]
    file = stage.world.home.outbox / place
    junk = stage.rng.choice((b"", b"{}", b'{"schema_version": 1', b"\xff\xfe\0", b"[1, 2]"))
    with stage.journal.asking(path):
        if file.exists():
            stage.journal.junk[place.as_posix()] = junk
            file.write_bytes(junk)
