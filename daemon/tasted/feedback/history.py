"""What follows from the events: judgements, sessions, guesses that came true. Pure folds."""

from collections.abc import Iterable, Sequence

from tasted.feedback.events import Answer, ChosenBy, EventKind, FeedbackEvent, Via
from tasted.feedback.standing import ANSWERS, Judgement, StandingAnswers
from tasted.plain_dataclass import dataclass

SESSION_PAUSE_MS = 600_000
SEEN_MS_MIN = 200
"""An answer to a card that was shown for less was given before it was seen."""
_EVEN = 0.5
_IN_SESSIONS = frozenset(
    {EventKind.JUDGE, EventKind.SKIP, EventKind.EXCLUDE, EventKind.INCLUDE, EventKind.UNDO}
)


@dataclass(frozen=True, slots=True)
class Guessed:
    """How often the taste had guessed an answer before it was given."""

    right: int
    wrong: int
    constant_right: int
    """How often whoever always gives the more frequent of these answers would have been right."""

    @property
    def of(self) -> int:
        """How many guesses there were."""
        return self.right + self.wrong


@dataclass(frozen=True, slots=True)
class LikeRate:
    """How many of some pictures that were drawn by chance were liked."""

    liked: int
    judged: int

    @property
    def share(self) -> float | None:
        """In [0, 1]; None without any."""
        return self.liked / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class FeedbackSession:
    """Events without a pause of ten minutes in one window; those of commands are one window."""

    id: str
    """As the window gave it; else that of its first event."""
    via: str
    window: str | None
    began_at_ms: int
    ended_at_ms: int
    events: tuple[FeedbackEvent, ...]
    """Answers, skips and undos, in their order."""
    undone: frozenset[str]
    """Ids of those among them that were taken back, in this session or later."""

    @property
    def standing(self) -> tuple[FeedbackEvent, ...]:
        """The answers that were not taken back."""
        return tuple(
            event for event in self.events if event.kind in ANSWERS and event.id not in self.undone
        )

    @property
    def liked(self) -> int:
        """How many likes of it stand."""
        return sum(event.answer is Answer.LIKE for event in self.standing)

    @property
    def rejected(self) -> int:
        """How many rejects of it stand."""
        return sum(event.answer is Answer.REJECT for event in self.standing)

    @property
    def skipped(self) -> int:
        """How many cards were put off."""
        return sum(event.kind is EventKind.SKIP for event in self.events)


def judgements(events: Iterable[FeedbackEvent]) -> dict[str, Judgement]:
    """Return the answer that stands for each content: pictures, photos of profiles, profiles."""
    return dict(StandingAnswers(events).all())


def answers_since(events: Sequence[FeedbackEvent], seq: int) -> int:
    """Return of how many pictures and profiles the answer is another one than after an event.

    What hands did in the folders by themselves is logged after it counts, so it is left out.

    Args:
        events: all of them, the oldest first.
        seq: the number of that event.
    """
    touched: set[str] = set()
    for event in reversed(events):
        if event.seq <= seq:
            break
        is_answer = event.kind in ANSWERS or event.kind is EventKind.UNDO
        if is_answer and event.content is not None and event.via is not Via.FOLDER:
            touched.add(event.content)
    if not touched:
        return 0
    about = [event for event in events if not touched.isdisjoint(event.contents)]
    after = StandingAnswers(about)
    before = StandingAnswers(event for event in about if event.seq <= seq)
    return sum(_answer(before, content) is not _answer(after, content) for content in touched)


def _answer(standing: StandingAnswers, content: str) -> Answer | None:
    judgement = standing.of(content)
    return judgement.answer if judgement is not None else None


def undone(events: Iterable[FeedbackEvent]) -> frozenset[str]:
    """Return the ids of the events that were taken back."""
    return StandingAnswers(events).undone


