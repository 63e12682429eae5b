"""Who asks: a script with the token, a browser with a cookie, or nobody. Pure.

A request that names a token is a script's and nothing else: its cookies are not looked at, so that
a wrong token is never made good by a cookie that the browser added by itself.
"""

import hmac

from tasted.plain_dataclass import dataclass
from tasted.review.security.sessions import Sessions

_SCHEME = "bearer "


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who was let in."""

    csrf: str | None = None
    """Of a browser; a script needs none."""

    @property
    def is_script(self) -> bool:
        """Whether it came with the token of scripts."""
        return self.csrf is None


def visitor_of(
    headers: list[tuple[bytes, bytes]], sessions: Sessions, bearer: str
) -> Visitor | None:
    """Return who sends these headers; None for nobody that we know.

    Args:
        headers: with names in lower case, as ASGI has them.
        sessions: checks cookies.
        bearer: the token of scripts.
    """
    authorizations = [value for name, value in headers if name == b"authorization"]
    if authorizations:
        return _script(authorizations, bearer)
    # browsers send one header; several are joined as HTTP/2 would
    cookies = "; ".join(value.decode("latin-1") for name, value in headers if name == b"cookie")
    session = sessions.read(cookies)
    return Visitor(session.csrf) if session is not None else None


def _script(authorizations: list[bytes], bearer: str) -> Visitor | None:
    if len(authorizations) != 1:
        return None
    text = authorizations[0].decode("latin-1")
    if not text.lower().startswith(_SCHEME):
        return None
    given = text[len(_SCHEME) :].strip()
    is_right = hmac.compare_digest(given.encode("latin-1"), bearer.encode("ascii"))
    return Visitor() if is_right else None
