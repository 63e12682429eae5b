"""Homes with two models, for stories about a change of the model; no model takes time to load."""

import re
from collections.abc import Iterable
from pathlib import Path

from kit.homes import quick_home
from kit.judging import drawn
from kit.model_folders import write_model_folder
from tasted.embedding.models.weights import record
from tasted.home.layout import Home
from tasted.home.switch_file import ModelSwitch, read_switches
from tasted.outbox.sidecar import Sidecar

OTHER = "other/model"
PIXEL = ("--engine", "pixel")


def home_of_two(root: Path, *, labels: int = 6, toml: str = "") -> Home:
    """Make a home that uses `pocket`, knows another model, and has so many likes and rejects."""
    home = quick_home(root / "home", toml)
    add_model(home, root / "other")
    for number in range(2 * labels):
        label = "liked" if number % 2 == 0 else "rejected"
        (home.inbox / label / f"{number:03}.png").write_bytes(drawn(number, bright=number % 2 == 0))
    return home


def add_model(home: Home, folder: Path, *, name: str = OTHER, dimensions: int = 24) -> None:
    """Record another model, with vectors of so many dimensions."""
    write_model_folder(folder, projection_dim=dimensions)
    record(name, folder, None, models_file=home.models_file, home_root=home.root)


def drop(home: Home, numbers: Iterable[int]) -> list[str]:
    """Put pictures into the inbox; return their names."""
    names = []
    for number in numbers:
        names.append(f"shot-{number:04}.png")
        (home.inbox / names[-1]).write_bytes(drawn(1_000 + number, bright=number % 2 == 0))
    return names


def wish(home: Home, model: str) -> None:
    """Write another model into the settings, as a person does by hand."""
    text = home.config_file.read_text("utf-8")
    changed = re.sub(r'^model = ".*"$', f'model = "{model}"', text, flags=re.MULTILINE)
    home.config_file.write_text(changed, "utf-8")


def switch_of(home: Home) -> ModelSwitch | None:
    """Return the change that is going on, or went last."""
    return read_switches(home.switch_file).switch


def models_of(documents: dict[str, Sidecar]) -> set[str]:
    """Return which models scored or learnt these."""
    return {document.model.embedder for document in documents.values() if document.model}
