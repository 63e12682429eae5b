"""Any sequence of answers, undos, kills and hands in the folders: folders and log stay as one.

A state machine of hypothesis. The model is a list of answers, without those that were taken back.
"""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kit.answered_homes import AnsweredHome, id_of, picture
from tasted.feedback.events import Answer, EventKind, Via
from tasted.feedback.intents import Recording
from tasted.home.layout import Home
from tasted.inbox.change_label import remove_label, set_label
from tasted.inbox.find_copies import list_labels
from tasted.records import Label

NAMES = ("a.png", "b.png", "c.png", "d.png")
_LABEL = {Answer.LIKE: Label.LIKED, Answer.REJECT: Label.REJECTED}
_names = st.sampled_from(NAMES)
_answers = st.sampled_from(Answer)


class Answers(RuleBasedStateMachine):
    """One home, and everything that may be answered in it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tasted-answers-"))
        home = Home(self.folder.resolve())
        home.make_folders()
        self.answered = AnsweredHome(home)
        self.given: list[tuple[str, str, Answer]] = []
        """Id, name and answer of all that was not taken back."""
        self.used: list[str] = []

    def teardown(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.folder)

    @initialize()
    def begin(self) -> None:
        """Begin with scored pictures that nobody has judged."""
        self.answered.drop(*NAMES)

    # ---- on the page ----------------------------------------------------------------------

    @rule(name=_names, answer=_answers)
    def judge(self, name: str, answer: Answer) -> None:
        """Answer; or change the answer; or redo what was undone."""
        done = self.answered.judge(name, answer)
        assert done.is_new
        self.given.append((done.event.id, name, answer))
        self.used.append(done.event.id)

    @rule(name=_names, answer=_answers, draw=st.integers(0, 99))
    def send_again(self, name: str, answer: Answer, draw: int) -> None:
        """Send an answer whose acknowledgement was lost: it is the first one that counts."""
        if self.used:
            event_id = self.used[draw % len(self.used)]
            done = self.answered.judge(name, answer, event_id=event_id)
            assert not done.is_new

    @rule(draw=st.integers(0, 99))
    def undo(self, draw: int) -> None:
        """Take any earlier answer back, also one that was taken back."""
        if self.used:
            event_id = self.used[draw % len(self.used)]
            self.answered.recorder.undo(event_id, via=Via.PAGE)
            self.given = [entry for entry in self.given if entry[0] != event_id]

    @rule(count=st.integers(1, 3))
    def undo_last(self, count: int) -> None:
        """Take the last answers back."""
        for done in self.answered.recorder.undo_last(count, via=Via.CLI):
            self.given = [entry for entry in self.given if entry[0] != done.event.undoes]

    @rule(name=_names)
    def withdraw(self, name: str) -> None:
        """Leave a picture without any answer."""
        self.answered.recorder.withdraw(id_of(name), name, via=Via.PAGE)
        self.given = [entry for entry in self.given if entry[1] != name]

    # ---- elsewhere ------------------------------------------------------------------------

    @rule(name=_names, answer=_answers)
    def command(self, name: str, answer: Answer) -> None:
        """Answer by a command, which leaves its intent."""
        home = self.answered.home
        recording = self._recording(EventKind.JUDGE, answer)
        set_label(home, home.inbox / name, _LABEL[answer], recording=recording)
        self._note_command(name, answer)

    @rule(name=_names)
    def command_undo(self, name: str) -> None:
        """Take a picture's label away by a command."""
        home = self.answered.home
        remove_label(home, home.inbox / name, recording=self._recording(EventKind.UNDO, None))
        self.given = [entry for entry in self.given if entry[1] != name]

    @rule(name=_names, answer=_answers)
    def by_hand(self, name: str, answer: Answer) -> None:
        """Put a picture into a label folder, out of which no other program takes it meanwhile."""
        self._take_out(name)
        target = self.answered.home.inbox / _LABEL[answer] / f"mine {name}"
        target.write_bytes(picture(name))
        self.answered.turn()
        standing = self.answered.recorder.standing.of(id_of(name))
        assert standing is not None
        if standing.event_id not in {entry[0] for entry in self.given}:
            self.given.append((standing.event_id, name, answer))
            self.used.append(standing.event_id)

    @rule(name=_names)
    def out_by_hand(self, name: str) -> None:
        """Take a picture out of the label folders."""
        self._take_out(name)
        self.answered.turn()
        self.given = [entry for entry in self.given if entry[1] != name]

    @rule()
    def turn(self) -> None:
        """Let the daemon look."""
        self.answered.turn()

    @rule()
    def restart(self) -> None:
        """Stop and start the daemon."""
        self.answered.start()
        self.answered.recorder.catching_up.recover()

    @rule(name=_names, answer=_answers)
    def killed(self, name: str, answer: Answer) -> None:
        """Be killed between the log and the copy, and start again."""
        self.answered.recorder.catching_up.settle()
        event = self.answered.recorder.standing.event(
            EventKind.JUDGE, via=Via.PAGE, content=id_of(name), answer=answer
        )
        self.answered.recorder.log.append(event)
        self.given.append((event.id, name, answer))
        self.used.append(event.id)
        self.restart()

    @rule(draw=st.integers(0, 99))
    def killed_undo(self, draw: int) -> None:
        """Be killed between an undo's line and the folders."""
        self.answered.recorder.catching_up.settle()
        if not self.given:
            return
        event_id, name, _answer = self.given[draw % len(self.given)]
        event = self.answered.recorder.standing.event(
            EventKind.UNDO, via=Via.PAGE, content=id_of(name), undoes=event_id
        )
        self.answered.recorder.log.append(event)
        self.given = [entry for entry in self.given if entry[0] != event_id]
        self.restart()

    # ---- what must hold -------------------------------------------------------------------

    @invariant()
    def folders_say_what_was_not_taken_back(self) -> None:
        """As if what was taken back had never been; and the pictures are all there."""
        last: dict[str, str] = {id_of(name): _LABEL[answer] for _id, name, answer in self.given}
        assert self.answered.labels() == last
        inbox = self.answered.home.inbox
        there = {file.read_bytes() for file in inbox.rglob("*") if file.is_file()}
        assert {picture(name) for name in NAMES} <= there

    @invariant()
    def the_log_says_the_same(self) -> None:
        """Once what commands left was taken in."""
        self.answered.recorder.catching_up.settle()
        last = {id_of(name): answer for _id, name, answer in self.given}
        assert self.answered.answers == last
        seqs = [event.seq for event in self.answered.events]
        assert seqs == sorted(set(seqs))
        ids = [event.id for event in self.answered.events]
        assert len(ids) == len(set(ids))

    def _recording(self, kind: EventKind, answer: Answer | None) -> Recording:
        standing = self.answered.recorder.standing
        return Recording(
            self.answered.home.feedback,
            lambda content, photos: standing.event(
                kind, via=Via.CLI, content=content, photos=photos, answer=answer
            ),
        )

    def _note_command(self, name: str, answer: Answer) -> None:
        self.answered.recorder.catching_up.settle()
        standing = self.answered.recorder.standing.of(id_of(name))
        assert standing is not None
        if standing.event_id not in {entry[0] for entry in self.given}:
            self.given.append((standing.event_id, name, answer))
            self.used.append(standing.event_id)

    def _take_out(self, name: str) -> None:
        inbox = self.answered.home.inbox
        # the daemon has seen what was there
        self.answered.turn()
        for path in list_labels(inbox):
            if (inbox / path).read_bytes() == picture(name):
                (inbox / path).unlink()


class TestAnswers(Answers.TestCase):
    """Runs the machine."""

    settings = settings(
        max_examples=25,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
