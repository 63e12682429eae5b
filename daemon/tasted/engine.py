"""The engine: the process that loads the model, answers batches, and leaves when its pipe closes.

Started as `python -I -m tasted.engine` by `tasted.engine_process`. Requests come on descriptor 0,
answers leave on what was descriptor 1; whatever a library prints goes to stderr. It is the one
writer of the library and of `.tasted/current.json`, and never writes the outbox.
"""

import json
import os
import signal
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from tasted import frames
from tasted.assembly import Load, Parts, assemble, load_embedder
from tasted.config import Settings
from tasted.errors import EngineFailed, ServiceFault
from tasted.faultpoints import reach
from tasted.home import Home
from tasted.ignored import IgnoredList
from tasted.intake import Item, ProfileItem, item_from, profile_from
from tasted.learning.versions import TasteVersions
from tasted.library.erasing import erase_rows, find_rows
from tasted.logs import set_up_logs
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar import Sidecar, Source
from tasted.platform import end_with_parent, resident_bytes
from tasted.priority import Bulk
from tasted.records import Current, Label, Origin
from tasted.status import read_current, write_current
from tasted.walk import Answer

_REQUESTS = 0
_ANSWERS = 1
_PRIVATE_UMASK = 0o077
_MEGABYTE = 1_000_000

log = structlog.get_logger("tasted.engine")


