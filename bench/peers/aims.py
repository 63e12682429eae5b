"""What the figures should be, and whether they are: for whoever works on speed. Pure."""

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from bench.homes import SETTLE_SECONDS
from bench.peers.figures import percentile, ratio

OURS, EXACT, BEFORE, WITH_TEXT = "tasted", "tasted, float32", "tasted before", "tasted, text on"
PLAIN = "plain loop"
MANY_SIZES = "text of 120 sizes of screen"
PHONES_ALONE = "tasted, phone screenshots alone"
Aim = tuple[str, float, str, float]
"""What, the figure, whether it should be `>=` or `<=`, and what."""
_RATES = (
    (OURS, "rclip", 2.0),
    (OURS, "fastembed", 2.5),
    (OURS, PLAIN, 3.5),
    (EXACT, "rclip", 1.5),
)
_STARTS = (("fastembed", 1.0), (PLAIN, 0.12))
_COSINES = ((OURS, 0.9995), (EXACT, 0.9998))


def aims(results: Mapping[str, Any]) -> Iterator[Aim]:
    """Yield every aim for which there are figures."""
    figures = {part: kept["figures"] for part, kept in results.items()}
    race = {
        name: found for name, found in figures.get("race", {}).items() if "missing" not in found
    }
    yield from _race_aims(race)
    yield from _waiting_aims(figures, race)
    yield from _dozen_aims(figures.get("dozen", {}))
    if MANY_SIZES in (variants := figures.get("variants", {})):
        peak = variants[MANY_SIZES]["peak_bytes"] / 1e6
        yield "engine, peak with text over many sizes, MB", peak, "<=", 1000
    for name, found in figures.get("load", {}).items():
        busy = sum(found.get(step, 0.0) for step in ("decode", "model", "native"))
        if name == OURS:
            yield "share of both cores in decode and model", busy, ">=", 0.85


def _race_aims(race: Mapping[str, Any]) -> Iterator[Aim]:
    for ours, theirs, least in _RATES:
        if ours in race and theirs in race:
            found = ratio(race[ours]["files_per_second"], race[theirs]["files_per_second"])
            yield f"{ours}: pictures/s to {theirs}", found, ">=", least
    for theirs, most in _STARTS:
        if OURS in race and theirs in race:
            found = ratio(race[OURS]["first_seconds"], race[theirs]["first_seconds"])
            yield f"{OURS}: first result to {theirs}", found, "<=", most
    for ours, least in _COSINES:
        if "cosine" in race.get(ours, {}):
            yield f"{ours}: lowest cosine to the plain loop", race[ours]["cosine"], ">=", least
    if OURS in race:
        yield "engine, peak, MB", max(race[OURS]["peak_bytes"]) / 1e6, "<=", 650
        yield "light process, idle, MB", max(race[OURS]["idle_bytes"]) / 1e6, "<=", 50


def _waiting_aims(figures: Mapping[str, Any], race: Mapping[str, Any]) -> Iterator[Aim]:
    alone = figures.get("alone", {}).get("tasted, auto")
    if alone is None:
        return
    work = alone["decode_seconds"] + alone["forward_seconds"]
    if OURS in race:
        most = SETTLE_SECONDS + 1.5 * (alone["ready_seconds"] + work)
        yield "from sleep, s", median(race[OURS]["from_sleep_seconds"]), "<=", most
    for name in (OURS, WITH_TEXT):
        if name in figures.get("latency", {}):
            waits = figures["latency"][name]["first_seconds"]
            middle = percentile(waits, 0.5)
            yield f"{name}: warm p50, s", middle, "<=", SETTLE_SECONDS + 1.3 * work
            yield f"{name}: warm p95 to p50", percentile(waits, 0.95) / middle, "<=", 2


def _dozen_aims(dozen: Mapping[str, Any]) -> Iterator[Aim]:
    if OURS not in dozen:
        return
    found = dozen[OURS]
    first = found["dozen_first_seconds"] / found["one_seconds"]
    yield "first of twelve to one alone", first, "<=", 2
    if BEFORE in dozen:
        whole = found["dozen_whole_seconds"] / dozen[BEFORE]["dozen_whole_seconds"]
        yield "twelve with text to the commit before", whole, "<=", 0.4


def line(aim: Aim) -> str:
    """Write an aim, and whether it is met."""
    what, found, direction, wanted = aim
    is_met = found >= wanted if direction == ">=" else found <= wanted
    return f"{'met   ' if is_met else 'MISSED'} {what:<48} {found:9.4g} {direction} {wanted:.4g}"
