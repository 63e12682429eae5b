"""The rows of the printed table, and how figures are written in it. Pure."""

from dataclasses import dataclass

_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    figure: str
    remark: str = ""

    def __str__(self) -> str:
        return f"{self.what:<52} {self.figure:>16}  {self.remark}".rstrip()


def megabytes(size_bytes: float) -> str:
    """Write a size in decimal megabytes."""
    return f"{size_bytes / _MEGABYTE:.0f} MB"
