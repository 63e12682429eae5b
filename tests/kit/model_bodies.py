"""What the light process says of the model, for tests of pages."""

from typing import Any

KNOWN = ("openai/clip-vit-base-patch32", "other/model", "pocket")


def model_body(**changed: Any) -> dict[str, Any]:
    """Return a body of `ModelAnswer` with some fields changed."""
    return {
        "name": "pocket",
        "fingerprint": "a" * 64,
        "device": "auto",
        "dtype": "auto",
        "runtime": "auto",
        "views": "photos",
        "state": "ready",
        "detail": None,
        "remedy": None,
        "wished": "pocket",
        "sentence": None,
        "change_remedy": None,
        "change": None,
        "former_results": 0,
        "back_to": None,
        "known": [{"name": name, "is_here": name != KNOWN[0]} for name in KNOWN],
        **changed,
    }


def change_body(**changed: Any) -> dict[str, Any]:
    """Return a body of `ModelChangeAnswer` that is embedding."""
    return {
        "model": "other/model",
        "former": "pocket",
        "state": "embedding",
        "done": 62,
        "total": 340,
        "seconds_left": 120.0,
        "progress": "62 of 340 pictures, about 2 minutes left",
        "proof": None,
        "reason": None,
        "remedy": None,
        "is_open": True,
        **changed,
    }
