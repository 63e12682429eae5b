"""The cookie of a browser, and its token against forged requests. Pure.

A cookie says when it was made and a random name, signed; it holds nothing else, and nothing is kept
about it. The token of its forms is another signature of that name, so that only a page of ours can
tell it. Who renews the secret ends all of them.
"""

import hmac
import re
import secrets
import time
from collections.abc import Callable

from tasted.plain_dataclass import dataclass

SESSION_SECONDS = 30 * 24 * 3600
_COOKIE = re.compile(r"(\d{10,12})\.([A-Za-z0-9_-]{22})\.([0-9a-f]{64})")
# a clock that was set back a little is no reason to be thrown out
_SKEW_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that was let in."""

    name: str
    csrf: str
    """Sent along with everything that changes something."""


class Sessions:
    """Makes and checks the cookies of one port.

    Args:
        secret: the key.
        port: cookies do not tell ports apart, so theirs is in the name, and signed.
        now: seconds since the epoch.
    """

    def __init__(self, secret: bytes, port: int, *, now: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._port = port
        self._now = now

    @property
    def cookie_name(self) -> str:
        """The name of the cookie."""
        return f"tasted-{self._port}"

    def begin(self) -> str:
        """Return the value of a new cookie."""
        made, name = int(self._now()), secrets.token_urlsafe(16)
        return f"{made}.{name}.{self._signed('cookie', str(made), name)}"

    def set_cookie(self, value: str) -> str:
        """Return the header that sets a cookie.

        Not `Secure`, and without the prefix `__Host-`: Safari drops both on plain loopback.
        """
        return (
            f"{self.cookie_name}={value}; Max-Age={SESSION_SECONDS}; Path=/; HttpOnly; "
            "SameSite=Strict"
        )

    def read(self, header: str) -> Session | None:
        """Return whose a Cookie header is; None when it holds no valid cookie of ours.

        Args:
            header: as sent; other programs of this machine may have put their own cookies there.
        """
        for part in header.split(";"):
            name, _equals, value = part.strip().partition("=")
            if name == self.cookie_name:
                session = self._session(value)
                if session is not None:
                    return session
        return None

    def _session(self, value: str) -> Session | None:
        match = _COOKIE.fullmatch(value)
        if match is None or not value.isascii():
            return None
        made, name, signature = match.groups()
        if not hmac.compare_digest(signature, self._signed("cookie", made, name)):
            return None
        age = self._now() - int(made)
        if not -_SKEW_SECONDS <= age <= SESSION_SECONDS:
            return None
        return Session(name, self._signed("csrf", name))

    def _signed(self, *parts: str) -> str:
        text = "\0".join((str(self._port), *parts))
        return hmac.new(self._secret, text.encode("ascii"), "sha256").hexdigest()
