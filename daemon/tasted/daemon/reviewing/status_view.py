"""Status, model and classifier for the page and the API. Reads a sidecar at most."""

from collections.abc import Callable
from typing import Any

from tasted.daemon.reviewing.bodies import Body
from tasted.daemon.shared.shared_state import SharedState
from tasted.home.status import FaultReport, Status

_MODEL_FAULTS = {"model_missing": "missing", "model_unusable": "unusable"}


class StatusView:
    """What the daemon says of itself.

    Args:
        shared: settings, taste and ledger.
        device: returns what computes vectors.
    """

    def __init__(self, shared: SharedState, *, device: Callable[[], str]) -> None:
        self._shared = shared
        self._device = device
        self._status: Status | None = None

    def follow(self, status: Status) -> None:
        """Take in a snapshot, as it is written."""
        self._status = status

    def status(self, progress: Body) -> Body:
        """Return a `StatusAnswer`, but for `streams`.

        Args:
            progress: a `ReviewProgress`.
        """
        status = self._status
        settings = self._shared.settings
        counts = dict(status.counts) if status is not None else {}
        return {
            "state": status.state if status is not None else "starting",
            "version": status.version if status is not None else "",
            "model": settings.embedder.model,
            "engine_running": self._shared.engine_pid is not None,
            "waiting": status.queue.total if status is not None else 0,
            "settling": status.queue.settling if status is not None else 0,
            "fault": _fault(status.fault) if status is not None else None,
            "settings_error": _fault(status.settings_error) if status is not None else None,
            "saving": status.saving if status is not None else None,
            "counts": counts,
            "next": status.next if status is not None else None,
            "progress": progress,
        }

    def model(self, told: Body, known: list[Body]) -> Body:
        """Return a `ModelAnswer`.

        Args:
            told: of the model in force and a change of it.
            known: the models that may be asked for.
        """
        chosen = self._shared.settings.embedder
        current = self._shared.taste.current
        fault = self._status.fault if self._status is not None else None
        state = _MODEL_FAULTS.get(fault.code) if fault is not None else None
        return {
            "name": chosen.model,
            "fingerprint": current.embedder_fingerprint if current is not None else None,
            "device": self._device(),
            "dtype": chosen.dtype,
            "runtime": chosen.runtime,
            "views": self._shared.settings.views.mode,
            "state": state or ("ready" if current is not None else "unknown"),
            "detail": fault.message if fault is not None and state is not None else None,
            "remedy": fault.remedy if fault is not None and state is not None else None,
            "wished": told["wished"],
            "sentence": told["sentence"],
            "change_remedy": told["remedy"],
            "change": told["change"],
            "former_results": told["former_results"],
            "back_to": told["back_to"],
            "known": known,
        }

    def classifier(self, *, recipe: str | None, held: str | None) -> Body:
        """Return a `ClassifierAnswer`.

        Args:
            recipe: of the version in force.
            held: the sentence about a held version; None when none is.
        """
        settings, current = self._shared.settings, self._shared.taste.current
        scoring, weights = settings.scoring, settings.preferences.weights
        liked = current.liked if current is not None else 0
        rejected = current.rejected if current is not None else 0
        thresholds: dict[str, float] = {"strong_match": scoring.strong_match_threshold}
        if scoring.scorer == "seed":
            thresholds["match"] = scoring.match_threshold
        else:
            thresholds["max_error_rate"] = scoring.max_error_rate
        return {
            "references": liked + rejected,
            "positives": liked,
            "negatives": rejected,
            "copies": current.copies if current is not None else 0,
            "weights": weights.model_dump(),
            "thresholds": thresholds,
            "scorer": scoring.scorer,
            "model": settings.embedder.model,
            "embedder_fingerprint": current.embedder_fingerprint if current is not None else None,
            "recipe": recipe,
            "version": current.taste if current is not None else None,
            "held": held,
            "device": self._device(),
            "calibrated": self._is_calibrated(),
            "next": current.next if current is not None else None,
        }

    def _is_calibrated(self) -> bool:
        """Tell whether the newest score is calibrated, which is so for all of its taste."""
        path, current = self._shared.last_scored, self._shared.taste.current
        if path is None or current is None:
            return False
        sidecar = self._shared.ledger.sidecar_of(path)
        return sidecar is not None and sidecar.calibrated


def _fault(report: FaultReport | None) -> dict[str, Any] | None:
    if report is None:
        return None
    return {"code": report.code, "message": report.message, "remedy": report.remedy}
