"""Vectors and versions of a model that was trained on a forgotten picture, and only those."""

import shutil
from pathlib import Path

import numpy as np

from kit.memories import DIMENSIONS, content, learned, random_units
from tasted.decoding.pictures import PREPROCESSING
from tasted.decoding.views import VIEWS_VERSION
from tasted.embedding.models.fingerprint import fingerprint_of
from tasted.embedding.models.tuned import LearnedFrom, write_tuned
from tasted.embedding.models.weights import verify_folder
from tasted.embedding.pocket import FOLDER
from tasted.engine.forgetting_models import forget_models
from tasted.home.layout import Home
from tasted.home.taste_versions import ERASED, Recipe, read_version_rows
from tasted.judging.version import TasteVersion
from tasted.judging.versions import TasteVersions
from tasted.library.library import Library
from tasted.scoring.taste.fit import fit_taste
from tasted.scoring.traits.personality import TraitScales

LEARNED = LearnedFrom("pocket", "0" * 64, "lora", "2026-11-30", "1" * 64, (content("mine"),))
OTHER = "f" * 64


def version(number: int) -> TasteVersion:
    """Fit a version to a few vectors."""
    rows = random_units(6, seed=number)
    taste = fit_taste(rows, np.arange(6) % 2 == 0)
    return TasteVersion(
        number=number,
        fitted_to="labels",
        taste=taste,
        items=tuple((content(f"another {index}"),) for index in range(6)),
        history=(),
        columns=np.full((6, 3), np.nan),
        history_parts=np.zeros((0, 4)),
        scales=TraitScales.fit((), np.zeros((0, DIMENSIONS))),
    )


def test_its_tables_and_versions_go_and_those_of_others_stay(home: Home) -> None:
    """Found by its folder, whatever the settings were when it looked at pictures."""
    folder = home.tuned_models / "tuned-1"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    write_tuned(folder, LEARNED, {})
    own = fingerprint_of(
        verify_folder(folder, name="tuned-1"),
        dtype_class="bfloat16",
        views=f"center-{VIEWS_VERSION}",
        preprocessing=PREPROCESSING,
    )
    versions = TasteVersions(home.tastes)
    for number, (name, fingerprint) in enumerate((("pocket", OTHER), ("tuned-1", own)), start=1):
        library = Library.open(home.library, fingerprint=fingerprint, dimensions=DIMENSIONS)
        library.learn([learned("liked/a.png", random_units(1, seed=1)[0])])
        versions.keep(version(number), recipe=Recipe("taste", name, fingerprint, "f", "1"))
    tables = len(_tables(home))

    assert forget_models(home, versions, {content("other")}, is_dry=False) == 0
    assert forget_models(home, versions, {content("mine")}, is_dry=True) == 1
    assert len(_tables(home)) == tables
    assert forget_models(home, versions, {content("mine")}, is_dry=False) == 1

    assert {name.rsplit("_", 1)[1][:8] for name in _tables(home)} == {OTHER[:8]}
    kept = {row.recipe.embedder: row.kept for row in read_version_rows(home.tastes)}
    assert kept["tuned-1"] == ERASED
    assert kept["pocket"] != ERASED
    # a second run finds nothing more
    assert forget_models(home, versions, {content("mine")}, is_dry=False) == 0


def _tables(home: Home) -> list[str]:
    tables = sorted(Path(place).stem for place in home.library.glob("*.lance"))
    return [name for name in tables if name.rsplit("_", 1)[1].isalnum() and "_v" in name]
