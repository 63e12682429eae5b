"""The oracle finds what should not be in a home: strangers, half files, modes for others."""

import json
import shutil
from collections.abc import Callable

import pytest

from chaos import oracle
from kit.chaos_scenes import Scene
from tasted.system.files import private_folder


def _plant_a_temporary_file(scene: Scene) -> None:
    private_folder(scene.home.state / "requests")
    (scene.home.state / "requests" / ".status.json.0123abcd.tmp").touch(0o600)


def _plant_a_temporary_file_in_the_inbox(scene: Scene) -> None:
    (scene.home.inbox / "liked" / ".x.png.0123abcd.tmp").touch(0o600)


def _plant_words(scene: Scene) -> None:
    (scene.home.outbox / "words.json").touch(0o600)


def _plant_a_stranger(scene: Scene) -> None:
    (scene.home.outbox / "anna" / "notes.txt").touch(0o600)


def _plant_half_a_page(scene: Scene) -> None:
    scene.home.page_file.touch(0o600)
    scene.home.page_file.write_text("<!DOCTYPE html>", "utf-8")


def _plant_a_page_elsewhere(scene: Scene) -> None:
    page = scene.home.outbox / "anna" / "results.html"
    page.touch(0o600)
    page.write_text("</html>\n", "utf-8")


def _plant_a_document_of_no_schema(scene: Scene) -> None:
    document = json.loads((scene.home.outbox / "a.png.json").read_bytes())
    document["verdict"] = "perhaps"
    file = scene.home.outbox / "other.json"
    file.touch(0o600)
    file.write_text(json.dumps(document), "utf-8")


def _plant_a_readable_sidecar(scene: Scene) -> None:
    (scene.home.outbox / "a.png.json").chmod(0o644)


def _plant_an_open_folder(scene: Scene) -> None:
    (scene.home.outbox / "anna").chmod(0o755)


def _plant_an_open_log(scene: Scene) -> None:
    (scene.home.logs / "tasted.log").touch(0o644)


def _plant_a_misplaced_sidecar(scene: Scene) -> None:
    folder = private_folder(scene.home.outbox / "elsewhere")
    shutil.move(scene.home.outbox / "a.png.json", folder)


def _plant_our_junk(scene: Scene) -> None:
    """Junk that a user wrote over the sidecar of a file that is there must be replaced."""
    (scene.home.outbox / "a.png.json").write_bytes(b"{}")
    scene.journal.junk["a.png.json"] = b"{}"


@pytest.mark.parametrize(
    "plant",
    [
        _plant_a_temporary_file,
        _plant_a_temporary_file_in_the_inbox,
        _plant_words,
        _plant_a_stranger,
        _plant_half_a_page,
        _plant_a_page_elsewhere,
        _plant_a_document_of_no_schema,
        _plant_a_readable_sidecar,
        _plant_an_open_folder,
        _plant_an_open_log,
        _plant_a_misplaced_sidecar,
        _plant_our_junk,
    ],
)
def test_what_should_not_be_there_is_found(scene: Scene, plant: Callable[[Scene], None]) -> None:
    """Strangers in the outbox, what writes left behind, and modes for others."""
    plant(scene)
    assert len(oracle.invalid(scene.evidence(), scene.journal)) == 1


def test_our_own_junk_of_a_deleted_file_is_nobodys_fault(scene: Scene) -> None:
    """A sidecar that the harness spoiled stays spoiled when its picture is gone."""
    _plant_our_junk(scene)
    (scene.home.inbox / "a.png").unlink()
    assert oracle.invalid(scene.evidence(), scene.journal) == []
