"""What commands say of the model in force and of a change of it. Reads small files of the home."""

from typing import Any

from tasted.home.layout import Home
from tasted.home.status import Status, read_current
from tasted.home.switch_file import read_switches
from tasted.home.switch_words import change_body


def model_change(home: Home, wished: str | None, running: Status | None) -> dict[str, Any]:
    """Return what is told of the model, as JSON values.

    Args:
        home: whose files are read.
        wished: the model of the settings; None: they are invalid.
        running: what a running daemon says; None without one.
    """
    current = read_current(home.current_file)
    body = change_body(
        read_switches(home.switch_file),
        current,
        wished=wished or (current.model or current.embedder if current is not None else ""),
        others=running.former_results if running is not None else 0,
    )
    if running is not None and running.model_change is not None:
        # it knows what was lost, and how far it is at this moment
        body |= {"sentence": running.model_change, "remedy": running.model_remedy}
    return body
