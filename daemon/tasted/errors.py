"""Every error that tasted raises on purpose, drawn once. Touches nothing.

    TastedError                     what happened · to which file · what to do
    ├── ItemError                   one file is at fault: it gets an error sidecar
    │   ├── EmptyFile               empty
    │   ├── TruncatedImage          truncated
    │   ├── NotAnImage              not_an_image
    │   ├── UnsupportedFormat       unsupported_format
    │   ├── ImageTooLarge           too_large
    │   ├── UnreadableFile          unreadable
    │   ├── DecodeFailed            decode_failed
    │   └── EngineDied              engine_died
    ├── ServiceFault                no file is at fault: files wait, status says why
    │   ├── ModelMissing            model_missing          exit 6
    │   ├── ModelUnusable           model_unusable         exit 6
    │   ├── LibraryUnusable         library_unusable       exit 5
    │   ├── InboxUnavailable        inbox_unavailable
    │   ├── OutboxUnwritable        outbox_unwritable
    │   ├── DiskFull                disk_full
    │   ├── MemoryCeilingTooLow     memory_ceiling         exit 4
    │   └── EngineFailed            engine_failed
    └── CommandError                a command cannot be carried out as it was given
        ├── ConfigError             config_invalid         exit 4
        ├── HomeInvalid             home_invalid           exit 4
        ├── HomeLocked              home_locked            exit 75
        ├── UsageError              usage                  exit 2
        ├── SomeFailed              some_failed            exit 3
        ├── ServiceRefused          service_refused        exit 4
        ├── ServiceFailed           service_failed
        └── DownloadFailed          download_failed

An ItemError never escapes `tasted.pipeline`; a ServiceFault never escapes the daemon; a
CommandError is shown by `tasted.cli.main`, the only place that turns errors into exit codes.
"""

from typing import ClassVar


class TastedError(Exception):
    """The root: a sentence for the user, and what to do about it.

    Attributes:
        code: stable machine name, written to sidecars, status and `--json` errors.
        message: what happened, and to which file.
        remedy: what the user can do, as a command where there is one; may be empty.
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
        retry_after_seconds: pauses before the attempts that follow; when they are used up the file
            waits for a change of its size, time or inode, or for a new version of tasted.
    """

    code = "item_failed"
    retry_after_seconds: ClassVar[tuple[int, ...]] = ()

    def pause_seconds(self, attempts: int) -> int | None:
        """Return the pause after this many attempts; None when the file is not tried again."""
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
    """The name promises an image; the content is something else."""

    code = "not_an_image"


class UnsupportedFormat(ItemError):
    """An image, of a format that tasted does not decode."""

    code = "unsupported_format"


class ImageTooLarge(ItemError):
    """More bytes or pixels than `limits` allows."""

    code = "too_large"


class UnreadableFile(ItemError):
    """The operating system refuses to let this file be read."""

    code = "unreadable"
    retry_after_seconds = (5, 30, 120, 600, 3600)

    def pause_seconds(self, attempts: int) -> int:
        """Return the pause: for ever the last one, for chmod changes neither size nor time."""
        return self.retry_after_seconds[min(attempts, len(self.retry_after_seconds)) - 1]


class DecodeFailed(ItemError):
    """The decoder found damage that is none of the above."""

    code = "decode_failed"


class EngineDied(ItemError):
    """The engine died each time this file was in its hands."""

    code = "engine_died"
    retry_after_seconds = (120, 3600)


class ServiceFault(TastedError):
    """Nothing can be scored just now, and no file is to blame."""

    code = "service_fault"


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


class MemoryCeilingTooLow(ServiceFault):
    """The loaded model alone needs more than `engine.max_memory_mb`."""

    code = "memory_ceiling"
    exit_code = 4


class CommandError(TastedError):
    """A command cannot be carried out as it was given."""

    code = "command_failed"


class ConfigError(CommandError):
    """A setting is unknown, misspelt or out of range. The message names key, file and remedy."""

    code = "config_invalid"
    exit_code = 4


class HomeInvalid(CommandError):
    """There is no home where one was named, or its folders cannot serve as one."""

    code = "home_invalid"
    exit_code = 4


class HomeLocked(CommandError):
    """Another process has this home."""

    code = "home_locked"
    exit_code = 75


class UsageError(CommandError):
    """The words of the command do not fit together."""

    code = "usage"
    exit_code = 2


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


ITEM_ERRORS: dict[str, type[ItemError]] = {
    error.code: error
    for error in (
        EmptyFile,
        TruncatedImage,
        NotAnImage,
        UnsupportedFormat,
        ImageTooLarge,
        UnreadableFile,
        DecodeFailed,
        EngineDied,
    )
}

SERVICE_FAULTS: dict[str, type[ServiceFault]] = {
    fault.code: fault
    for fault in (
        ModelMissing,
        ModelUnusable,
        LibraryUnusable,
        InboxUnavailable,
        OutboxUnwritable,
        DiskFull,
        MemoryCeilingTooLow,
        EngineFailed,
    )
}


def told(code: str, message: str, remedy: str) -> TastedError:
    """Make the error anew that another process told of."""
    return SERVICE_FAULTS.get(code, ServiceFault)(message, remedy=remedy)
