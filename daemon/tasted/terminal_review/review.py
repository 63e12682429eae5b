"""The loop of `tasted review --terminal`: a card, a key, an answer.

Every answer belongs to the card that was visible. The next cards and their pictures are at hand;
when the daemon does not answer, what is at hand can still be judged, and is sent later.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tasted.errors import TastedError
from tasted.terminal_review import words
from tasted.terminal_review.api_client import NotReachable, Refused
from tasted.terminal_review.drawing import (
    KITTY_CLEAR,
    Cells,
    Drawing,
    half_blocks,
    iterm2_picture,
    kitty_picture,
)
from tasted.terminal_review.keyboard import KEYS, Action
from tasted.terminal_review.plain_png import NotDrawable, read_png
from tasted.terminal_review.prefetching import PicturePrefetcher
from tasted.terminal_review.session import GivenAnswer, ReviewSession
from tasted.terminal_review.terminal import Terminal

SIZES = {Drawing.KITTY: "png640", Drawing.ITERM2: "1600", Drawing.BLOCKS: "png160"}
"""Which picture of the API each way of drawing takes."""
_AHEAD = 12
_PICTURES_AHEAD = 3
_WAIT_SECONDS = 3.0
"""How often an empty queue, or a daemon that does not answer, is asked again."""
_LINES_BELOW = 5
_END_TRIES = 5
_END_PAUSE_SECONDS = 1.0
_PNG_SIZE = slice(16, 24)


class TerminalReview:
    """One session at one terminal.

    Args:
        terminal: in use.
        session: the answers.
        pictures: has them ready; None: none can be shown.
        drawing: how.
        many_colours: whether 24-bit colours are shown.
        kinds: which cards, as the API has it; None: all.
        inbox: named when there is nothing to judge.
        open_picture: opens the file of a name on the desktop.
        printable: makes texts of pictures harmless for a terminal.
        clock: monotonic, seconds.
        pause: waits.
    """

    def __init__(
        self,
        terminal: Terminal,
        session: ReviewSession,
        pictures: PicturePrefetcher | None,
        *,
        drawing: Drawing,
        many_colours: bool,
        kinds: str | None,
        inbox: Path,
        open_picture: Callable[[str], None],
        printable: Callable[[str], str],
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._terminal = terminal
        self._session = session
        self._pictures = pictures
        self._drawing = drawing
        self._many_colours = many_colours
        self._kinds = kinds
        self._inbox = inbox
        self._open_picture = open_picture
        self._printable = printable
        self._clock = clock
        self._pause = pause
        self._cards: list[Mapping[str, Any]] = []
        self._photo = 0
        self._shown_at = 0.0
        self._is_blind = True
        self._notes: list[str] = []
        """What is told below the picture: of the last answer, or why."""
        self._is_gone = False
        """Whether the daemon does not answer."""

    def run(self) -> None:
        """Show cards until the person ends it.

        Raises:
            Refused: when the daemon lets nobody in.
        """
        self._fill()
        self._show()
        while True:
            key = self._terminal.key(_WAIT_SECONDS)
            if key is None:
                self._look_again()
                continue
            if key == "resize":
                self._show(is_same=True)
                continue
            action = KEYS.get(key)
            if action is Action.END:
                return
            if action is not None:
                self._act(action, key)

    def end(self) -> list[GivenAnswer]:
        """Send what waits, with patience; return what could not be sent."""
        for _try in range(_END_TRIES):
            try:
                if self._session.send_waiting():
                    return []
            except Refused:
                continue
            self._pause(_END_PAUSE_SECONDS)
        return list(self._session.waiting)

    # ---- keys -----------------------------------------------------------------------------

    def _act(self, action: Action, key: str) -> None:
        try:
            if action is Action.UNDO:
                self._undo()
            elif action is Action.REDO:
                self._redo()
            elif action is Action.KEYS:
                self._tell(*words.KEYS)
            elif self._cards:
                self._act_on_card(action, key)
        except NotReachable:
            self._is_gone = True
            self._show(is_same=True)
        except TastedError as error:
            # the card that was refused is back
            self._tell(self._printable(error.message), self._printable(error.remedy))

    def _act_on_card(self, action: Action, key: str) -> None:
        card = self._cards[0]
        if action in {Action.LIKE, Action.REJECT, Action.LATER, Action.EXCLUDE}:
            self._answer(card, action.value)
        elif action is Action.WHY:
            told = self._session.result(card)
            self._is_blind = False
            self._tell(*words.why_lines(told, self._printable))
        elif action is Action.PHOTO:
            if int(key) <= len(card["pictures"]):
                self._photo = int(key) - 1
                self._show(is_same=True)
        elif action is Action.OPEN:
            self._open_picture(str(card["name"]))

    def _answer(self, card: Mapping[str, Any], answer: str) -> None:
        shown_ms = round(1_000 * (self._clock() - self._shown_at))
        given = GivenAnswer(card, answer, blind=self._is_blind, shown_ms=shown_ms)
        self._session.give(given)
        self._cards.pop(0)
        self._is_gone = bool(self._session.waiting)
        name = given.name
        self._notes = [words.answered_line(answer, name, given.guess, self._printable)]
        if len(self._cards) <= _PICTURES_AHEAD:
            self._fill()
        self._show()

    def _undo(self) -> None:
        undone = self._session.undo()
        if undone is None:
            self._tell("There is nothing to undo.")
        elif isinstance(undone, GivenAnswer):
            self._cards.insert(0, undone.card)
            self._notes = [f"Undone: {self._printable(undone.name)}"]
            self._show()
        else:
            self._fill()
            self._notes = [f"Undone: {self._printable(', '.join(undone))}"]
            self._show()

    def _redo(self) -> None:
        again = self._session.redo()
        if again is None:
            self._tell("There is nothing to give again.")
            return
        self._cards = [card for card in self._cards if card["id"] != again.card["id"]]
        self._notes = [words.answered_line(again.answer, again.name, again.guess, self._printable)]
        self._show()

    # ---- cards ----------------------------------------------------------------------------

    def _fill(self) -> None:
        """Have cards at hand; those that are there keep their place."""
        try:
            self._session.send_waiting()
            found = self._session.cards(_AHEAD, self._kinds)
        except NotReachable:
            self._is_gone = True
            return
        self._is_gone = False
        fresh = {card["id"]: card for card in found}
        kept = [card for card in self._cards[:1] if card["id"] not in fresh]
        here = [fresh.pop(card["id"]) for card in self._cards if card["id"] in fresh]
        # what another window answered meanwhile has left the queue, but for the card on the screen
        self._cards = [*kept, *here, *fresh.values()]

    def _look_again(self) -> None:
        """Ask again for cards, or whether the daemon is back."""
        if self._cards and not self._is_gone:
            return
        was = (self._is_gone, len(self._cards))
        try:
            self._fill()
        except TastedError as error:
            self._tell(self._printable(error.message), self._printable(error.remedy))
            return
        if was != (self._is_gone, len(self._cards)):
            self._show(is_same=was[1] > 0)

    # ---- the screen -----------------------------------------------------------------------

    def _tell(self, *lines: str) -> None:
        self._notes = [line for line in lines if line]
        self._show(is_same=True)

    def _show(self, *, is_same: bool = False) -> None:
        """Draw everything.

        Args:
            is_same: whether the card is the one that was on the screen.
        """
        if not is_same:
            self._photo, self._is_blind = 0, True
        size = self._terminal.size()
        below = self._below(size)
        room = Cells(size.columns, max(0, size.lines - len(below) - 1))
        parts = self._card_parts(room) if self._cards else [(2, self._empty_text().encode())]
        first = size.lines - len(below) + 1
        parts += [(max(first, 1) + at, line.encode()) for at, line in enumerate(below)]
        before = KITTY_CLEAR if self._drawing is Drawing.KITTY else b""
        if not is_same:
            # before the new card is drawn: a key after that was pressed by one who saw it
            self._terminal.drop_keys()
        self._terminal.show(parts, before=before)
        if not is_same:
            self._shown_at = self._clock()

    def _below(self, size: Cells) -> list[str]:
        progress = self._session.progress
        lines = list(self._notes)
        if self._is_gone:
            count = len(self._session.waiting)
            answers = "answer is" if count == 1 else f"{count} answers are"
            lines.append(words.GONE.format(count=answers) if count else words.GONE_BEFORE)
        if progress:
            told = [words.progress_line(progress), words.guessed_line(progress)]
            lines.append("   ".join(line for line in told if line))
            lines += [
                self._printable(str(line))
                for line in (progress.get("needs"), progress.get("held"))
                if line
            ]
        lines.append(words.KEYS_LINE)
        kept = lines[-max(_LINES_BELOW, size.lines - 2) :]
        return [line[: size.columns] for line in kept]

    def _empty_text(self) -> str:
        judged = int(self._session.progress.get("judged", 0))
        if self._is_gone:
            return ""
        if judged:
            return words.ALL_JUDGED.format(count=judged)
        return words.NOTHING_YET.format(inbox=self._printable(str(self._inbox)))

    def _card_parts(self, room: Cells) -> list[tuple[int, bytes]]:
        card = self._cards[0]
        head = words.heading(card, self._photo, self._printable)[: room.columns]
        parts = [(1, head.encode())]
        if self._pictures is None:
            return [*parts, (2, words.NO_DRAWING.encode())]
        contents = [
            picture["id"]
            for ahead in self._cards[:_PICTURES_AHEAD]
            for picture in ahead["pictures"]
        ]
        self._pictures.foresee(contents)
        cells = Cells(room.columns, room.lines - 1)
        if cells.lines < 1 or not card["pictures"]:
            return parts
        try:
            data = self._pictures.get(card["pictures"][self._photo]["id"])
            return [*parts, *self._drawn(data, cells)]
        except NotReachable:
            self._is_gone = True
            return parts
        except (Refused, NotDrawable):
            return [*parts, (2, words.LOST_PICTURE.encode())]

    def _drawn(self, data: bytes, cells: Cells) -> list[tuple[int, bytes]]:
        if self._drawing is Drawing.ITERM2:
            return [(2, iterm2_picture(data, cells))]
        if self._drawing is Drawing.KITTY:
            width = int.from_bytes(data[_PNG_SIZE][:4], "big")
            height = int.from_bytes(data[_PNG_SIZE][4:], "big")
            return [(2, kitty_picture(data, cells, width=width, height=height))]
        lines = half_blocks(read_png(data), cells, many_colours=self._many_colours)
        return [(2 + at, line.encode()) for at, line in enumerate(lines)]
