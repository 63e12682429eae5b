"""The oracle finds scores that nobody needed, in the story that the logs of both processes tell."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chaos import oracle
from chaos.evidence import Event, read_events
from chaos.journal import Ask, Key, Proof

ONE = Key("c1", None, "t1", "e1")
TWO = Key("c2", None, "t1", "e1")


def _judged(at: float, key: Key = ONE) -> Event:
    return Event(at, "judged", "a.png", key)


def _kept(at: float, key: Key | None = ONE) -> Event:
    return Event(at, "kept", "a.png", key)


DONE = [_judged(1), _kept(2)]


def _doubled(
    *events: Event, asks: tuple[Ask, ...] = (), proofs: tuple[Proof, ...] = ()
) -> list[str]:
    return oracle.doubled([*DONE, *events], list(asks), list(proofs))


def test_a_second_score_of_the_same_is_found() -> None:
    """A file whose sidecar is current was scored again, once by each of two lives."""
    assert len(_doubled(_judged(3))) == 1
    assert len(_doubled(_judged(3), _kept(4), _judged(5))) == 2


def test_a_second_score_is_found_though_its_sidecar_was_never_logged() -> None:
    """A daemon that is killed right after the rename says nothing, but the outbox does."""
    events = [_judged(1), _judged(3)]
    assert len(oracle.doubled(events, [], [Proof(2, {"a.png": ONE})])) == 1
    assert oracle.doubled(events, [], [Proof(2, {})]) == []


@pytest.mark.parametrize(
    ("asks", "found"),
    [
        ([Ask("a.png", 2.4, 2.6)], 0),
        ([Ask(None, 2.4, 2.6)], 0),
        ([Ask("other.png", 2.4, 2.6)], 1),
        ([Ask("a.png", 3.4, 3.6)], 1),
        ([Ask("a.png", 0.4, 0.6)], 1),
    ],
    ids=["of this", "of everything", "of another", "too late", "answered before"],
)
def test_who_asks_gets_another_score(asks: list[Ask], found: int) -> None:
    """An ask excuses a score of that file which begins after it, until one was kept."""
    assert len(_doubled(_judged(3), asks=tuple(asks))) == found


def test_an_ask_is_answered_once() -> None:
    """The second score after one ask is one too many, unless the first was never kept."""
    ask = Ask("a.png", 2.4, 2.6)
    assert len(_doubled(_judged(3), _kept(4), _judged(5), asks=(ask,))) == 1
    assert _doubled(_judged(3), _judged(5), asks=(ask,)) == []


def test_another_content_or_an_error_between_excuses() -> None:
    """A score is needed when the sidecar that is there is of something else."""
    assert _doubled(_judged(3, TWO), _kept(4, TWO), _judged(5), _kept(6)) == []
    assert _doubled(_kept(3, None), _judged(4)) == []


def test_what_was_removed_is_scored_anew() -> None:
    """The sidecar went with its old name; when the name comes back a score is needed."""
    removed = Event(3, "removed", "a.png", None)
    assert _doubled(removed, _judged(4)) == []


def test_the_logs_are_read_in_the_order_of_time(tmp_path: Path) -> None:
    """Lines of both processes make one story; half a line of a killed one is passed over."""

    def line(second: int, event: str, **fields: Any) -> str:
        at = datetime(2026, 11, 24, 12, 0, second, tzinfo=UTC).isoformat()
        return json.dumps({"timestamp": at, "event": event, "path": "a.png", **fields})

    key = {"content": "c1", "text": None, "taste": "t1", "embedder": "e1"}
    (tmp_path / "tasted.log").write_text(
        "\n".join(
            [line(2, "kept", status="scored", **key), line(4, "removed"), line(5, "kept")[:20]]
        )
    )
    (tmp_path / "engine.log").write_text(
        "\n".join([line(1, "judged", **key), line(3, "model_loaded"), line(6, "judged", **key)])
    )
    events = read_events(tmp_path)
    assert [event.what for event in events] == ["judged", "kept", "removed", "judged"]
    assert [event.key for event in events] == [ONE, ONE, None, ONE]
    assert oracle.doubled(events, [], []) == []
