"""The `tasted` command: finds the subcommand, and is the only place where errors become exit codes.

Touches argv, stdout, stderr. A subcommand's module is imported when it is asked for, so that
`--help` and `--version` stay quick.
"""

import importlib
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from tasted import __version__
from tasted.cli.context import Context, printable
from tasted.cli.help_examples import epilog
from tasted.cli.terminal import give_up, give_up_what_is_gone, is_of_stdout, working_folder
from tasted.errors import CommandError, TastedError, UsageError
from tasted.service.definitions.definition import definition_file
from tasted.similar_words import nearest
from tasted.system.clock import from_epoch

_INTERRUPTED = 130
# the service itself, commands that report on it in full, and what a shell runs unseen
_SILENT_ABOUT_SERVICE = frozenset({"run", "service", "doctor", "uninstall", "completion"})

# name → (module, one line for --help). The line stands here so that --help imports no module;
# a test keeps it equal to the command's own docstring.
COMMANDS: dict[str, tuple[str, str]] = {
    "results": ("tasted.cli.commands.results", "List results, best first."),
    "score": ("tasted.cli.commands.score", "Score pictures now and print the results."),
    "backfill": (
        "tasted.cli.commands.backfill",
        "Score all pictures in folders, however many, where they are.",
    ),
    "like": ("tasted.cli.commands.label", "Mark pictures as liked."),
    "reject": ("tasted.cli.commands.label", "Mark pictures as rejected."),
    "undo": ("tasted.cli.commands.label", "Remove your like or reject from pictures."),
    "review": (
        "tasted.cli.commands.review",
        "Judge pictures in your browser, and see the taste follow.",
    ),
    "history": ("tasted.cli.commands.history", "List your answers, newest first."),
    "status": (
        "tasted.cli.commands.status",
        "Show what tasted is doing, or what it is waiting for.",
    ),
    "open": (
        "tasted.cli.commands.open",
        "Open the page of results, the inbox, the outbox or the settings file.",
    ),
    "init": ("tasted.cli.commands.init", "Create a tasted folder."),
    "config": ("tasted.cli.commands.config", "Show, check and change the settings."),
    "models": (
        "tasted.cli.commands.models",
        "List, download and add models, and change the one that scores.",
    ),
    "run": ("tasted.cli.commands.run", "Watch the inbox and score new pictures until stopped."),
    "service": ("tasted.cli.commands.service", "Start tasted automatically when you log in."),
    "doctor": (
        "tasted.cli.commands.doctor",
        "Check everything and show how to fix what is wrong.",
    ),
    "demo": ("tasted.cli.commands.demo", "Watch tasted work on drawn pictures."),
    "token": (
        "tasted.cli.commands.token",
        "Print the token with which scripts use the programming interface.",
    ),
    "references": ("tasted.cli.commands.references", "List your likes and rejects."),
    "evaluate": (
        "tasted.cli.commands.evaluate",
        "Show how well tasted knows your taste, and what would help.",
    ),
    "versions": (
        "tasted.cli.commands.versions",
        "List the versions of your taste, and choose which one decides.",
    ),
    "trial": (
        "tasted.cli.commands.trial",
        "Try another recipe beside the one that decides, and see how it stands.",
    ),
    "train": ("tasted.cli.commands.train", "Train the model on your likes and rejects."),
    "rescore": ("tasted.cli.commands.rescore", "Score everything again from stored data."),
    "rebuild": (
        "tasted.cli.commands.rebuild",
        "Rebuild a damaged library from your likes and rejects.",
    ),
    "export": (
        "tasted.cli.commands.transfer",
        "Write your likes, rejects and everything learned from them into one file.",
    ),
    "import": ("tasted.cli.commands.transfer", "Take in what tasted export wrote."),
    "forget": ("tasted.cli.commands.forget", "Erase everything tasted keeps about pictures."),
    "uninstall": ("tasted.cli.commands.uninstall", "Remove what tasted put on this computer."),
    "stats": ("tasted.cli.commands.stats", "Count results, labels and errors."),
    "completion": ("tasted.cli.commands.completion", "Print or install shell completion."),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table: every day first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of the one command that was asked for."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        # a name that would hide a builtin ends with an underscore
        names = vars(module)
        command: click.Command = names.get(cmd_name) or names[f"{cmd_name}_"]
        _add_common_options(command, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Answer an unknown name with the most similar known one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = nearest(args[0], COMMANDS)
            hint = f" Did you mean {near!r}?" if near is not None else ""
            raise click.UsageError(f"No such command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


def _set_home(ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.obj.named_home = value


def _set_json(ctx: click.Context, _parameter: click.Parameter, value: Any) -> None:
    if value:
        ctx.obj.json = True
        # a program reads JSON and cannot answer a question
        ctx.obj.ask = None


def _add_common_options(command: click.Command, words: str) -> None:
    command.epilog = epilog(words)
    # --home and --json are accepted before and after the subcommand
    if isinstance(command, click.Group):
        for name, nested in command.commands.items():
            _add_common_options(nested, f"{words} {name}")
        if not command.invoke_without_command:
            return
    present = {option for parameter in command.params for option in parameter.opts}
    if "--json" not in present:
        command.params.append(
            click.Option(
                ["--json"],
                is_flag=True,
                expose_value=False,
                callback=_set_json,
                help="Print JSON.",
            )
        )
    if "--home" not in present:
        command.params.append(
            click.Option(
                ["--home"],
                type=click.Path(file_okay=False, readable=False, path_type=Path),
                expose_value=False,
                callback=_set_home,
                help="The tasted folder to use.",
            )
        )


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"{epilog('')}\n\nYour pictures never leave this computer.",
)
@click.option(
    "--home",
    type=click.Path(file_okay=False, readable=False, path_type=Path),
    expose_value=False,
    callback=_set_home,
    help="The tasted folder to use; else TASTED_HOME, a parent folder with settings, or ~/Tasted.",
)
@click.option("--json", is_flag=True, expose_value=False, callback=_set_json, help="Print JSON.")
@click.version_option(__version__, prog_name="tasted", message="%(prog)s %(version)s")
@click.pass_context
def tasted(ctx: click.Context) -> None:
    """Score new screenshots by what you liked and rejected."""
    context: Context = ctx.obj
    if ctx.invoked_subcommand not in _SILENT_ABOUT_SERVICE:
        warning = silent_service_warning(context.environment, context.system)
        if warning is not None:
            context.say(f"tasted: {printable(warning)}")


def main(arguments: Sequence[str], context: Context) -> int:
    """Run one command line and return its exit status.

    Args:
        arguments: without the program's name.
        context: the collaborators; `named_home` and `json` are filled in from the options.
    """
    try:
        return _run(arguments, context)
    except click.UsageError as error:
        # parsing may have ended before it came to the option
        context.json |= "--json" in arguments
        return _report(context, UsageError(_usage_message(error), remedy=_usage_remedy(error)))
    except click.ClickException as error:
        _report(context, UsageError(error.format_message()))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        context.say("Interrupted.")
        return _INTERRUPTED
    except TastedError as error:
        return _report(context, error)
    except OSError as error:
        return _refused(context, error)
    except Exception as error:  # noqa: BLE001 - the outermost ring hides nothing: it prints the traceback
        message = f"{traceback.format_exc()}tasted itself failed: {type(error).__name__}: {error}"
        return _report(context, TastedError(message, remedy="Please report it with these lines."))


def _run(arguments: Sequence[str], context: Context) -> int:
    try:
        status = tasted.main(
            args=list(arguments), prog_name="tasted", standalone_mode=False, obj=context
        )
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except SystemExit:
        # click leaves like this when the reader (head, less) has seen enough
        give_up(sys.stdout)
        return 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    return status if isinstance(status, int) else 0


def _refused(context: Context, error: OSError) -> int:
    """Report what the operating system refused; tasted is not at fault then."""
    if is_of_stdout(error):
        give_up(sys.stdout)
        return _report(
            context,
            CommandError(
                f"Cannot write to stdout: {error.strerror or error}.",
                remedy="Check where the output goes, and whether the disk is full.",
            ),
        )
    where = f" ({error.filename})" if error.filename else ""
    return _report(
        context,
        CommandError(
            f"The operating system refused: {error.strerror or error}{where}.",
            remedy="Check who owns it, whether its disk is connected, and whether it is full.",
        ),
    )


def _usage_message(error: click.UsageError) -> str:
    # click indents a list of choices with tabs, which would be shown escaped
    message = error.format_message().replace("\n\t", "\n    ")
    kind = error.param.type if isinstance(error, click.BadParameter) and error.param else None
    given = message.partition(" is not one of ")[0].rpartition(": ")[2].strip("'")
    if isinstance(kind, click.Choice) and given:
        near = nearest(given, map(str, kind.choices))
        return f"{message} Did you mean {near!r}?" if near is not None else message
    return message


def _usage_remedy(error: click.UsageError) -> str:
    return f"See: {error.ctx.command_path} --help" if error.ctx is not None else ""


def _report(context: Context, error: TastedError) -> int:
    context.show_error(error)
    return error.exit_code


def silent_service_warning(environment: Mapping[str, str], system: str) -> str | None:
    """Return a warning when a service is installed and does not respond; else None.

    Every command asks, so it costs nothing where no service is installed.
    """
    file = definition_file(environment, system)
    if file is None or not file.exists():
        return None
    from tasted.home.layout import Home  # noqa: PLC0415 - only where a service is installed
    from tasted.home.status import read_heartbeats  # noqa: PLC0415 - as above
    from tasted.service.definitions.definition import home_in  # noqa: PLC0415 - as above
    from tasted.service.definitions.installed import arguments_of  # noqa: PLC0415 - as above
    from tasted.service.problems import STALE_SECONDS  # noqa: PLC0415 - as above

    root = home_in(arguments_of(file) or ())
    if root is None:
        # not written by tasted; `service status` reports it
        return None
    home = Home(root)
    beats = read_heartbeats(home.status_file, home.blocked_file)
    # a service that was installed this minute has not had the time
    heard = max([beat.heartbeat_at for beat in beats], default=_modified_at(file))
    minutes = (datetime.now(UTC) - heard).total_seconds() / 60
    if minutes * 60 <= STALE_SECONDS:
        return None
    since = "for" if beats else "since it was installed"
    ago = "" if beats else " ago"
    return (
        f"the service has not responded {since} {minutes:.0f} minutes{ago}. "
        "See: tasted service status"
    )


def _modified_at(file: Path) -> datetime:
    try:
        return from_epoch(file.stat().st_mtime)
    except OSError:
        # removed this instant
        return datetime.now(UTC)


def run() -> None:
    """Run as the console script."""
    context = Context(environment=os.environ, working_folder=working_folder())
    status = main(sys.argv[1:], context)
    give_up_what_is_gone()
    sys.exit(status)
