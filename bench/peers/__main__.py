"""`make bench-peers`: tasted beside what else embeds a folder of pictures, on this machine.

`python -m bench.peers --cache FOLDER` draws the pictures and the random model, installs the peers,
and measures; all of that stays in the folder, so that the next run only measures. `--write` puts
the tables and the pictures into the docs.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from bench.peers import aims, charts, machine, report, sizes
from bench.peers.checkouts import interpreter
from bench.peers.contestants import child_environment
from bench.peers.corpus import Corpus, corpus_in
from bench.peers.daemon_runs import Variant, taught_home
from bench.peers.environments import NotInstalledError
from bench.peers.latency import DOZEN, SINGLES, dozen_from_sleep, steady_rate, warm_latency
from bench.peers.load import load_shares, median_shares
from bench.peers.race import race
from bench.reading import ROWS_FEW, text_screen
from bench.reading import sizes as sizes_of_screens

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
THREADS = 2
_VARIANT_FILES = 30
_LARGE_FILES = 10
_SCREENS_VERSION = "1"
"""Raised when `bench.reading` draws other screens."""


class Bench:
    """Pictures, models and what was asked for."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.cache: Path = given.cache.absolute()
        self.cache.mkdir(parents=True, exist_ok=True)
        self.rounds: int = given.rounds
        self.before: Path | None = given.before and interpreter(given.before.absolute(), self.cache)
        corpus = corpus_in(self.cache)
        self.corpus = Corpus(corpus.files[: given.files], corpus.extra)

    def checkpoint(self, name: str = "vit-b-32") -> Path:
        """Return the folder of a random model, which is made when it is missing."""
        folder = self.cache / name
        if not (folder / "preprocessor_config.json").is_file():
            print(f"drawing the weights of {name} ...", flush=True)
            command = [sys.executable, "-m", "bench.peers.checkpoint", name, str(folder)]
            subprocess.run(
                command, check=True, cwd=ROOT, env=child_environment(), capture_output=True
            )
        return folder

    def text_screens(self) -> list[Path]:
        """Return screens of text, each of another size, which are drawn when they are missing."""
        folder = self.cache / f"screens-{_SCREENS_VERSION}"
        folder.mkdir(exist_ok=True)
        files = []
        for number, (width, height) in enumerate(sizes_of_screens()):
            files.append(folder / f"screen-{number:03}.png")
            if not files[-1].exists():
                screen = Image.fromarray(text_screen(number, width, height, rows=ROWS_FEW))
                partial = folder / "screen.part"
                screen.save(partial, "PNG")
                partial.rename(files[-1])
        return files

    def variants(self, **settings: Any) -> list[Variant]:
        """Return tasted with some settings, and that of the commit before beside it."""
        now = Variant("tasted", **settings)
        if self.before is None:
            return [now]
        return [now, Variant("tasted before", python=self.before, **settings)]


def run_race(bench: Bench) -> dict[str, Any]:
    """Race all contestants."""
    exact = Variant("tasted, float32", dtype="float32")
    return race(
        bench.corpus, bench.checkpoint(), [Variant("tasted"), exact],
        rounds=bench.rounds, threads=THREADS, cache=bench.cache,
    )  # fmt: skip


def run_alone(bench: Bench) -> dict[str, Any]:
    """Time the steps by themselves, on phone screenshots."""
    found = {}
    for dtype in ("auto", "float32"):
        variant = Variant(f"tasted, {dtype}", dtype=dtype)
        with taught_home(variant, bench.checkpoint()) as home:
            command = [sys.executable, "-m", "bench.peers.alone", str(home.root)]
            files = [str(file) for file in bench.corpus.extra[:3]]
            done = subprocess.run(
                [*command, str(time.monotonic()), *files],
                check=True, capture_output=True, text=True, cwd=ROOT, env=child_environment(),
            )  # fmt: skip
        found[variant.name] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_latency(bench: Bench) -> dict[str, Any]:
    """Drop screenshots one by one into a warm daemon, without and with text."""
    files = bench.corpus.extra[: SINGLES + 1]
    plain = Variant("tasted")
    found = {plain.name: warm_latency(plain, bench.checkpoint(), files)}
    with_text = Variant("tasted, text on", reading="rapidocr")
    found[with_text.name] = warm_latency(with_text, bench.checkpoint(), files[: DOZEN + 1])
    return found


