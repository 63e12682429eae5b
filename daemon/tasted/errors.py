"""Every error that tasted raises on purpose, as a tree. Touches nothing.

    TastedError                     what happened · to which file · what to do
    ├── ItemError                   one file is at fault: it gets an error sidecar
    │   ├── EmptyFile               empty
    │   ├── TruncatedImage          truncated
    │   ├── NotAnImage              not_an_image
    │   ├── UnsupportedFormat       unsupported_format
    │   ├── ImageTooLarge           too_large
    │   ├── UnreadableFile          unreadable
    │   ├── DecodeFailed            decode_failed
    │   ├── NotEnoughMemory         not_enough_memory
    │   ├── EngineDied              engine_died
    │   └── InternalError           internal: tasted itself failed on it
    ├── ServiceFault                no file is at fault: files wait, status says why
    │   ├── ModelMissing            model_missing          exit 6
    │   ├── ModelUnusable           model_unusable         exit 6
    │   ├── LibraryUnusable         library_unusable       exit 5
    │   ├── HomeGone                home_gone
    │   ├── InboxUnavailable        inbox_unavailable
    │   ├── OutboxUnwritable        outbox_unwritable
    │   ├── DiskFull                disk_full
    │   ├── MemoryCeilingTooLow     memory_ceiling         exit 4
    │   ├── EngineFailed            engine_failed
    │   ├── TasteUnusable           taste_unusable
    │   ├── OutOfMemory             out_of_memory
    │   ├── ProgramDamaged          program_damaged
    │   ├── SystemFailed            system_failed
    │   └── InternalFault           internal: tasted itself failed
    └── CommandError                a command cannot be carried out as it was given
        ├── ConfigError             config_invalid         exit 4
        ├── HomeInvalid             home_invalid           exit 4
        ├── HomeReplaced            home_replaced          exit 4
        ├── HomeLocked              home_locked            exit 75
        ├── UsageError              usage                  exit 2
        ├── NotFound                not_found              exit 3
        ├── SomeFailed              some_failed            exit 3
        ├── ServiceRefused          service_refused        exit 4
        ├── ServiceFailed           service_failed
        └── DownloadFailed          download_failed

An ItemError never escapes `tasted.engine.pipeline`; a ServiceFault never escapes the daemon; a
CommandError is shown by `tasted.cli.main`, the only place that turns errors into exit codes.
Any other exception is the machine's or our own, never a picture's:
`tasted.system.machine_faults` decides which, and what is our own becomes `internal`.
"""

from typing import ClassVar


class TastedError(Exception):
    """The root: a sentence for the user, and what to do about it.

    Attributes:
        code: stable machine name, written to sidecars, status and `--json` errors.
        message: what happened, and to which file.
        remedy: what the user can do, if possible a command; may be empty.
        exit_code: the exit status of a command that ends with this error.
    """

    code: ClassVar[str] = "failed"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class ItemError(TastedError):
    """One file cannot be scored. Its sidecar says why.

    Attributes:
        retry_after_seconds: pauses before the next attempts; after the last one the file waits for
            a change of its stamp, or for a new version of tasted.
    """

    code = "item_failed"
    retry_after_seconds: ClassVar[tuple[int, ...]] = ()

    def pause_seconds(self, attempts: int) -> int | None:
        """Return the pause after this many attempts; None if the file is not tried again."""
        pauses = self.retry_after_seconds
        return pauses[attempts - 1] if attempts <= len(pauses) else None


class EmptyFile(ItemError):
    """The file has no bytes."""

    code = "empty"


class TruncatedImage(ItemError):
    """The file ends before its picture does."""

    code = "truncated"
    retry_after_seconds = (5, 30, 120)


class NotAnImage(ItemError):
    """The name is that of an image, but the content is not."""

    code = "not_an_image"


class UnsupportedFormat(ItemError):
    """An image in a format that tasted does not decode."""

    code = "unsupported_format"


class ImageTooLarge(ItemError):
    """More bytes or pixels than `limits` allows."""

    code = "too_large"


class UnreadableFile(ItemError):
    """The operating system does not allow to read this file."""

    code = "unreadable"
    retry_after_seconds = (5, 30, 120, 600, 3600)

    def pause_seconds(self, attempts: int) -> int:
        """Return the pause; the last one repeats, for chmod changes neither size nor time."""
        return self.retry_after_seconds[min(attempts, len(self.retry_after_seconds)) - 1]


class DecodeFailed(ItemError):
    """The decoder found damage of another kind."""

    code = "decode_failed"


class EngineDied(ItemError):
    """The engine died every time it worked on this file."""

    code = "engine_died"
    retry_after_seconds = (120, 3600)


class NotEnoughMemory(ItemError):
    """This file needs more memory than there is, although others do not."""

    code = "not_enough_memory"
    retry_after_seconds = (60, 600, 3600)

    def pause_seconds(self, attempts: int) -> int:
        """Return the pause; the last one repeats, for free memory changes no file."""
        return self.retry_after_seconds[min(attempts, len(self.retry_after_seconds)) - 1]