def sessions(events: Sequence[FeedbackEvent]) -> list[FeedbackSession]:
    """Return the sessions, the oldest first. What folders say by themselves belongs to none."""
    taken_back = undone(events)
    groups: dict[str, list[FeedbackEvent]] = {}
    open_at: dict[tuple[str, str | None], str] = {}
    for event in events:
        if event.kind not in _IN_SESSIONS or event.chosen_by is ChosenBy.FOLDER:
            continue
        if event.session is not None:
            groups.setdefault(event.session, []).append(event)
            continue
        window = (event.via.value, event.window)
        key = open_at.get(window)
        if key is None or event.at_ms - groups[key][-1].at_ms >= SESSION_PAUSE_MS:
            key = open_at[window] = event.id
            groups[key] = []
        groups[key].append(event)
    found = [_session(key, group, taken_back) for key, group in groups.items()]
    # to take an answer back later is no session of its own
    kept = [session for session in found if any(_opens(event) for event in session.events)]
    return sorted(kept, key=lambda session: session.events[-1].seq)


def _opens(event: FeedbackEvent) -> bool:
    return event.kind is not EventKind.UNDO


def _session(
    key: str, events: Sequence[FeedbackEvent], taken_back: frozenset[str]
) -> FeedbackSession:
    # a clock that was set back must not make a session end before it began
    times = [event.at_ms for event in events]
    return FeedbackSession(
        id=key,
        via=events[0].via.value,
        window=events[0].window,
        began_at_ms=min(times),
        ended_at_ms=max(times),
        events=tuple(events),
        undone=taken_back & {event.id for event in events},
    )


def evidence(events: Iterable[FeedbackEvent]) -> list[FeedbackEvent]:
    """Return the answers that a guess may be measured by, in their order.

    They were given blind, to a card that was seen, as the first answer to that picture, and stand.
    """
    known = list(events)
    taken_back = undone(known)
    judged: set[str] = set()
    found: list[FeedbackEvent] = []
    for event in known:
        if event.kind not in ANSWERS or event.id in taken_back or event.content is None:
            continue
        is_first = event.content not in judged
        judged.add(event.content)
        was_seen = event.shown_ms is None or event.shown_ms >= SEEN_MS_MIN
        is_own = event.kind is EventKind.JUDGE and event.chosen_by is not ChosenBy.RECHECK
        if is_first and is_own and was_seen and event.blind:
            found.append(event)
    return found


def guesses(events: Iterable[FeedbackEvent], last: int = 50) -> Guessed:
    """Return how many of the last answers were guessed, beside always giving the usual answer.

    Args:
        events: of the log, in their order.
        last: how many answers count at most.
    """
    counted = [
        (event.before.probability, event.answer)
        for event in evidence(events)
        if event.before is not None and event.before.probability is not None
    ][-last:]
    right = sum(
        (probability >= _EVEN) is (answer is Answer.LIKE) for probability, answer in counted
    )
    likes = sum(answer is Answer.LIKE for _probability, answer in counted)
    return Guessed(right, len(counted) - right, max(likes, len(counted) - likes))


def guesses_by_version(events: Iterable[FeedbackEvent]) -> dict[str, Guessed]:
    """Return how many of the last 50 answers each taste version had guessed, by its name.

    Args:
        events: of the log, in their order.
    """
    every = list(events)
    known = (event for event in every if event.before is not None and event.before.version)
    # with the answers since, as in "v12 + 7 answers"
    names = {event.id: _version_name(event) for event in known}
    return {
        # what takes an answer back has no guess, and counts for all
        name: guesses(event for event in every if names.get(event.id, name) == name)
        for name in set(names.values())
    }


def _version_name(event: FeedbackEvent) -> str:
    version = event.before.version if event.before is not None else None
    return (version or "").partition(" ")[0]


def like_rate(events: Iterable[FeedbackEvent]) -> LikeRate:
    """Return how many of the pictures that were drawn by chance are liked.

    What was asked for, or was shown as the best, is liked more often than the stream of pictures.
    """
    explored = [event for event in evidence(events) if event.chosen_by is ChosenBy.EXPLORE]
    liked = sum(event.answer is Answer.LIKE for event in explored)
    return LikeRate(liked, len(explored))
