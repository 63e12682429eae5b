"""The messages between the web child and the light process as JSON objects, and back. Pure.

Whatever does not parse is a `FrameError`, as on the level of bytes below (`framing`).
"""

import dataclasses
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tasted.rpc import review_messages, training_messages
from tasted.rpc.framing import FrameError, Message
from tasted.rpc.review_messages import (
    CallDone,
    CallRefused,
    Happened,
    PictureGiven,
    ReviewAnswer,
    ReviewCall,
    ReviewHello,
)

_CALLS: dict[str, Any] = {
    name: kind
    for module in (review_messages, training_messages)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, ReviewCall) and kind is not ReviewCall
}
_ANSWERS: dict[str, Any] = {
    kind.__name__: kind for kind in (ReviewHello, CallDone, CallRefused, PictureGiven, Happened)
}


class UnknownCallError(FrameError):
    """A call of another version; its number is known, so that it can be refused.

    Args:
        number: of the call.
    """

    def __init__(self, number: int) -> None:
        super().__init__("a call that this version does not know")
        self.number = number


def call_frame(number: int, call: ReviewCall) -> Message:
    """Return the frame of a call."""
    fields = {
        field.name: getattr(call, field.name)
        for field in dataclasses.fields(call)  # type: ignore[arg-type]  # every call is a dataclass
    }
    return {"type": type(call).__name__, "number": number, "call": fields}


def call_from(message: Message) -> tuple[int, ReviewCall]:
    """Return the number and the call of a frame.

    Raises:
        UnknownCallError: when the call is of another version.
        FrameError: when it is no call at all.
    """
    number, name, fields = message.get("number"), message.get("type"), message.get("call")
    if type(number) is not int or not isinstance(name, str) or not isinstance(fields, dict):
        raise FrameError("a frame that is not a call")
    if name not in _CALLS:
        raise UnknownCallError(number)
    try:
        call: ReviewCall = _adapter(name).validate_python(fields)
    except (ValidationError, RecursionError) as error:
        raise UnknownCallError(number) from error
    return number, call


def answer_frame(answer: ReviewAnswer) -> Message:
    """Return the frame of what the light process sends."""
    fields = {field.name: getattr(answer, field.name) for field in dataclasses.fields(answer)}
    return {"type": type(answer).__name__, **fields}


def review_answer_from(message: Message) -> ReviewAnswer:
    """Return what the light process sent.

    Raises:
        FrameError: when it is not one of ours.
    """
    name = message.get("type")
    if not isinstance(name, str) or name not in _ANSWERS:
        raise FrameError(f"a message of the unknown type {name!r}")
    fields = {key: value for key, value in message.items() if key != "type"}
    try:
        answer: ReviewAnswer = _adapter(name).validate_python(fields)
    except (ValidationError, RecursionError) as error:
        raise FrameError(f"a {name} that cannot be read") from error
    return answer


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_CALLS[name] if name in _CALLS else _ANSWERS[name])
