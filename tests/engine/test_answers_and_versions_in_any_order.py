"""Any sequence of answers, undos and choices of a version: as if what was undone had never been.

A state machine of hypothesis over the real recorder, folders, log and engine. What it compares with
is a home in which nothing was ever undone or chosen: the answers that stand were given, and no
others.
"""

import itertools
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kit.homes import pocket_home
from kit.judging import Judging, drawn
from tasted.config import Settings
from tasted.daemon.shared.feedback import FeedbackRecorder
from tasted.daemon.shared.shared_state import SharedState
from tasted.feedback.events import Answer, ChosenBy, EventKind, Via
from tasted.feedback.history import judgements
from tasted.feedback.reading import read_events
from tasted.home.layout import Home
from tasted.home.taste_versions import (
    TasteChoice,
    VersionRow,
    read_version_rows,
    write_choice,
)
from tasted.inbox.find_copies import list_labels
from tasted.inbox.listing import list_inbox
from tasted.inbox.present_references import labels_digest
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer
from tasted.records import Current
from tasted.rpc.messages import EngineRequest
from tasted.rpc.version_messages import GoBack, UseVersion, VersionChosen
from tasted.system.files import content_id

SEEN, LABELLED = 36, 12
JUDGED = (20, 21, 22)
PROBES = (30, 31, 34)
FORMULA = "v1"
_FOLDER = {Answer.LIKE: "liked", Answer.REJECT: "rejected"}

Labels = frozenset[tuple[str, str, bool]]
"""Content, label folder, and whether it was judged for what it is."""


def data_of(number: int) -> bytes:
    """Return the bytes of a picture."""
    return drawn(number, bright=number % 2 == 0)


def name_of(number: int) -> str:
    """Return its name in the inbox."""
    return f"{number:02}.png"


CONTENTS = {content_id(data_of(number)): number for number in range(SEEN)}
IDS = {number: content for content, number in CONTENTS.items()}


