"""What `launchctl print` says, in every form that was recorded, and in any other."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasted.service.managers.condition import Condition
from tasted.service.managers.launchctl_print import is_disabled, parse_print

# recorded on macOS 14 to 26, with the label changed; every indent is a tab
RUNNING = """\
gui/501/io.github.tasted = {
	active count = 1
	path = /Users/u/Library/LaunchAgents/io.github.tasted.plist
	type = LaunchAgent
	state = running

	program = /Users/u/.local/share/uv/tools/tasted/bin/python
	arguments = {
		/Users/u/.local/share/uv/tools/tasted/bin/python
		-I
		-m
		tasted
	}

	default environment = {
		PATH => /usr/bin:/bin:/usr/sbin:/sbin
	}

	domain = gui/501 [100003]
	asid = 100003
	umask = 77
	minimum runtime = 30
	exit timeout = 30
	runs = 3
	pid = 28474
	immediate reason = semaphore
	last exit code = 1

	semaphores = {
		successful exit => 0
	}

	resource coalition = {
		ID = 9275
		state = active
		active count = 1
	}

	spawn type = interactive (4)
	job state = running

	properties = runatload | inferred program | managed LWCR | has LWCR
}
"""
_WITHOUT_PID = RUNNING.replace("\tpid = 28474\n\timmediate reason = semaphore\n", "")
NOT_RUNNING = (
    _WITHOUT_PID.replace("active count = 1\n\tpath", "active count = 0\n\tpath")
    .replace("\tstate = running", "\tstate = not running", 1)
    .replace("last exit code = 1", "last exit code = 0")
    .replace("job state = running", "job state = exited")
)
CRASH_LOOP = NOT_RUNNING.replace("= not running", "= spawn scheduled").replace(
    "last exit code = 0", "last exit code = 1"
)
NEVER_RAN = NOT_RUNNING.replace("runs = 3", "runs = 0").replace(
    "last exit code = 0", "last exit code = (never exited)"
)
REFUSED = (
    CRASH_LOOP.replace("last exit code = 1", "last exit code = 78: EX_CONFIG")
    .replace("job state = exited", "job state = spawn failed")
    .replace("| has LWCR", "| has LWCR | needs LWCR update")
)
KILLED = CRASH_LOOP.replace("last exit code = 1", "last terminating signal = Killed: 9")
SIGNED_WRONG = CRASH_LOOP.replace("last exit code = 1", "last exit reason = OS_REASON_CODESIGNING")
ABANDONED = NOT_RUNNING.replace("last exit code = 0", "last exit code = (abandoned)")
NEW_WORD = RUNNING.replace("\tstate = running", "\tstate = dreaming", 1)
NOT_FOUND = 'Bad request.\nCould not find service "io.github.tasted" in domain for user gui: 501\n'


def test_a_running_service_has_its_pid_and_the_end_of_the_run_before() -> None:
    """A healthy service may show how an earlier process failed."""
    state = parse_print(RUNNING)
    assert state.condition is Condition.RUNNING
    assert (state.pid, state.starts, state.last_exit) == (28474, 3, "exit status 1")
    assert state.kind == "interactive (4)"
    assert state.arguments == (
        "/Users/u/.local/share/uv/tools/tasted/bin/python", "-I", "-m", "tasted"
    )  # fmt: skip
    assert not state.needs_reload


@pytest.mark.parametrize(
    ("text", "condition", "last_exit"),
    [
        (NOT_RUNNING, Condition.STOPPED, "exit status 0"),
        (CRASH_LOOP, Condition.CRASH_LOOPING, "exit status 1"),
        (NEVER_RAN, Condition.STOPPED, None),
        (REFUSED, Condition.CRASH_LOOPING, "exit status 78 (EX_CONFIG)"),
        (KILLED, Condition.CRASH_LOOPING, "killed by a signal (Killed: 9)"),
        (SIGNED_WRONG, Condition.CRASH_LOOPING, "ended by macOS (OS_REASON_CODESIGNING)"),
        (CRASH_LOOP.replace("code = 1", "code = 0"), Condition.STARTING, "exit status 0"),
        (NEVER_RAN.replace("not running", "xpcproxy"), Condition.STARTING, None),
        (NEVER_RAN.replace("not running", "waiting"), Condition.STOPPED, None),
        (ABANDONED, Condition.STOPPED, "(abandoned)"),
        (RUNNING.replace("\tpid = 28474\n", ""), Condition.UNKNOWN, "exit status 1"),
        (RUNNING.replace("pid = 28474", "pid = 0"), Condition.UNKNOWN, "exit status 1"),
        (RUNNING.replace("\t", "    "), Condition.UNKNOWN, None),
        (NEW_WORD, Condition.UNKNOWN, "exit status 1"),
        (NOT_FOUND, Condition.UNKNOWN, None),
        ("", Condition.UNKNOWN, None),
    ],
)  # fmt: skip
def test_every_recorded_shape(text: str, condition: Condition, last_exit: str | None) -> None:
    """Stopped, crash-looping, refused by launchd, never started, and what is no answer at all."""
    state = parse_print(text)
    assert (state.condition, state.last_exit, state.pid) == (condition, last_exit, None)


def test_a_refusal_that_only_loading_anew_cures_is_seen() -> None:
    """After the interpreter was replaced, macOS wants the service to be registered again."""
    assert parse_print(REFUSED).needs_reload


def test_a_block_does_not_speak_for_the_service() -> None:
    """The coalition has a `state` of its own; so may any argument."""
    text = NOT_RUNNING.replace("\t\t-I\n", "\t\tstate = running\n\t\tpid = 7\n")
    state = parse_print(text)
    assert state.condition is Condition.STOPPED
    assert state.arguments[1] == "state = running"


_lines = st.sampled_from([*RUNNING.split("\n"), *REFUSED.split("\n"), *KILLED.split("\n")])
_values = st.sampled_from(["pid", "runs", "last exit code", "state", "job state", "properties"])


@given(
    st.one_of(
        st.text(),
        st.lists(_lines).map("\n".join),
        st.lists(st.tuples(_values, st.text())).map(
            lambda pairs: "\n".join(f"\t{name} = {value}" for name, value in pairs)
        ),
    )
)
@example("\tstate = running\n\tpid = " + "9" * 5000)
@example("\tlast exit code = " + "9" * 5000)
@example("\tstate = running\n\tpid = ٣")
def test_no_text_raises_and_nothing_runs_without_a_pid(text: str) -> None:
    """Whatever a later macOS prints, the answer is a state."""
    state = parse_print(text)
    assert (state.condition is Condition.RUNNING) == (state.pid is not None)
    assert state.pid is None or state.pid > 0
    is_disabled(text, "io.github.tasted")


@pytest.mark.parametrize(
    ("line", "disabled"),
    [
        ('\t\t"io.github.tasted" => disabled', True),
        ('\t\t"io.github.tasted" => enabled', False),
        ('\t\t"io.github.tasted" => true', True),
        ('\t\t"io.github.tasted" => false', False),
        ('\t\t"io.github.tasted.other" => disabled', False),
        ('\t\t"ioxgithubxtasted" => disabled', False),
        ("", False),
    ],
)
def test_whether_the_user_switched_it_off(line: str, disabled: bool) -> None:
    """Both forms of the answer are understood, and no other service is taken for this one."""
    text = f"disabled services = {{\n{line}\n}}\n"
    assert is_disabled(text, "io.github.tasted") is disabled
