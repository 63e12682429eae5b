"""A process that owns a home and answers: `python -m kit.answering HOME FIRST LAST`.

It likes or rejects the scored pictures of `kit.answered_homes` one by one, each with an id of its
own, and prints the number of each once it is acknowledged. It ends like a killed daemon when a
fault point is armed.
"""

import sys
from pathlib import Path

from kit.answered_homes import AnsweredHome
from kit.feedback_events import event_id
from tasted.feedback.events import Answer
from tasted.home.layout import Home
from tasted.home.lock import hold_lock


def answer_of(number: int) -> Answer:
    """Return what is answered to the picture of a number."""
    return Answer.LIKE if number % 3 else Answer.REJECT


def name_of(number: int) -> str:
    """Return the name of the picture of a number."""
    return f"{number:03}.png"


def main() -> None:
    """Recover, answer, and leave."""
    home = Home(Path(sys.argv[1]))
    with hold_lock(home):
        answered = AnsweredHome(home.taken())
        answered.recorder.catching_up.recover()
        for number in range(int(sys.argv[2]), int(sys.argv[3])):
            name, answer = name_of(number), answer_of(number)
            answered.judge(name, answer, event_id=event_id(number))
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
        answered.recorder.catching_up.settle()


if __name__ == "__main__":
    main()
