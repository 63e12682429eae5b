"""Takes the mention of forgotten pictures out of the sidecar of another one. Pure.

Only neighbours, sentences and the fields of a newer version are looked at: a picture may be named
like a word of the format (`screenshot`, `match`). Neighbours are left out, and so is every sentence
that names one; what must not be missing is replaced. Nothing that decides whether the sidecar is
current changes: the labels did, so a picture that is there is scored again anyway. What a sidecar
says of its own file is not touched.
"""

from typing import Any

from tasted.daemon.forgetting.traces import Traces
from tasted.outbox.sidecar import Sidecar

_SENTENCES = frozenset({"summary", "reasons", "notes", "next"})
_SENTENCES_OF_ERROR = frozenset({"message", "remedy"})
_REPLACED = "This named a picture that was forgotten."


def without_mentions(sidecar: Sidecar, traces: Traces) -> Sidecar | None:
    """Return the sidecar without the traces of forgotten pictures; None when it has none.

    Args:
        sidecar: of another picture.
        traces: of the forgotten ones.
    """
    before = sidecar.model_dump(mode="json")
    editing = _Editing(traces, own=sidecar.source.path)
    after = {name: editing.field(name, value) for name, value in before.items()}
    return Sidecar.model_validate(after) if after != before else None


class _Editing:
    def __init__(self, traces: Traces, *, own: str) -> None:
        self._traces = traces
        # `my a.png` names itself in its error, and not the forgotten `a.png`
        self._misleading = own if traces.named_in(own) else ""

    def field(self, name: str, value: Any) -> Any:
        """Return what may stay of a field of the document."""
        if name in _SENTENCES or name not in Sidecar.model_fields:
            return self._kept(value)
        if name == "error" and value is not None:
            return {
                key: self._kept(text) if key in _SENTENCES_OF_ERROR else text
                for key, text in value.items()
            }
        if name == "neighbours" and value is not None:
            return {
                side: self._others(near) if isinstance(near, list) else near
                for side, near in value.items()
            }
        return value

    def _kept(self, value: Any) -> Any:
        if isinstance(value, str):
            return _REPLACED if self._names(value) else value
        if isinstance(value, dict):
            return {key: self._kept(inner) for key, inner in value.items() if not self._names(key)}
        if isinstance(value, list):
            return [self._kept(inner) for inner in self._others(value)]
        return value

    def _others(self, values: list[Any]) -> list[Any]:
        return [value for value in values if not self._is_about(value)]

    def _is_about(self, value: Any) -> bool:
        """Return whether an element of a list is a sentence or a neighbour that names one."""
        if isinstance(value, dict):
            path = value.get("path")
            known = isinstance(path, str) and self._traces.has_path(path)
            return known or value.get("id") in self._traces.contents
        return isinstance(value, str) and self._names(value)

    def _names(self, text: str) -> bool:
        others = text.replace(self._misleading, "") if self._misleading else text
        return self._traces.named_in(others)
