"""What is printed of a run: its violations, what could not be tried, and one line. Pure."""

from chaos.run import KINDS, Findings
from tasted.system.faultpoints import ENGINE_POINTS, LABEL_POINTS, LIGHT_POINTS


def last_line(findings: Findings) -> str:
    """Return the line with which a run ends."""
    counts = findings.journal.counts
    first_mb, last_mb = findings.light_mb
    numbers = (
        f"files {findings.files}, acts {findings.acts}, kills {counts['kills']}, "
        f"engine kills {counts['engine_kills']}, label changes {counts['label_changes']}, "
        f"fault points {len(findings.points)}, overflows {findings.overflows}, "
        f"faults {counts['faults']}, blamed {findings.blamed}, "
        f"light {first_mb} MB → {last_mb} MB"
    )
    verdict = ", ".join(f"{kind} {len(getattr(findings, kind))}" for kind in KINDS)
    return f"{verdict} ({numbers})"


def lines(findings: Findings) -> list[str]:
    """Return everything that is printed."""
    missed = sorted({*LIGHT_POINTS, *ENGINE_POINTS, *LABEL_POINTS} - set(findings.points))
    skipped = sorted(findings.journal.skipped)
    return [
        *findings.violations,
        *([f"fault points that nobody reached: {', '.join(missed)}"] if missed else []),
        *(f"not tried here: {what}" for what in skipped),
        last_line(findings),
    ]
