"""models.json when several write it at a time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tasted.embedding.models.registry import (
    forget,
    list_downloads,
    list_recorded,
    note_downloads,
    record,
)

_WRITERS = 6
_MODELS = 8


def test_what_several_write_at_a_time_is_all_there(tmp_path: Path) -> None:
    """Models that are added, files that are fetched, and models that are forgotten."""
    models_file = tmp_path / ".tasted" / "models.json"
    place = {"models_file": models_file, "home_root": tmp_path}
    for number in range(_WRITERS):
        record(f"old-{number}", tmp_path / "old", None, **place)

    def write(writer: int) -> None:
        for number in range(_MODELS):
            record(f"model-{writer}-{number}", tmp_path / f"{number}", None, **place)
            note_downloads(tmp_path / "cache", [f"file-{writer}-{number}"], **place)
        assert forget(f"old-{writer}", models_file=models_file)
        assert not forget(f"old-{writer}", models_file=models_file)

    with ThreadPoolExecutor(_WRITERS) as threads:
        list(threads.map(write, range(_WRITERS)))
    wanted = {f"{writer}-{number}" for writer in range(_WRITERS) for number in range(_MODELS)}
    assert set(list_recorded(models_file, tmp_path)) == {f"model-{name}" for name in wanted}
    downloads = list_downloads(models_file, tmp_path)
    assert set(downloads[tmp_path / "cache"]) == {f"file-{name}" for name in wanted}
    assert [file.name for file in models_file.parent.iterdir()] == ["models.json"]
