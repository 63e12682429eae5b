"""Other people's words and names in HTML: nothing in them steers the page or its reader. Pure."""

import html
import math
import os
from datetime import datetime
from unicodedata import category
from urllib.parse import quote

# joins the parts of an emoji; alone it does nothing
_JOINER = "\u200d"


def plain(text: str) -> str:
    """Return a text with everything escaped that is not seen, line breaks and bidi included."""
    return "".join(
        character if _is_seen(character) else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def _is_seen(character: str) -> bool:
    # the Mac puts a narrow no-break space into the name of every screenshot
    return character.isprintable() or character == _JOINER or category(character) == "Zs"


def escaped(text: str) -> str:
    """Return a text for an element's content or a quoted attribute."""
    return html.escape(plain(text), quote=True)


def picture_link(path: str) -> str | None:
    """Return the link from the page to a file of the inbox; None for what is no path below it.

    Args:
        path: relative to the inbox, as the file system gives it.
    """
    if any(part in {"", ".", ".."} for part in path.split("/")):
        return None
    try:
        return f"../inbox/{quote(os.fsencode(path))}"
    except UnicodeEncodeError:
        # a hand wrote half a character into a sidecar
        return None


def percent(share: float) -> str:
    """Return a share in [0, 1] for people, rounded down, as the summaries have it."""
    return f"{math.floor(100 * share + 1e-9)}\u202f%"


def moment(time: datetime) -> str:
    """Return a `time` element that shows an aware time as the clock of this machine has it."""
    local = time.astimezone()
    shown = f"{local.day} {local:%b %Y, %H:%M}"
    return f'<time datetime="{local.isoformat(timespec="seconds")}">{shown}</time>'
