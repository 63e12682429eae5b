"""What may stand after the question mark of a path, as pydantic models. Pure."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tasted.review.api.schemas import CONTENT_ID, RandomId

SINCE = r"^(\d{1,6}[mhdw]|\d{4}-\d{2}-\d{2}([T ][0-9:.]{1,15}(Z|[+-]\d{2}:?\d{2})?)?)$"
CURSOR = r"^[A-Za-z0-9_-]{1,64}$"


BACKFILL = r"^@?[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$"


class Query(BaseModel):
    """Parameters come as text; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoQuery(Query):
    """No parameter at all."""


class QueueQuery(Query):
    """How many cards, and of which kinds."""

    count: Annotated[int, Field(ge=1, le=24)] = 12
    kinds: Annotated[str, Field(pattern=r"^[a-z]{1,10}(,[a-z]{1,10}){0,5}$")] | None = Field(
        default=None, description="Some of ask, explore, best, with commas between."
    )
    window: RandomId | None = None


class FeedbackQuery(Query):
    """Which events."""

    after: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="Only events with a greater number."
    )
    before: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="Only events with a smaller number: `next` of a former page."
    )
    content: Annotated[str, Field(pattern=CONTENT_ID)] | None = None
    session: RandomId | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class AmongQuery(Query):
    """Whose results: those of the inbox, or of a backfill."""

    in_: Annotated[str, Field(pattern=BACKFILL)] | None = Field(
        default=None, alias="in", description="A backfill, as @photos; none means the inbox."
    )


class ResultsQuery(AmongQuery):
    """Which results, and in which order."""

    sort: Literal["rank", "date", "ask"] = "rank"
    verdict: Literal["match", "no_match", "unsure", "error"] | None = None
    judged: Literal["liked", "rejected", "yes", "no"] | None = None
    since: Annotated[str, Field(pattern=SINCE)] | None = Field(
        default=None, description="A span like 2h or 3d, or a time."
    )
    q: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Words of the name, or of the person's name."
    )
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(pattern=CURSOR)] | None = None
    former: bool = Field(
        default=False,
        description="Only what is still scored by a former model, while the model is changed.",
    )


class PictureQuery(AmongQuery):
    """How large: the longer side in pixels, or as it is."""

    size: Literal["320", "1600", "full", "png160", "png640"] = Field(
        default="1600",
        description="JPEG, but for `png160` and `png640`, which are for terminals.",
    )


class CompareQuery(Query):
    """Two versions, as `12` or `v12`."""

    a: Annotated[str, Field(pattern=r"^v?\d{1,6}$")]
    b: Annotated[str, Field(pattern=r"^v?\d{1,6}$")]


class UploadQuery(Query):
    """For a bare picture as the body; with multipart these are fields."""

    keep: bool = Field(default=False, description="Put it into the inbox.")


class EventsQuery(Query):
    """From where on, where no `Last-Event-ID` tells it."""

    after: Annotated[str, Field(pattern=r"^\d{1,18}$")] | None = None


class ChangesQuery(Query):
    """From where on."""

    after: Annotated[str, Field(pattern=r"^\d{1,18}$")] | None = None
