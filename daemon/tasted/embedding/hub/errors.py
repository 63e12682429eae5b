"""What went wrong with a download, in words for a person. Touches nothing."""

import contextlib
import errno
from collections.abc import Iterator

from tasted.errors import DownloadFailed, TastedError


@contextlib.contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn whatever a download of the model raises into DownloadFailed.

    Raises:
        DownloadFailed: in place of any other exception that is not ours.
    """
    try:
        yield
    except TastedError:
        raise
    except Exception as error:
        # the HTTP client's own errors are not part of huggingface_hub's interface
        known = _of_the_hub(name, error) or _of_the_disk(name, error)
        message, remedy = known or _of_the_connection(name, error)
        raise DownloadFailed(message, remedy=remedy) from error


def _again(name: str) -> str:
    return (
        "Check the connection. Finished files are kept; continue with: "
        f"tasted models pull {name} · or copy the files by hand and run: "
        f"tasted models add FOLDER --name {name}"
    )


def _of_the_hub(name: str, error: Exception) -> tuple[str, str] | None:
    # by now the library is imported, with the environment it needs
    from huggingface_hub import constants, errors  # noqa: PLC0415

    hub = constants.ENDPOINT
    answers: tuple[tuple[type[Exception], str, str], ...] = (
        (
            errors.GatedRepoError,
            f"{name} is only available after you accept its terms.",
            f"Accept them on {hub}/{name}, then run: hf auth login",
        ),
        (
            errors.RepositoryNotFoundError,
            f"There is no model {name} on {hub}, or it is private.",
            "Check the name with `tasted models list`; for a private model run: hf auth login",
        ),
        (
            errors.RevisionNotFoundError,
            f"The model {name} has no such revision.",
            "Leave --revision out for the main branch.",
        ),
        (
            errors.OfflineModeIsEnabled,
            "Downloads are switched off by HF_HUB_OFFLINE.",
            f"Run: HF_HUB_OFFLINE=0 tasted models pull {name}",
        ),
    )
    for kind, message, remedy in answers:
        if isinstance(error, kind):
            return message, remedy
    response = getattr(error, "response", None)
    if response is not None:
        return f"{hub} answered {response.status_code} for {name}.", _again(name)
    return None


def _of_the_disk(name: str, error: Exception) -> tuple[str, str] | None:
    if not isinstance(error, OSError):
        return None
    if error.errno == errno.ENOSPC:
        return f"The disk filled up while {name} was downloaded.", "Free some space and try again."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return (
            f"{error.filename} cannot be written: {error.strerror}.",
            "Check who owns the folder, or set HF_HOME to another one.",
        )
    return None


def _of_the_connection(name: str, error: Exception) -> tuple[str, str]:
    from huggingface_hub import constants  # noqa: PLC0415 - as above

    reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    return f"{name} could not be downloaded from {constants.ENDPOINT}: {reason}", _again(name)
