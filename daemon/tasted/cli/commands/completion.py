"""`tasted completion`: lets the Tab key of a shell complete commands. Touches the user's folder.

The script asks `tasted` itself, through the variable _TASTED_COMPLETE, so it stays up to date.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from tasted.cli.context import Context
from tasted.errors import CommandError, UsageError
from tasted.system.files import private_folder, write_atomically

COMPLETE_VARIABLE = "_TASTED_COMPLETE"
_PROGRAM = "tasted"
_SHELLS = ("bash", "zsh", "fish")

_AFTERWARDS = {
    "bash": "Open a new terminal. It needs bash 4.4 or newer and the package bash-completion.",
    "fish": "Open a new terminal.",
    "zsh": (
        "If Tab does not complete in a new terminal, add these lines to ~/.zshrc:\n"
        "  fpath+=({folder})\n"
        "  autoload -Uz compinit && compinit"
    ),
}


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.option("--install", is_flag=True, help="Save the script where the shell looks for it.")
@click.pass_context
def completion(ctx: click.Context, *, shell: str, install: bool) -> None:
    """Print or install shell completion.

    Without --install, the script is printed.
    """
    context: Context = ctx.obj
    script = completion_script(ctx.find_root().command, shell)
    if not install:
        context.show(script)
        context.answer({"shell": shell, "script": script})
        return
    file = script_file(shell, context.environment)
    _write(file, script)
    afterwards = _AFTERWARDS[shell].format(folder=shlex.quote(str(file.parent)))
    context.show(f"Wrote {file}.\n{afterwards}")
    context.answer({"shell": shell, "file": str(file), "afterwards": afterwards})


def completion_script(program: click.Command, shell: str) -> str:
    """Return the script that connects a shell with the program.

    Args:
        program: the root command.
        shell: `bash`, `zsh` or `fish`.
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"There is no completion for {shell}.")
    complete = kind(program, {}, _PROGRAM, COMPLETE_VARIABLE)
    # `source()` of bash starts a bash to learn its version; the script is the same for all
    return complete.source_template % complete.source_vars()


def script_file(shell: str, environment: Mapping[str, str]) -> Path:
    """Return where a shell looks for a user's completion scripts.

    Args:
        shell: `bash`, `zsh` or `fish`.
        environment: HOME, and the XDG variables or ZDOTDIR where they are set.

    Raises:
        UsageError: when the environment does not say whose folder it is.
    """
    user = environment.get("HOME")
    if not user:
        raise UsageError(
            "The variable HOME is not set, so tasted does not know where to save the script.",
            remedy=f"Print it instead: tasted completion {shell}",
        )
    home = Path(user)
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    settings = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    places = {
        "bash": data / "bash-completion" / "completions" / _PROGRAM,
        "zsh": Path(environment.get("ZDOTDIR") or home) / ".zfunc" / f"_{_PROGRAM}",
        "fish": settings / "fish" / "completions" / f"{_PROGRAM}.fish",
    }
    return places[shell]


def _write(file: Path, script: str) -> None:
    try:
        if file.exists() and COMPLETE_VARIABLE not in file.read_text("utf-8", "replace"):
            raise CommandError(
                f"{file} exists and was not written by tasted.",
                remedy="Move it away, then run this again.",
            )
        private_folder(file.parent)
        write_atomically(file, script.encode("utf-8"))
    except OSError as error:
        raise CommandError(
            f"Cannot write {file}: {error.strerror}.",
            remedy="Print the script instead: leave out --install.",
        ) from error
