"""How a refused request is told: to a script as a problem, to a person as a page."""

from collections.abc import Callable, MutableMapping
from html import escape
from typing import Any

from starlette.responses import HTMLResponse, Response

from tasted.review.api.problems import problem_of, problem_response
from tasted.review.api.schemas import Problem

Scope = MutableMapping[str, Any]
ProblemPage = Callable[[Problem, str], str]
"""Makes the page for a person, from what is told and the path that was asked for."""
_REMEDIES = {"unauthorized": "Type: tasted review"}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tasted</title>
<h1>{title}</h1>
<p>{detail}</p>
<p>{remedy}</p>
</html>
"""


def plain_page(problem: Problem, _path: str = "") -> str:
    """Return a page without style, which needs no template."""
    words = {name: escape(getattr(problem, name)) for name in ("title", "detail", "remedy")}
    return _PAGE.format(**words)


class Refusals:
    """Makes the answers to refused requests.

    Args:
        page: makes the page for a person.
    """

    def __init__(self, page: ProblemPage = plain_page) -> None:
        self._page = page

    def of_code(self, scope: Scope, code: str, sentence: str) -> Response:
        """Return the answer to a request that the gate refused."""
        remedy = _REMEDIES.get(code, "")
        if code == "unauthorized" and _is_api(scope):
            remedy = "Send the token that `tasted token` prints as: Authorization: Bearer TOKEN"
        return self.of_problem(scope, problem_of(code, sentence, remedy))

    def of_problem(self, scope: Scope, problem: Problem) -> Response:
        """Return the answer that tells a problem to whoever asked."""
        headers = {"www-authenticate": 'Bearer realm="tasted"'} if problem.status == 401 else {}  # noqa: PLR2004 - Unauthorized
        if problem.status == 405:  # noqa: PLR2004 - Method Not Allowed
            headers["allow"] = "GET, HEAD, POST"
        if _is_api(scope):
            return problem_response(problem, headers)
        return HTMLResponse(
            self._page(problem, scope["path"]), status_code=problem.status, headers=headers
        )


def _is_api(scope: Scope) -> bool:
    return bool(scope["path"].startswith("/api/"))
