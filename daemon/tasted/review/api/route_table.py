"""One entry of the API for each request that it answers: what comes in, what goes out. Pure.

The server and the OpenAPI document are both made from these entries.
"""

from collections.abc import Awaitable, Callable
from dataclasses import field
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from tasted.plain_dataclass import dataclass
from tasted.review.api.queries import NoQuery, Query
from tasted.review.api.schemas import AnswerBody, RequestBody


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that was checked."""

    request: Request
    query: Any
    """Of the query model of its entry."""
    body: Any
    """Of the body model of its entry; None where there is none."""
    path: dict[str, str]
    """The parts of the path that stand for something, checked by their patterns."""


Handler = Callable[[Asking], Awaitable[AnswerBody | Response]]


@dataclass(frozen=True, slots=True)
class PathPart:
    """A part of a path that stands for something."""

    pattern: str
    description: str


@dataclass(frozen=True, slots=True)
class ApiEntry:
    """One request and its answers."""

    method: str
    path: str
    """With `{name}` for each of `parts`."""
    name: str
    summary: str
    handler: Handler
    answer: type[AnswerBody] | None
    """Of status 200; None where the answer is no JSON."""
    query: type[Query] = NoQuery
    body: type[RequestBody] | None = None
    parts: dict[str, PathPart] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    """Codes of `problems.STATUSES` beside those that every request may get."""
    other_answers: dict[int, tuple[type[BaseModel] | None, str]] = field(default_factory=dict)
    """By status: the model of the body, if it has one, and what it means."""
    media_types: tuple[str, ...] = ()
    """Of an answer of status 200 that is no JSON."""
    takes_key: bool = False
    """Whether an Idempotency-Key makes the same request again harmless."""
    takes_etag: bool = False
    """Whether an If-Match is heeded."""
    takes_upload: bool = False
