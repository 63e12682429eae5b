"""An armed place ends the process at the pass that was named; the rest is untouched."""

import re
import signal
from pathlib import Path

import pytest

import tasted
from kit.children import python, running_python
from tasted.system.faultpoints import POINTS, VARIABLE, parse, reach

_THREE_PASSES = """
from tasted.system.faultpoints import reach
for number in range(3):
    print(number, flush=True)
    reach("write.renamed")
print("through", flush=True)
"""


def test_nothing_is_armed_in_use() -> None:
    """Without the variable every place is passed."""
    assert parse("") == {}
    for name in POINTS:
        reach(name)


def test_every_place_of_the_source_can_be_armed() -> None:
    """A process that is armed with an unknown place ends as it starts, and not where it should."""
    source = "".join(file.read_text("utf-8") for file in Path(tasted.__file__).parent.rglob("*.py"))
    assert set(re.findall(r'\breach\("([^"]+)"\)', source)) == POINTS


@pytest.mark.parametrize("text", ["nowhere", "write.renamed:x", "write.renamed:1:explode"])
def test_a_misspelt_place_is_refused(text: str) -> None:
    """A test that arms nothing would prove nothing."""
    with pytest.raises(ValueError, match=r"write|nowhere|invalid literal"):
        parse(text)


def test_a_process_is_killed_at_the_pass_that_was_named() -> None:
    """The second pass ends it as SIGKILL does."""
    child = python("-c", _THREE_PASSES, environment={VARIABLE: "write.renamed:2"})
    assert child.returncode == -signal.SIGKILL
    assert child.stdout.split() == ["0", "1"]
    assert child.stderr == "killed at fault point write.renamed\n"


def test_a_process_can_be_made_to_hang() -> None:
    """It stays where it is until somebody ends it."""
    armed = _THREE_PASSES.replace("import reach", "import _armed, parse, reach")
    armed = armed.replace("for number", '_armed.update(parse("write.renamed:1:hang"))\nfor number')
    with running_python(armed) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "0\n"
        assert child.poll() is None
