"""Where everything of one home lives, how a home is found, and the lock that gives it one owner.

Touches the disk: folders, and `.tasted/lock` through flock. No setting is read here.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tasted.errors import HomeInvalid, HomeLocked
from tasted.files import PRIVATE_FILE, private_folder

CONFIG_NAME = Path("config") / "tasted.toml"
DEFAULT_HOME = "~/Tasted"
HOME_VARIABLE = "TASTED_HOME"
_LOCK_TRIES = 5
_LOCK_PAUSE_SECONDS = 0.05
_ORPHAN_TRIES = 600
_PID_MAX = 2**31 - 1


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

        In a home that was used before a missing inbox is left missing: it may lie on a disk that is
        not connected, and an empty folder in its place would hide that.

        Raises:
            HomeInvalid: when a folder cannot be made.
        """
        labels = [self.inbox / "liked", self.inbox / "rejected"]
        made = [self.config_file.parent, self.outbox, self.requests, self.logs]
        if not self.current_file.exists():
            made += labels
        for folder in made:
            try:
                private_folder(folder)
            except OSError as error:
                raise HomeInvalid(
                    f"The folder {folder} cannot be made: {error.strerror}.",
                    remedy="Check who owns its parent folder, or choose another with --home.",
                ) from error

    def close_to_others(self) -> None:
        """Take the rights of others away from the home's own folders, where they are ours."""
        for folder in (self.config_file.parent, self.inbox, self.outbox, self.state):
            with contextlib.suppress(OSError):
                # a folder of another user, or on a disk without modes, stays as it is
                mode = folder.stat().st_mode & 0o777
                if mode & 0o077:
                    folder.chmod(mode & 0o700)

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


@contextlib.contextmanager
def hold_lock(home: Home) -> Iterator[int]:
    """Own the home while the block runs, and give the lock's descriptor.

    The kernel frees the lock when the last process that holds the descriptor has gone: the daemon
    hands it to its engine, so that a new daemon cannot begin while the engine of a killed one
    still writes.

    Raises:
        HomeLocked: when another process owns it; the message names its pid. Also when inbox or
            outbox is a link to a folder that the owner of another home works with.
    """
    private_folder(home.state)
    descriptor = os.open(
        home.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE_FILE
    )
    try:
        if not _locked(descriptor):
            pid = _written_pid(descriptor)
            raise HomeLocked(
                f"Another tasted process (pid {pid or 'unknown'}) has the home {home.root}.",
                remedy="See it with: tasted status",
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        with _shared_by_no_other_home(home):
            yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _shared_by_no_other_home(home: Home) -> Iterator[None]:
    """Lock the folders themselves, for two homes can reach one folder through links."""
    with contextlib.ExitStack() as held:
        for folder in (home.inbox, home.outbox):
            try:
                descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            except OSError:
                # a folder that is gone is waited for, and nobody else can have it
                continue
            held.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise HomeLocked(
                    f"Another tasted process works with {folder.resolve()}, from another home.",
                    remedy="Stop that one, or give each home folders of its own.",
                ) from error
            except OSError:
                # network file systems may know no such lock; the home's own holds
                continue
        yield


def is_lock_of(home: Home, descriptor: int) -> bool:
    """Tell whether the lock file of a home is still the one behind a descriptor, or gone."""
    try:
        return os.path.samestat(os.fstat(descriptor), home.lock_file.stat())
    except OSError:
        # a home that is moved or unmounted comes back; nobody else can hold what is not there
        return True


def _locked(descriptor: int) -> bool:
    tries = 0
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tries += 1
            pid = _written_pid(descriptor)
            # `lock_owner` takes a shared lock for an instant; and the engine of a daemon that was
            # killed leaves by itself, after the batch in hand
            orphaned = pid is not None and not process_exists(pid)
            if tries >= (_ORPHAN_TRIES if orphaned else _LOCK_TRIES):
                return False
            time.sleep(_LOCK_PAUSE_SECONDS)
        else:
            return True


def _written_pid(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
    # what is longer was not written by us, and no system has such a pid
    return int(text) if text.isdigit() and 0 < int(text) <= _PID_MAX else None


def process_exists(pid: int) -> bool:
    """Tell whether a process of this id runs, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def lock_owner(home: Home) -> int | None:
    """Return the pid of the living process that owns the home, or None when there is none."""
    try:
        descriptor = os.open(home.lock_file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = _written_pid(descriptor)
        return pid if pid is not None and process_exists(pid) else None
    else:
        return None
    finally:
        os.close(descriptor)
