"""The ring around every command: help, options, errors, exit codes."""

import inspect
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

import tasted as tasted_package
from kit.children import python, running_python
from kit.commands import imported_by, run
from kit.drawings import drawing
from kit.sidecars import scored
from kit.typed_commands import commands_in, parsed_path, remedies_in
from tasted import __version__
from tasted.cli.context import Context, printable
from tasted.cli.help_examples import EXAMPLES
from tasted.cli.main import COMMANDS, main, tasted
from tasted.home.layout import Home
from tasted.outbox.ledger import Ledger
from tasted.outbox.sidecar_writer import Writer

GOLDEN = Path(__file__).parents[1] / "golden" / "help.txt"
HEAVY = {
    "torch", "transformers", "lancedb", "pyarrow", "PIL", "numpy", "pydantic", "rich",
    "structlog", "watchdog",
}  # fmt: skip

REMEDIES = [
    file
    for file in sorted(Path(inspect.getfile(tasted_package)).parent.rglob("*.py"))
    if any(commands_in(text) for _line, text in remedies_in(file))
]

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A context whose working folder lies in no home."""
    return Context(environment={}, working_folder=tmp_path)


def test_help_looks_like_this(golden: Callable[[Path, str], None]) -> None:
    """The golden file shows the page as a terminal of 100 columns does."""
    child = python("-m", "tasted", "--help", environment={"COLUMNS": "100"})
    assert child.returncode == 0
    assert max(map(len, child.stdout.splitlines())) <= 100
    golden(GOLDEN, child.stdout)


def pages() -> list[str]:
    """Return the words of every command and of every one within a group."""
    found = []
    for name in COMMANDS:
        command = tasted.get_command(click.Context(tasted), name)
        nested = command.commands if isinstance(command, click.Group) else {}
        found += [name, *(f"{name} {command}" for command in nested)]
    return found


@pytest.mark.parametrize("words", pages())
def test_the_help_of_every_command_looks_like_this(
    words: str, context: Context, capsys: Captured, golden: Callable[[Path, str], None]
) -> None:
    """With examples, on a terminal of 80 columns; a golden file for each."""
    main([*words.split(), "--help"], context)
    page = capsys.readouterr().out
    assert "\n  Examples:\n" in page
    golden(GOLDEN.with_name("help") / f"{words.replace(' ', '_')}.txt", page)


@pytest.mark.parametrize("words", EXAMPLES)
def test_examples_can_be_typed(words: str, context: Context) -> None:
    """Every example is of its command, and has no option or argument that the command lacks."""
    for typed, why in EXAMPLES[words]:
        assert why
        command = re.search(r"\btasted ([^|)]*)", typed)
        assert command is not None, typed
        assert " ".join(parsed_path(command[1], context)).startswith(words)


@pytest.mark.parametrize("file", REMEDIES)
def test_commands_of_remedies_can_be_typed(file: Path, context: Context) -> None:
    """What a module says is to be done has every argument that the command needs."""
    for line, text in remedies_in(file):
        for typed in commands_in(text):
            try:
                parsed_path(typed, context)
            except click.UsageError as error:
                pytest.fail(f"{file}:{line}: tasted {typed}: {error.format_message()}")


def test_every_command_has_examples() -> None:
    """A new command without one is found out."""
    assert set(EXAMPLES) == {"", *pages()}


def test_no_words_show_the_help(context: Context, capsys: Captured) -> None:
    """Whoever types only the name learns what there is."""
    assert main([], context) == 0
    bare = capsys.readouterr().out
    assert main(["--help"], context) == 0
    assert capsys.readouterr().out == bare


def test_help_imports_nothing_heavy() -> None:
    """`tasted --help` answers without loading one library that takes time."""
    assert not imported_by("--help") & HEAVY


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_of_a_command_is_its_own_first_sentence(name: str) -> None:
    """The table of --help says what the command's docstring says."""
    command = tasted.get_command(click.Context(tasted), name)
    assert command is not None
    assert command.name == name
    text = " ".join(inspect.cleandoc(command.help or "").split("\n\n")[0].split())
    assert COMMANDS[name][1] == re.split(r"(?<=\.)\s", text)[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_the_shared_options(
    name: str, context: Context, capsys: Captured
) -> None:
    """--json and --home are accepted after every command too, and asking twice doubles nothing."""
    for _ in range(2):
        assert main([name, "--help"], context) == 0
        page = capsys.readouterr().out.partition("Examples:")[0]
        if f"tasted {name} [OPTIONS] COMMAND" not in page:
            assert page.count("--home ") == page.count("--json ") == 1


def test_the_version_is_said(context: Context, capsys: Captured) -> None:
    """One line, name and version."""
    assert main(["--version"], context) == 0
    assert capsys.readouterr().out == f"tasted {__version__}\n"


@pytest.mark.parametrize(
    ("word", "near"), [("statsu", "stats"), ("resluts", "results"), ("rejct", "reject")]
)
def test_an_unknown_command_is_answered_with_the_nearest(
    context: Context, capsys: Captured, word: str, near: str
) -> None:
    """The exit status is that of wrong usage."""
    assert main([word], context) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"No such command '{word}'. Did you mean '{near}'?" in said.err
    assert "tasted --help" in said.err


def test_the_choices_of_an_argument_are_listed_legibly(context: Context, capsys: Captured) -> None:
    """One a line, set in; no control character is shown for what it is not."""
    assert main(["completion"], context) == 2
    said = capsys.readouterr().err
    assert "\ntasted:     bash" in said
    assert "\\t" not in said


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["config", "chek"], "check"),
        (["models", "pul"], "pull"),
        (["results", "--tpo", "3"], "--top"),
        (["results", "--verdict", "no match"], "no_match"),
        (["evaluate", "--scorer", "tase"], "taste"),
        (["references", "--label", "like"], "liked"),
        (["completion", "bsh"], "bash"),
    ],
    ids=" ".join,
)
def test_a_misspelt_word_anywhere_is_answered_with_the_nearest(
    context: Context, capsys: Captured, words: list[str], near: str
) -> None:
    """Commands of a group, options, and what an option may be."""
    assert main(words, context) == 2
    assert f"Did you mean '{near}'?" in capsys.readouterr().err


