"""The line on stderr when the service is installed and nothing was heard of it. Reads files only.

It stands before every command, so it must cost nothing where no service is installed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tasted.service.places import definition_file


def warning_of_silence(environment: Mapping[str, str], system: str) -> str | None:
    """Return the line; None when there is no service, or its heart beats."""
    file = definition_file(environment, system)
    if file is None or not file.exists():
        return None
    return _warning(file)


def _warning(file: Path) -> str | None:
    from tasted.home import Home  # noqa: PLC0415 - not before it is known to be needed
    from tasted.service.definition import home_in  # noqa: PLC0415 - as above
    from tasted.service.findings import STALE_SECONDS  # noqa: PLC0415 - as above
    from tasted.service.reading import arguments_of  # noqa: PLC0415 - as above
    from tasted.status import read_heartbeats  # noqa: PLC0415 - as above

    root = home_in(arguments_of(file) or ())
    if root is None:
        # a file that somebody else wrote; `service status` tells
        return None
    home = Home(root)
    beats = read_heartbeats(home.status_file, home.blocked_file)
    # a service that was installed this minute has not had the time
    heard = max(
        [beat.heartbeat_at for beat in beats], default=datetime.fromtimestamp(_written(file), UTC)
    )
    minutes = (datetime.now(UTC) - heard).total_seconds() / 60
    if minutes * 60 <= STALE_SECONDS:
        return None
    what = "was last heard of" if beats else "has never been heard of; it was installed"
    return f"the service {what} {minutes:.0f} minutes ago. See: tasted service status"


def _written(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        # removed this instant
        return datetime.now(UTC).timestamp()
