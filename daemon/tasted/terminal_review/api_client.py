"""The HTTP API of a running daemon, over loopback with the token of scripts.

One connection, opened again when it was lost. Not for several threads at once: each has its own.
"""

import http.client
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from tasted.errors import CommandError

_HOST = "127.0.0.1"
_BYTES_MAX = 50_000_000
_OK = range(200, 300)
_LOST = (OSError, http.client.HTTPException)


class NotReachable(Exception):
    """Nobody answers: the daemon is gone, or starts again. What was sent may be sent again."""


class Refused(CommandError):
    """The daemon answered that it will not.

    Attributes:
        status: of HTTP.
    """

    def __init__(self, message: str, *, remedy: str, status: int) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status


class ApiClient:
    """Asks the daemon.

    Args:
        port: of the page.
        token: returns the token of scripts.
        timeout_seconds: for one answer: the engine may have to wake first.
    """

    def __init__(
        self, port: int, token: Callable[[], str], *, timeout_seconds: float = 30.0
    ) -> None:
        self._port = port
        self._token = token
        self._timeout_seconds = timeout_seconds
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str, **query: str | int) -> dict[str, Any]:
        """Return the JSON of an address.

        Raises:
            NotReachable, Refused: as the classes say.
        """
        return _json(self._ask("GET", f"{path}?{urlencode(query)}" if query else path))

    def picture(self, path: str) -> bytes:
        """Return the bytes of a picture.

        Raises:
            NotReachable, Refused: as the classes say.
        """
        return self._ask("GET", path)

    def post(
        self, path: str, body: Mapping[str, Any], *, key: str, timeout_seconds: float | None = None
    ) -> dict[str, Any]:
        """Send something once, however often it is sent.

        Args:
            path: of the API.
            body: as JSON; what is None is left out.
            key: a UUID: the same one is the same order.
            timeout_seconds: for this answer alone.

        Raises:
            NotReachable, Refused: as the classes say.
        """
        told = {name: value for name, value in body.items() if value is not None}
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        data = json.dumps(told).encode("ascii")
        return _json(self._ask("POST", path, data, headers, timeout_seconds))

    def close(self) -> None:
        """Let the connection go."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
    ) -> bytes:
        told = {
            "Authorization": f"Bearer {self._token()}",
            "X-Tasted-Via": "terminal",
            **(headers or {}),
        }
        is_kept = self._connection is not None
        try:
            response = self._response(method, path, body, told, timeout_seconds)
        except _LOST as error:
            self.close()
            if not is_kept:
                raise NotReachable(str(error)) from error
            try:
                # the child behind it left while nothing was asked
                response = self._response(method, path, body, told, timeout_seconds)
            except _LOST as again:
                self.close()
                raise NotReachable(str(again)) from again
        try:
            data = response.read(_BYTES_MAX)
        except _LOST as error:
            self.close()
            raise NotReachable(str(error)) from error
        if response.status not in _OK:
            raise _refusal(response.status, data)
        return data

    def _response(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        timeout_seconds: float | None,
    ) -> http.client.HTTPResponse:
        connection = self._connection
        if connection is None:
            connection = http.client.HTTPConnection(
                _HOST, self._port, timeout=self._timeout_seconds
            )
            self._connection = connection
        if connection.sock is not None:
            connection.sock.settimeout(timeout_seconds or self._timeout_seconds)
        connection.request(method, path, body, dict(headers))
        return connection.getresponse()


def path_of(*parts: str) -> str:
    """Return an address of the API; parts are escaped."""
    return "/".join(["/api", *(quote(part, safe="") for part in parts)])


def _json(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotReachable("an answer that is not JSON") from error
    if not isinstance(value, dict):
        raise NotReachable("an answer of another kind")
    return value


def _refusal(status: int, data: bytes) -> Exception:
    try:
        problem = _json(data)
    except NotReachable as error:
        return error
    if status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        return NotReachable(str(problem.get("detail", "")))
    return Refused(
        str(problem.get("detail") or problem.get("title") or f"status {status}"),
        remedy=str(problem.get("remedy") or ""),
        status=status,
    )
