"""Commands that texts name, as somebody would type them, and whether `tasted` takes them."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from tasted.cli.context import Context
from tasted.cli.main import COMMANDS, tasted

_COMMAND = re.compile(r"(: )?\btasted (?!then )((?:[^,;()`·.:]|[.:](?=\S))+)")
_NAMES = frozenset(COMMANDS)
_PLACEHOLDER = "bash"
"""A word that fits every argument of a remedy: a name, or a shell."""


def parsed_path(typed: str, context: Context) -> list[str]:
    """Return the names of a command and its group, after its arguments were parsed.

    Args:
        typed: what stands behind `tasted`.
        context: handed to the command, which does not run.

    Raises:
        click.UsageError: when it has an option or an argument that the command lacks, or lacks one.
    """
    name, *arguments = shlex.split(typed)
    parsed = tasted.get_command(click.Context(tasted), name)
    if parsed is None:
        raise click.UsageError(f"no command {name}")
    path = [name]
    if isinstance(parsed, click.Group) and (arguments or not parsed.invoke_without_command):
        if not arguments or arguments[0] not in parsed.commands:
            raise click.UsageError(f"no command {typed}")
        parsed = parsed.commands[arguments[0]]
        path.append(arguments.pop(0))
    # the settings of the group: click keeps the help option that it made first
    parsed.make_context(name, arguments, obj=context, **tasted.context_settings)
    return path


def commands_in(text: str) -> list[str]:
    """Return what stands behind `tasted` wherever a text of what to do names a command.

    Behind a colon that is one in any case; elsewhere, as in "tasted keeps trying", it may be none.
    """
    found = ((match[1], match[2].strip()) for match in _COMMAND.finditer(text))
    return [typed for colon, typed in found if colon or typed.partition(" ")[0] in _NAMES]


def remedies_in(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of what a module gives as a remedy; what it fills in is one word."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.keyword) and node.arg == "remedy":
            for text in _texts(node.value):
                yield node.value.lineno, text


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = (next(_texts(part), _PLACEHOLDER) for part in node.values)
        yield "".join(parts)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value)
