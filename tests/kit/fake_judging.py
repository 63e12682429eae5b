"""Judging from memory, for tests of the pages: cards, answers, undos, and their history."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kit.fake_pictures import BEGAN, FakePicture, card_token, guess_of, links_of
from kit.fake_tastes import FakeTastes
from tasted.review.api.problems import RefusedRequest
from tasted.rpc import review_messages as messages


@dataclass
class FakeJudging(FakeTastes):
    """Keeps answers and undoes them; the order of the queue is that of the pictures."""

    needs: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    happened: Callable[[str, dict[str, Any], int | None], None] = lambda *_: None
    now: datetime = BEGAN + timedelta(days=2)

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
            "card": card_token(picture),
            "id": picture.id,
            "kind": "profile" if picture.photos > 1 else "picture",
            "name": picture.name,
            "pictures": links_of(picture),
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
            "guess": guess_of(picture),
            "reasons": ["Nearest: two you rejected."],
            "progress": self.progress(),
        }

    def _skip_card(self, call: messages.SkipCard) -> dict[str, Any]:
        (picture,) = [p for p in self.pictures if call.card == card_token(p)]
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
            "guess": guess_of(picture),
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
