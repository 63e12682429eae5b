"""Port, secrets and start links of a home: private, and a link works once."""

import stat
import threading
from pathlib import Path

import pytest

from tasted.home.layout import Home
from tasted.home.web_files import START_SECONDS, WebFiles


@pytest.fixture
def files(home: Home) -> WebFiles:
    """The files of a home that never had any."""
    return WebFiles(home.root, home.web)


def _token(link: str) -> str:
    return link.partition("token=")[2]


def test_nothing_is_there_before_it_is_asked_for(home: Home, files: WebFiles) -> None:
    """A home whose page nobody asked for has no port, and no folder for one."""
    assert files.port() is None
    assert not home.web.exists()


def test_all_of_it_is_private(home: Home, files: WebFiles) -> None:
    """The folder is 0700, and every file in it 0600."""
    files.remember_port(40_000)
    files.secret()
    files.bearer()
    files.leave_start_link(40_000)
    assert stat.S_IMODE(home.web.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in home.web.iterdir()} == {0o600}
    assert len(list(home.web.iterdir())) == 5


def test_what_was_made_stays(home: Home, files: WebFiles) -> None:
    """Port, secret and token are the same for every process of the home."""
    files.remember_port(40_001)
    again = WebFiles(home.root, home.web)
    assert again.port() == 40_001
    assert again.secret() == files.secret()
    assert again.bearer() == files.bearer()
    assert len(files.secret()) == 32


@pytest.mark.parametrize("text", ["", "x", "0", "65536", "-1", "1\n2", "\u0661"])
def test_a_port_that_is_none_is_not_used(home: Home, files: WebFiles, text: str) -> None:
    """What somebody wrote into the file is a port, or as if there were none."""
    files.remember_port(40_000)
    (home.web / "port").write_text(text, "utf-8")
    assert files.port() is None


def test_an_empty_secret_is_made_anew(home: Home, files: WebFiles) -> None:
    """A file that a full disk left empty signs nothing."""
    files.secret()
    (home.web / "secret").write_bytes(b"")
    assert len(files.secret()) == 32


def test_a_start_link_works_once(files: WebFiles) -> None:
    """The second one to come with a token stays out."""
    token = _token(files.leave_start_link(40_000).link)
    assert files.spend(token)
    assert not files.spend(token)


def test_row_59_of_many_at_once_one_gets_in(files: WebFiles) -> None:
    """Whoever removes the file has the link."""
    token = _token(files.leave_start_link(40_000).link)
    barrier, spent = threading.Barrier(8), []

    def try_it() -> None:
        barrier.wait()
        spent.append(files.spend(token))

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(spent) == [False] * 7 + [True]


def test_a_start_link_ends_after_a_minute(home: Home) -> None:
    """A link that was left lying about lets nobody in, nor one from the future."""
    for later in (START_SECONDS + 5, -30.0):
        files = WebFiles(home.root, home.web)
        token = _token(files.leave_start_link(40_000).link)
        now = (home.web / "port").parent.stat().st_mtime + later
        assert not WebFiles(home.root, home.web, now=lambda now=now: now).spend(token)


@pytest.mark.parametrize("token", ["", "x", "../secret", "A" * 43, "A" * 44, "\u0660" * 43])
def test_a_token_that_nobody_made_opens_nothing(home: Home, files: WebFiles, token: str) -> None:
    """And it removes nothing."""
    files.secret()
    files.leave_start_link(40_000)
    before = sorted(home.web.iterdir())
    assert not files.spend(token)
    assert sorted(home.web.iterdir()) == before


def test_the_page_that_leads_to_a_link_goes_with_it(home: Home, files: WebFiles) -> None:
    """The link stands in a private page, which is gone once it was followed."""
    start = files.leave_start_link(40_000)
    assert start.link in start.page.read_text("utf-8")
    assert files.spend(_token(start.link))
    assert not start.page.exists()


def test_renewing_ends_everything(home: Home, files: WebFiles) -> None:
    """New secrets, and no link of before."""
    secret, bearer = files.secret(), files.bearer()
    start = files.leave_start_link(40_000)
    assert files.renew() != bearer
    assert files.secret() != secret
    assert not files.spend(_token(start.link))
    assert not start.page.exists()


def test_two_processes_make_one_secret(home: Home, tmp_path: Path) -> None:
    """Whoever comes second takes what the first made."""
    made: list[bytes] = []
    barrier = threading.Barrier(6)

    def make() -> None:
        barrier.wait()
        made.append(WebFiles(home.root, home.web).secret())

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1
