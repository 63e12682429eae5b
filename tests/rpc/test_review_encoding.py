"""Messages between the web child and the light process, to JSON and back."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.rpc import review_messages
from tasted.rpc.framing import FrameError
from tasted.rpc.review_encoding import (
    UnknownCallError,
    answer_frame,
    call_frame,
    call_from,
    review_answer_from,
)
from tasted.rpc.review_messages import (
    CallDone,
    CallRefused,
    GiveAnswer,
    GiveQueue,
    Happened,
    PictureGiven,
    ReviewCall,
    ReviewHello,
    UploadChunk,
)

_CALLS = [
    kind
    for kind in vars(review_messages).values()
    if isinstance(kind, type) and issubclass(kind, ReviewCall) and kind is not ReviewCall
]
_VALUES = {"str": "a", "int": 7, "bool": True, "float": 0.5, "tuple[str, ...]": ("a",)}


@pytest.mark.parametrize("kind", _CALLS, ids=lambda kind: kind.__name__)
def test_every_call_comes_back_as_it_was(kind: type[ReviewCall]) -> None:
    """With every field set, through JSON."""
    types = {field.name: str(field.type) for field in fields(kind)}  # type: ignore[arg-type]
    named = {
        name: _VALUES[text.removeprefix("<class '").removesuffix("'>").removesuffix(" | None")]
        for name, text in types.items()
    }
    call = kind(**named)
    assert call_from(json.loads(json.dumps(call_frame(3, call)))) == (3, call)


@pytest.mark.parametrize(
    "answer",
    [
        ReviewHello(1, "00", "t", "1", 2, 3, 4.0),
        CallDone(1, {"a": [1, {"b": None}]}),
        CallRefused(2, "not_found", "There is none.", "Look again."),
        PictureGiven(3, "image/webp", "AAEC"),
        Happened("judged", {"seq": 1}, 1),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_every_answer_comes_back_as_it_was(answer: CallDone) -> None:
    """Through JSON."""
    assert review_answer_from(json.loads(json.dumps(answer_frame(answer)))) == answer


def test_a_call_of_another_version_is_refused_by_its_number() -> None:
    """The child is told, and does not wait for ever."""
    for frame in (
        {"type": "Erase", "number": 5, "call": {}},
        {"type": "GiveQueue", "number": 5, "call": {"count": "many"}},
        {"type": "GiveQueue", "number": 5, "call": {}},
    ):
        with pytest.raises(UnknownCallError) as refused:
            call_from(frame)
        assert refused.value.number == 5


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["type", "number", "call", "body", "data"]), _JSON))
def test_whatever_comes_is_a_message_or_an_error(message: dict[str, object]) -> None:
    """Nothing else leaves the parser."""
    for parse in (call_from, review_answer_from):
        with pytest.raises(FrameError):
            parse(message)


@given(st.binary(max_size=300))
def test_bytes_travel_whole(data: bytes) -> None:
    """A part of an upload is what was sent."""
    chunk = UploadChunk.of("u", data)
    _number, call = call_from(call_frame(1, chunk))
    assert isinstance(call, UploadChunk)
    assert call.content() == data


def test_bytes_that_are_none_are_an_error() -> None:
    """Base64 is taken strictly."""
    with pytest.raises(FrameError):
        UploadChunk("u", "@@").content()
    with pytest.raises(FrameError):
        PictureGiven(1, "image/webp", "a").content()


def test_an_answer_says_where_it_came_from() -> None:
    """What is not named otherwise came through the API."""
    assert GiveAnswer("0" * 64, "like").via == "api"
    assert GiveQueue(3).kinds == ()