class InternalError(ItemError):
    """tasted itself failed on this file, which is not at fault."""

    code = "internal"
    retry_after_seconds = (60, 600, 3600, 3600, 3600)

    @classmethod
    def remedy_after(cls, attempts: int, *, is_stored: bool = True) -> str:
        """Return what to do after this many attempts.

        Args:
            attempts: this one included.
            is_stored: whether the file has a sidecar, by which it is found again.
        """
        is_tried_again = is_stored and attempts <= len(cls.retry_after_seconds)
        again = "It is tried again by itself" if is_tried_again else "Try it again: tasted score"
        return f"{again}. What to report: tasted doctor"


class ServiceFault(TastedError):
    """Nothing can be scored just now, and no file is to blame.

    Attributes:
        needs_new_engine: whether the engine's process may be left in a state that trying again in
            it cannot fix: a module half imported, memory that it does not free.
    """

    code = "service_fault"
    needs_new_engine: ClassVar[bool] = False


class ModelMissing(ServiceFault):
    """The weights of the configured model are not on this machine."""

    code = "model_missing"
    exit_code = 6


class ModelUnusable(ServiceFault):
    """The weights are there, but cannot be loaded or give wrong numbers."""

    code = "model_unusable"
    exit_code = 6


class LibraryUnusable(ServiceFault):
    """LanceDB cannot be opened, read or written."""

    code = "library_unusable"
    exit_code = 5


class HomeGone(ServiceFault):
    """The home is not at its place any more: it was moved, or its disk was unmounted."""

    code = "home_gone"


class InboxUnavailable(ServiceFault):
    """The inbox is missing or may not be listed."""

    code = "inbox_unavailable"


class OutboxUnwritable(ServiceFault):
    """The outbox is missing or may not be written."""

    code = "outbox_unwritable"


class DiskFull(ServiceFault):
    """The disk of the home is full, or under `limits.min_free_mb`."""

    code = "disk_full"


class EngineFailed(ServiceFault):
    """The engine cannot be started, or dies whatever it is given."""

    code = "engine_failed"


class TasteUnusable(ServiceFault):
    """The taste that a backfill began with is damaged, or would score otherwise here."""

    code = "taste_unusable"


class MemoryCeilingTooLow(ServiceFault):
    """The loaded model alone needs more than `engine.max_memory_mb`."""

    code = "memory_ceiling"
    exit_code = 4


class OutOfMemory(ServiceFault):
    """The machine gives no memory, not even for a usual picture or the model."""

    code = "out_of_memory"
    needs_new_engine = True


class ProgramDamaged(ServiceFault):
    """A module of tasted, or of what it is built on, cannot be imported."""

    code = "program_damaged"
    needs_new_engine = True


class SystemFailed(ServiceFault):
    """The operating system refuses something that has nothing to do with a picture."""

    code = "system_failed"
    needs_new_engine = True


class InternalFault(ServiceFault):
    """tasted itself failed unexpectedly, and no picture is to blame."""

    code = "internal"
    needs_new_engine = True


class CommandError(TastedError):
    """A command cannot be carried out as it was given."""

    code = "command_failed"


class ConfigError(CommandError):
    """A setting is unknown, misspelt or out of range. The message names key, file and remedy."""

    code = "config_invalid"
    exit_code = 4


class HomeInvalid(CommandError):
    """There is no home at the named place, or its folders are not usable."""

    code = "home_invalid"
    exit_code = 4


class HomeReplaced(CommandError):
    """Another home is at the place of the one that a daemon works with."""

    code = "home_replaced"
    exit_code = 4


class HomeLocked(CommandError):
    """Another process has this home."""

    code = "home_locked"
    exit_code = 75


class UsageError(CommandError):
    """The options of the command do not fit together."""

    code = "usage"
    exit_code = 2


class NotFound(CommandError):
    """What a command names is not there; the rest of what it names is still done."""

    code = "not_found"
    exit_code = 3


class SomeFailed(CommandError):
    """Some of the named files failed; the others are done."""

    code = "some_failed"
    exit_code = 3


class ServiceRefused(CommandError):
    """The login item would not work from where things lie, or is another home's."""

    code = "service_refused"
    exit_code = 4


class ServiceFailed(CommandError):
    """launchd or systemd did not do what it was asked for."""

    code = "service_failed"


class DownloadFailed(CommandError):
    """Weights could not be fetched; what was finished is kept."""

    code = "download_failed"


# all are in this file, so that none can be forgotten here
ITEM_ERRORS = {error.code: error for error in ItemError.__subclasses__()}
SERVICE_FAULTS = {fault.code: fault for fault in ServiceFault.__subclasses__()}


def recreated_error(code: str, message: str, remedy: str) -> TastedError:
    """Return the error that another process, or a sidecar, reported, as one to raise."""
    kinds = {**ITEM_ERRORS, **SERVICE_FAULTS}
    return kinds.get(code, ServiceFault)(message, remedy=remedy)
