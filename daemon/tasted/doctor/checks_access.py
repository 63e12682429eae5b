"""Checks of what tasted may read, and of where the folders are. Pure."""

import shlex

from tasted.doctor.facts import Facts, FolderLocation
from tasted.doctor.finding import Finding, fine, note, wrong
from tasted.home.status import AccessReport
from tasted.system.platform import DARWIN

_PERMISSION = "EPERM"
_MODE = "EACCES"
_MISSING = frozenset({"ENOENT", "ENOTDIR"})
_UNREAD = "New screenshots wait until this is fixed; then scoring continues by itself."
_PRIVACY = (
    "macOS asks you before a background program may read there, and remembers the answer for one "
    "Python only; that a terminal may read it does not count."
)
_REPROBE = "then: tasted doctor --fix"


def check_access(facts: Facts) -> list[Finding]:
    """Check whether the inbox can be read; a running daemon has tried it itself."""
    inbox = facts.home / "inbox"
    running = facts.running
    if running is None or running.access is None:
        if facts.here.refused is not None:
            return [_refused(facts, facts.here, "This command", is_service=False)]
        what = f"This command may read {inbox}; whether a service may is known once it runs."
        who = "macOS decides this for each program"
        if facts.system != DARWIN:
            who = "A service may have other permissions than a terminal"
        why = f"{who}, so only the service itself can try."
        start = "tasted service install" if facts.own_service is None else "tasted service start"
        return [note("inbox", what, why, f"{start}, or tasted run")]
    service = facts.own_service
    is_service = service is not None and service.report.state.pid == running.pid
    who = "The service" if is_service else f"The daemon (pid {running.pid})"
    if running.access.refused is not None:
        return [_refused(facts, running.access, who, is_service=is_service)]
    if service is not None and not is_service and facts.system == DARWIN:
        what = f"A daemon started from elsewhere (pid {running.pid}) may read {inbox}."
        return [note("inbox", what, _PRIVACY, "Stop that daemon, then: tasted doctor --fix")]
    files = "and its files" if running.access.opened_file else "which has no files yet"
    return [fine("inbox", f"{who} may read {inbox}, {files}.")]


def _refused(facts: Facts, access: AccessReport, who: str, *, is_service: bool) -> Finding:
    path = access.refused_path or str(facts.home / "inbox")
    quoted = shlex.quote(path)
    if access.refused in _MISSING:
        what = f"{who} does not find {path}."
        remedy = f"Connect its disk if it is on another one, or create it: mkdir {quoted}"
        return wrong("inbox", what, _UNREAD, remedy)
    if access.refused == _PERMISSION and facts.system == DARWIN:
        here = ", though this command may" if facts.here.refused is None else ""
        what = f"{who} may not read {path}{here}: macOS protects it (EPERM)."
        remedy = (
            "Open System Settings > Privacy & Security > Files and Folders (or Full Disk Access) "
            f"and allow {access.interpreter}, {_REPROBE}. Or move your tasted folder to ~/Tasted, "
            "which is not protected"
        )
        return wrong("inbox", what, f"{_PRIVACY} {_UNREAD}", remedy, fix=is_service)
    what = f"{who} may not read {path} ({access.refused})."
    if access.refused == _MODE:
        return wrong(
            "inbox", what, _UNREAD, f"chmod -R u+rwX {quoted} (and check who owns it: ls -la)"
        )
    return wrong("inbox", what, _UNREAD, f"Check its permissions: ls -la {quoted}")


def check_places(facts: Facts) -> list[Finding]:
    """Check for folders that a service may not read, or on disks that come and go."""
    found = [finding for place in facts.places for finding in _of_place(facts, place)]
    return found or [fine("places", "All folders are on a local disk that is always there.")]


def _of_place(facts: Facts, place: FolderLocation) -> list[Finding]:
    what, path = place.what, place.path
    found = []
    if place.guarded is not None:
        access = facts.running.access if facts.running is not None else None
        is_allowed = access is not None and access.refused is None
        said = f"The {what} is in {place.guarded}: {path}."
        why = "macOS does not let background programs read there until you allow it."
        remedy = f"mv {shlex.quote(str(facts.home))} ~/Tasted, then install the login item again"
        found.append((note if is_allowed else wrong)("places", said, why, remedy))
    if place.is_removable:
        said = f"The {what} is on a disk that may not be connected at login: {path}."
        why = "Everything waits while it is gone, and continues when it is back."
        found.append(
            note("places", said, why, "Keep it connected, or move the folder to an internal disk")
        )
    if place.remote_kind is not None:
        found.append(_of_network(place))
    return found


def _of_network(place: FolderLocation) -> Finding:
    said = f"The {place.what} is on a network drive ({place.remote_kind}): {place.path}."
    if place.what == "inbox":
        why = "Network drives do not report new files, so tasted checks it every five seconds."
        return note("places", said, why, "Nothing to do; a local inbox is faster")
    why = "Locks and the library are not safe there, and it may not be connected at login."
    if place.what == "outbox":
        why = "If it is not connected at login, results wait."
        return note("places", said, why, "Move it to an internal disk")
    return wrong(
        "places",
        said,
        why,
        "Move your tasted folder to an internal disk: mv, then tasted init there",
    )
