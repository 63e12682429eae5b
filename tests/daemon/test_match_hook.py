"""What the user's program is handed, and how many runs there can be."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from structlog.testing import capture_logs

from kit.hooks import NotingProgram
from kit.sidecars import profile, scored
from kit.waiting import eventually
from tasted.config import Settings
from tasted.config.sections import HooksSettings
from tasted.daemon.match_hook import MatchHook
from tasted.notify.hook_program import HookProgram
from tasted.outbox.sidecar import Sidecar

_INBOX = Path("/home/anna/Tasted/inbox")


@contextmanager
def hooked(*arguments: str, runs_rest: bool = True, waiting_max: int = 100) -> Iterator[MatchHook]:
    """Run this program for what the block scores."""
    settings = Settings(hooks=HooksSettings.model_validate({"on_match": arguments}))
    hook = MatchHook(
        lambda: settings,
        _INBOX,
        program=HookProgram(deadline_seconds=600),
        waiting_max=waiting_max,
    )
    try:
        yield hook
    finally:
        hook.close(runs_rest=runs_rest)


def test_each_match_is_handed_over_whole_and_in_order(tmp_path: Path) -> None:
    """The picture's place, and the very document of the outbox; nothing is put into arguments."""
    program = NotingProgram(tmp_path)
    shots = [scored("a b.png", strong=True, summary="Anna; $(rm)"), profile("anna/", "anna/1.png")]
    with hooked(program.path, "{picture}", "$picture") as hook:
        for document in (shots[0], scored("b.png", verdict="no_match", is_match=False), shots[1]):
            hook.scored(document)
    (first, said), (second, last) = program.calls()
    assert first == second == ["{picture}", "$picture"]
    assert said["event"] == "match"
    assert said["strong"] is True
    assert said["picture"] == "/home/anna/Tasted/inbox/a b.png"
    assert Sidecar.model_validate(said["result"]) == shots[0]
    assert last["result"]["kind"] == "profile"
    assert last["picture"] == "/home/anna/Tasted/inbox/anna"


def test_a_name_that_is_no_text_arrives_in_hex(tmp_path: Path) -> None:
    """JSON cannot hold it: it is shown with a mark, and its bytes are in the document."""
    program = NotingProgram(tmp_path)
    with hooked(program.path) as hook:
        source = scored().source.model_copy(
            update={"path": "a\ufffd.png", "path_hex": "61ff2e706e67"}
        )
        hook.scored(scored(source=source))
    (_given, said) = program.calls()[0]
    assert said["picture"].endswith("/a\ufffd.png")
    assert said["result"]["source"]["path_hex"] == "61ff2e706e67"


def test_without_a_program_there_is_no_thread() -> None:
    """Off by default, at no cost."""
    with hooked() as hook:
        hook.scored(scored())
        assert hook._thread is None


def test_row_66_a_backlog_waits_in_a_queue_with_an_end(tmp_path: Path) -> None:
    """Those beyond it are counted in the log; an end by a person waits for no run."""
    program = NotingProgram(tmp_path, sleeps=600)
    with capture_logs() as logs, hooked(program.path, runs_rest=False, waiting_max=3) as hook:
        hook.scored(scored())
        eventually(program.calls)
        for _time in range(10):
            hook.scored(scored())
        assert len(hook._waiting) == 3
    assert len(program.calls()) == 1
    assert [line["count"] for line in logs if line["event"] == "matches_not_handed_over"] == [7]


def test_row_66_a_program_that_fails_is_logged_once_and_run_again(tmp_path: Path) -> None:
    """No other match suffers; the log has no line for each."""
    program = NotingProgram(tmp_path, status=2)
    with capture_logs() as logs, hooked(program.path) as hook:
        for _time in range(3):
            hook.scored(scored())
        eventually(lambda: len(program.calls()) == 3)
        eventually(lambda: not hook._waiting)
    failures = [line for line in logs if line["event"] == "hook_failed"]
    assert len(failures) == 1
    assert "exit status 2" in failures[0]["why"]
    assert "inbox" not in str(logs)


def test_an_unforeseen_failure_ends_nothing_but_the_runs(tmp_path: Path) -> None:
    """The threads that work go on telling a hook that is gone."""

    class Broken(HookProgram):
        """A program with a mistake in it."""

        def run(self, arguments: object, given: bytes) -> float:
            """Fail."""
            raise ZeroDivisionError(arguments, given)

    settings = Settings(hooks=HooksSettings.model_validate({"on_match": ["/bin/true"]}))
    hook = MatchHook(lambda: settings, tmp_path, program=Broken())
    with capture_logs() as logs:
        hook.scored(scored())
        thread = hook._thread
        assert thread is not None
        eventually(lambda: not thread.is_alive())
        hook.scored(scored())
        hook.close(runs_rest=False)
    assert [line["event"] for line in logs] == ["match_hook_failed"]
