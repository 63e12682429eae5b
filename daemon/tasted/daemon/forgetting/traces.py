"""What gives a picture away in a text: its content ids and its paths. Pure.

`tasted forget` looks for traces in log lines, in the status, and in the sidecars of other pictures.
A path is found in a sentence only where it stands for itself: `a.png` is not found in `banana.png`
or `anna/a.png`, but it is in `/home/me/Tasted/inbox/a.png`.
"""

import os
import re
from collections.abc import Iterable, Iterator

_ID = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[a-z_]+")
_FIXED_KEYS = frozenset({"level", "timestamp"})
_ENDING_CHARACTERS = 4
_ABSOLUTE = "/inbox/"


class Traces:
    """The traces of some pictures; cheap to look for, however many they are.

    Args:
        contents: sha256 of the files' bytes, as lower-case hex.
        paths: relative to the inbox, as the file system gives them.
    """

    def __init__(self, contents: Iterable[str], paths: Iterable[str]) -> None:
        self.contents = frozenset(contents)
        self.paths = frozenset(paths)
        self._forms = frozenset(form for path in self.paths for form in _forms(path))
        self._lengths = sorted({len(form) for form in self._forms}, reverse=True)
        endings = sorted({form[-_ENDING_CHARACTERS:] for form in self._forms})
        # a look-ahead, so that endings which overlap are all seen; without paths none is found
        found = "|".join(re.escape(ending) for ending in endings) or r"(?!)"
        self._endings = re.compile(f"(?=({found}))")

    def has_path(self, shown: str) -> bool:
        """Return whether this is one of the paths, as it is or as a sidecar shows it."""
        return shown in self._forms

    def named_in(self, text: str) -> bool:
        """Return whether a text names one of the pictures by id or path."""
        if not self.contents.isdisjoint(_ID.findall(text)):
            return True
        return text in self._forms or self._path_in(text)

    def named_within(self, value: object) -> bool:
        """Return whether any string of a JSON value, keys included, names one of the pictures."""
        return any(map(self.named_in, _strings(value)))

    def logged_in(self, event: object) -> bool:
        """Return whether a log line names one of them: its event, or its text when it is not JSON.

        A picture may have the name of a level or of an event of ours (`info`, `learnt`).
        """
        if not isinstance(event, dict):
            return self.named_within(event)
        said = event.get("event")
        # the event of a library is a sentence, and may name a file
        is_ours = isinstance(said, str) and _WORD.fullmatch(said) is not None
        fixed = _FIXED_KEYS | {"event"} if is_ours else _FIXED_KEYS
        return any(self.named_within(value) for key, value in event.items() if key not in fixed)

    def _path_in(self, text: str) -> bool:
        for match in self._endings.finditer(text):
            end = match.end(1)
            if end < len(text) and (text[end].isalnum() or text[end] == "_"):
                continue
            for length in self._lengths:
                start = end - length
                if start >= 0 and text[start:end] in self._forms and _stands_alone(text, start):
                    return True
        return False


def _stands_alone(text: str, start: int) -> bool:
    if start == 0:
        return True
    before = text[start - 1]
    if before == "/":
        return text.endswith(_ABSOLUTE, 0, start)
    return not (before.isalnum() or before in "_-.~")


def _forms(path: str) -> Iterator[str]:
    shown = os.fsencode(path).decode("utf-8", "replace")
    for form in {path, shown}:
        yield form
        # as a message with `!r` has it
        yield repr(form)[1:-1]


def _strings(value: object) -> Iterator[str]:
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            pending += [*part.keys(), *part.values()]
        elif isinstance(part, list | tuple):
            pending += part
