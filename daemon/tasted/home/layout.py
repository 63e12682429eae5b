"""Where everything of one home lives, and how a home is found. Makes folders; reads no setting."""

import contextlib
import stat
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path

from tasted.errors import HomeInvalid, InboxUnavailable, OutboxUnwritable
from tasted.home.identity import LINK_REMEDY, HomeIdentity
from tasted.plain_dataclass import dataclass
from tasted.system.files import private_folder, real_path

CONFIG_NAME = Path("config") / "tasted.toml"
DEFAULT_HOME = "~/Tasted"
HOME_VARIABLE = "TASTED_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one home; everything the program knows lies below `root`."""

    root: Path
    """Absolute and free of symbolic links: watchers miss events on a linked path."""
    identity: HomeIdentity | None = field(default=None, compare=False, repr=False)
    """Known to the processes that work with the home, which check it before they write."""

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
    def training(self) -> Path:
        """Where an adapter of the model is trained."""
        return self.state / "training"

    @property
    def tuned_models(self) -> Path:
        """The models that were trained here, a folder each."""
        return self.state / "models"

    @property
    def models_file(self) -> Path:
        """Which local folder serves which model."""
        return self.state / "models.json"

    @property
    def current_file(self) -> Path:
        """What the engine published as current."""
        return self.state / "current.json"

    @property
    def switch_file(self) -> Path:
        """The change of the model that is going on, or went last; see `home.switch_file`."""
        return self.state / "switch.json"

    @property
    def ignored_file(self) -> Path:
        """Which pictures of the inbox are not scored, as digests."""
        return self.state / "ignored.json"

    @property
    def folders_file(self) -> Path:
        """Which folders of the inbox held its pictures, as digests."""
        return self.state / "folders.json"

    @property
    def unlike_file(self) -> Path:
        """Which photos of one folder do not look alike, as digests."""
        return self.state / "unlike.json"

    @property
    def index_file(self) -> Path:
        """What the sidecars prove, so that a start need not read them all."""
        return self.state / "ledger.index"

    @property
    def status_file(self) -> Path:
        """What the daemon says of itself."""
        return self.state / "status.json"

    @property
    def crashes_file(self) -> Path:
        """What failed in tasted itself lately, to report it."""
        return self.state / "crashes.json"

    @property
    def blocked_file(self) -> Path:
        """Why the service of this home waits before it can be a daemon."""
        return self.state / "blocked.json"

    @property
    def capture_file(self) -> Path:
        """Where macOS saved its screenshots before they went into the inbox."""
        return self.state / "capture.json"

    @property
    def transfer(self) -> Path:
        """Where exports and imports hand over what they hold, while they run."""
        return self.state / "transfer"

    @property
    def backfills(self) -> Path:
        """What is known of trees that are scored where they lie."""
        return self.state / "backfills"

    @property
    def requests(self) -> Path:
        """Where commands leave requests for a running daemon."""
        return self.state / "requests"

    @property
    def feedback(self) -> Path:
        """The log of answers."""
        return self.state / "feedback"

    @property
    def trials(self) -> Path:
        """The folder of trials: a recipe against the one in force."""
        return self.state / "trials"

    @property
    def web(self) -> Path:
        """Where the page's port and its secrets are."""
        return self.state / "web"

    @property
    def logs(self) -> Path:
        """The folder of log files."""
        return self.state / "logs"

    @property
    def lock_file(self) -> Path:
        """Held by the one process that owns this home."""
        return self.state / "lock"

    @property
    def label_lock_file(self) -> Path:
        """Held while a label change moves pictures; named as earlier versions named it."""
        return self.state / "lessons.lock"

    def make_folders(self, *, is_new: bool = False) -> None:
        """Make what is missing of the home's folders, with private modes.

        In a home that was used before a missing inbox or outbox is left missing: it may lie on a
        disk that is not connected, and an empty folder in its place would hide that.

        Args:
            is_new: make the home's own folder and its parents as well: when a home is set up.

        Raises:
            HomeInvalid: when a folder cannot be made.
        """
        made = [self.config_file.parent, self.requests, self.logs]
        if not self.current_file.exists():
            made += [self.inbox / "liked", self.inbox / "rejected", self.outbox]
        for folder in made:
            try:
                private_folder(folder, below=None if is_new else self.root)
            except OSError as error:
                is_in_the_way = isinstance(error, NotADirectoryError)
                raise HomeInvalid(
                    f"Cannot create the folder {folder}: {error.strerror}.",
                    remedy="Move that file aside with: tasted rebuild"
                    if is_in_the_way and folder.is_relative_to(self.state)
                    else "Check who owns its parent folder, or choose another place with --home.",
                ) from error

    def set_files_aside(self) -> list[Path]:
        """Rename the files that lie where folders of `.tasted` belong; return their new names.

        Raises:
            OSError: when one cannot be renamed.
        """
        aside = []
        for folder in (
            self.state,
            self.requests,
            self.logs,
            self.library,
            self.tastes,
            self.feedback,
            self.trials,
        ):
            # what a link leads to is not the home's own
            if folder.is_symlink() or not folder.is_file():
                continue
            number = 1
            while (target := folder.with_name(f"{folder.name}.set-aside-{number}")).exists():
                number += 1
            aside.append(folder.rename(target))
        return aside

    def taken(self) -> "Home":
        """Return the home with its identity, for whoever has its lock and works with it.

        Raises:
            HomeInvalid: when it is not there.
        """
        identity = HomeIdentity.of(self.root, self.state, (self.inbox, self.outbox))
        return replace(self, identity=identity)

    def check(self) -> None:
        """Refuse to work where the home was: called before everything that is written to it.

        Raises:
            HomeGone: when something else, or nothing, is at its place; says which.
        """
        if self.identity is not None:
            self.identity.check(self.root, self.state)

    def is_replaced(self) -> bool:
        """Return whether another home is at this path now, or another `.tasted` in it."""
        if self.identity is None or not self.identity.differs(self.root, self.state):
            return False
        try:
            # an empty folder is where a disk is mounted
            return self.config_file.exists()
        except OSError:
            # a disk that does not answer, or a home that may not be entered: `check` reports it
            return False

    def check_inbox(self) -> None:
        """Refuse an inbox that has become a link, or that is not this home's any more.

        Raises:
            HomeGone: as `check` does.
            InboxUnavailable: when it is a link and was not before: its target was not watched.
        """
        self.check()
        if self.identity is not None and self.identity.became_link(self.inbox):
            raise InboxUnavailable(
                f"The inbox {self.inbox} became a link while tasted was running.",
                remedy=LINK_REMEDY,
            )

    def check_outbox(self) -> None:
        """Refuse an outbox that has become a link, or that is not this home's any more.

        Raises:
            HomeGone: as `check` does.
            OutboxUnwritable: when it is a link and was not before; no results go through it.
        """
        self.check()
        if self.identity is not None and self.identity.became_link(self.outbox):
            raise OutboxUnwritable(
                f"The outbox {self.outbox} became a link while tasted was running.",
                remedy=LINK_REMEDY,
            )

    def close_to_others(self) -> None:
        """Remove the access of other users to the home's folders, if this user owns them.

        The target of a link is not the home's own: its permissions are its owner's decision.
        """
        for folder in (self.config_file.parent, self.inbox, self.outbox, self.state):
            with contextlib.suppress(OSError):
                # a folder of another user, or on a disk without modes, stays as it is
                status = folder.lstat()
                if stat.S_ISDIR(status.st_mode) and status.st_mode & 0o077:
                    folder.chmod(stat.S_IMODE(status.st_mode) & ~0o077)

    def check_folders(self) -> None:
        """Refuse an inbox and an outbox that overlap: results would be scored.

        Raises:
            HomeInvalid: when they overlap, links resolved, or a label folder is a link.
        """
        for label in ("liked", "rejected"):
            if (self.inbox / label).is_symlink():
                raise HomeInvalid(
                    f"{self.inbox / label} is a link, and tasted follows no links in the inbox.",
                    remedy="Replace the link with a folder, and move the pictures into it.",
                )
        inbox, outbox = real_path(self.inbox), real_path(self.outbox)
        if inbox == outbox or inbox in outbox.parents or outbox in inbox.parents:
            raise HomeInvalid(
                f"The outbox {outbox} and the inbox {inbox} overlap.",
                remedy="Use two separate folders.",
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
        return _existing(named, "from --home")
    if variable:
        return _existing(Path(variable), f"from {HOME_VARIABLE}")
    if near is not None:
        found = _parent_with_config(near.absolute().parent)
        if found is not None:
            return FoundHome(Home(real_path(found)), f"it holds {near.name}")
    found = _parent_with_config(working_folder)
    if found is not None:
        return FoundHome(Home(real_path(found)), "it holds the current folder")
    return _existing(Path(DEFAULT_HOME), "the default")


def _parent_with_config(folder: Path) -> Path | None:
    for candidate in (folder, *folder.parents):
        # another user's private folder on the way up holds no home of this user
        with contextlib.suppress(PermissionError):
            if (candidate / CONFIG_NAME).is_file():
                return candidate
    return None


def _existing(folder: Path, because: str) -> FoundHome:
    root = folder.expanduser()
    try:
        has_config = (root / CONFIG_NAME).is_file()
    except PermissionError as error:
        raise HomeInvalid(
            f"Cannot read the tasted folder {root} ({because}): {error.strerror}.",
            remedy="Give your user access to it, or choose another with --home.",
        ) from error
    if not has_config:
        raise HomeInvalid(
            f"No tasted folder at {root} yet ({because}).",
            remedy=f"Create it: tasted init {root}",
        )
    return FoundHome(Home(real_path(root)), because)
