"""What the environment of a process that computes says to its libraries. Reads this process's own.

Libraries read it when they are imported, so it cannot be said later.
"""

import os

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # else transformers may ask a service of the hub to convert a .bin
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Offline for good: only `tasted models pull` may open a connection, and it is another process."""

_MEBIBYTE = 2**20
# the user's own settings come before these
_RESTING = {
    # torch's threads wait for one another busily, which takes most of the processor's time on a
    # machine that has other work to do
    "OMP_WAIT_POLICY": "PASSIVE",
    # numpy's threads wait even more busily, and its matrices are small here
    "OPENBLAS_NUM_THREADS": "1",
    # the pixels of a picture lie where those of the one before lay: memory that goes back to the
    # system comes again as pages of zeros, a tenth of all processor time (mallopt(3)). Two heaps
    # keep it, not one for each thread of LanceDB
    "MALLOC_MMAP_THRESHOLD_": str(32 * _MEBIBYTE),
    "MALLOC_TRIM_THRESHOLD_": str(32 * _MEBIBYTE),
    "MALLOC_ARENA_MAX": "2",
    # of 16 MB each: a photograph in the hands of each worker
    "PILLOW_BLOCKS_MAX": "2",
}
# OpenMP, MKL and Accelerate: each would take every core there is
_CAPPED = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def child_environment(threads: int | None) -> dict[str, str]:
    """Return the environment of an engine.

    Args:
        threads: how many may compute at a time; None leaves that to the libraries.
    """
    caps = {} if threads is None else dict.fromkeys(_CAPPED, str(threads))
    return {**_RESTING, **os.environ, **caps, **OFFLINE}
