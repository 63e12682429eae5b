"""Style sheet, script and icon, read once; a browser asks again only whether they changed."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from tasted.outbox import page as results_page
from tasted.plain_dataclass import dataclass

_HERE = Path(__file__).parent / "static"
_TOKENS = Path(results_page.__file__).parent / "tokens.css"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is sent."""

    content: bytes
    media_type: str
    etag: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Return the files by name. The colours are those of the page of results."""
    style = _TOKENS.read_bytes() + (_HERE / "review.css").read_bytes()
    made = {
        "review.css": _static(style, "text/css; charset=utf-8"),
        "icon.svg": _static((_HERE / "icon.svg").read_bytes(), "image/svg+xml"),
    }
    for script in sorted(_HERE.glob("*.js")):
        made[script.name] = _static(script.read_bytes(), "text/javascript; charset=utf-8")
    return made


def _static(content: bytes, media_type: str) -> StaticFile:
    return StaticFile(content, media_type, f'"{sha256(content).hexdigest()[:32]}"')
