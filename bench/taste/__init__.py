"""The bench of scorers: how well they separate what simulated users like, and how well calibrated.

world          pictures and users, drawn from seeds
methods        the scorers that are compared
simulation     all of them on all users
photographs    all of them on real photographs, with the embedded model
costs          the time of a fit
asking         which pictures to ask about, and scores that follow an answer at once
"""

import os

# before numpy is imported: figures are those of one core, whatever else runs
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")
