"""`python -m chaos`: one run; the exit status tells whether anything went wrong."""

import argparse
import os
import signal
import sys

from chaos.report import lines
from chaos.run import run
from chaos.world import open_world
from kit.guard import guarded


def main() -> int:
    """Run as the command line asks."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="how long acts go on")
    parser.add_argument("--seed", type=int, default=1, help="decides the acts and their order")
    parser.add_argument("--keep", action="store_true", help="leave home and logs in any case")
    chosen = parser.parse_args()
    # whoever asks us to stop shall find no daemon and no mount left behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    violations: list[str] = []
    has_preferences = chosen.seed % 2 == 0
    with open_world(keep=chosen.keep, kept_if=violations, has_preferences=has_preferences) as world:
        environment = guarded(os.environ, world.base)
        os.environ.clear()
        os.environ.update(environment)
        try:
            findings = run(world, seconds=chosen.seconds, seed=chosen.seed)
        except BaseException:
            violations.append("the harness itself failed")
            raise
        finally:
            print(f"seed {chosen.seed}, {chosen.seconds:g} s, in {world.base}")
        violations.extend(findings.violations)
        print("\n".join(lines(findings)))
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
