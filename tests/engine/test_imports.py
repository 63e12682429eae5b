"""An engine imports what its first answer needs, and nothing else."""

import subprocess
import sys
from pathlib import Path

from kit.homes import pocket_home
from kit.pictures import noise

_HEAVY = {
    "torch",
    "transformers",
    "lancedb",
    "lance_namespace",
    "lance_namespace_urllib3_client",
    "urllib3",
    "huggingface_hub",
    "rapidocr",
    "onnxruntime",
    "jinja2",
    "rich",
    "asyncio",
    "ssl",
    "dotenv",
    "watchdog",
    "click",
    "pillow_heif",
    "pyarrow.compute",
    "tasted.charts",
    "tasted.evaluation",
}

_OF_LANCEDB = {"lancedb", "lance_namespace", "pyarrow.compute", "asyncio", "ssl"}
"""Imported when the library is opened, beside the model."""


def test_a_start_imports_nothing_that_can_wait() -> None:
    """What the engine imports before its first request leaves out all that a picture may need."""
    code = f"import sys, tasted.engine.serving; print(sorted({_HEAVY!r} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


_SCORES_ONE = """
import sys
from pathlib import Path
from tasted.config import load_settings
from tasted.engine.server import EngineServer
from tasted.home.layout import Home
from tasted.rpc.encoding import to_json
from tasted.rpc.messages import FileScored, RequestedFile, ScoreBatch

home = Home(Path(sys.argv[1]))
answers = []
settings = load_settings(home, environment={}).settings
server = EngineServer(home, settings, version="0", send=answers.append)
server.answer(to_json(ScoreBatch((RequestedFile("a.png"),))))
scored = [answer.result.document for answer in answers if isinstance(answer, FileScored)]
print([document.error for document in scored])
"""


def test_a_scored_picture_imports_nothing_for_others(tmp_path: Path) -> None:
    """Neither torch, nor what LanceDB has for remote databases, nor engines that read text."""
    home = pocket_home(tmp_path / "home")
    (home.inbox / "a.png").write_bytes(noise())
    code = f"{_SCORES_ONE}\nprint(sorted({_HEAVY - _OF_LANCEDB!r} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(home.root)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-2:] == ["[None]", "[]"]
