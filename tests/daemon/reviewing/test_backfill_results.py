"""The page and the API show results of backfills, which the inbox knows nothing of."""

from pathlib import Path

import pytest

from kit.drawings import drawing
from kit.inbox_files import PNG
from kit.quick_backfill import backfilled
from tasted.daemon.reviewing.backfill_results import BackfillResults
from tasted.engine.previews import PreviewMaker
from tasted.engine.reading_files import InboxReader
from tasted.errors import NotFound
from tasted.home.layout import Home
from tasted.rpc.asking_messages import MakePreview, PreviewMade, PreviewRefused
from tasted.rpc.review_messages import ListResults
from tasted.system.files import content_id


def results_of(home: Home) -> BackfillResults:
    """Return what nobody has looked at yet."""
    return BackfillResults(
        home,
        judgement_of=lambda _content: None,
        etag_of=lambda _content: "e",
        judged=tuple,
    )


def test_results_are_listed_shown_and_read_again_when_there_are_more(
    home: Home, tmp_path: Path
) -> None:
    """Pictures have links that name the backfill; its version is told."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(PNG + str(number).encode())
    backfilled(home, folder)
    results = results_of(home)
    assert results.names() == ["@photos"]
    page = results.view("@photos").page(ListResults(limit=2))
    assert page["version"] == "quick"
    assert page["counts"] == {"unsure": 3}
    (first, _second) = page["items"]
    assert first["pictures"][0]["href_320"].endswith("size=320&in=@photos")
    following = results.view("photos").page(ListResults(cursor=page["next"]))
    assert len(following["items"]) == 1
    content = content_id(PNG + b"1")
    one = results.view("photos").one(content, [])
    assert one["result"]["name"] == "1.png"
    assert results.file("@photos", "1.png") == folder / "1.png"
    (folder / "new.png").write_bytes(PNG + b"new")
    backfilled(home, folder)
    assert results.view("@photos").page(ListResults())["counts"] == {"unsure": 4}
    results.forget()
    for name in ("@other", "../photos", "@"):
        with pytest.raises(NotFound):
            results.view(name)


def test_a_picture_of_a_tree_is_made_anew_as_long_as_it_is_that(tmp_path: Path) -> None:
    """Nothing is read through a link, and another content is not shown."""
    data = drawing("forest", seed=1)
    (tmp_path / "liked").mkdir()
    (tmp_path / "liked" / "a.png").write_bytes(data)
    (tmp_path / "link").symlink_to(tmp_path / "liked")
    maker = PreviewMaker(
        InboxReader(tmp_path / "nowhere", max_bytes=10_000_000),
        max_pixels=10_000_000,
        max_bytes=10_000_000,
        views_of=lambda _content: (),
        is_ignored=lambda _content: False,
    )

    def made(path: str, content: str, root: Path = tmp_path) -> object:
        return maker.make(MakePreview(path, content, "320", None, str(root)))

    assert isinstance(made("liked/a.png", content_id(data)), PreviewMade)
    assert isinstance(made("liked/a.png", "0" * 64), PreviewRefused)
    assert isinstance(made("link/a.png", content_id(data)), PreviewRefused)
    assert isinstance(made("gone.png", content_id(data)), PreviewRefused)
