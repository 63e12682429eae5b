"""What decides, for tests of the pages: versions, trials and trainings of a taste; the model."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from kit.fake_pictures import BEGAN, FakePictures
from kit.model_bodies import KNOWN, change_body, model_body
from tasted.daemon.shared.training_words import training_body
from tasted.review.api.problems import RefusedRequest
from tasted.rpc import review_messages as messages
from tasted.rpc.training_messages import BeginTraining, EndTraining, ShowTraining


@dataclass
class FakeTastes(FakePictures):
    """Lists and changes what decides, as the light process would."""

    held: str | None = None
    versions: list[dict[str, Any]] = field(default_factory=list)
    trials: list[dict[str, Any]] = field(default_factory=list)
    """Newest first, as `tasted.trials.bodies` makes them."""
    training: dict[str, Any] = field(
        default_factory=lambda: training_body(None, has_extra=True, liked=0, rejected=0)
    )
    model: dict[str, Any] = field(default_factory=model_body)

    def _list_taste_versions(self, _call: messages.ListTasteVersions) -> dict[str, Any]:
        in_force = [version["version"] for version in self.versions if version["is_in_force"]]
        return {
            "versions": self.versions,
            "in_force": in_force[0] if in_force else None,
            "held": self.held,
        }

    def _compare_tastes(self, call: messages.CompareTastes) -> dict[str, Any]:
        by_number = {version["number"]: version for version in self.versions}
        if not {call.a, call.b} <= by_number.keys():
            raise RefusedRequest("not_found", "There is no such version.")
        changed = [
            {
                "id": picture.id,
                "name": picture.name,
                "href_320": f"/api/pictures/{picture.id}/whole?size=320",
                "a": "unsure",
                "b": picture.verdict,
                "probability_a": 0.5,
                "probability_b": picture.probability,
            }
            for picture in self.pictures[:14]
            if picture.verdict not in {None, "unsure"}
        ]
        return {
            "a": by_number[call.a],
            "b": by_number[call.b],
            "changed": changed,
            "changed_count": len(changed),
            "compared": len(self.pictures),
        }

    def _activate_taste(self, call: messages.ActivateTaste) -> dict[str, Any]:
        is_hold = call.mode == "hold"
        newest = max(version["number"] for version in self.versions)
        number = call.number if is_hold else newest
        before = next(v["version"] for v in self.versions if v["is_in_force"])
        for version in self.versions:
            version["is_in_force"] = version["number"] == number
            version["is_held"] = version["is_in_force"] and is_hold
        was_held, self.held = self.held is not None, None
        if is_hold:
            self.held = f"v{number} is held. 23 newer answers are kept and not used."
        return {
            "in_force": f"v{number}",
            "held": self.held,
            "before": before,
            "was_held": was_held,
        }

    def _list_trials(self, _call: messages.ListTrials) -> dict[str, Any]:
        return {"trials": self.trials}

    def _change_trial(self, call: messages.ChangeTrial) -> dict[str, Any]:
        trial = next((one for one in self.trials if one["id"] == call.number), None)
        if trial is None:
            raise RefusedRequest("not_found", "There is no such trial.")
        trial["news"] = None
        if call.action != "seen":
            state = {"promote": "promoted", "dismiss": "dismissed"}[call.action]
            trial |= {"state": state, "is_running": state == "promoted"}
        return trial

    def _show_training(self, _call: ShowTraining) -> dict[str, Any]:
        return self.training

    def _begin_training(self, _call: BeginTraining) -> dict[str, Any]:
        return self.training

    def _end_training(self, _call: EndTraining) -> dict[str, Any]:
        return self.training

    def _show_model(self, _call: messages.ShowModel) -> dict[str, Any]:
        return self.model

    def _change_model(self, call: messages.ChangeModel) -> dict[str, Any]:
        if call.action == "cancel":
            self.model = model_body(back_to=self.model["back_to"])
        elif call.action == "use" and call.name not in KNOWN:
            raise RefusedRequest("unknown_model", "There is no model of that name on the list.")
        else:
            change = change_body(model=call.name or self.model["back_to"])
            told = f"Changing the model to {change['model']}: {change['progress']}."
            self.model = model_body(change=change, sentence=f"{told} pocket decides until then.")
        return self.model


def version_of(number: int, **fields: Any) -> dict[str, Any]:
    """Return a version as the API has it."""
    return {
        "version": f"v{number}",
        "number": number,
        "minted_at": (BEGAN + timedelta(hours=number)).isoformat(),
        "in_force": [],
        "is_in_force": False,
        "is_held": False,
        "liked": 5 * number,
        "rejected": 7 * number,
        "auc": {"value": 0.6 + number / 80, "low": 0.55 + number / 80, "high": 0.65 + number / 80},
        "brier": {"value": 0.24 - number / 200, "low": None, "high": None},
        "constant_brier": 0.237,
        "guessed": {"right": 3 * number, "of": 4 * number, "constant_right": 2 * number},
        "reason": "answers",
        "recipe": "r1",
        "kept": "whole",
        "note": None,
        **fields,
    }
