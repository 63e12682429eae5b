"""Checks of what may be read, and of where the folders lie. Pure."""

import shlex

from tasted.doctor.facts import Facts, Place
from tasted.doctor.finding import Finding, fine, note, wrong
from tasted.platform import DARWIN
from tasted.status import AccessReport

_PERMISSION = "EPERM"
_MODE = "EACCES"
_MISSING = frozenset({"ENOENT", "ENOTDIR"})
_UNREAD = "Screenshots wait unread until this is mended; then scoring goes on by itself."
_PRIVACY = (
    "Since macOS asks a person before a background program reads there, and gives the right to one "
    "file of Python, it says nothing that a terminal may read it."
)
_REPROBE = "then: tasted doctor --fix"


def check_access(facts: Facts) -> list[Finding]:
    """Say whether the inbox can be read, by what the daemon itself tried if one runs."""
    inbox = facts.home / "inbox"
    running = facts.running
    if running is None or running.access is None:
        if facts.here.refused is not None:
            return [_refused(facts, facts.here, "This command", is_service=False)]
        what = f"This command may read {inbox}; whether a service may is known when one runs."
        who = "macOS decides that for each program"
        if facts.system != DARWIN:
            who = "A service may have other rights than a terminal"
        why = f"{who}, so it has to be tried by the service itself."
        return [note("inbox", what, why, "tasted service start, or tasted run")]
    service = facts.own_service
    is_service = service is not None and service.report.state.pid == running.pid
    who = "The service" if is_service else f"The daemon (pid {running.pid})"
    if running.access.refused is not None:
        return [_refused(facts, running.access, who, is_service=is_service)]
    if service is not None and not is_service and facts.system == DARWIN:
        what = f"A daemon that was started elsewhere (pid {running.pid}) may read {inbox}."
        return [note("inbox", what, _PRIVACY, "Stop that one, then: tasted doctor --fix")]
    files = "and its files" if running.access.opened_file else "which holds no file yet"
    return [fine("inbox", f"{who} may read {inbox}, {files}.")]


def _refused(facts: Facts, access: AccessReport, who: str, *, is_service: bool) -> Finding:
    path = access.refused_path or str(facts.home / "inbox")
    quoted = shlex.quote(path)
    if access.refused in _MISSING:
        what = f"{who} does not find {path}."
        remedy = f"Connect its disk if it lies on another one, or: mkdir {quoted}"
        return wrong("inbox", what, _UNREAD, remedy)
    if access.refused == _PERMISSION and facts.system == DARWIN:
        here = ", though this command may" if facts.here.refused is None else ""
        what = f"{who} may not read {path}{here}: macOS protects it (EPERM)."
        remedy = (
            "Open System Settings > Privacy & Security > Files and Folders (or Full Disk Access) "
            f"and allow {access.interpreter}, {_REPROBE}. Or move the home to ~/Tasted, which is "
            "not protected"
        )
        return wrong("inbox", what, f"{_PRIVACY} {_UNREAD}", remedy, fix=is_service)
    what = f"{who} may not read {path} ({access.refused})."
    if access.refused == _MODE:
        return wrong(
            "inbox", what, _UNREAD, f"chmod -R u+rwX {quoted} (and see who owns it: ls -la)"
        )
    return wrong("inbox", what, _UNREAD, f"See what keeps it from being read: ls -la {quoted}")


def check_places(facts: Facts) -> list[Finding]:
    """Say which folders lie where a service may not read, or where they come and go."""
    found = [each for place in facts.places for each in _of_place(facts, place)]
    return found or [fine("places", "The folders lie on a local disk that is always there.")]


def _of_place(facts: Facts, place: Place) -> list[Finding]:
    what, path = place.what, place.path
    found = []
    if place.guarded is not None:
        access = facts.running.access if facts.running is not None else None
        is_allowed = access is not None and access.refused is None
        said = f"The {what} lies in {place.guarded}: {path}."
        why = "macOS keeps background programs from reading there until a person allows it."
        remedy = f"mv {shlex.quote(str(facts.home))} ~/Tasted, then install the login item again"
        found.append((note if is_allowed else wrong)("places", said, why, remedy))
    if place.is_removable:
        said = f"The {what} lies on a disk that may not be there at login: {path}."
        why = "Everything waits while it is gone, and goes on when it is back."
        found.append(note("places", said, why, "Keep it connected, or move it to your own disk"))
    if place.remote_kind is not None:
        found.append(_of_network(place))
    return found


def _of_network(place: Place) -> Finding:
    said = f"The {place.what} lies on a network drive ({place.remote_kind}): {place.path}."
    if place.what == "inbox":
        why = "Such drives do not tell of new files, so it is looked through every five seconds."
        return note("places", said, why, "Nothing needs to be done; a local inbox is quicker")
    why = "Locks and the library are not safe there, and it may not be connected at login."
    if place.what == "outbox":
        why = "It may not be connected at login; results wait then."
        return note("places", said, why, "Move it to your own disk")
    return wrong("places", said, why, "Move the home to your own disk: mv, then tasted init there")
