"""The embedded model: a CLIP of pocket size, in the files beside this module.

README.md says how it was trained and what it is good for. Touches no file.
"""

from __future__ import annotations

from pathlib import Path

#: What transformers' `from_pretrained` is given.
FOLDER = Path(__file__).parent
