"""Pages from templates: every value appears as plain text, and steers neither page nor reader.

Reads the templates and the style sheet of this folder. `base.html.j2` is the frame of every page.
jinja2 is imported for the first page, so that commands that write none do not wait for it.
"""

import functools
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category
from urllib.parse import quote

from tasted import amounts
from tasted.system.clock import local_time
from tasted.system.platform import return_freed_memory

if TYPE_CHECKING:
    from jinja2 import Environment

# joins the parts of an emoji; alone it does nothing
_JOINER = "\u200d"


@functools.cache
def environment(*folders: Path) -> "Environment":
    """Return the environment of the templates of this folder and of others that build on them.

    Values are escaped for an element's content or a quoted attribute; one that is missing is an
    error.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - see above

    made = Environment(
        loader=FileSystemLoader([*folders, Path(__file__).parent]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters |= {
        "clock": clock,
        "counted": amounts.counted,
        "decimal": amounts.decimal,
        "grouped": "{:,}".format,
        "iso": lambda time: local_time(time).isoformat(timespec="seconds"),
        "ordinal": amounts.ordinal,
        "percent": percent,
    }
    for name in made.list_templates(extensions=("j2", "css")):
        made.get_template(name)
    # compiling frees a megabyte that the light process would hold ever after
    return_freed_memory()
    return made


def _visible(value: object) -> object:
    """Return a value for a page: markup of a template as it is, everything else as plain text."""
    return value if hasattr(value, "__html__") else plain(str(value))


def plain(text: str) -> str:
    """Return a text with everything escaped that is not seen, line breaks and bidi included."""
    return "".join(
        character if _is_seen(character) else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def _is_seen(character: str) -> bool:
    # the Mac puts a narrow no-break space into the name of every screenshot
    return character.isprintable() or character == _JOINER or category(character) == "Zs"


def picture_link(path: str) -> str | None:
    """Return the link from the page to a file of the inbox; None for a path that leads elsewhere.

    Args:
        path: relative to the inbox, as the file system gives it.
    """
    if any(part in {"", ".", ".."} for part in path.split("/")):
        return None
    try:
        return f"../inbox/{quote(os.fsencode(path))}"
    except UnicodeEncodeError:
        # half a character, written into a sidecar by hand
        return None


def percent(share: float) -> str:
    """Return a share in [0, 1] for people, rounded down, as the summaries have it."""
    # on paper no line ends before the sign
    return amounts.percent(share).replace(" ", "\u202f")


def clock(time: datetime) -> str:
    """Return an aware time as the clock of this machine shows it."""
    local = local_time(time)
    return f"{local.day} {local:%b %Y, %H:%M}"