class Engine:
    """Answers requests for one home.

    Args:
        home: whose library and inbox these are.
        settings: as the light process loaded them.
        version: of this tasted.
        tell: sends a message at once; used while the model is loaded.
        load: loads the model; tests pass one that takes no time.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        *,
        version: str,
        tell: Callable[[frames.Message], None],
        load: Load = load_embedder,
    ) -> None:
        self._home = home
        self._settings = settings
        self._version = version
        self._tell = tell
        self._load = load
        self._open: Parts | None = None
        self._origins: dict[str | None, Origin] | None = None
        self._paths: dict[str | None, str] = {}
        """Of contents that were scored; known when the origins are."""
        self._ignored = IgnoredList(home.ignored_file)
        self._bulk = Bulk()

    def answer(self, message: frames.Message) -> frames.Message:
        """Answer one request; a fault of the service is an answer too."""
        reach("engine.asked")
        return {**self._answer(message), "resident_bytes": resident_bytes()}

    def _answer(self, message: frames.Message) -> frames.Message:
        try:
            match message.get("type"):
                case "batch":
                    return self._batch(
                        [item_from(item) for item in message["items"]],
                        is_bulk=message.get("is_bulk", False),
                    )
                case "profile":
                    return self._profile(
                        profile_from(message), is_bulk=message.get("is_bulk", False)
                    )
                case "labels":
                    return self._labels(message)
                case "forget":
                    return self._forget(message)
                case unknown:
                    return _fault(EngineFailed(f"The engine does not know {unknown!r}."))
        except ServiceFault as fault:
            log.warning("fault", code=fault.code, message=fault.message)
            return _fault(fault)
        except Exception as error:
            log.exception("request_failed", type=message.get("type"))
            return _fault(
                EngineFailed(
                    f"The engine failed: {type(error).__name__}: {error}.",
                    remedy="The log in .tasted/logs/engine.log says more; tasted goes on trying.",
                )
            )

    def _batch(self, items: list[Item], *, is_bulk: bool) -> frames.Message:
        # what is opened here is used by urgent work as well, and has threads of its own
        opened = self._opened()
        process = partial(opened.pipeline.process, items)
        answers = self._bulk.run(process) if is_bulk else process()
        if self._origins is not None:
            for each in answers:
                content = _scored_content(each)
                if content is not None:
                    self._origins.setdefault(content, Origin.FEEDBACK)
                    self._paths[content] = each.path
        return {
            "type": "documents",
            "is_outgrown": opened.judge.is_outgrown,
            "answers": [
                {
                    "path": each.path,
                    "document": _json_of(each.document),
                    "unchanged": _json_of(each.unchanged),
                    "ignored": each.ignored,
                }
                for each in answers
            ],
        }

    def _profile(self, profile: ProfileItem, *, is_bulk: bool) -> frames.Message:
        process = partial(self._opened().pipeline.process_profile, profile)
        document = self._bulk.run(process) if is_bulk else process()
        return {"type": "document", "document": _json_of(document)}

    def _labels(self, message: frames.Message) -> frames.Message:
        """Take in which references are present; publish what is current when it is asked for."""
        opened = self._opened()
        library, paths = opened.library, message["paths"]
        library.keep_only(paths)
        # fitting a taste takes its time, and before all is learnt it would be one that nobody needs
        current = self._published(opened, message) if message["publish"] else None
        known = {each.path for each in library.references()}
        unlearnt = (set(paths) - known) | (set(library.damaged()) & set(paths))
        return {
            "type": "current",
            "current": _jsonable(current) if current is not None else None,
            "unlearnt": sorted(unlearnt),
        }

    def _published(self, opened: Parts, message: frames.Message) -> Current:
        library = opened.library
        opened.judge.renew()
        references = library.references()
        twofold = library.contradictions()
        counts = library.counts()
        current = Current(
            embedder=opened.embedder.identity.name,
            embedder_fingerprint=opened.embedder.fingerprint,
            scorer=opened.judge.scorer,
            taste=opened.judge.taste,
            taste_fingerprint=opened.judge.taste_fingerprint,
            acting_digest=message["acting_digest"],
            labels_digest=message["labels_digest"],
            liked=counts.get(Label.LIKED, 0),
            rejected=counts.get(Label.REJECTED, 0),
            contradictions=tuple(
                sorted(each.path for each in references if each.content_id in twofold)
            ),
            suspects=tuple((each.path, each.sentence) for each in opened.judge.suspects()),
            next=opened.judge.next_step,
        )
        write_current(self._home.current_file, current)
        return current

    def _forget(self, message: frames.Message) -> frames.Message:
        # what is open reads versions of tables that go now
        self._open = None
        self._origins, self._paths = None, {}
        contents, paths = message["contents"], message["paths"]
        tastes = TasteVersions(self._home.tastes).erase(contents, is_dry=message["is_dry"])
        act = find_rows if message["is_dry"] else erase_rows
        rows = act(self._home.library, contents=contents, paths=paths)
        current = read_current(self._home.current_file)
        if current is not None and not message["is_dry"]:
            twofold = tuple(path for path in current.contradictions if path not in set(paths))
            suspects = tuple(each for each in current.suspects if each[0] not in set(paths))
            left = replace(current, contradictions=twofold, suspects=suspects)
            write_current(self._home.current_file, left)
        return {
            "type": "forgotten",
            "rows": [asdict(row) for row in rows],
            "tastes": [sorted(held) if held is not None else None for held in tastes],
        }

    def _opened(self) -> Parts:
        if self._open is None:
            self._open = assemble(
                self._home,
                self._settings,
                version=self._version,
                load=self._load,
                on_loading=lambda: self._tell({"type": "loading"}),
                on_loaded=lambda: self._tell(
                    {"type": "loaded", "resident_bytes": resident_bytes()}
                ),
                origin_of=self._origin_of,
                path_of=self._path_of,
                is_ignored=self._is_ignored,
                step_out=self._bulk.step_out,
            )
        return self._open

    def _is_ignored(self, content_id: str) -> bool:
        ignored = self._ignored.current
        return ignored is not None and ignored.has_content(content_id)

    def _origin_of(self, content_id: str) -> Origin:
        """Tell feedback from what was brought to teach: decided once, and told by the outbox."""
        if self._origins is None:
            ledger = Ledger(self._home.outbox)
            ledger.refresh()
            entries = ledger.entries.values()
            scored = {each.content_id for each in entries if each.status == "scored"}
            learnt = {each.content_id: each.origin for each in entries if each.origin is not None}
            self._origins = {**dict.fromkeys(scored, Origin.FEEDBACK), **learnt}
            self._paths = {
                each.content_id: each.path for each in entries if each.status == "scored"
            }
        return self._origins.get(content_id, Origin.REFERENCE)

    def _path_of(self, content_id: str) -> str | None:
        """Return where a picture that was scored lies, as the outbox tells."""
        self._origin_of(content_id)
        return self._paths.get(content_id)


def _json_of(part: Sidecar | Source | None) -> dict[str, Any] | None:
    return part.model_dump(mode="json") if part is not None else None


def _scored_content(answer: Answer) -> str | None:
    document = answer.document
    return document.source.sha256 if document is not None and document.status == "scored" else None


def _fault(fault: ServiceFault) -> frames.Message:
    return {
        "type": "fault",
        "code": fault.code,
        "message": fault.message,
        "remedy": fault.remedy,
    }


def _jsonable(current: Current) -> dict[str, Any]:
    return {name: getattr(current, name) for name in Current.__slots__}


def serve(requests: int, answers: int, *, load: Load = load_embedder) -> None:
    """Answer requests from one pipe on another until it closes.

    The first request is `hello`: the home, the settings as JSON, the version.

    Args:
        requests: the descriptor to read.
        answers: the descriptor to write.
        load: loads the model.
    """
    hello = frames.read(requests)
    # the pipe tells an engine that listens; this reaches one that hangs in a decoder
    end_with_parent(hello["parent"])
    home = Home(Path(hello["home"]))
    settings = Settings.model_validate_json(json.dumps(hello["settings"]))
    set_up_logs(
        home.logs / "engine.log",
        level=settings.log.level,
        max_bytes=int(settings.log.max_mb * _MEGABYTE),
        keep=settings.log.keep,
    )
    engine = Engine(
        home,
        settings,
        version=hello["version"],
        tell=lambda message: frames.write(answers, message),
        load=load,
    )
    frames.write(answers, {"type": "ready", "pid": os.getpid()})
    log.info("engine_started")
    while True:
        try:
            message = frames.read(requests)
        except frames.PipeClosed:
            log.info("engine_leaves")
            return
        frames.write(answers, engine.answer(message))


def main() -> None:
    """Be the engine process."""
    # Ctrl-C and systemd reach the whole group; the light process decides when the engine goes,
    # by closing the pipe
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    os.umask(_PRIVATE_UMASK)
    # a stray print of any library must not land between two frames
    answers = os.dup(_ANSWERS)
    os.dup2(2, _ANSWERS)
    serve(_REQUESTS, answers)


if __name__ == "__main__":
    main()
