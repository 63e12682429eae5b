"""What must stand before work begins: an outbox, room on the disk. Touches both by stat."""

import shutil

from tasted.errors import DiskFull, OutboxUnwritable
from tasted.home import Home

_MEGABYTE = 1e6


def check_ground(home: Home, *, min_free_mb: int) -> None:
    """Refuse to begin when the result could not be kept.

    Args:
        home: whose outbox and disk are looked at.
        min_free_mb: the setting `limits.min_free_mb`.

    Raises:
        OutboxUnwritable: when the outbox is gone.
        DiskFull: when there is less room than the setting asks for.
    """
    if not home.outbox.is_dir():
        raise OutboxUnwritable(
            f"The outbox {home.outbox} is gone.",
            remedy="Make the folder again; scoring goes on by itself.",
        )
    free = shutil.disk_usage(home.root).free / _MEGABYTE
    if free < min_free_mb:
        raise DiskFull(
            f"Only {free:.0f} MB are free on the disk of {home.root}, "
            f"and limits.min_free_mb is {min_free_mb}.",
            remedy="Free some space; scoring goes on by itself.",
        )
