"""The short form of `make chaos`: a real daemon, some seconds of everything, nothing lost."""

import pytest

from chaos.plan import acts
from chaos.report import last_line
from chaos.run import run
from chaos.world import open_world


@pytest.mark.longest
def test_nothing_is_lost_in_some_seconds_of_chaos() -> None:
    """The whole of a run, oracle included; longer ones are for `make chaos`."""
    violations: list[str] = []
    with open_world(keep=False, kept_if=violations, has_preferences=True) as world:
        findings = run(world, seconds=5, seed=20)
        violations.extend(findings.violations)
    assert not violations, f"{violations}; left in {world.base}"
    assert last_line(findings).startswith(
        "lost 0, doubled 0, invalid 0, orphans 0, vanished 0, crashed 0 (files "
    )
    assert findings.files > 12


def test_the_same_seed_gives_the_same_acts() -> None:
    """Acts and what they draw follow from the seed."""

    def begin(seed: int) -> list[tuple[str, float]]:
        return [
            (act.__name__, rng.random())
            for (act, rng), _n in zip(acts(seed), range(50), strict=False)
        ]

    assert begin(1) == begin(1)
    assert begin(1) != begin(2)
