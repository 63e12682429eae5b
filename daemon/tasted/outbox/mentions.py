"""Takes the mention of forgotten pictures out of the sidecar of another one. Pure.

Neighbours are left out, and so is every sentence that names one; what must not be missing is
replaced. Nothing that decides whether the sidecar is current changes: the labels did, so a picture
that is there is scored again anyway. What a sidecar says of its own file is not touched.
"""

from typing import Any

from tasted.outbox.sidecar import Sidecar
from tasted.traces import Traces

_OWN = frozenset({"source", "extracted_data"})
_REPLACED = "This named a picture that was forgotten."


def without_mentions(sidecar: Sidecar, traces: Traces) -> Sidecar | None:
    """Return the sidecar without the traces of forgotten pictures; None when it has none.

    Args:
        sidecar: of another picture.
        traces: of the forgotten ones.
    """
    before = sidecar.model_dump(mode="json")
    editing = _Editing(traces, own=sidecar.source.path)
    after = {name: value if name in _OWN else editing.kept(value) for name, value in before.items()}
    return Sidecar.model_validate(after) if after != before else None


class _Editing:
    def __init__(self, traces: Traces, *, own: str) -> None:
        self._traces = traces
        self._own = own

    def kept(self, value: Any) -> Any:
        """Return what may stay of a value: unknown fields of a newer version included."""
        if isinstance(value, str):
            return _REPLACED if self._names(value) else value
        if isinstance(value, dict):
            return {key: self.kept(each) for key, each in value.items() if not self._names(key)}
        if isinstance(value, list):
            return [self.kept(each) for each in value if not self._is_about(each)]
        return value

    def _is_about(self, value: Any) -> bool:
        """Tell whether an element of a list is a sentence or a neighbour that names one."""
        if isinstance(value, dict):
            path = value.get("path")
            known = isinstance(path, str) and self._traces.has_path(path)
            return known or value.get("id") in self._traces.contents
        return isinstance(value, str) and self._names(value)

    def _names(self, text: str) -> bool:
        # `my a.png` names itself in its error, and not the forgotten `a.png`
        return self._traces.named_in(text.replace(self._own, ""))
