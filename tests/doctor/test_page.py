"""The doctor looks at the page for judging: who listens, and who may read its secrets."""

import socket
from dataclasses import replace

import pytest

from kit.doctor_facts import HEALTHY
from tasted.doctor.checks_page import check_page
from tasted.doctor.facts import PageFacts
from tasted.doctor.finding import Level
from tasted.doctor.page_facts import gather_page
from tasted.home.layout import Home
from tasted.home.web_files import WebFiles


@pytest.mark.parametrize(
    ("page", "owner", "level", "words"),
    [
        (PageFacts(), 1, Level.FINE, "no port is open"),
        (PageFacts(40_000, is_listened_on=True), 1, Level.FINE, "http://127.0.0.1:40000;"),
        (PageFacts(40_000), None, Level.FINE, "when tasted runs"),
        (PageFacts(40_000), 1, Level.NOTE, "nothing listens"),
        (PageFacts(40_000, is_listened_on=True), None, Level.NOTE, "Another program"),
        (PageFacts(40_000, open_files=(".tasted/web",)), 1, Level.WRONG, ".tasted/web"),
    ],
)
def test_the_page_is_checked(page: PageFacts, owner: int | None, level: Level, words: str) -> None:
    """Whether it can be reached, by whom, and what to do."""
    (finding,) = check_page(replace(HEALTHY, page=page, owner=owner))
    assert finding.level is level
    assert words in finding.what
    assert bool(finding.remedy) is (level is not Level.FINE)


def test_a_page_that_was_never_asked_for_leaves_nothing(home: Home) -> None:
    """Neither a port nor a folder."""
    assert gather_page(home) == PageFacts()


def test_whoever_listens_is_seen_without_a_visit(home: Home) -> None:
    """A connection would start the page."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        WebFiles(home.root, home.web).remember_port(port)
        assert gather_page(home) == PageFacts(port, is_listened_on=True)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert gather_page(home) == PageFacts(port, is_listened_on=False)


def test_what_others_may_read_is_named(home: Home) -> None:
    """The folder, and each file in it."""
    files = WebFiles(home.root, home.web)
    files.bearer()
    assert gather_page(home).open_files == ()
    (home.web / "token").chmod(0o644)
    assert gather_page(home).open_files == (".tasted/web/token",)
    home.web.chmod(0o755)
    assert gather_page(home).open_files == (".tasted/web", ".tasted/web/token")
