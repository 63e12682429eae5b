"""The gate: every check on a request before the application sees it. ASGI; no other I/O.

    Host            exactly 127.0.0.1:PORT; localhost:PORT is sent there; all else 421
    method, path    GET, HEAD, POST, PUT, DELETE; a path that is what it says
    Sec-Fetch-Site  no page of another place embeds or fetches anything
    who             bearer token, cookie, or 401; a start link and the style need neither
    writes          with a cookie: our own Origin, and the token of the session
    body            its kind, its length, its pace

Whatever the answer is, it leaves with the headers of `headers`. A test walks through the table of
attacks with real clients.
"""

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import Response

from tasted.plain_dataclass import dataclass
from tasted.review.security import bodies, origins
from tasted.review.security.headers import protected
from tasted.review.security.origins import Place, has_header, value_of
from tasted.review.security.sessions import Sessions
from tasted.review.security.visitors import Visitor, visitor_of

Scope = MutableMapping[str, Any]
Send = Callable[[bodies.Event], Awaitable[None]]
Application = Callable[[Scope, bodies.Receive, Send], Awaitable[None]]
Refuse = Callable[[Scope, str, str], Response]
"""Makes the answer to a refused request from its scope, a code and a sentence."""

UPLOAD_PATH = "/api/classify/screenshot"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
_SAFE = frozenset({"GET", "HEAD"})
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_PUBLIC_PATHS = frozenset({"/start", "/favicon.ico"})
_PUBLIC_BEGINNING = "/static/"
_CSRF_HEADER = b"x-csrf-token"
_CSRF_FIELD = "csrf"
_FIELDS_MAX = 20
HEAD_BYTES_MAX = 16_384


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a body may take."""

    pause_seconds: float = 15.0
    all_seconds: float = 300.0


class Gate:
    """Stands around the application.

    Args:
        application: what is behind it.
        place: the address of the page.
        sessions: checks cookies.
        bearer: the token of scripts.
        refuse: makes the answer to a refused request.
        upload_bytes_max: of a picture that is sent to be scored.
        pace: how slowly a body may come.
    """

    def __init__(
        self,
        application: Application,
        *,
        place: Place,
        sessions: Sessions,
        bearer: str,
        refuse: Refuse,
        upload_bytes_max: int,
        pace: Pace | None = None,
    ) -> None:
        self._application = application
        self._place = place
        self._sessions = sessions
        self._bearer = bearer
        self._refuse = refuse
        self._upload_bytes_max = upload_bytes_max
        self._pace = pace or Pace()

    async def __call__(self, scope: Scope, receive: bodies.Receive, send: Send) -> None:
        """Answer one request. There is nothing but HTTP."""
        if scope["type"] != "http":
            return
        is_begun = False

        async def send_protected(event: bodies.Event) -> None:
            nonlocal is_begun
            if event["type"] == "http.response.start":
                is_begun = True
                event = {**event, "headers": protected(list(event.get("headers", [])))}
            await send(event)

        try:
            _check_head(scope)
            other = self._other_address(scope)
            if other is not None:
                await other(scope, receive, send_protected)
                return
            limited = await self._checked(scope, receive)
            await self._application(scope, limited, send_protected)
        except bodies.GateRefusedError as refused:
            if is_begun:
                # half an answer cannot be taken back; the connection ends with it
                raise
            answer = self._refuse(scope, refused.code, refused.sentence)
            # what is left of the body is not waited for
            answer.headers["connection"] = "close"
            await answer(scope, receive, send_protected)

    def _other_address(self, scope: Scope) -> Response | None:
        """Check the Host header; return the answer that sends `localhost` on.

        Raises:
            GateRefusedError: for any other name.
        """
        headers = scope["headers"]
        host = value_of(headers, b"host")
        if host == self._place.host:
            return None
        if host == self._place.other_host and scope["raw_path"].startswith(b"/"):
            query = b"?" + scope["query_string"] if scope["query_string"] else b""
            path = (scope["raw_path"] + query).decode("ascii")
            return Response(status_code=308, headers={"location": self._place.origin + path})
        raise bodies.GateRefusedError(
            "misdirected", f"This page is at {self._place.origin} and nowhere else."
        )

    async def _checked(self, scope: Scope, receive: bodies.Receive) -> bodies.Receive:
        headers, method, path = scope["headers"], scope["method"], scope["path"]
        if method not in _METHODS:
            raise bodies.GateRefusedError("method_not_allowed", f"{method} is not used here.")
        if not _is_plain(scope["raw_path"]):
            raise bodies.GateRefusedError("not_found", "There is nothing at this path.")
        if not origins.may_read(headers):
            raise bodies.GateRefusedError("forbidden", "Another page asked for this.")
        visitor = visitor_of(headers, self._sessions, self._bearer)
        is_public = path in _PUBLIC_PATHS or path.startswith(_PUBLIC_BEGINNING)
        if visitor is None and not (is_public and method in _SAFE):
            raise bodies.GateRefusedError(
                "unauthorized", "This page has expired, or was never opened."
            )
        # the application finds here who asks
        scope["visitor"] = visitor
        limited = self._limited(scope, receive)
        if method in _SAFE or visitor is None:
            return limited
        return await self._checked_write(scope, visitor, limited)

    def _limited(self, scope: Scope, receive: bodies.Receive) -> bodies.BodyLimit:
        most = bodies.FORM_BYTES_MAX
        if scope["path"] == UPLOAD_PATH:
            most = self._upload_bytes_max + bodies.MULTIPART_EXTRA_BYTES
        announced = value_of(scope["headers"], b"content-length")
        if announced is not None and announced.isdecimal() and int(announced) > most:
            raise bodies.BodyTooLargeError(most)
        return bodies.BodyLimit(
            receive,
            bytes_max=most,
            pause_seconds=self._pace.pause_seconds,
            all_seconds=self._pace.all_seconds,
        )

    async def _checked_write(
        self, scope: Scope, visitor: Visitor, receive: bodies.Receive
    ) -> bodies.Receive:
        headers = scope["headers"]
        kind = (value_of(headers, b"content-type") or "").partition(";")[0].strip().lower()
        is_api = scope["path"].startswith("/api/")
        if kind == _FORM and is_api:
            raise bodies.GateRefusedError(
                "unsupported_media_type", "Forms are not taken here, but JSON is."
            )
        has_body = value_of(headers, b"content-length") not in {None, "0"} or has_header(
            headers, b"transfer-encoding"
        )
        if is_api and has_body and kind != _JSON and scope["path"] != UPLOAD_PATH:
            raise bodies.GateRefusedError("unsupported_media_type", f"A body here is {_JSON}.")
        if visitor.csrf is None:
            return receive
        if not origins.may_write(headers, self._place):
            raise bodies.GateRefusedError("forbidden", "This came from another page.")
        given = value_of(headers, _CSRF_HEADER)
        if given is None and kind == _FORM:
            body = await bodies.whole_body(receive)
            given = _field_of(body)
            receive = bodies.replayed(body, receive)
        if given is None or not _is_equal(given, visitor.csrf):
            raise bodies.GateRefusedError(
                "forbidden", "This page is not up to date. Load it again."
            )
        return receive


def _check_head(scope: Scope) -> None:
    """Refuse a head that is too long; the server itself limits one that comes in pieces."""
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    if size + len(scope["raw_path"]) + len(scope["query_string"]) > HEAD_BYTES_MAX:
        raise bodies.GateRefusedError("headers_too_large", "The head of the request is too long.")


def _is_plain(raw_path: bytes) -> bool:
    """Tell whether a path is what it says: no step up, no empty step, nothing hidden by escapes."""
    lowered = raw_path.lower()
    if not raw_path.startswith(b"/") or b"\\" in raw_path or b"%2f" in lowered:
        return False
    if b"%5c" in lowered or b"%00" in lowered or b"%2e" in lowered or b"//" in raw_path:
        return False
    return not {b".", b".."} & set(raw_path.split(b"/"))


def _field_of(body: bytes) -> str | None:
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=_FIELDS_MAX)
    except ValueError:
        # not a form, or more fields than any of ours has
        return None
    values = fields.get(_CSRF_FIELD, [])
    return values[0] if len(values) == 1 else None


def _is_equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("ascii"))
