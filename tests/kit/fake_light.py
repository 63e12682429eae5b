"""A light process that is not one: answers the calls of the web child from memory.

For tests of the pages. It keeps answers, undoes them, and says what the real one would say; what it
was asked is in `calls`.
"""

import base64
import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kit.model_bodies import KNOWN, change_body, model_body
from tasted.daemon.shared.training_words import training_body
from tasted.review.api.problems import RefusedRequest
from tasted.rpc import review_messages as messages
from tasted.rpc.review_messages import CallRefused, PictureGiven, ReviewCall
from tasted.rpc.training_messages import BeginTraining, EndTraining, ShowTraining

PHOTOGRAPHS = tuple(sorted((Path(__file__).parent.parent / "photos").rglob("*.jpg")))
BEGAN = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


@dataclass
class FakePicture:
    """One picture, or a profile of several."""

    name: str
    probability: float | None = 0.5
    photos: int = 1
    error: tuple[str, str, str] | None = None
    is_gone: bool = False

    @property
    def id(self) -> str:
        """Its content id."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    @property
    def verdict(self) -> str | None:
        """What is said of it."""
        if self.probability is None:
            return None
        return ("no_match", "unsure", "match")[(self.probability > 0.3) + (self.probability > 0.6)]


@dataclass
class FakeLight:
    """Answers calls; the order of the queue is that of the pictures."""

    pictures: Sequence[FakePicture]
    photographs: Sequence[Path] = PHOTOGRAPHS
    held: str | None = None
    fault: dict[str, str] | None = None
    saving: str | None = None
    needs: str | None = None
    refuses: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Code, message and remedy by the name of a call."""
    calls: list[ReviewCall] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    versions: list[dict[str, Any]] = field(default_factory=list)
    trials: list[dict[str, Any]] = field(default_factory=list)
    """Newest first, as `tasted.trials.bodies` makes them."""
    training: dict[str, Any] = field(
        default_factory=lambda: training_body(None, has_extra=True, liked=0, rejected=0)
    )
    happened: Callable[[str, dict[str, Any], int | None], None] = lambda *_: None
    now: datetime = BEGAN + timedelta(days=2)
    model: dict[str, Any] = field(default_factory=model_body)
    gone: set[str] = field(default_factory=set)
    """Contents whose file is gone."""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __call__(self, call: ReviewCall) -> dict[str, Any] | PictureGiven | CallRefused:
        """Carry out a call."""
        with self.lock:
            self.calls.append(call)
            name = type(call).__name__
            refused = self.refuses.get(name)
            if refused is not None:
                return CallRefused(0, *refused)
            if isinstance(call, messages.GivePicture):
                return self._photograph(call)
            try:
                answer: dict[str, Any] = getattr(self, f"_{_snake(name)}")(call)
            except RefusedRequest as error:
                problem = error.problem
                code = problem.type.removeprefix("urn:tasted:")
                return CallRefused(0, code, problem.detail, problem.remedy)
            return answer

    def _photograph(self, call: messages.GivePicture) -> PictureGiven | CallRefused:
        """Return a photograph; the same one for the same content."""
        if call.content in self.gone:
            return CallRefused(0, "not_found", "The picture is gone.")
        at = int(call.content[:8], 16) % len(self.photographs)
        data = self.photographs[at].read_bytes()
        return PictureGiven(0, "image/jpeg", base64.b64encode(data).decode("ascii"))

    # ---- judging ----

    def picture(self, content: str) -> FakePicture:
        """Return a picture by its id."""
        found = [picture for picture in self.pictures if picture.id == content]
        if not found:
            raise RefusedRequest("not_found", "There is no such result.")
        return found[0]

    def judgement(self, content: str) -> str | None:
        """Return the answer that stands."""
        for event in reversed(self.events):
            if event["content"] == content and event["kind"] == "judge" and not event["undone"]:
                return {"like": "liked", "reject": "rejected"}[event["answer"]]
        return None

    def _away(self, content: str) -> bool:
        return self.judgement(content) is not None or any(
            event["content"] == content
            and event["kind"] in {"skip", "exclude"}
            and not event["undone"]
            for event in self.events
        )

    def progress(self) -> dict[str, Any]:
        """Return how far judging has come."""
        judged = [
            event for event in self.events if event["kind"] == "judge" and not event["undone"]
        ]
        liked = sum(event["answer"] == "like" for event in judged)
        guessed = [event for event in judged if event["guess"]["probability"] is not None][-50:]
        right = sum(
            (event["guess"]["probability"] >= 0.5) == (event["answer"] == "like")
            for event in guessed
        )
        yes = sum(event["answer"] == "like" for event in guessed)
        pool = [p for p in self.pictures if p.error is None and not self.judgement(p.id)]
        return {
            "judged": len({event["content"] for event in judged}),
            "pool": len(pool),
            "liked": liked,
            "rejected": len(judged) - liked,
            "needs": self.needs
            or (None if liked >= 4 else f"{4 - liked} more likes for verdicts."),
            "version": f"v12 + {len(judged)} answers" if judged else "v12",
            "guessed": {
                "right": right,
                "of": len(guessed),
                "constant_right": max(yes, len(guessed) - yes),
            }
            if guessed
            else None,
            "held": self.held,
            "skipped": sum(e["kind"] == "skip" and not e["undone"] for e in self.events),
        }

    def _give_queue(self, call: messages.GiveQueue) -> dict[str, Any]:
        waiting = [p for p in self.pictures if p.error is None and not self._away(p.id)]
        if call.kinds == ("recheck",):
            waiting = [p for p in self.pictures if self.judgement(p.id)]
        return {
            "cards": [self._card(picture) for picture in waiting[: call.count]],
            "progress": self.progress(),
        }

    def _card(self, picture: FakePicture) -> dict[str, Any]:
        return {
            "card": _token(picture),
            "id": picture.id,
            "kind": "profile" if picture.photos > 1 else "picture",
            "name": picture.name,
            "pictures": _links(picture),
            "chosen_by": "ask",
            "why": "It is unsure here.",
            "added_at": BEGAN.isoformat(),
        }

    def _give_answer(self, call: messages.GiveAnswer) -> dict[str, Any]:
        picture = self.picture(call.content)
        known = [event for event in self.events if event["id"] == call.event_id]
        if call.answer == "none":
            standing = [e for e in self.events if e["content"] == picture.id and not e["undone"]]
            for event in standing:
                event["undone"] = True
            event = standing[-1] if standing else None
        else:
            event = known[0] if known else self._record("judge", picture, call, call.answer)
        return {
            "event": event,
            "judgement": self.judgement(picture.id),
            "etag": '"1"',
            "copied": True,
            "guess": _guess(picture),
            "reasons": ["Nearest: two you rejected."],
            "progress": self.progress(),
        }

    def _skip_card(self, call: messages.SkipCard) -> dict[str, Any]:
        (picture,) = [p for p in self.pictures if call.card == _token(p)]
        kind = {"later": "skip", "exclude": "exclude"}[call.how]
        event = self._record(kind, picture, call, None)
        return {"event": event, "progress": self.progress()}

    def _exclude_picture(self, call: messages.ExcludePicture) -> dict[str, Any]:
        event = self._record("exclude", self.picture(call.content), call, None)
        return {"event": event, "progress": self.progress()}

    def _record(
        self, kind: str, picture: FakePicture, call: Any, answer: str | None
    ) -> dict[str, Any]:
        seq = len(self.events) + 1
        event: dict[str, Any] = {
            "seq": seq,
            "id": call.event_id or f"00000000-0000-7000-8000-{seq:012x}",
            "at": (self.now + timedelta(seconds=3 * seq)).isoformat(),
            "kind": kind,
            "content": picture.id,
            "name": picture.name,
            "answer": answer,
            "via": call.via,
            "session": call.session or "session-1",
            "window": call.window,
            "chosen_by": "ask",
            "propensity": None,
            "blind": getattr(call, "blind", None),
            "shown_ms": getattr(call, "shown_ms", None),
            "guess": _guess(picture),
            "undoes": None,
            "undone": False,
        }
        self.events.append(event)
        self.happened("judged", {"event": event}, seq)
        return event

    def judge_elsewhere(self, picture: FakePicture, answer: str) -> None:
        """Answer as another window would."""
        call = messages.GiveAnswer(picture.id, answer, window="another", via="page")
        self._record("judge", picture, call, answer)

    def _take_back(self, call: messages.TakeBack) -> dict[str, Any]:
        standing = [e for e in self.events if not e["undone"] and e["kind"] != "undo"]
        if call.event is not None:
            chosen = [event for event in self.events if event["id"] == call.event]
            if not chosen:
                raise RefusedRequest("not_found", "There is no such event.")
            if chosen[0]["undone"]:
                raise RefusedRequest("already_undone", "It was taken back already.")
        elif call.session is not None:
            chosen = [event for event in standing if event["session"] == call.session]
        else:
            chosen = standing[-(call.last or 1) :]
        for event in chosen:
            event["undone"] = True
            self.happened("undone", {"event": event}, event["seq"])
        return {"undone": chosen, "progress": self.progress()}

    def _list_feedback(self, call: messages.ListFeedback) -> dict[str, Any]:
        found = [
            event
            for event in reversed(self.events)
            if call.before is None or event["seq"] < call.before
        ]
        if call.after is not None:
            found = [event for event in found if event["seq"] > call.after]
        if call.oldest_first:
            found.reverse()
        if call.content:
            found = [event for event in found if event["content"] == call.content]
        shown = found[: call.limit]
        more = str(shown[-1]["seq"]) if len(found) > len(shown) else None
        return {"events": shown, "sessions": self._sessions(), "next": more}

    def _sessions(self) -> list[dict[str, Any]]:
        names = list(dict.fromkeys(event["session"] for event in reversed(self.events)))
        return [self._summary(name) for name in names]

    def _summary(self, name: str) -> dict[str, Any]:
        events = [e for e in self.events if e["session"] == name]
        judged = [e for e in events if e["kind"] == "judge" and not e["undone"]]
        right = sum((e["guess"]["probability"] >= 0.5) == (e["answer"] == "like") for e in judged)
        liked = sum(event["answer"] == "like" for event in judged)
        return {
            "session": name,
            "began_at": events[0]["at"],
            "ended_at": events[-1]["at"],
            "liked": liked,
            "rejected": len(judged) - liked,
            "skipped": 0,
            "guessed": {"right": right, "of": len(judged), "constant_right": 0},
        }

    # ---- results ----

    def _list_results(self, call: messages.ListResults) -> dict[str, Any]:
        counts: dict[str, int] = {}
        for picture in self.pictures:
            verdict = "error" if picture.error else picture.verdict or "unsure"
            counts[verdict] = counts.get(verdict, 0) + 1
        rows = [self._row(picture) for picture in self.pictures]
        rows.sort(key=lambda row: -(row["probability"] or 0))
        rows = [
            row
            for row in rows
            if (not call.q or call.q in row["name"])
            and (not call.verdict or call.verdict == ("error" if row["error"] else row["verdict"]))
        ]
        start = int(call.cursor or 0)
        end = start + call.limit
        return {
            "items": rows[start:end],
            "next": str(end) if end < len(rows) else None,
            "version": "v12",
            "counts": counts,
        }

    def _row(self, picture: FakePicture) -> dict[str, Any]:
        code, message, remedy = picture.error or ("", "", "")
        return {
            "id": picture.id,
            "kind": "profile" if picture.photos > 1 else "picture",
            "name": picture.name,
            "heading": picture.name,
            "pictures": _links(picture),
            "verdict": picture.verdict,
            "strong": (picture.probability or 0) > 0.95,
            "probability": picture.probability,
            "percentile": picture.probability,
            "calibrated": True,
            "summary": "Close to 8 of your likes; hiking is in the bio.",
            "judgement": self.judgement(picture.id),
            "etag": '"1"',
            "version": "v12",
            "scored_at": BEGAN.isoformat(),
            "text_pending": False,
            "error": {"code": code, "message": message, "remedy": remedy}
            if picture.error
            else None,
        }

    def _show_result(self, call: messages.ShowResult) -> dict[str, Any]:
        picture = self.picture(call.content)
        others = [other for other in self.pictures if other.id != picture.id and not other.error]
        near = [
            {
                "id": other.id,
                "name": other.name,
                "label": "liked" if at % 2 else "rejected",
                "similarity": round(0.92 - 0.07 * at, 2),
                "contribution": None,
                "href_320": f"/api/pictures/{other.id}/whole?size=320",
            }
            for at, other in enumerate(others[:6])
        ]
        return {
            "result": self._row(picture),
            "reasons": ["Close to 8 of your likes.", "Hiking is in the bio."],
            "neighbours": near,
            "views": [
                {
                    "picture": picture.id,
                    "kind": "photo",
                    "box": [20, 30, 200, 220],
                    "weight": 1.0,
                }
            ],
            "events": [e for e in reversed(self.events) if e["content"] == picture.id],
            "sidecar": {
                "evidence": {
                    "log_odds": 2.1,
                    "bias": -0.3,
                    "looks": 1.4,
                    "parts": [
                        {"kind": "trait", "name": "outdoorsy", "contribution": 0.3},
                        {"kind": "interest", "name": "jazz", "contribution": -0.8},
                    ],
                },
                "extracted_data": {"name": "Anna", "age": 29, "bio": "Hiking, and jazz."},
                "model": {"embedder": "openai/clip-vit-base-patch32"},
                "gone_since": BEGAN.isoformat() if picture.is_gone else None,
            },
        }

    # ---- versions, status ----

    def _list_taste_versions(self, _call: messages.ListTasteVersions) -> dict[str, Any]:
        in_force = [version["version"] for version in self.versions if version["is_in_force"]]
        return {
            "versions": self.versions,
            "in_force": in_force[0] if in_force else None,
            "held": self.held,
        }

    def _show_training(self, _call: ShowTraining) -> dict[str, Any]:
        return self.training

    def _begin_training(self, _call: BeginTraining) -> dict[str, Any]:
        return self.training

    def _end_training(self, _call: EndTraining) -> dict[str, Any]:
        return self.training

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

    def _show_status(self, _call: messages.ShowStatus) -> dict[str, Any]:
        return {
            "trial": self.trials[0] if self.trials and self.trials[0]["news"] else None,
            "state": "idle",
            "version": "1",
            "model": "pocket",
            "engine_running": True,
            "waiting": 0,
            "settling": 0,
            "fault": self.fault,
            "settings_error": None,
            "saving": self.saving,
            "counts": {},
            "next": None,
            "progress": self.progress(),
        }


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).removeprefix("_")


def _needs(liked: int) -> str | None:
    return None if liked >= 4 else f"{4 - liked} more likes for verdicts."


def _token(picture: FakePicture) -> str:
    return f"card-{picture.id[:16]}.not-signed-by-anybody"


def _guess(picture: FakePicture) -> dict[str, Any]:
    return {
        "version": "v12",
        "probability": picture.probability,
        "percentile": picture.probability,
        "verdict": picture.verdict,
    }


def _links(picture: FakePicture) -> list[dict[str, Any]]:
    ids = [hashlib.sha256(f"{picture.name}{at}".encode()).hexdigest() for at in range(1, 12)]
    return [
        {
            "id": content,
            "href_320": f"/api/pictures/{content}/whole?size=320",
            "href_1600": f"/api/pictures/{content}/whole?size=1600",
            "width": 400,
            "height": 400,
        }
        for content in [picture.id, *ids][: picture.photos]
    ]


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
