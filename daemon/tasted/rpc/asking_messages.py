"""What the light process asks the engine for somebody who is judging pictures. Pure.

    ChooseCards  → CardsChosen                     what to show next
    TakeAnswers  → AnswersTaken                    what was answered, and the scores that follow
    MakePreview  → PreviewMade, PreviewRefused     a picture, made anew to be shown

They come between two files of a batch, for somebody waits. None of them loads the model, writes the
library or fits a taste. Each names all the answers that the fit in force may not know, so that an
engine that was just started answers as the one before it.
"""

from base64 import b64decode, b64encode
from typing import Literal, TypeAlias

from tasted.inbox.naming import refuse_climbing
from tasted.plain_dataclass import dataclass
from tasted.rpc.messages import EngineAnswer, EngineRequest

CardChoice = Literal["ask", "typical", "explore", "best", "recheck", "duel"]
"""How a card was chosen, in the words of the feedback log."""
PreviewSize = Literal["320", "1600", "full", "png160", "png640"]
"""The longer side of a preview in pixels at most; never larger than the picture."""


@dataclass(frozen=True, slots=True)
class PoolPicture:
    """A picture, or a profile as one, that may be asked about.

    Raises:
        ValueError: when the path climbs out of the inbox.
    """

    id: str
    """What its sidecar says of its content: sha256 of the file, or what stands for its photos."""
    contents: tuple[str, ...]
    """sha256 of the picture, or of each photo that counts."""
    path: str
    """Relative to the inbox; of a profile its folder, with the slash."""

    def __post_init__(self) -> None:
        refuse_climbing(self.path.removesuffix("/"))


@dataclass(frozen=True, slots=True)
class AnsweredPicture:
    """What somebody says of a picture or profile now."""

    picture: PoolPicture
    liked: bool | None
    """None: nothing any more, the answer was taken back."""


# ---- what to show next ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TrialOfRecipes:
    """Which two recipes are to predict each answer."""

    challenger: str
    """`seed`, `taste`, or the name of a model."""
    recipe: str
    """Its id, as it was when the trial began: another one is another recipe."""
    in_force: str
    """The id of the recipe that decides."""


@dataclass(frozen=True, slots=True)
class CardTrial:
    """What the recipe on trial says of a card before the answer."""

    recipe: str
    probability: float
    """Of a like, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class ChosenCard:
    """A card, and what the taste says of it before the answer."""

    picture: PoolPicture
    chosen_by: CardChoice
    propensity: float | None
    """Probability of the draw; None where there was none."""
    probability: float | None
    """Of a like, in [0, 1]; None where the labels do not identify it."""
    percentile: float | None
    """Share of the history that ranks lower, in [0, 1]."""
    verdict: str | None
    """As `Verdict`; None where the scorer in use gives none here."""
    version: str
    """As in "v12 + 7 answers"."""
    recipe: str | None = None
    """The id of the recipe that decides."""
    trial: CardTrial | None = None
    """None: nothing is on trial, or it has no opinion on this picture."""


@dataclass(frozen=True, slots=True)
class CardsChosen(EngineAnswer):
    """The next cards, in the order in which they are to be shown."""

    cards: tuple[ChosenCard, ...] = ()
    """Fewer than asked for where the pool is at its end."""
    version: str = ""
    """As in "v12 + 7 answers"."""


@dataclass(frozen=True, slots=True)
class ChooseCards(EngineRequest[CardsChosen]):
    """More cards for a queue. Cards that were chosen before are never taken back by this."""

    answer_types = (CardsChosen,)

    pool: tuple[PoolPicture, ...]
    """Scored, not judged and not excluded; what waits in the queue may be among them."""
    queued: tuple[str, ...]
    """Ids of the cards that wait in the queue: not chosen again, and nothing like them."""
    count: int
    first: int
    """How many cards of this queue were chosen before."""
    seed: int
    """Of the queue: equal seeds draw alike."""
    answers: tuple[AnsweredPicture, ...] = ()
    """What was answered and may not be part of the fit in force; the engine knows what is."""
    rechecks: tuple[PoolPicture, ...] = ()
    """Judged pictures that may be asked once more; few, or none to ask none."""
    kinds: tuple[CardChoice, ...] = ()
    """The only kinds of cards wanted; empty: the usual mixture."""
    trial: TrialOfRecipes | None = None
    """Passed over when one of its recipes is no more, or a version is held."""


# ---- what was answered ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnswersTaken(EngineAnswer):
    """The scores after the answers. They are provisional, until a taste is fitted to them."""

    probabilities: dict[str, float | None]
    """By id, of what was asked for and is known; None where the labels do not identify it."""
    version: str
    """As in "v12 + 7 answers"."""
    liked: int
    """How many labels there are with the answers."""
    rejected: int


@dataclass(frozen=True, slots=True)
class TakeAnswers(EngineRequest[AnswersTaken]):
    """All answers that the fit in force may not know; those of before count no longer."""

    answer_types = (AnswersTaken,)

    answers: tuple[AnsweredPicture, ...]
    asked: tuple[str, ...] = ()
    """Ids of the last pool whose scores are wanted."""


# ---- pictures -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PreviewMade(EngineAnswer):
    """A picture, encoded anew: its pixels and nothing else of the file."""

    media_type: str
    width: int
    height: int
    data: str
    """In base64."""

    @classmethod
    def of(cls, data: bytes, *, media_type: str, width: int, height: int) -> "PreviewMade":
        """Return the answer that carries these bytes."""
        return cls(media_type, width, height, b64encode(data).decode("ascii"))

    def content(self) -> bytes:
        """Return the bytes.

        Raises:
            ValueError: when it is not base64.
        """
        return b64decode(self.data, validate=True)


@dataclass(frozen=True, slots=True)
class PreviewRefused(EngineAnswer):
    """There is no such picture to show."""

    code: str
    """`gone`: no file there holds that content; or that of an `ItemError`."""
    message: str
    remedy: str


PreviewAnswer: TypeAlias = PreviewMade | PreviewRefused


@dataclass(frozen=True, slots=True)
class MakePreview(EngineRequest[PreviewAnswer]):
    """A picture of the inbox, as long as it is what it was.

    Raises:
        ValueError: when the path climbs out of the inbox.
    """

    answer_types = (PreviewMade, PreviewRefused)

    path: str
    """Relative to the inbox, or to `root`."""
    content_id: str
    """What the file must hold."""
    size: PreviewSize
    view: int | None = None
    """Which of its views; None: the whole picture."""
    root: str | None = None
    """Absolute path of a folder of a backfill; None: the inbox."""

    def __post_init__(self) -> None:
        refuse_climbing(self.path)
