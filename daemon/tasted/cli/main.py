"""The `tasted` command: finds the subcommand, and is the one ring where errors become exit codes.

Touches argv, stdout, stderr. A subcommand's module is imported when it is asked for, so that
`--help` and `--version` stay quick.
"""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from tasted import __version__
from tasted.cli.context import Context, printable
from tasted.cli.silence import warning_of_silence
from tasted.errors import TastedError

_INTERRUPTED = 130
_USAGE = 2
# the service itself, what tells of it in full, and what a shell runs behind the user's back
_SILENT_ABOUT_SERVICE = frozenset({"run", "service", "doctor", "uninstall", "completion"})

# name → (module, one line for --help). The line stands here so that --help imports no module;
# a test keeps it equal to the command's own docstring.
COMMANDS: dict[str, tuple[str, str]] = {
    "results": ("tasted.cli.results", "List what was scored, best first."),
    "score": ("tasted.cli.score", "Score pictures now and print what their sidecars say."),
    "like": ("tasted.cli.teach", "Teach that you like these pictures."),
    "reject": ("tasted.cli.teach", "Teach that you do not like these pictures."),
    "undo": ("tasted.cli.teach", "Take back what these pictures taught."),
    "status": ("tasted.cli.status", "Say what tasted is doing, and why if it is not."),
    "init": ("tasted.cli.init", "Make a home: the folders and a settings file."),
    "config": ("tasted.cli.config", "Show, check and edit the settings."),
    "models": ("tasted.cli.models", "List, download and add models."),
    "run": ("tasted.cli.run", "Watch the inbox and score what arrives, until stopped."),
    "service": ("tasted.cli.service", "Let tasted run from login to logout."),
    "doctor": ("tasted.cli.doctor", "Find out what is wrong, why it matters, and what mends it."),
    "demo": ("tasted.cli.demo", "Watch the whole program work on drawn pictures."),
    "references": ("tasted.cli.references", "List the pictures that teach."),
    "evaluate": (
        "tasted.cli.evaluate",
        "Say how well your likes are told from your rejects, and what would help.",
    ),
    "rescore": ("tasted.cli.rescore", "Score everything again from what is kept."),
    "rebuild": ("tasted.cli.rebuild", "Make a damaged library again from your likes and rejects."),
    "forget": ("tasted.cli.forget", "Erase everything that is kept about pictures."),
    "uninstall": ("tasted.cli.uninstall", "Remove what tasted left on this machine."),
    "stats": ("tasted.cli.stats", "Count what was scored, learnt and failed."),
    "completion": ("tasted.cli.completion", "Print or install shell completion."),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table: every day first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of the one command that was asked for."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, cmd_name)
        _add_shared_options(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand, and leave quietly when the reader (head, less) has seen enough."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # stdout must not be flushed again at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Answer an unknown name with the nearest known one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib  # noqa: PLC0415 - only on the way to an error

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"No such command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


def _set_home(ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.obj.named_home = value


def _set_json(ctx: click.Context, _parameter: click.Parameter, value: Any) -> None:
    if value:
        ctx.obj.json = True


def _add_shared_options(command: click.Command) -> None:
    # --home and --json are accepted before and after the subcommand
    if isinstance(command, click.Group):
        for nested in command.commands.values():
            _add_shared_options(nested)
        return
    present = {option for parameter in command.params for option in parameter.opts}
    if "--json" not in present:
        command.params.append(
            click.Option(
                ["--json"],
                is_flag=True,
                expose_value=False,
                callback=_set_json,
                help="Print JSON on stdout.",
            )
        )
    if "--home" not in present:
        command.params.append(
            click.Option(
                ["--home"],
                type=click.Path(file_okay=False, path_type=Path),
                expose_value=False,
                callback=_set_home,
                help="The home to work on.",
            )
        )


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Drop a picture into inbox/, read outbox/<picture>.json. Nothing leaves this machine.",
)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    expose_value=False,
    callback=_set_home,
    help="The home to work on; else TASTED_HOME, a parent folder with a config, or ~/Tasted.",
)
@click.option(
    "--json", is_flag=True, expose_value=False, callback=_set_json, help="Print JSON on stdout."
)
@click.version_option(__version__, prog_name="tasted", message="%(prog)s %(version)s")
@click.pass_context
def tasted(ctx: click.Context) -> None:
    """Score new screenshots against the pictures you liked and rejected, on this machine alone."""
    context: Context = ctx.obj
    if ctx.invoked_subcommand not in _SILENT_ABOUT_SERVICE:
        warning = warning_of_silence(context.environment, context.system)
        if warning is not None:
            context.say(f"tasted: {printable(warning)}")


def main(arguments: Sequence[str], context: Context) -> int:
    """Run one command line and return its exit status.

    Args:
        arguments: without the program's name.
        context: the collaborators; `named_home` and `json` are filled in from the options.
    """
    try:
        status = tasted.main(
            args=list(arguments), prog_name="tasted", standalone_mode=False, obj=context
        )
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.UsageError as error:
        # parsing may have ended before it came to the option
        context.json |= "--json" in arguments
        # a list of choices is set in with tabs, which would be shown escaped
        message = error.format_message().replace("\n\t", "\n    ")
        return _report(context, "usage", message, _usage_remedy(error), _USAGE)
    except click.ClickException as error:
        return _report(context, "usage", error.format_message(), "", error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return _INTERRUPTED
    except TastedError as error:
        return _report(context, error.code, error.message, error.remedy, error.exit_code)
    except Exception as error:  # noqa: BLE001 - the outermost ring: nothing is hidden by it
        click.echo(traceback.format_exc(), err=True)
        message = f"tasted itself failed: {type(error).__name__}: {error}"
        return _report(context, "failed", message, "Please report it with the lines above.", 1)
    return status if isinstance(status, int) else 0


def _usage_remedy(error: click.UsageError) -> str:
    return f"See: {error.ctx.command_path} --help" if error.ctx is not None else ""


def _report(context: Context, code: str, message: str, remedy: str, exit_code: int) -> int:
    if context.json:
        error = {"code": code, "message": message, "remedy": remedy}
        click.echo(json.dumps({"error": error}, ensure_ascii=False), err=True)
    else:
        for line in message.splitlines():
            click.echo(f"tasted: {printable(line)}", err=True)
        if remedy:
            click.echo(f"  → {printable(remedy)}", err=True)
    return exit_code


def run() -> None:
    """Be the console script."""
    context = Context(environment=os.environ, working_folder=Path.cwd())
    sys.exit(main(sys.argv[1:], context))
