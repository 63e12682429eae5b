"""Figures that must hold. Pure but for what it prints."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Gates:
    """Prints figures, and remembers which of them miss."""

    missed: list[str] = field(default_factory=list)

    def most(self, what: str, share: float, limit: float) -> None:
        """Print a share that must not be above a limit."""
        self._print(what, share, f"at most {limit:.0%}", holds=share <= limit)

    def least(self, what: str, share: float, limit: float) -> None:
        """Print a share that must not be below a limit."""
        self._print(what, share, f"at least {limit:.0%}", holds=share >= limit)

    def _print(self, what: str, share: float, demand: str, *, holds: bool) -> None:
        if not holds:
            self.missed.append(what)
        print(f"{what:<66} {share:>6.1%}  {demand}  {'' if holds else 'MISS'}".rstrip(), flush=True)
