"""The race: every contestant over the same files with the same weights, round by round in turn."""

from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.peers.contestants import PEERS, PLAIN, Finish, Peer, checkpoint_for, run_peer
from bench.peers.corpus import Corpus
from bench.peers.daemon_runs import Variant, run_round
from bench.peers.environments import NotInstalledError, environment
from bench.peers.figures import lowest_cosine

Figures = dict[str, Any]


Run = Callable[[int], Figures]
"""One run of a contestant, by the number of the round."""


def race(
    corpus: Corpus,
    checkpoint: Path,
    variants: Sequence[Variant],
    *,
    rounds: int,
    threads: int,
    cache: Path,
) -> Figures:
    """Run all contestants some times in alternation.

    Returns:
        By name, the figures of each round; a peer that cannot be run has only `missing`, with why.
    """
    found: dict[str, Figures] = {}
    runs: dict[str, Run] = {}
    vectors: dict[str, NDArray[np.float32]] = {}
    for peer in PEERS:
        try:
            python = environment(peer.environment, cache)
            model = checkpoint_for(peer, checkpoint, cache)
        except (NotInstalledError, CalledProcessError) as error:
            found[peer.name] = {"missing": _why(error)}
            continue
        runs[peer.name] = _peer_run(peer, python, model, corpus, threads, cache, vectors)
    for variant in variants:
        runs[variant.name] = _tasted_run(variant, checkpoint, corpus, vectors)
    for number in range(rounds):
        _run_round(number, runs, found)
    _compare(vectors, found)
    return found


def _run_round(number: int, runs: dict[str, Run], found: dict[str, Figures]) -> None:
    # there and back: what follows the slowest of a round would always have the same neighbour
    for name in list(runs) if number % 2 == 0 else list(reversed(runs)):
        try:
            figures = runs[name](number)
        except RuntimeError as error:
            found[name] = {"missing": str(error)}
            del runs[name]
            continue
        print(f"  round {number + 1}: {name:<22} {_line(figures)}", flush=True)
        kept = found.setdefault(name, {})
        for key, value in figures.items():
            kept[key] = value if key == "versions" else [*kept.get(key, []), value]


def _compare(vectors: dict[str, NDArray[np.float32]], found: dict[str, Figures]) -> None:
    if PLAIN.name not in vectors:
        return
    reference = vectors[PLAIN.name]
    for name, rows in vectors.items():
        if name != PLAIN.name:
            found[name]["cosine"] = lowest_cosine(rows, reference)
    found[PLAIN.name]["between"] = _between(reference)


def _peer_run(
    peer: Peer,
    python: Path,
    model: Path,
    corpus: Corpus,
    threads: int,
    cache: Path,
    vectors: dict[str, NDArray[np.float32]],
) -> Callable[[int], Figures]:
    def run(_number: int) -> Figures:
        finish = run_peer(peer, python, model, corpus.files, threads=threads, cache=cache)
        vectors[peer.name] = finish.vectors
        return {**_figures(finish), "versions": finish.versions}

    return run


def _tasted_run(
    variant: Variant,
    checkpoint: Path,
    corpus: Corpus,
    vectors: dict[str, NDArray[np.float32]],
) -> Callable[[int], Figures]:
    def run(number: int) -> Figures:
        sleeper = corpus.extra[number % len(corpus.extra)]
        seen = run_round(variant, checkpoint, corpus.files, sleeper)
        vectors[variant.name] = seen.finish.vectors
        return {
            **_figures(seen.finish),
            "from_sleep_seconds": seen.from_sleep_seconds,
            "idle_bytes": seen.idle_bytes,
        }

    return run


def _figures(finish: Finish) -> Figures:
    return {
        "files_per_second": finish.files_per_second,
        "first_seconds": finish.first_seconds,
        "whole_per_second": finish.whole_per_second,
        "peak_bytes": finish.peak_bytes,
    }


def _line(figures: Figures) -> str:
    asleep = figures.get("from_sleep_seconds")
    return (
        f"{figures['files_per_second']:5.1f} files/s, first after {figures['first_seconds']:.2f} s,"
        f" peak {figures['peak_bytes'] / 1e6:.0f} MB"
        + ("" if asleep is None else f", from sleep {asleep:.2f} s")
    )


def _between(rows: NDArray[np.float32]) -> float:
    """Return the median cosine between different pictures: how much a cosine of 1 says here."""
    upper = np.triu_indices(len(rows), 1)
    return float(np.median((rows @ rows.T)[upper]))


def _why(error: Exception) -> str:
    said = error.stderr if isinstance(error, CalledProcessError) else str(error)
    words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return " ".join(words.split())[-300:]
