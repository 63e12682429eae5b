"""The start link: lets one browser in, once.

It answers with a page that goes on by itself, and not with a redirection: a visit that begins in a
file is another site's to the browser, and along a redirection of such a visit it would not send the
cookie that it was just given.
"""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tasted.review.api.problems import RefusedRequest
from tasted.review.light_process import LightProcess
from tasted.review.security.sessions import Sessions
from tasted.rpc.review_messages import SpendStartToken

START_PAGE = "/review"
_TOKEN_LENGTH = 43
_GO_ON = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>tasted</title>
<meta http-equiv="refresh" content="0; url={START_PAGE}">
<p><a href="{START_PAGE}">Go on to tasted</a></p>
</html>
"""


class Start:
    """Answers start links.

    Args:
        light: spends them.
        sessions: makes cookies.
    """

    def __init__(self, light: LightProcess, sessions: Sessions) -> None:
        self._light = light
        self._sessions = sessions

    def routes(self) -> list[Route]:
        """Return the route."""
        return [Route("/start", self._start, methods=["GET"])]

    async def _start(self, request: Request) -> Response:
        token = request.query_params.get("token", "")
        if request.method != "GET" or len(token) != _TOKEN_LENGTH or not token.isascii():
            # a look at the headers alone must not use it up
            raise _expired()
        done = await self._light.ask(SpendStartToken(token))
        if done.body.get("good") is not True:
            raise _expired()
        cookie = self._sessions.set_cookie(self._sessions.begin())
        headers = {"set-cookie": cookie, "referrer-policy": "no-referrer"}
        return HTMLResponse(_GO_ON, headers=headers)


def _expired() -> RefusedRequest:
    return RefusedRequest(
        "unauthorized", "This link was used, or is older than a minute.", "Type: tasted review"
    )
