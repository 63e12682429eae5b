"""How much an installation takes on disk: `python -m bench.installed`.

Sums the files of tasted's run-time requirements as they are installed beside this Python, without
and with the extras `ocr` and `ray`, and names the largest. What they take to download is the size
of what `pip download --no-deps` fetches for the versions that `--pins FILE` writes down.
"""

import importlib.metadata
import sys
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement

_LARGEST = 6


def required(extras: Iterable[str]) -> set[str]:
    """Return the names of everything that tasted requires here, with these extras of its own."""
    seen: set[tuple[str, str]] = set()
    pending = [("tasted", extra) for extra in extras]
    while pending:
        name, extra = pending.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for line in importlib.metadata.requires(name) or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                wanted = requirement.name.lower().replace("_", "-")
                pending += [(wanted, wanted_extra) for wanted_extra in ("", *requirement.extras)]
    return {name for name, _extra in seen} - {"tasted"}


def size_bytes(name: str) -> int:
    """Return the size of the files of an installed distribution."""
    files = importlib.metadata.files(name) or []
    places = [Path(str(file.locate())) for file in files]
    return sum(place.stat().st_size for place in places if place.is_file())


def main(arguments: list[str]) -> None:
    """Print the sizes, and with `--pins FILE` write down the versions."""
    base, with_ocr, with_ray = required([""]), required(["", "ocr"]), required(["", "ray"])
    for what, names in (
        ("tasted", base),
        ("the extra ocr", with_ocr - base),
        ("the extra ray", with_ray - base),
    ):
        total = sum(map(size_bytes, names))
        print(f"{what}: {len(names)} distributions, {total / 1e6:,.0f} MB")
    largest = sorted(((size_bytes(name), name) for name in with_ocr), reverse=True)[:_LARGEST]
    print(", ".join(f"{name} {size / 1e6:,.0f} MB" for size, name in largest))
    if arguments[:1] == ["--pins"]:
        pins = [f"{name}=={importlib.metadata.version(name)}" for name in sorted(base)]
        Path(arguments[1]).write_text("\n".join(pins), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
