"""The part of the API that scores a picture which is sent along."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tasted.review.api.problems import RefusedRequest, problem_of, problem_response
from tasted.review.api.queries import UploadQuery
from tasted.review.api.route_table import ApiEntry, Asking, PathPart
from tasted.review.api.schemas import AnswerBody
from tasted.review.api.taste_schemas import ClassifiedAnswer, JobAnswer
from tasted.review.api.uploads import MultipartFile, ReceivedFields, UploadSlots, rechunked
from tasted.review.light_process import LightProcess
from tasted.rpc.review_messages import (
    UPLOAD_CHUNK_BYTES,
    BeginUpload,
    DropUpload,
    EndUpload,
    ShowJob,
    UploadChunk,
)

UPLOADS_MAX = 8
WAIT_SECONDS = 25.0
"""How long a client is kept waiting for its score."""
IMAGE_TYPES = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/heic",
    "image/heif",
    "image/avif",
    "image/gif",
    "image/bmp",
    "image/tiff",
)
_MULTIPART = "multipart/form-data"
_TRUE = frozenset({"true", "1", "on", "yes"})
_FALSE = frozenset({"false", "0", "off", "no", ""})


class UploadRoutes:
    """Handlers that pass a picture on, piece by piece.

    Args:
        light: spools it, and has it scored.
        wait_seconds: how long a client waits for the score.
    """

    def __init__(self, light: LightProcess, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._light = light
        self._wait_seconds = wait_seconds
        self._slots = UploadSlots(UPLOADS_MAX)

    def entries(self) -> list[ApiEntry]:
        """Return the requests that these handlers answer."""
        return [
            ApiEntry(
                "POST",
                "/api/classify/screenshot",
                "classify_screenshot",
                "Score a picture. Nothing is kept unless `keep` is true.",
                self._classify,
                ClassifiedAnswer,
                query=UploadQuery,
                takes_upload=True,
                other_answers={
                    201: (ClassifiedAnswer, "Scored, and kept in the inbox."),
                    202: (JobAnswer, "It takes longer: ask for the job."),
                },
                problems=(
                    "malformed",
                    "too_large",
                    "unsupported_media_type",
                    "busy",
                    "too_slow",
                    "disk_full",
                    "model_missing",
                ),
            ),
            ApiEntry(
                "GET",
                "/api/jobs/{job}",
                "show_job",
                "How far an upload is.",
                self._job,
                JobAnswer,
                parts={"job": PathPart(r"^[0-9a-f]{32}$", "The id of the job.")},
                problems=("not_found", "no_answer"),
            ),
        ]

    async def _job(self, asking: Asking) -> AnswerBody:
        done = await self._light.ask(ShowJob(asking.path["job"]))
        return _job_of(done.body)

    async def _classify(self, asking: Asking) -> Response:
        request = asking.request
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _MULTIPART and kind not in IMAGE_TYPES:
            raise RefusedRequest(
                "unsupported_media_type",
                "The body is neither multipart/form-data nor a picture of a kind that is read.",
                f"Send it as {_MULTIPART}, or with one of: {', '.join(IMAGE_TYPES)}.",
            )
        with self._slots.taken():
            upload = await self._begun()
            try:
                received = await self._received(request, kind, upload)
                job = await self._scored(asking, upload, received)
            except BaseException:
                # whatever the reason, what came is not kept
                with contextlib.suppress(RefusedRequest):
                    await self._light.ask(DropUpload(upload), seconds=5.0)
                raise
        return _answered(job)

    async def _begun(self) -> str:
        done = await self._light.ask(BeginUpload())
        return str(done.body["upload"])

    async def _received(self, request: Request, kind: str, upload: str) -> ReceivedFields:
        if kind == _MULTIPART:
            multipart = MultipartFile(request.headers["content-type"])
            received = multipart.received
            parts = _of_multipart(request, multipart)
        else:
            received = ReceivedFields(media_type=kind)
            parts = request.stream()
        try:
            async for chunk in rechunked(parts, UPLOAD_CHUNK_BYTES):
                await self._light.ask(UploadChunk.of(upload, chunk))
        except ClientDisconnect as left:
            raise RefusedRequest("malformed", "The client left in the middle.") from left
        return received

    async def _scored(self, asking: Asking, upload: str, received: ReceivedFields) -> JobAnswer:
        query: UploadQuery = asking.query
        keep = received.fields.get("keep")
        is_async = "respond-async" in asking.request.headers.get("prefer", "").lower()
        seconds = 0.0 if is_async else self._wait_seconds
        call = EndUpload(
            upload,
            name=received.file_name or None,
            text=received.fields.get("text"),
            keep=query.keep if keep is None else _flag(keep),
            wait_seconds=seconds,
        )
        done = await self._light.ask(call, seconds=seconds + 30.0)
        return _job_of(done.body)


async def _of_multipart(request: Request, multipart: MultipartFile) -> AsyncIterator[bytes]:
    async for data in request.stream():
        for chunk in multipart.feed(data):
            yield chunk
    multipart.finish()


def _job_of(body: dict[str, Any]) -> JobAnswer:
    """Return the job that the light process tells of; why it failed is a problem here."""
    fault = body.get("problem")
    if fault is not None:
        body = {**body, "problem": problem_of(fault["code"], fault["message"], fault["remedy"])}
    return JobAnswer.model_validate(body)


def _flag(text: str) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise RefusedRequest("invalid", "The field keep is neither true nor false.")


def _answered(job: JobAnswer) -> Response:
    if job.state == "waiting":
        return Response(
            job.model_dump_json(),
            status_code=202,
            media_type="application/json",
            headers={"location": job.href},
        )
    if job.problem is not None:
        return problem_response(job.problem)
    answer = ClassifiedAnswer(sidecar=job.sidecar or {}, kept=job.kept, href=job.result_href)
    headers = {"location": job.result_href} if job.result_href is not None else {}
    return Response(
        answer.model_dump_json(),
        status_code=201 if job.kept else 200,
        media_type="application/json",
        headers=headers,
    )
