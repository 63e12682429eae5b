"""The bodies of the API: what is refused, and what an answer may not hold."""

import pytest
from pydantic import BaseModel, ValidationError

from tasted.review.api import result_schemas, schemas, taste_schemas
from tasted.review.api.schemas import FeedbackRequest, QueuedCard, UndoRequest

_BODIES = [
    kind
    for module in (schemas, result_schemas, taste_schemas)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not BaseModel
]


@pytest.mark.parametrize(
    "body",
    [
        '{"answer": "love"}',
        '{"answer": "like", "path": "/etc/passwd"}',
        '{"answer": "like", "blind": "yes"}',
        '{"answer": "like", "shown_ms": -1}',
        '{"answer": "like", "window": "../../x"}',
        '{"answer": 1}',
        "{}",
    ],
)
def test_a_strange_answer_is_refused(body: str) -> None:
    """Unknown words, fields and types are errors, never guessed at."""
    with pytest.raises(ValidationError):
        FeedbackRequest.model_validate_json(body)


def test_an_answer_may_be_bare() -> None:
    """A script needs to send nothing but the answer."""
    assert FeedbackRequest.model_validate_json('{"answer": "none"}').answer == "none"


def test_what_is_taken_back_is_named_by_form() -> None:
    """An id of an event has one form, so that it can name nothing else."""
    with pytest.raises(ValidationError):
        UndoRequest.model_validate_json('{"event": "../../.tasted/feedback/0001"}')


def test_a_card_tells_no_score() -> None:
    """An answer is blind: what is sent before it holds nothing that the taste thinks."""
    telling = {"probability", "percentile", "verdict", "score", "reasons", "summary", "strong"}
    assert not telling & QueuedCard.model_fields.keys()


@pytest.mark.parametrize("kind", _BODIES, ids=lambda kind: kind.__name__)
def test_every_body_refuses_what_it_does_not_know(kind: type[BaseModel]) -> None:
    """Answers are as strict as requests: what is not in the schema is not sent."""
    assert kind.model_config["extra"] == "forbid"
