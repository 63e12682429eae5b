"""What an act may use: the world, the journal, the lives, and a source of chance of its own."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

from chaos.contents import GOOD_SUFFIXES, Content, bad_picture, picture
from chaos.evidence import Inbox
from chaos.journal import Journal
from chaos.lives import Lives
from chaos.world import World

FOLDERS = ("", "", "anna", "anna/deep", "süß ünd 🙂", "name with.dots")


@dataclass
class Stage:
    """Handed to every act; `rng` is seeded by the run's seed and the act's number alone."""

    world: World
    journal: Journal
    lives: Lives
    listing: Inbox
    rng: random.Random
    number: int = 0
    """How many contents were made."""

    @property
    def inbox(self) -> Path:
        """The inbox of the home."""
        return self.world.home.inbox

    def screenshots(self) -> list[str]:
        """Return the paths of all files that should be scored, sorted."""
        return [path for path, file in self.listing.found().items() if not file.teaches]

    def some_screenshot(self) -> str | None:
        """Return the path of any file that should be scored; None without one."""
        paths = self.screenshots()
        return self.rng.choice(paths) if paths else None

    def let_go(self, *paths: str) -> None:
        """Note that the user is about to delete or overwrite files, or to take them out.

        What another file of the inbox holds must still be there afterwards.
        """
        found = self.listing.found()
        kept = {file.content for path, file in found.items() if path not in paths}
        gone = {found[path].content for path in paths if path in found}
        self.journal.let_go(gone - kept)

    def names_of(self, path: str) -> list[str]:
        """Return every path of the file at a path: what is written into one is in all of them."""
        found = self.listing.found()
        inodes = {file.stamp[-1] for name, file in found.items() if name == path}
        return [name for name, file in found.items() if file.stamp[-1] in inodes]

    def new_picture(self, suffix: str = ".png") -> Content:
        """Return a content that no file has yet."""
        self.number += 1
        return picture(self.number, suffix)

    def new_bad_picture(self) -> Content:
        """Return a content that must get an error sidecar."""
        self.number += 1
        content = bad_picture(self.number)
        self.journal.codes[content.sha256] = content.codes
        return content

    def new_name(self, suffix: str | None = None, *, folder: str | None = None) -> str:
        """Return a path below the inbox that nothing has, and see to its folder."""
        self.number += 1
        ending = self.rng.choice(GOOD_SUFFIXES) if suffix is None else suffix
        chosen = self.rng.choice(FOLDERS) if folder is None else folder
        path = f"{chosen}/shot {self.number}{ending}".lstrip("/")
        (self.inbox / path).parent.mkdir(parents=True, exist_ok=True)
        return path

    def pause(self, least: float, most: float) -> None:
        """Let so many seconds pass."""
        time.sleep(self.rng.uniform(least, most))
