"""Why a request is refused, as RFC 9457 has it. Pure.

A code never changes its meaning, and each has one status. Those of faults and of pictures are those
of sidecars and of `tasted status`.
"""

from http import HTTPStatus

from pydantic import ValidationError
from starlette.responses import Response

from tasted.errors import ITEM_ERRORS, SERVICE_FAULTS
from tasted.review.api.schemas import Problem, ProblemField

PROBLEM_MEDIA_TYPE = "application/problem+json"
_ERRORS_MAX = 20

STATUSES: dict[str, int] = {
    **dict.fromkeys(ITEM_ERRORS, HTTPStatus.UNPROCESSABLE_ENTITY),
    **dict.fromkeys(SERVICE_FAULTS, HTTPStatus.SERVICE_UNAVAILABLE),
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_format": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "disk_full": HTTPStatus.INSUFFICIENT_STORAGE,
    "invalid": HTTPStatus.UNPROCESSABLE_ENTITY,
    "usage": HTTPStatus.UNPROCESSABLE_ENTITY,
    "malformed": HTTPStatus.BAD_REQUEST,
    "unauthorized": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "unknown_model": HTTPStatus.NOT_FOUND,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "too_slow": HTTPStatus.REQUEST_TIMEOUT,
    "ambiguous": HTTPStatus.CONFLICT,
    "already_judged": HTTPStatus.CONFLICT,
    "already_undone": HTTPStatus.CONFLICT,
    "conflict": HTTPStatus.CONFLICT,
    "running": HTTPStatus.CONFLICT,
    "not_enough_labels": HTTPStatus.CONFLICT,
    "extra_missing": HTTPStatus.NOT_IMPLEMENTED,
    "erased": HTTPStatus.GONE,
    "expired_cursor": HTTPStatus.GONE,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "misdirected": HTTPStatus.MISDIRECTED_REQUEST,
    "headers_too_large": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "busy": HTTPStatus.TOO_MANY_REQUESTS,
    "updated": HTTPStatus.SERVICE_UNAVAILABLE,
    "no_answer": HTTPStatus.SERVICE_UNAVAILABLE,
    "command_failed": HTTPStatus.SERVICE_UNAVAILABLE,
    "failed": HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The status of each code."""

_TITLES = {
    "invalid": "The request does not fit",
    "malformed": "The request cannot be read",
    "unauthorized": "You are not let in",
    "forbidden": "This request is refused",
    "not_found": "Not found",
    "method_not_allowed": "This cannot be done here",
    "too_slow": "The rest of the request did not come",
    "too_large": "Too large",
    "ambiguous": "Several results begin like this",
    "already_judged": "Judged meanwhile",
    "already_undone": "Taken back already",
    "erased": "Erased",
    "running": "It runs already",
    "extra_missing": "Not installed",
    "expired_cursor": "This list is gone",
    "unsupported_media_type": "Not a kind of content that can be sent here",
    "unsupported_format": "Not a picture that tasted reads",
    "misdirected": "Not the address of this page",
    "busy": "Too much at once",
    "disk_full": "The disk is full",
    "failed": "tasted itself failed",
}


class RefusedRequest(Exception):
    """A request is answered with a problem.

    Args:
        code: one of `STATUSES`.
        detail: what happened.
        remedy: what to do.
        errors: the fields that were refused.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        remedy: str = "",
        *,
        errors: tuple[ProblemField, ...] = (),
    ) -> None:
        super().__init__(detail)
        self.problem = problem_of(code, detail, remedy, errors=errors)


def problem_of(
    code: str, detail: str, remedy: str = "", *, errors: tuple[ProblemField, ...] = ()
) -> Problem:
    """Return the body that tells why; a code of a newer version counts as a failure of ours."""
    status = STATUSES.get(code, HTTPStatus.INTERNAL_SERVER_ERROR)
    title = _TITLES.get(code, code.replace("_", " ").capitalize())
    return Problem(
        type=f"urn:tasted:{code}",
        title=title,
        status=int(status),
        detail=detail,
        remedy=remedy,
        errors=list(errors),
    )


def invalid(error: ValidationError, where: str) -> RefusedRequest:
    """Return the refusal of what a model refused. Values that were sent are not repeated.

    Args:
        error: of pydantic.
        where: `body`, `query` or `header`.
    """
    found = error.errors(include_url=False, include_input=False, include_context=False)
    fields = tuple(
        ProblemField(field=".".join(map(str, (where, *one["loc"]))), message=one["msg"])
        for one in found[:_ERRORS_MAX]
    )
    return RefusedRequest(
        "invalid",
        f"{len(found)} of its fields cannot be used, the first is {fields[0].field}: "
        f"{fields[0].message}.",
        "See GET /api/openapi.json for what can be sent.",
        errors=fields,
    )


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Return the answer that carries a problem."""
    return Response(
        problem.model_dump_json(),
        status_code=problem.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers=headers,
    )