def run_dozen(bench: Bench) -> dict[str, Any]:
    """Drop one screenshot, then twelve at once, while no engine runs."""
    return {
        variant.name: dozen_from_sleep(variant, bench.checkpoint(), bench.corpus)
        for variant in bench.variants(reading="rapidocr")
    }


def run_variants(bench: Bench) -> dict[str, Any]:
    """Measure other settings and larger models."""
    small, some = "vit-b-32", bench.corpus.files[:_VARIANT_FILES]
    wanted = [
        (small, some, Variant("middle square, bfloat16", dtype="bfloat16")),
        (small, some, Variant("middle square, float32", dtype="float32")),
        (small, some, Variant("1 thread", threads=1)),
        (small, some, Variant("default views", views="auto")),
        (small, some[:DOZEN], Variant("default views, text", views="auto", reading="rapidocr")),
        (
            small,
            bench.text_screens(),
            Variant(aims.MANY_SIZES, views="auto", reading="rapidocr"),
        ),
        ("vit-b-16", some[:_LARGE_FILES], Variant("ViT-B/16")),
        ("vit-l-14", some[:_LARGE_FILES], Variant("ViT-L/14")),
    ]
    found = {}
    for model, files, variant in wanted:
        found[variant.name] = steady_rate(variant, bench.checkpoint(model), files)
        print(f"  {variant.name}: {found[variant.name]['files_per_second']:.1f}/s", flush=True)
    return found


def run_load(bench: Bench) -> dict[str, Any]:
    """Watch where the time goes at full load, with the files of the race and with small ones."""
    phones = [file for file in bench.corpus.files if file.name.startswith("phone")]
    wanted = [(variant, variant.name, bench.corpus.files) for variant in bench.variants()]
    wanted.append((Variant("tasted"), aims.PHONES_ALONE, (*phones, *bench.corpus.extra)))
    return {
        name: median_shares(
            [
                load_shares(variant, bench.checkpoint(), files, bench.cache)
                for _round in range(bench.rounds)
            ]
        )
        for variant, name, files in wanted
    }


PARTS: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "race": run_race,
    "alone": run_alone,
    "latency": run_latency,
    "dozen": run_dozen,
    "variants": run_variants,
    "load": run_load,
    "sizes": lambda _bench: sizes.measure(),
}
_NOT_ALWAYS = {"sizes"}


def main() -> None:
    """Measure the parts that are asked for, keep the figures, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", type=Path, required=True, help="keeps what is installed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--files", type=int, default=None, help="of the race; all by default")
    parser.add_argument(
        "--only", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all but sizes by default"
    )
    parser.add_argument("--before", type=Path, help="another checkout, for dozen and load")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    given = parser.parse_args()
    unknown = set(given.only or ()) - PARTS.keys()
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    machine.keep_to(THREADS)
    bench = Bench(given)
    kept = bench.cache / "results.json"
    results = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    shown = [word for word in sys.argv[1:] if word != "--write"]
    # with none named, what was measured before is shown, and written, again
    always = [part for part in PARTS if part not in _NOT_ALWAYS]
    for part in always if given.only is None else given.only:
        started = time.monotonic()
        print(f"{part} ...", flush=True)
        try:
            figures = PARTS[part](bench)
        except NotInstalledError as error:
            print(f"{part} is left out: {error}")
            continue
        results[part] = {
            "figures": figures,
            "command": _command(shown, given.cache, part),
            "commit": machine.commit_of(ROOT),
            "machine": machine.described(),
            "versions": machine.versions(),
        }
        # at once: what was measured must not be lost with what fails later
        kept.write_text(json.dumps(results, indent=1), encoding="utf-8")
        print(f"{part}: {time.monotonic() - started:.0f} s", flush=True)
    for place, text in report.sections(results).items():
        print(f"\n{place}\n\n{text}")
    print("\naims\n")
    for aim in aims.aims(results):
        print(aims.line(aim))
    if given.write:
        report.write(PAGE, results)
        charts.write(IMAGES, results)


def _command(words: list[str], cache: Path, part: str) -> str:
    named = ["CACHE" if word in {str(cache), f"--cache={cache}"} else word for word in words]
    if "--only" not in named:
        named += ["--only", part]
    if "--before" in named:
        named[named.index("--before") + 1] = "CHECKOUT"
    return " ".join(["python -m bench.peers", *named])


if __name__ == "__main__":
    main()
