"""Tokens of cards: how a card was chosen, and what the taste said then, signed. Pure.

A token goes to the window and comes back with the answer. It is signed, so that nobody can invent
how a card was chosen, and it lives through a restart of every process.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict

from tasted.feedback.events import GuessBefore, TrialGuess
from tasted.home.json_records import record_from
from tasted.plain_dataclass import dataclass

_SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card as it was chosen."""

    content: str
    """Id of the picture or the profile."""
    chosen_by: str
    propensity: float | None
    guess: GuessBefore
    """What the taste said when the card was chosen."""
    trial: TrialGuess | None = None
    """What the recipe on trial said then; None: there was none, or it had no opinion."""


def signed_card(card: ShownCard, secret: bytes) -> str:
    """Return the token of a card."""
    text = json.dumps(asdict(card), separators=(",", ":"), sort_keys=True).encode("ascii")
    return f"{_encoded(text)}.{_encoded(_signature(text, secret))}"


def card_of(token: str, secret: bytes) -> ShownCard | None:
    """Return the card of a token; None for one that we did not make."""
    body, _, signature = token.partition(".")
    try:
        text, given = _decoded(body), _decoded(signature)
        if not hmac.compare_digest(given, _signature(text, secret)):
            return None
        return record_from(ShownCard, json.loads(text))
    except ValueError:
        return None


def _signature(text: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, b"card\0" + text, "sha256")[:_SIGNATURE_BYTES]


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _decoded(text: str) -> bytes:
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    return urlsafe_b64decode(padded)
