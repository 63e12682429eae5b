"""tasted beside its peers; START at `__main__`.

- corpus: the files of the race
- checkpoint: a random CLIP for everybody
- environments: one for each peer, with pinned versions from `requirements/`
- contestants: the peers, and the checkpoint in the form that each reads
- runners: what runs in their environments
- daemon_runs: the real daemon of tasted
- race, latency, load, alone: what is measured
- figures, report, charts, aims: how it is shown, and what it should be
"""
