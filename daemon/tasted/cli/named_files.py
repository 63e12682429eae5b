"""Which file a person means by a name. Touches the disk.

What tasted prints, `liked/shot.png`, is relative to the inbox: it may be typed anywhere.
"""

import os
from pathlib import Path

from tasted.home import Home


def file_meant(file: Path, home: Home, working_folder: Path) -> Path:
    """Return the file of a name: from the working folder, else one of the inbox of that name.

    Args:
        file: as it was typed.
        home: in whose inbox it is looked for, by `liked/shot.png` or `inbox/liked/shot.png`.
        working_folder: where the command was called.
    """
    here = working_folder / file
    if file.is_absolute() or os.path.lexists(here) or ".." in file.parts:
        return here
    told = (home.inbox / file, home.root / file if file.parts[:1] == ("inbox",) else here)
    return next((each for each in told if os.path.lexists(each)), here)