class TaughtHome:
    """One home, the recorder of its light process, and its engine."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.engine = Judging(home)
        self.start()

    def start(self) -> None:
        """Begin as another light process."""
        self.ledger = Ledger(self.home.outbox)
        self.ledger.refresh()
        self.writer = Writer(self.home.outbox, self.ledger)
        self.shared = SharedState(Settings(), self.ledger, None)
        self.recorder = FeedbackRecorder(self.home, self.shared)

    def write_sidecars(self) -> None:
        """Write what the engine answered."""
        for answer in self.engine.results:
            if answer.result.document is not None:
                self.writer.write(answer.result.document)
        self.engine.results.clear()

    def look(self) -> None:
        """Let light process and engine take in what lies in the folders."""
        self.recorder.catching_up.settle()
        files = list_inbox(self.home.inbox).files
        present = {path: file.stamp for path, file in files.items() if file.label is not None}
        self.engine.publish(*sorted(present), not_by_chance=self.recorder.standing.not_by_chance())
        self.write_sidecars()
        self.recorder.catching_up.follow(present, labels_digest(present), missed=frozenset())

    def labels(self) -> Labels:
        """Return what the folders say."""
        by_score = self.recorder.standing.not_by_chance()
        found = set()
        for path, file in list_labels(self.home.inbox).items():
            content = content_id((self.home.inbox / path).read_bytes())
            found.add((content, str(file.label), content in by_score))
        return frozenset(found)

    def scores(self) -> dict[str, float | None]:
        """Score pictures that nobody judges."""
        self.write_sidecars()
        self.engine.score(*map(name_of, PROBES))
        documents = [answer.result.document for answer in self.engine.results]
        self.engine.results.clear()
        return {
            document.source.path: document.confidence_score
            for document in documents
            if document is not None
        }


def begun(folder: Path) -> Path:
    """Make a home that was judged by hand before anything else."""
    taught = TaughtHome(pocket_home(folder))
    for number in range(SEEN):
        taught.engine.put(name_of(number), data_of(number))
    taught.engine.score(*map(name_of, range(SEEN)))
    taught.write_sidecars()
    for number in range(LABELLED):
        label = "rejected" if number % 2 else "liked"
        taught.engine.put(f"{label}/{name_of(number)}", data_of(number))
    taught.look()
    assert len(taught.labels()) == LABELLED
    return folder


class Undisturbed:
    """Scores of homes in which no answer was ever taken back, and no version chosen."""

    def __init__(self, begun_home: Path, folder: Path) -> None:
        self._begun = begun_home
        self._folder = folder
        self._known: dict[tuple[Labels, bool], dict[str, float | None]] = {}

    def scores(self, labels: Labels, *, by_formula: bool = False) -> dict[str, float | None]:
        """Return the scores where these labels are all that there is."""
        key = labels, by_formula
        if key not in self._known:
            self._known[key] = self._scored(labels, by_formula=by_formula)
        return self._known[key]

    def _scored(self, labels: Labels, *, by_formula: bool) -> dict[str, float | None]:
        root = self._folder / f"undisturbed-{len(self._known)}"
        shutil.copytree(self._begun, root)
        taught = TaughtHome(Home(root))
        if by_formula:
            write_choice(taught.home.tastes, TasteChoice("follow", int(FORMULA[1:])))
        for content, label, is_by_score in sorted(labels):
            number = CONTENTS[content]
            if number >= LABELLED:
                answer = Answer.LIKE if label == "liked" else Answer.REJECT
                chosen_by = ChosenBy.ASK if is_by_score else ChosenBy.EXPLORE
                judge(taught, number, answer, chosen_by)
        taught.look()
        assert taught.labels() == labels
        scores = taught.scores()
        shutil.rmtree(root)
        return scores


def judge(taught: TaughtHome, number: int, answer: Answer, chosen_by: ChosenBy) -> str:
    """Answer on the page, and return the id of the event."""
    done = taught.recorder.judge(
        IDS[number],
        name_of(number),
        answer,
        via=Via.PAGE,
        chosen_by=chosen_by,
        blind=True,
    )
    assert done.is_new
    return done.event.id


_numbers = st.sampled_from(JUDGED)
_answers = st.sampled_from(Answer)
_kinds = st.sampled_from([ChosenBy.ASK, ChosenBy.EXPLORE])
_draws = st.integers(0, 99)


class AnswersAndVersions(RuleBasedStateMachine):
    """One home, and everything that a person may answer and choose in it."""

    def __init__(self, begun_home: Path, undisturbed: Undisturbed, root: Path) -> None:
        super().__init__()
        self.undisturbed = undisturbed
        shutil.copytree(begun_home, root)
        self.taught = TaughtHome(Home(root))
        self.given: list[tuple[str, int, Answer, ChosenBy]] = []
        """All that was not taken back."""
        self.undone: list[tuple[int, Answer]] = []
        self.versions: dict[str, Labels] = {}
        """What each fit was taught by."""
        self.decides = "newest"
        """`newest`, the name of the formula, or that of the version that is held."""
        self.begun = self.taught.labels()
        self.published = self.begun
        self.look()

    def teardown(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.taught.home.root)

    # ---- answers --------------------------------------------------------------------------

    @rule(number=_numbers, answer=_answers, chosen_by=_kinds)
    def judge(self, number: int, answer: Answer, chosen_by: ChosenBy) -> None:
        """Answer, or change the answer."""
        event_id = judge(self.taught, number, answer, chosen_by)
        self.given.append((event_id, number, answer, chosen_by))

    @precondition(lambda self: self.given)
    @rule(draw=_draws)
    def undo(self, draw: int) -> None:
        """Take any answer back."""
        event_id, number, answer, _kind = self.given.pop(draw % len(self.given))
        self.taught.recorder.undo(event_id, via=Via.PAGE)
        self.undone.append((number, answer))

    @precondition(lambda self: self.given)
    @rule(count=st.integers(1, 3))
    def undo_last(self, count: int) -> None:
        """Take the last answers back."""
        done = self.taught.recorder.undo_last(count, via=Via.CLI)
        ids = {answer.event.undoes for answer in done}
        assert ids == {entry[0] for entry in self.given[-count:]}
        del self.given[-count:]

    @precondition(lambda self: self.undone)
    @rule(draw=_draws, chosen_by=_kinds)
    def redo(self, draw: int, chosen_by: ChosenBy) -> None:
        """Answer once more what was taken back, wherever it is found again."""
        number, answer = self.undone.pop(draw % len(self.undone))
        self.judge(number, answer, chosen_by)

    @rule(number=_numbers)
    def withdraw(self, number: int) -> None:
        """Leave a picture without any answer."""
        self.taught.recorder.withdraw(IDS[number], name_of(number), via=Via.PAGE)
        self.given = [entry for entry in self.given if entry[1] != number]

    # ---- versions -------------------------------------------------------------------------

    @rule(draw=_draws)
    def hold(self, draw: int) -> None:
        """Let one version decide, whatever is answered."""
        name = sorted(self.versions)[draw % len(self.versions)]
        current = self._choose(UseVersion(int(name[1:]), hold=True), EventKind.HOLD)
        assert (current.taste, current.is_held) == (name, True)
        self.decides = name
        self.scores_are_those_of_what_stands()

    @rule(draw=_draws)
    def use(self, draw: int) -> None:
        """Let the recipe of a version decide, with every answer."""
        name = sorted([*self.versions, FORMULA])[draw % (len(self.versions) + 1)]
        self._choose(UseVersion(int(name[1:])), EventKind.FOLLOW)
        self.decides = FORMULA if name == FORMULA else "newest"
        self._follows()

    @rule()
    def follow(self) -> None:
        """Let every answer count again."""
        self._choose(UseVersion(None), EventKind.FOLLOW)
        self.decides = "newest"
        self._follows()

    @rule()
    def back(self) -> None:
        """Let decide what decided before, if anything did."""
        answer = self.taught.engine.ask(GoBack())
        if answer.refused is None:
            assert answer.current is not None
            name = str(answer.current.taste)
            self.decides = name if answer.current.is_held or name == FORMULA else "newest"
            self._follows()

    # ---- processes ------------------------------------------------------------------------

    @rule()
    def look(self) -> None:
        """Let the daemon take in what was answered."""
        self.taught.look()
        self.published = self._wanted()
        self._follows()

    @rule()
    def restart(self) -> None:
        """Start light process and engine anew."""
        self.taught.start()
        self.taught.recorder.catching_up.recover()
        self.taught.engine.server = self.taught.engine.started()
        self.look()

    # ---- what must hold -------------------------------------------------------------------

    @invariant()
    def folders_and_log_are_those_of_what_stands(self) -> None:
        """As if what was taken back had never been."""
        assert self.taught.labels() == self._wanted()
        stands = judgements(read_events(self.taught.home.feedback))
        found = {content: _FOLDER[judgement.answer] for content, judgement in stands.items()}
        assert found == {content: label for content, label, _by_score in self._wanted()}

    def scores_are_those_of_what_stands(self) -> None:
        """Those of a home without what was taken back; of a held version, those it always had."""
        if self.decides == FORMULA:
            wanted = self.undisturbed.scores(self.published, by_formula=True)
        else:
            labels = self.versions.get(self.decides, self.published)
            wanted = self.undisturbed.scores(labels)
        assert len(wanted) == len(PROBES)
        assert self.taught.scores() == pytest.approx(wanted, abs=1e-9)

    def _follows(self) -> None:
        (deciding,) = [row for row in self._rows() if row.is_in_force]
        if self.decides == "newest":
            # the same labels are never fitted twice
            assert self.versions.setdefault(deciding.name, self.published) == self.published
            names = [name for name, of in self.versions.items() if of == self.published]
            assert names == [deciding.name]
        else:
            assert deciding.name == self.decides
        self.scores_are_those_of_what_stands()

    def _choose(self, request: EngineRequest[VersionChosen], kind: EventKind) -> Current:
        answer = self.taught.engine.ask(request)
        assert answer.refused is None
        assert answer.current is not None
        self.taught.recorder.note(kind, via=Via.PAGE, note=str(answer.current.taste))
        return answer.current

    def _rows(self) -> list[VersionRow]:
        return list(read_version_rows(self.taught.home.tastes))

    def _wanted(self) -> Labels:
        last = {number: answer for _id, number, answer, _kind in self.given}
        explored = {number for _id, number, _a, kind in self.given if kind is ChosenBy.EXPLORE}
        return self.begun | {
            (IDS[number], _FOLDER[answer], number not in explored)
            for number, answer in last.items()
        }


def test_what_was_undone_leaves_no_trace_in_folders_labels_and_scores(tmp_path: Path) -> None:
    """Whatever is judged, undone, redone, held, used and followed, in whatever order."""
    begun_home = begun(tmp_path / "begun")
    undisturbed = Undisturbed(begun_home, tmp_path)
    numbers = itertools.count()
    run_state_machine_as_test(
        lambda: AnswersAndVersions(begun_home, undisturbed, tmp_path / f"home-{next(numbers)}"),
        settings=settings(
            max_examples=8,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
