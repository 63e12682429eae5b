"""The OpenAPI 3.1 document, made from the entries of the API and their models. Pure.

`python -m tasted.review.api.openapi FILE` writes it; a test compares it with `docs/openapi.json`.
"""

import json
import sys
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from tasted.review.api.problems import PROBLEM_MEDIA_TYPE, STATUSES
from tasted.review.api.route_table import ApiEntry
from tasted.review.api.schemas import EVENT_ID, Problem
from tasted.review.api.upload_routes import IMAGE_TYPES
from tasted.review.api.uploads import FIELD_BYTES_MAX

OPENAPI_VERSION = "3.1.0"
API_VERSION = "1"
_REF = "#/components/schemas/{model}"
_JSON = "application/json"
_ALWAYS = ("malformed", "unauthorized", "forbidden", "not_found", "misdirected", "invalid")
_DESCRIPTION = """The pages of tasted use this API, and so may your scripts. It is reachable from \
this computer only. A script sends the token that `tasted token` prints as a bearer token. Every \
problem is a body of RFC 9457 whose `type` is `urn:tasted:` and a code that never changes its \
meaning."""


def document(entries: Iterable[ApiEntry]) -> dict[str, Any]:
    """Return the document as a JSON object."""
    entries = list(entries)
    refs, schemas = _schemas(entries)
    paths: dict[str, Any] = {}
    for entry in entries:
        paths.setdefault(entry.path, {})[entry.method.lower()] = _operation(entry, refs)
    return {
        "openapi": OPENAPI_VERSION,
        "info": {
            "title": "tasted",
            "version": API_VERSION,
            "summary": "Scores of screenshots, and what you say of them.",
            "description": _DESCRIPTION,
        },
        "servers": [
            {
                "url": "http://127.0.0.1:{port}",
                "variables": {"port": {"default": "8765", "description": "As `tasted token` says"}},
            }
        ],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(entries: list[ApiEntry]) -> tuple[dict[type[BaseModel], Any], dict[str, Any]]:
    requests = {entry.body for entry in entries if entry.body is not None}
    answers: set[type[BaseModel]] = {Problem}
    for entry in entries:
        answers |= {entry.answer} if entry.answer is not None else set()
        answers |= {model for model, _words in entry.other_answers.values() if model is not None}
    wanted: list[tuple[type[BaseModel], Any]] = [
        *((model, "validation") for model in sorted(requests, key=_name)),
        *((model, "serialization") for model in sorted(answers, key=_name)),
    ]
    refs, defined = models_json_schema(wanted, ref_template=_REF)
    schemas = dict(sorted(defined["$defs"].items()))
    by_model: dict[Any, Any] = {model: ref for (model, _mode), ref in refs.items()}
    return by_model, schemas


def _name(model: type[BaseModel]) -> str:
    return model.__name__


def _operation(entry: ApiEntry, refs: dict[type[BaseModel], Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": entry.name,
        "summary": entry.summary,
        "parameters": [*_path(entry), *_query(entry), *_headers(entry)],
        "responses": _responses(entry, refs),
    }
    if entry.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {_JSON: {"schema": refs[entry.body]}},
        }
    if entry.takes_upload:
        operation["requestBody"] = _upload_body()
    return operation


def _path(entry: ApiEntry) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": part.description,
            "schema": {"type": "string", "pattern": part.pattern},
        }
        for name, part in entry.parts.items()
    ]


def _query(entry: ApiEntry) -> list[dict[str, Any]]:
    schema = entry.query.model_json_schema()
    parameters = []
    for name, described in schema.get("properties", {}).items():
        # a parameter that is left out is not sent as null
        kinds = [kind for kind in described.get("anyOf", []) if kind.get("type") != "null"]
        own = {key: value for key, value in described.items() if key not in {"anyOf", "title"}}
        if own.get("default", ...) is None:
            own.pop("default")
        words = own.pop("description", "")
        parameter = {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "schema": {**(kinds[0] if kinds else {}), **own},
        }
        parameters.append({**parameter, "description": words} if words else parameter)
    return parameters


def _headers(entry: ApiEntry) -> list[dict[str, Any]]:
    headers = []
    if entry.takes_key:
        headers.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "A UUID of yours: the same request with the same one is done once.",
                "schema": {"type": "string", "pattern": EVENT_ID},
            }
        )
    if entry.takes_etag:
        headers.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": False,
                "description": "The `etag` that you saw: another answer is not replaced.",
                "schema": {"type": "string", "pattern": r'^"[!-~]{1,100}"$'},
            }
        )
    return headers


def _responses(entry: ApiEntry, refs: dict[type[BaseModel], Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if entry.answer is not None:
        content = {_JSON: {"schema": refs[entry.answer]}}
    for media_type in entry.media_types:
        # a stream and a picture are bytes of no further form
        content[media_type] = {"schema": {"type": "string"}} if "event" in media_type else {}
    responses: dict[str, Any] = {"200": {"description": "As asked.", "content": content}}
    for status, (model, words) in entry.other_answers.items():
        other: dict[str, Any] = {"description": words}
        if model is not None:
            other["content"] = {_JSON: {"schema": refs[model]}}
        responses[str(status)] = other
    problem = {PROBLEM_MEDIA_TYPE: {"schema": refs[Problem]}}
    by_status: dict[int, list[str]] = {}
    for code in (*_ALWAYS, *_of_body(entry), *entry.problems):
        codes = by_status.setdefault(int(STATUSES[code]), [])
        if code not in codes:
            codes.append(code)
    for status, codes in sorted(by_status.items()):
        words = f"{HTTPStatus(status).phrase}: {', '.join(codes)}."
        responses[str(status)] = {"description": words, "content": problem}
    return responses


def _of_body(entry: ApiEntry) -> tuple[str, ...]:
    if entry.body is None and not entry.takes_upload:
        return ()
    return ("too_large", "too_slow", "unsupported_media_type")


def _upload_body() -> dict[str, Any]:
    fields = {
        "file": {"type": "string", "contentMediaType": "application/octet-stream"},
        "text": {"type": "string", "maxLength": FIELD_BYTES_MAX, "description": "Its bio."},
        "keep": {"type": "string", "enum": ["true", "false"], "default": "false"},
    }
    form = {
        "type": "object",
        "properties": fields,
        "required": ["file"],
        "additionalProperties": False,
    }
    pictures: dict[str, Any] = {media_type: {} for media_type in IMAGE_TYPES}
    content = {"multipart/form-data": {"schema": form}, **pictures}
    return {"required": True, "content": content}


def rendered(entries: Iterable[ApiEntry]) -> str:
    """Return the document as the text of `docs/openapi.json`."""
    return json.dumps(document(entries), indent=2, ensure_ascii=False) + "\n"


def main(file: Path) -> None:
    """Write the document."""
    from tasted.review.application import described_entries  # noqa: PLC0415 - it imports this

    file.write_text(rendered(described_entries()), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
