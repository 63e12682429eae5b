"""The tables of `docs/performance.md`, from the figures that were kept. Pure but for `write`."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.peers.charts import RACE, SIZES
from bench.peers.figures import megabytes, percentile, ratio, spread, table

Figures = Mapping[str, Any]
PLAIN = "plain loop"
_RATIO_TO = ("rclip", "fastembed", PLAIN, "sentence-transformers")


def race_table(race: Mapping[str, Figures]) -> str:
    """Return who was how fast, at what cost."""
    head = ("", "pictures/s", "with the start", "first after s", "peak", "cosine")
    rows = [
        (
            name,
            spread(found["files_per_second"]),
            spread(found["whole_per_second"]),
            spread(found["first_seconds"], 2),
            megabytes(found["peak_bytes"]),
            f"{found['cosine']:.6f}" if "cosine" in found else "1",
        )
        for name, found in sorted(_run(race).items(), key=_rate, reverse=True)
    ]
    missing = [
        f"- {name} is missing: {found['missing']}"
        for name, found in race.items()
        if "missing" in found
    ]
    peers = [
        ", ".join(f"{package} {version}" for package, version in found["versions"].items())
        for found in _run(race).values()
        if "versions" in found
    ]
    notes = [*missing, *([f"Peers: {'; '.join(peers)}."] if peers else [])]
    return "\n".join([table(head, rows), *([""] if notes else []), *notes])


def ratio_table(race: Mapping[str, Figures]) -> str:
    """Return how many times as fast each tasted is, and what its start takes beside others'."""
    ran = _run(race)
    head = ("", *(f"pictures/s to {name}" for name in _RATIO_TO if name in ran))
    others = [name for name in _RATIO_TO if name in ran]
    rows = []
    for name, found in ran.items():
        if not name.startswith("tasted"):
            continue
        for what, key in (("", "files_per_second"), (", first result", "first_seconds")):
            cells = [f"{ratio(found[key], ran[other][key]):.2f}" for other in others]
            rows.append((name + what, *cells))
    return table(head, rows)


def sleep_table(race: Mapping[str, Figures]) -> str:
    """Return what one screenshot waits when no engine runs, and what the light process holds."""
    rows = [
        (name, spread(found["from_sleep_seconds"], 2), megabytes(found["idle_bytes"]))
        for name, found in _run(race).items()
        if "from_sleep_seconds" in found
    ]
    return table(("", "rename to sidecar, from sleep, s", "light process, idle"), rows)


def alone_table(alone: Figures) -> str:
    """Return the steps by themselves."""
    rows = [
        (
            name,
            f"{found['ready_seconds']:.2f}",
            f"{1000 * found['decode_seconds']:.0f}",
            f"{1000 * found['forward_seconds']:.0f}",
        )
        for name, found in alone.items()
    ]
    return table(("", "start to model ready, s", "decode, ms", "resize and model, ms"), rows)


def latency_table(latency: Mapping[str, Figures]) -> str:
    """Return what one screenshot waits while the engine is awake."""
    rows = [
        (
            name,
            f"{percentile(found['first_seconds'], 0.5):.2f}",
            f"{percentile(found['first_seconds'], 0.95):.2f}",
            f"{percentile(found['whole_seconds'], 0.5):.2f}",
            str(len(found["first_seconds"])),
        )
        for name, found in latency.items()
    ]
    return table(("", "p50, s", "p95, s", "with its text, p50, s", "screenshots"), rows)


def dozen_table(dozen: Mapping[str, Figures]) -> str:
    """Return what twelve screenshots at once wait, from sleep, with text."""
    rows = [
        (
            name,
            *(
                f"{found[f'{key}_seconds']:.2f}"
                for key in ("one", "one_whole", "dozen_first", "dozen_last", "dozen_whole")
            ),
        )
        for name, found in dozen.items()
    ]
    head = ("", "one alone, s", "with its text", "first of 12, s", "last of 12", "with its text")
    return table(head, rows)


