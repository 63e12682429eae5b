"""The command line: `main` finds the command, `context` is what a command is handed.

Importing this package imports nothing heavy.
"""

import tasted.system.plain_hashlib  # noqa: F401 - before any module that hashes
