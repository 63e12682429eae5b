"""Results from memory, for tests of the pages: lists of them, and all that is said of one."""

from dataclasses import dataclass
from typing import Any

from kit.fake_judging import FakeJudging
from kit.fake_pictures import BEGAN, FakePicture, links_of
from tasted.rpc import review_messages as messages


@dataclass
class FakeResults(FakeJudging):
    """Lists and shows pictures, the most probable ones first."""

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
            "pictures": links_of(picture),
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