def variants_table(variants: Mapping[str, Figures]) -> str:
    """Return the rates of other settings and models."""
    rows = [
        (
            name,
            f"{found['files_per_second']:.1f}",
            f"{found['whole_per_second']:.1f}",
            megabytes([found["peak_bytes"]]),
            str(found["files"]),
        )
        for name, found in variants.items()
    ]
    return table(("", "pictures/s", "with their text", "engine, peak", "pictures"), rows)


def load_table(load: Mapping[str, Figures]) -> str:
    """Return where the cores' time goes at full load."""
    steps = ("decode", "model", "native", "rest", "light")
    rows = [
        (
            name,
            f"{100 * sum(found.get(step, 0) for step in steps[:3]):.0f} %",
            f"{100 * sum(found.get(step, 0) for step in steps[:3]) / found['busy']:.0f} %",
            *(f"{100 * found.get(step, 0):.0f} %" for step in steps),
            f"{100 * found['system']:.0f} %" if "system" in found else "",
            f"{found['page_faults']:.0f}" if "page_faults" in found else "",
        )
        for name, found in load.items()
    ]
    head = (
        "",
        "decode and model",
        "the same, of what the engine used",
        "decoding",
        "model",
        "their native threads",
        "rest of the engine",
        "light process",
        "the kernel's part of the engine's",
        "page faults a picture",
    )
    return table(head, rows)


TABLES = {
    "race": (("race", race_table), ("ratios", ratio_table), ("sleep", sleep_table)),
    "alone": (("alone", alone_table),),
    "latency": (("latency", latency_table),),
    "dozen": (("dozen", dozen_table),),
    "variants": (("variants", variants_table),),
    "load": (("load", load_table),),
}
"""By part of the figures: where each table stands on the page, and what makes it."""


CHARTS = {"race": ("pictures a second", RACE), "sizes": ("cost against size", SIZES)}
"""By part of the figures: what its picture shows, and the file in `docs/images`."""


def sections(results: Mapping[str, Any]) -> dict[str, str]:
    """Return the text of each place of the page for which there are figures."""
    found = {}
    for part, places in TABLES.items():
        if part in results:
            kept = results[part]
            for place, made in places:
                found[place] = made(kept["figures"])
            # under the first table of a part, for all that are made of the same run
            found[places[0][0]] += f"\n\n{_source(kept)}"
    for part, (words, image) in CHARTS.items():
        if part in results:
            source = f"\n\n{_source(results[part])}" if part not in TABLES else ""
            found[f"{part}_chart"] = f"![{words}](images/{image}){source}"
    return found


def filled(page: str, texts: Mapping[str, str]) -> str:
    """Return a page with these texts between its marks, `<!-- NAME -->` and `<!-- /NAME -->`.

    Raises:
        ValueError: when the page has no such place.
    """
    for name, text in texts.items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(\n?<!-- /{name} -->)", re.DOTALL)
        if not marks.search(page):
            raise ValueError(f"the page has no place for {name}")
        page = marks.sub(lambda match, text=text: f"{match[1]}{text}\n<!-- /{name} -->", page)  # noqa: B023
    return page


def write(page: Path, results: Mapping[str, Any]) -> None:
    """Put the tables into the page."""
    page.write_text(filled(page.read_text(encoding="utf-8"), sections(results)), encoding="utf-8")


def _source(kept: Figures) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in kept["versions"].items())
    return (
        f"<sub>`{kept['command']}` at commit {kept['commit']}, {kept['machine']}; {versions}.</sub>"
    )


def _run(race: Mapping[str, Figures]) -> dict[str, Figures]:
    return {name: found for name, found in race.items() if "missing" not in found}


def _rate(entry: tuple[str, Figures]) -> float:
    return float(percentile(entry[1]["files_per_second"], 0.5))
