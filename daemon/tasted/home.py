"""Where everything of one home lives, and how a home is found. Makes folders; reads no setting."""

import contextlib
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tasted.errors import HomeInvalid
from tasted.files import private_folder

CONFIG_NAME = Path("config") / "tasted.toml"
DEFAULT_HOME = "~/Tasted"
HOME_VARIABLE = "TASTED_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one home; everything the program knows lies below `root`."""

    root: Path
    """Absolute and free of symbolic links: watchers go deaf on a linked path."""

    @property
    def config_file(self) -> Path:
        """The settings, as TOML."""
        return self.root / CONFIG_NAME

    @property
    def environment_file(self) -> Path:
        """The `.env` beside the settings."""
        return self.root / "config" / ".env"

    @property
    def inbox(self) -> Path:
        """Where screenshots are dropped."""
        return self.root / "inbox"

    @property
    def outbox(self) -> Path:
        """Where sidecars appear."""
        return self.root / "outbox"

    @property
    def page_file(self) -> Path:
        """The results as a page for people."""
        return self.outbox / "results.html"

    @property
    def state(self) -> Path:
        """What the program keeps."""
        return self.root / ".tasted"

    @property
    def library(self) -> Path:
        """LanceDB's folder."""
        return self.state / "library"

    @property
    def former_library(self) -> Path:
        """Where `tasted rebuild` sets a damaged library aside until the new one stands."""
        return self.state / "library.former"

    @property
    def tastes(self) -> Path:
        """The folder of taste versions."""
        return self.state / "tastes"

    @property
    def models_file(self) -> Path:
        """Which local folder serves which model."""
        return self.state / "models.json"

    @property
    def current_file(self) -> Path:
        """What the engine published as current."""
        return self.state / "current.json"

    @property
    def ignored_file(self) -> Path:
        """Which pictures of the inbox are not scored, told in digests."""
        return self.state / "ignored.json"

    @property
    def status_file(self) -> Path:
        """What the daemon says of itself."""
        return self.state / "status.json"

    @property
    def blocked_file(self) -> Path:
        """Why the service of this home waits before it can be a daemon."""
        return self.state / "blocked.json"

    @property
    def capture_file(self) -> Path:
        """Where macOS saved its screenshots before they went into the inbox."""
        return self.state / "capture.json"

    @property
    def requests(self) -> Path:
        """Where commands leave requests for a running daemon."""
        return self.state / "requests"

    @property
    def logs(self) -> Path:
        """The folder of log files."""
        return self.state / "logs"

    @property
    def lock_file(self) -> Path:
        """Held by the one process that owns this home."""
        return self.state / "lock"

    def make_folders(self) -> None:
        """Make what is missing of the home's folders, with private modes.

        In a home that was used before a missing inbox or outbox is left missing: it may lie on a
        disk that is not connected, and an empty folder in its place would hide that.

        Raises:
            HomeInvalid: when a folder cannot be made.
        """
        made = [self.config_file.parent, self.requests, self.logs]
        if not self.current_file.exists():
            made += [self.inbox / "liked", self.inbox / "rejected", self.outbox]
        for folder in made:
            try:
                private_folder(folder)
            except OSError as error:
                raise HomeInvalid(
                    f"The folder {folder} cannot be made: {error.strerror}.",
                    remedy="Check who owns its parent folder, or choose another with --home.",
                ) from error

    def close_to_others(self) -> None:
        """Take the rights of others away from the home's own folders, where they are ours.

        What a link leads to is not the home's own: its rights are for whoever made it to decide.
        """
        for folder in (self.config_file.parent, self.inbox, self.outbox, self.state):
            with contextlib.suppress(OSError):
                # a folder of another user, or on a disk without modes, stays as it is
                status = folder.lstat()
                if stat.S_ISDIR(status.st_mode) and status.st_mode & 0o077:
                    folder.chmod(stat.S_IMODE(status.st_mode) & ~0o077)

    def check_folders(self) -> None:
        """Refuse an inbox and an outbox of which one holds the other: results would be scored.

        Raises:
            HomeInvalid: when they overlap, links resolved, or a label folder is a link.
        """
        for label in ("liked", "rejected"):
            if (self.inbox / label).is_symlink():
                raise HomeInvalid(
                    f"{self.inbox / label} is a link, and links in the inbox are not followed.",
                    remedy="Put a folder in its place and the pictures into it.",
                )
        inbox, outbox = self.inbox.resolve(), self.outbox.resolve()
        if inbox == outbox or inbox in outbox.parents or outbox in inbox.parents:
            raise HomeInvalid(
                f"The outbox {outbox} and the inbox {inbox} lie in one another.",
                remedy="Make them two separate folders.",
            )


@dataclass(frozen=True, slots=True)
class FoundHome:
    """A home and the reason why it is this one."""

    home: Home
    because: str


def find_home(
    named: Path | None,
    environment: Mapping[str, str],
    working_folder: Path,
    *,
    near: Path | None = None,
) -> FoundHome:
    """Find the home: `--home`, then TASTED_HOME, then a parent with a config, then ~/Tasted.

    Args:
        named: the value of `--home`.
        environment: usually `os.environ`.
        working_folder: where the search of parents begins.
        near: a file that a command names; its parents are searched before the working folder's.

    Raises:
        HomeInvalid: when the folder that was chosen is not a home.
    """
    variable = environment.get(HOME_VARIABLE)
    if named is not None:
        return _existing(named, "--home names it")
    if variable:
        return _existing(Path(variable), f"the variable {HOME_VARIABLE} names it")
    if near is not None:
        found = _parent_with_config(near.absolute().parent)
        if found is not None:
            return FoundHome(Home(found.resolve()), f"{near.name} lies in it")
    found = _parent_with_config(working_folder)
    if found is not None:
        return FoundHome(Home(found.resolve()), "the working folder lies in it")
    return _existing(Path(DEFAULT_HOME), "it is the default")


def _parent_with_config(folder: Path) -> Path | None:
    for candidate in (folder, *folder.parents):
        # somebody else's private folder on the way up holds no home of ours
        with contextlib.suppress(PermissionError):
            if (candidate / CONFIG_NAME).is_file():
                return candidate
    return None


def _existing(folder: Path, because: str) -> FoundHome:
    root = folder.expanduser()
    if not (root / CONFIG_NAME).is_file():
        raise HomeInvalid(
            f"{root} is not a home: it has no {CONFIG_NAME} ({because}).",
            remedy=f"Make one with: tasted init {root}",
        )
    return FoundHome(Home(root.resolve()), because)
