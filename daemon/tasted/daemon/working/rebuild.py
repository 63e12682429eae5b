"""Makes a new library from the label folders and the sidecars. Moves and removes its folder.

The old library is set aside first and removed when the new one is published: until then nothing of
it is lost, and whoever is killed in between leaves a home that rebuilds itself at the next start.
"""

import shutil

import structlog

from tasted.daemon.shared.shared_state import SharedState
from tasted.daemon.shared.work_queue import PresentLabels
from tasted.daemon.working.worker import Worker
from tasted.errors import EngineFailed, InboxUnavailable, LibraryUnusable
from tasted.home.layout import Home

log = structlog.get_logger("tasted.worker")


def rebuild(home: Home, shared: SharedState, worker: Worker, labels: PresentLabels | None) -> int:
    """Set the library aside, learn all references again, and return how many there are.

    The sidecars say which references are feedback on a score. Vectors of screenshots
    are made again when a score needs them; the scores themselves stand.

    Args:
        home: that this process owns.
        shared: gets what is published.
        worker: whose engine learns.
        labels: which references are present; None when that is not known.

    Raises:
        InboxUnavailable: when it is not known which references are present.
        LibraryUnusable: when the folders cannot be moved or removed.
        ServiceFault: as the worker does; the new library is then completed by the next work.
    """
    if labels is None:
        raise InboxUnavailable("The inbox could not be looked through.", remedy="Try again.")
    worker.engine.stop()
    try:
        _set_aside(home)
        home.current_file.unlink(missing_ok=True)
        shared.ledger.doubt()
    except OSError as error:
        raise LibraryUnusable(
            f"The library {home.library} cannot be set aside: {error.strerror}.",
            remedy="Check who owns it and the free space, and try again.",
        ) from error
    log.info("library_set_aside")
    shared.taste.replace(None)
    unlearnt = worker.update_labels(labels)
    if unlearnt is None:
        raise EngineFailed(
            "The library was not finished: tasted was asked to stop.",
            remedy="It goes on when tasted runs again; the old library is kept until then.",
        )
    remove_former(home)
    return len(labels.paths) - len(unlearnt)


def _set_aside(home: Home) -> None:
    home.check()
    home.set_files_aside()
    if not home.library.exists():
        return
    if home.former_library.exists():
        # an earlier rebuild did not end: what stands in the library's place is its half
        shutil.rmtree(home.library)
    else:
        home.library.rename(home.former_library)


def remove_former(home: Home) -> None:
    """Remove the library that was set aside, once a new one is published.

    Raises:
        LibraryUnusable: when it cannot be removed.
    """
    if not (home.former_library.exists() and home.current_file.exists()):
        return
    try:
        shutil.rmtree(home.former_library)
    except OSError as error:
        raise LibraryUnusable(
            f"The former library {home.former_library} cannot be removed: {error.strerror}.",
            remedy="Remove that folder; the new library is complete.",
        ) from error
