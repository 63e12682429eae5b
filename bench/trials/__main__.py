"""`python -m bench.trials`: how often trials are wrong, and what they can prove.

1,000 simulated pairs of each kind and replays of recipes that learn take a quarter of an hour on
one core; --quick takes a few of each, in a minute, which is too noisy for a claim; --simulated
leaves out the recipes that learn. A figure that misses what is demanded ends with exit status 1.
"""

import argparse
import sys

from bench.trials import learning, simulated
from bench.trials.gates import Gates

PAIRS, QUICK_PAIRS = 1_000, 40
LEARNING_PAIRS, QUICK_LEARNING_PAIRS = 25, 2


def main() -> int:
    """Print all figures.

    Returns:
        The exit status: 1 when something that must hold does not.
    """
    parser = argparse.ArgumentParser(prog="python -m bench.trials")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--simulated", action="store_true")
    chosen = parser.parse_args()
    gates = Gates()
    simulated.show(gates, QUICK_PAIRS if chosen.quick else PAIRS)
    if not chosen.simulated:
        learning.show(gates, QUICK_LEARNING_PAIRS if chosen.quick else LEARNING_PAIRS)
    return 1 if gates.missed and not chosen.quick else 0


if __name__ == "__main__":
    sys.exit(main())
