"""Another model beside the one in force: its own tables of the same library, and its own taste.

It decides nothing until it is published. Its model is loaded when the first vector is missing, so
that a taste on known vectors costs little. Reads the inbox, writes the library.
"""

from collections.abc import Callable, Mapping, Sequence

from tasted.engine.assembly import Assembly
from tasted.home.taste_versions import Recipe, VersionFigures
from tasted.judging.chosen import VersionJudge
from tasted.library.library import Library
from tasted.plain_dataclass import dataclass
from tasted.rpc.asking_messages import AnsweredPicture, PoolPicture
from tasted.rpc.messages import FileResult, PublishTaste, RequestedFile


@dataclass(frozen=True, slots=True)
class MissingVectors:
    """What a model has no vectors of."""

    references: frozenset[str]
    """Paths of references that are not learnt for it."""
    contents: tuple[str, ...]
    """Content ids, in the order in which they were asked about."""


class Candidate:
    """One model that does not decide.

    Args:
        assembly: for it, on the library of the home.
        unlearnt: returns which references a library still has to learn.
        brief: lets a library know which labels there are.
    """

    def __init__(
        self,
        assembly: Assembly,
        *,
        unlearnt: Callable[[Library, PublishTaste], frozenset[str]],
        brief: Callable[[Library, PublishTaste], None],
    ) -> None:
        self.assembly = assembly
        self._unlearnt = unlearnt
        self._brief = brief

    @property
    def name(self) -> str:
        """Its name, as sidecars have it."""
        return self.assembly.embedder.identity.name

    @property
    def fingerprint(self) -> str:
        """What its vectors are comparable with."""
        return self.assembly.embedder.fingerprint

    @property
    def judge(self) -> VersionJudge:
        """Scores by its taste."""
        return self.assembly.judge

    @property
    def recipe(self) -> Recipe:
        """What its tastes are made with."""
        return self.assembly.judge.recipe

    def lacking(self, references: Mapping[str, str], contents: Sequence[str]) -> MissingVectors:
        """Return what it has no vectors of.

        Args:
            references: their content ids, by path.
            contents: content ids of pictures.
        """
        library = self.assembly.library
        learnt, known = library.learnt_contents(), library.cached_ids(contents)
        return MissingVectors(
            frozenset(path for path, content in references.items() if learnt.get(path) != content),
            tuple(content for content in dict.fromkeys(contents) if content not in known),
        )

    def embed(self, files: Sequence[RequestedFile]) -> frozenset[str]:
        """Embed a few files, and learn those that are references; nothing is scored or answered.

        Returns:
            The paths of those that have vectors now.

        Raises:
            ServiceFault: when no file is at fault.
        """
        pipeline = self.assembly.pipeline
        references = [file for file in files if file.label is not None]
        done: set[str] = set()

        def note(file: RequestedFile, result: FileResult) -> None:
            if result.document is not None and result.document.status == "learnt":
                done.add(file.path)

        if references:
            pipeline.process(references, note)
        others = [file for file in files if file.label is None]
        return frozenset(done) | (pipeline.embed(others) if others else frozenset())

    def fit(self, labels: PublishTaste) -> frozenset[str]:
        """Fit a taste to labels, without keeping it as a version.

        Args:
            labels: all that count.

        Returns:
            The paths of references that are to be learnt first; then nothing was fitted.

        Raises:
            ServiceFault: when the library cannot be read or written.
        """
        missing = self.brief(labels)
        if not missing <= labels.without:
            return missing
        self.judge.fit()
        return frozenset()

    def brief(self, labels: PublishTaste) -> frozenset[str]:
        """Let its library know which labels there are; return the paths that it has to learn.

        Raises:
            ServiceFault: when the library cannot be read or written.
        """
        library = self.assembly.library
        library.keep_only(labels.paths)
        self._brief(library, labels)
        return self._unlearnt(library, labels)

    def figures(self) -> VersionFigures | None:
        """Return how well its taste tells likes from rejects; None where the formula decides."""
        return self.judge.figures()

    def probabilities(
        self, pictures: Sequence[PoolPicture], answers: Sequence[AnsweredPicture] = ()
    ) -> dict[str, float | None]:
        """Return what it says of pictures, by the taste that was fitted last; no model is loaded.

        Args:
            pictures: any; those without vectors are left out of the answer.
            answers: given since the fit.

        Returns:
            By the id of a picture; None where its labels do not identify a probability.

        Raises:
            ServiceFault: when the library cannot be read.
        """
        return self.assembly.desk.guess(pictures, answers)


class Candidates:
    """The models beside the one in force, opened when they are first asked about.

    Args:
        assembled: puts together what works with a model, as the settings name it.
        unlearnt: as for `Candidate`.
        brief: as for `Candidate`.
    """

    def __init__(
        self,
        assembled: Callable[[str], Assembly],
        *,
        unlearnt: Callable[[Library, PublishTaste], frozenset[str]],
        brief: Callable[[Library, PublishTaste], None],
    ) -> None:
        self._assembled = assembled
        self._unlearnt = unlearnt
        self._brief = brief
        self._open: dict[str, Candidate] = {}

    def of(self, model: str) -> Candidate:
        """Return a model, opened.

        Args:
            model: as the settings name it.

        Raises:
            ModelMissing, ModelUnusable: when there is no such model.
            LibraryUnusable, DiskFull: when its tables cannot be opened or created.
        """
        if model not in self._open:
            self._open[model] = Candidate(
                self._assembled(model), unlearnt=self._unlearnt, brief=self._brief
            )
        return self._open[model]

    def close(self, model: str) -> None:
        """Let go of a model; what was written of it stays."""
        self._open.pop(model, None)

    def close_all(self) -> None:
        """Let go of all: what they have open may be rewritten now."""
        self._open.clear()
