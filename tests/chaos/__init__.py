"""The chaos harness: a real daemon, everything that can befall it, and an oracle. `make chaos`.

- contents: pictures, each unlike any other, and bad ones
- world: a home of its own, on a small disk where that is permitted
- journal: what was done and when
- stage: what an act may use
- file_acts, command_acts, label_acts, fault_acts: what users, commands and the world do
- plan: which act comes next; the same seed gives the same acts
- lives: one daemon after another
- run: acts, healing, waiting, stopping
- evidence: what lies on the disk at the end, by rules of its own
- oracle: what of it must not be
- report: the last line
"""
