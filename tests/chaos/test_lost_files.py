"""The oracle finds each file and each profile without its one, valid, current sidecar.

Homes and sidecars are real files; no daemon runs.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest

from chaos import oracle
from chaos.contents import bad_picture, picture
from chaos.profiles import wrong_profiles
from kit.chaos_scenes import MODEL, Scene, learnt
from kit.sidecars import failed, profile, scored
from tasted.outbox.sidecar import PhotoPart
from tasted.system.files import content_id


def test_nothing_is_found_where_nothing_is_wrong(scene: Scene) -> None:
    """The scene of all tests here is clean, so that each finds what it plants alone."""
    evidence = scene.evidence()
    assert set(evidence.files) == {"a.png", "anna/b.png", "bad.png", "liked/c.png"}
    assert oracle.lost(evidence, scene.journal) == []
    assert oracle.invalid(evidence, scene.journal) == []
    assert oracle.orphans(evidence, scene.journal) == []


def _plant_no_sidecar(scene: Scene) -> None:
    (scene.home.outbox / "a.png.json").unlink()


def _plant_two_sidecars(scene: Scene) -> None:
    scene.sidecar("a.png", scored(model=MODEL), place="a.png~0123abcd.json")


def _plant_another_content(scene: Scene) -> None:
    scene.sidecar("a.png", scored(model=MODEL), sha256="0" * 64)


def _plant_another_text(scene: Scene) -> None:
    (scene.home.inbox / "a.txt").write_text("I love jazz.", "utf-8")


def _plant_a_missing_text(scene: Scene) -> None:
    (scene.home.inbox / "a.txt").unlink()


def _plant_another_stamp(scene: Scene) -> None:
    os.utime(scene.home.inbox / "anna" / "b.png", (1, 1))


def _plant_an_old_taste(scene: Scene) -> None:
    old = MODEL.model_copy(update={"taste_fingerprint": "0" * 64})
    scene.sidecar("a.png", scored(model=old))


def _plant_an_old_embedder(scene: Scene) -> None:
    old = MODEL.model_copy(update={"embedder_fingerprint": "0" * 64})
    scene.sidecar("liked/c.png", learnt("liked/c.png").model_copy(update={"model": old}))


def _plant_an_error_of_a_good_file(scene: Scene) -> None:
    scene.sidecar("a.png", failed("a.png"))


def _plant_the_wrong_error(scene: Scene) -> None:
    scene.sidecar("bad.png", failed("bad.png"))


def _plant_a_score_of_a_bad_file(scene: Scene) -> None:
    scene.sidecar("bad.png", scored("bad.png", model=MODEL))


def _plant_a_score_of_a_reference(scene: Scene) -> None:
    scene.sidecar("liked/c.png", scored("liked/c.png", model=MODEL))


@pytest.mark.parametrize(
    "plant",
    [
        _plant_no_sidecar,
        _plant_two_sidecars,
        _plant_another_content,
        _plant_another_text,
        _plant_a_missing_text,
        _plant_another_stamp,
        _plant_an_old_taste,
        _plant_an_old_embedder,
        _plant_an_error_of_a_good_file,
        _plant_the_wrong_error,
        _plant_a_score_of_a_bad_file,
        _plant_a_score_of_a_reference,
    ],
)
def test_a_lost_file_is_found(scene: Scene, plant: Callable[[Scene], None]) -> None:
    """Whatever keeps a sidecar from being the one, valid, current one counts once."""
    plant(scene)
    assert len(oracle.lost(scene.evidence(), scene.journal)) == 1


def _document(scene: Scene, *contents: str | None, **fields: Any) -> None:
    """Write the document of the profile `anna/`, with photos of these contents."""
    names = sorted(path.name for path in (scene.home.inbox / "anna").glob("*.png"))
    parts = [
        PhotoPart(path=f"anna/{name}", sha256=content)
        for name, content in zip(names, contents, strict=True)
    ]
    document = profile("anna/", **{"model": MODEL, "parts": parts, **fields})
    (scene.home.outbox / "anna" / "profile.json").write_bytes(document.to_json())


def test_a_profile_has_one_current_document_of_its_photos(scene: Scene) -> None:
    """Every way in which it may be wrong is told; folders of one photo have none."""

    def flaws() -> list[str]:
        return wrong_profiles(scene.evidence(), scene.journal)

    assert flaws() == []
    _document(scene, "0" * 64)
    assert flaws() == ["anna/ is no profile, and has a document"]
    folder = scene.home.inbox / "anna"
    one, bad = picture(7, ".png").data, bad_picture(0)
    (folder / "c.png").write_bytes(one)
    (folder / "d.png").write_bytes(bad.data)
    right = (content_id((folder / "b.png").read_bytes()), content_id(one), None)
    _document(scene, *right)
    assert flaws() == []
    stale = MODEL.model_copy(update={"taste_fingerprint": "0" * 64})
    _document(scene, *right, model=stale)
    assert flaws() == ["the profile anna/ was made with another taste or embedder"]
    _document(scene, *right[:2], bad.sha256)
    assert len(flaws()) == 1
    _document(scene, *right)
    (folder / "bio.txt").write_text("I love jazz", "utf-8")
    assert len(flaws()) == 1
    (scene.home.outbox / "anna" / "profile.json").unlink()
    assert flaws() == ["the profile anna/ has 0 documents"]
