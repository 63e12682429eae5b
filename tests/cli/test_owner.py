"""Commands ask whoever owns the home, and do by themselves what nobody does for them."""

import threading
from typing import Any

import pytest

from kit.children import running_python
from kit.waiting import eventually
from tasted.cli.owner import ask_owner
from tasted.daemon.shared.requests import failure, waiting_requests, write_answer
from tasted.errors import DiskFull
from tasted.home.layout import Home
from tasted.home.lock import hold_lock

# what `tasted score` does without a daemon: it owns the home and hears nobody
_OWN = """
import pathlib, sys
from tasted.home.layout import Home
from tasted.home.lock import hold_lock
with hold_lock(Home(pathlib.Path(sys.argv[1]))):
    print("owned", flush=True)
    sys.stdin.read()
"""


def test_nobody_is_asked_where_nobody_is(home: Home) -> None:
    """Without an owner no request is left behind."""
    assert ask_owner(home, "rebuild") is None
    assert not list(home.requests.iterdir())


def test_a_command_that_owns_the_home_is_waited_for(home: Home) -> None:
    """It answers nobody; who waited takes the request back and does the work by itself."""
    answers: list[dict[str, Any] | None] = []
    with running_python(_OWN, str(home.root)) as owner:
        assert owner.stdout is not None
        assert owner.stdin is not None
        assert owner.stdout.readline() == "owned\n"
        asker = threading.Thread(target=lambda: answers.append(ask_owner(home, "rebuild")))
        asker.start()
        eventually(lambda: list(home.requests.glob("*.json")))
        assert not answers
        owner.stdin.close()
        asker.join(60)
    assert answers == [None]
    assert not list(home.requests.iterdir())


@pytest.mark.parametrize("fails", [False, True])
def test_a_daemon_that_owns_the_home_answers(home: Home, *, fails: bool) -> None:
    """Its answer comes back, and its error is raised again."""
    full = DiskFull("The disk is full.", remedy="Free some space.")

    def serve() -> None:
        (request,) = eventually(lambda: list(waiting_requests(home.requests, answered=set())))
        write_answer(home.requests, request.id, failure(full) if fails else {"learnt": 3})

    with hold_lock(home):
        daemon = threading.Thread(target=serve)
        daemon.start()
        if fails:
            with pytest.raises(DiskFull, match="full"):
                ask_owner(home, "rebuild")
        else:
            assert ask_owner(home, "rebuild") == {"learnt": 3}
        daemon.join()
