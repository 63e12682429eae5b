"""An engine in this process, and a home whose pictures are of two families; without the model.

Server, library, fit and pipeline are the real ones; the embedder counts levels of colour.
"""

from collections.abc import Collection
from typing import TypeVar

import numpy as np
from PIL import Image

from kit.pictures import encoded
from kit.pixel_engine import PixelSums, load
from tasted.config import Settings
from tasted.embedding.models.weights import ModelFolder
from tasted.engine.server import EngineServer
from tasted.home.layout import Home
from tasted.rpc import framing
from tasted.rpc.asking_messages import CardsChosen, ChooseCards, PoolPicture
from tasted.rpc.encoding import answer_from, to_json
from tasted.rpc.messages import (
    EngineAnswer,
    EngineRequest,
    FileScored,
    PublishTaste,
    ReferencesMissing,
    RequestedFile,
    ScoreBatch,
    TastePublished,
)
from tasted.system.files import content_id

AnswerT = TypeVar("AnswerT", bound=EngineAnswer)


def drawn(number: int, *, bright: bool) -> bytes:
    """Draw a picture that no other number has, of one of two families."""
    random = np.random.default_rng(number)
    low = 130 if bright else 20
    return encoded(Image.fromarray(random.integers(low, low + 60, (24, 24, 3), np.uint8)), "PNG")


class Judging:
    """A home with scored pictures and labels, and its engine as somebody at the page asks it."""

    def __init__(self, home: Home, preferences: dict[str, object] | None = None) -> None:
        self.home = home
        self.settings = Settings.model_validate(
            {
                "embedder": {"model": "pocket"},
                "reading": {"engine": "companion"},
                **({"preferences": preferences} if preferences else {}),
            }
        )
        self.loads = 0
        self.results: list[FileScored] = []
        self.labels: tuple[str, ...] = ()
        self.version = ""
        self.server = self.started()

    def restart(self) -> None:
        """Go on with a new engine, which is told the labels first, as ever."""
        self.server = self.started()
        self.publish(*self.labels)

    def started(self) -> EngineServer:
        """Start an engine that has nothing in memory."""

        def loaded(model: ModelFolder, settings: Settings) -> PixelSums:
            self.loads += 1
            return load(model, settings)

        def heard(answer: EngineAnswer) -> None:
            if isinstance(answer, FileScored):
                self.results.append(answer)

        return EngineServer(self.home, self.settings, version="0", send=heard, load=loaded)

    def ask(self, request: EngineRequest[AnswerT]) -> AnswerT:
        """Ask as over the pipe."""
        answer = self.server.answer(framing.decode(framing.encode(to_json(request))[4:]))
        received = answer_from(framing.decode(framing.encode(to_json(answer))[4:]))
        assert isinstance(received, request.answer_types), received
        return received  # type: ignore[return-value]  # just checked

    def put(self, path: str, data: bytes) -> PoolPicture:
        """Write a picture into the inbox."""
        file = self.home.inbox / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        content = content_id(data)
        return PoolPicture(content, (content,), path)

    def score(self, *paths: str) -> None:
        """Have files scored, or learnt."""
        self.ask(ScoreBatch(tuple(RequestedFile(path) for path in paths)))

    def publish(self, *paths: str, not_by_chance: Collection[str] = ()) -> None:
        """Have labels learnt that are not yet, and a taste of all of them published."""
        present = tuple(content_id(file.read_bytes()) for file in self.home.inbox.glob("*.png"))
        request = PublishTaste(
            paths,
            frozenset(),
            (),
            present,
            "config",
            " ".join(paths),
            not_by_chance=tuple(sorted(not_by_chance)),
        )
        answer = self.ask(request)
        if isinstance(answer, ReferencesMissing):
            self.score(*answer.paths)
            answer = self.ask(request)
        assert isinstance(answer, TastePublished)
        self.labels, self.version = paths, str(answer.current.taste)

    def choose(self, pool: list[PoolPicture], count: int, **more: object) -> CardsChosen:
        """Ask for cards."""
        asked: dict[str, object] = {"queued": (), "first": 0, "seed": 5, **more}
        return self.ask(ChooseCards(pool=tuple(pool), count=count, **asked))  # type: ignore[arg-type]
