"""The bench of trials: how often the rules are wrong, and what they can prove.

forecasters    pairs of simulated recipes, and the cards on which they differ
usual          other tests, for comparison
courses        trials of such pairs by the rules of `tasted.trials`
simulated      what comes of those pairs
learners       recipes that learn: replays and folds with real fits
learning       what comes of those
gates          figures that must hold
"""

import os

# before numpy is imported: figures are those of one core, whatever else runs
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")