def test_a_word_like_no_command_gets_no_guess(context: Context, capsys: Captured) -> None:
    """Nothing is suggested where nothing is near."""
    assert main(["xyzzy"], context) == 2
    assert "Did you mean" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (["--json", "xyzzy"], "usage", 2),
        (["--json", "like"], "usage", 2),
        (["results", "--json", "--top", "0"], "usage", 2),
        (["results", "--json", "--nonsense"], "usage", 2),
        (["xyzzy", "--json"], "usage", 2),
        (["--json", "--home", "/nowhere", "results"], "home_invalid", 4),
        (["results", "--home", "/nowhere", "--json"], "home_invalid", 4),
    ],
)
def test_errors_are_json_where_json_is_asked_for(
    context: Context, capsys: Captured, words: list[str], code: str, status: int
) -> None:
    """One object on stderr with code, message and remedy; stdout stays empty."""
    assert main(words, context) == status
    said = capsys.readouterr()
    assert said.out == ""
    error = json.loads(said.err)["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["remedy"]


@pytest.mark.parametrize(
    "words",
    [
        ["score", "missing.png"],
        ["like", "missing.png"],
        ["reject", "missing.png"],
        ["undo", "missing.png"],
        ["forget", "missing.png"],
        ["models", "add", "missing"],
        ["demo", "--photos", "missing"],
    ],
    ids=lambda words: words[0],
)
def test_what_is_missing_has_one_exit_status_in_every_command(
    home: Home, capsys: Captured, words: list[str]
) -> None:
    """And one code; stderr has objects and nothing else, one for the file and one for the whole."""
    assert run(home, "--json", *words) == 3
    said = capsys.readouterr()
    assert said.out == ""
    errors = [json.loads(line) for line in said.err.splitlines()]
    assert errors[0]["error"]["code"] == "not_found"
    assert errors[0]["error"]["remedy"]
    assert errors[0].get("file", "missing.png") == "missing.png"
    assert run(home, *words) == 3
    assert capsys.readouterr().err.startswith("tasted: ")


@pytest.mark.parametrize(
    "words",
    [
        "results", "references", "stats", "status", "evaluate", "config show", "config check",
        "config path", "config set keep 5", "models list", "models pull pocket", "like b.png",
        "undo b.png", "forget --dry-run a.png", "forget --keep-picture a.png", "init",
        "uninstall --dry-run",
    ],
)  # fmt: skip
def test_json_is_alone_on_stdout_and_nothing_on_stderr(
    home: Home, capsys: Captured, words: str
) -> None:
    """Where nothing fails: hints, counts of what waits, bars and warnings are for people."""
    Writer(home.outbox, Ledger(home.outbox)).write(scored())
    for name in ("a.png", "b.png"):
        (home.inbox / name).write_bytes(drawing("mountain", seed=1))
    assert run(home, "--json", *words.split(), working_folder=home.inbox) == 0
    said = capsys.readouterr()
    assert said.err == ""
    for line in said.out.splitlines():
        assert isinstance(json.loads(line), dict)


def test_who_asks_for_json_is_asked_nothing(home: Home, capsys: Captured) -> None:
    """Also on a terminal: a question is not JSON."""
    (home.inbox / "a.png").write_bytes(b"a picture")
    asked: list[str] = []

    def ask(question: str) -> bool:
        asked.append(question)
        return True

    context = Context(environment={}, working_folder=home.root, named_home=home.root, ask=ask)
    assert main(["forget", "a.png", "--json"], context) == 2
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "usage"
    assert not asked
    context = Context(environment={}, working_folder=home.root, named_home=home.root, ask=ask)
    assert main(["forget", "a.png"], context) == 0
    assert asked


@pytest.mark.parametrize("words", ["score", "like", "undo", "models add", "demo --photos"])
def test_an_empty_name_is_no_folder(home: Home, capsys: Captured, words: str) -> None:
    """`tasted score "$SHOT"` without that variable does not score the working folder."""
    assert run(home, *words.split(), "") == 2
    assert "it is empty; give a file or a folder" in capsys.readouterr().err


@pytest.mark.parametrize("words", ["score", "like", "forget", "models add", "demo --photos"])
def test_a_name_that_no_disk_can_hold_is_not_there(
    home: Home, capsys: Captured, words: str
) -> None:
    """It is said like any other; a paste may have gone wrong."""
    assert run(home, *words.split(), "x" * 300) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_errors_for_people_say_what_to_do(context: Context, capsys: Captured) -> None:
    """What happened on the first line, what to do on the second."""
    assert main(["results"], context) == 4
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("tasted: ")
    assert second.startswith("  → ")
    assert "tasted init" in second


def test_settings_that_are_wrong_have_an_exit_status(home: Home, capsys: Captured) -> None:
    """A misspelt key ends a command that needs the settings with 4."""
    home.config_file.write_text("[embedder]\nmodle = 'pocket'\n")
    assert run(home, "--json", "run", "--once") == 4
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "config_invalid"


def test_a_reader_that_has_seen_enough_is_no_error(home: Home) -> None:
    """`tasted results | head` ends quietly and well."""
    writer = Writer(home.outbox, Ledger(home.outbox))
    for index in range(300):
        writer.write(scored(f"{index}.png", summary="x" * 1000), durable=False)
    with subprocess.Popen(
        [sys.executable, "-m", "tasted", "--home", str(home.root), "results"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == b""


def test_an_interrupted_command_says_so(home: Home) -> None:
    """Ctrl-C ends with 130 and without a traceback."""
    Writer(home.outbox, Ledger(home.outbox)).write(scored())
    # a shell that starts the tests in the background leaves SIGINT ignored
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from tasted.cli.main import run; run()"
    )
    with running_python(code, "--home", str(home.root), "results", "--follow") as process:
        assert process.stdout is not None
        assert "a.png" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü 🎿.png", "plain ü 🎿.png"),
        ("at 5.05\u202fPM.png", "at 5.05\u202fPM.png"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines", "two\\nlines"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\udcff", "\\udcff"),
    ],
)
def test_foreign_words_cannot_steer_the_terminal(text: str, shown: str) -> None:
    """Control and direction characters of names are shown, not obeyed."""
    assert printable(text) == shown


def test_the_console_script_and_the_module_are_one() -> None:
    """`tasted` and `python -m tasted` do the same."""
    script = Path(sys.executable).with_name("tasted")
    done = subprocess.run(
        [str(script), "--version"], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout == python("-m", "tasted", "--version").stdout


def test_no_command_imports_what_structlog_would_like() -> None:
    """Rich is there where another program of the same environment wants it."""
    modules = sorted({module for module, _line in COMMANDS.values()})
    code = (
        "import importlib, os, sys\n"
        "for module in sys.argv[1:]:\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        importlib.import_module(module)\n"
        "        os._exit('rich' in sys.modules)\n"
        "    if os.waitpid(child, 0)[1]:\n"
        "        print(module)\n"
    )
    child = python("-c", code, *modules)
    assert (child.returncode, child.stdout) == (0, ""), child.stderr
