"""What is wrong with the whole engine is a fault of the service, and says what to do."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kit.scripted_engines import HELLO, NOTHING, Make
from tasted.errors import EngineFailed, LibraryUnusable, OutOfMemory, ServiceFault
from tasted.rpc.client import EngineProcess
from tasted.rpc.engine_start import EngineStart
from tasted.rpc.messages import PROTOCOL


@pytest.mark.parametrize(("fault", "ends"), [(LibraryUnusable, False), (OutOfMemory, True)])
def test_a_fault_of_the_service_is_raised_as_what_it_is(
    make: Make, fault: type[ServiceFault], *, ends: bool
) -> None:
    """With its remedy; an engine that may be in a bad state is not asked again."""
    script = f"    say(Fault({fault.code!r}, 'It is broken.', 'Mend it.'))"
    engine = make(f"    from tasted.rpc.messages import Fault\n{script}")
    with pytest.raises(fault, match="broken") as caught:
        engine.ask(NOTHING)
    assert caught.value.remedy == "Mend it."
    assert (engine.pid is None) == ends


@pytest.mark.parametrize("protocol", ["0", "99", "None"])
def test_an_engine_of_another_version_is_a_fault_with_a_remedy(
    tmp_path: Path, protocol: str
) -> None:
    """An update while the daemon ran: no file is at fault, and the daemon has to start again."""
    script = (
        "import os\nfrom tasted.rpc import framing\nframing.read(0)\n"
        f"framing.write(1, {{'type': 'Ready', 'pid': os.getpid(), 'protocol': {protocol}}})\n"
        "framing.read(0)"
    )
    command = (sys.executable, "-c", script)
    engine = EngineProcess(
        HELLO, EngineStart(tmp_path / "engine.err", command=command), deadline_seconds=9
    )
    with pytest.raises(EngineFailed, match="different versions") as caught:
        engine.ask(NOTHING)
    assert caught.value.remedy
    assert engine.pid is None


def test_a_daemon_of_another_version_is_told_so_by_the_engine(tmp_path: Path) -> None:
    """The real engine refuses before it opens anything, and the fault says what to do."""
    hello = replace(HELLO, protocol=PROTOCOL + 1)
    engine = EngineProcess(hello, EngineStart(tmp_path / "engine.err"), deadline_seconds=9)
    with pytest.raises(EngineFailed, match="different versions") as caught:
        engine.ask(NOTHING)
    assert "tasted service restart" in caught.value.remedy
    assert engine.pid is None


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("/nowhere/python",), "No such file"),
        ((sys.executable, "-c", "raise SystemExit('broken installation')"), "broken installation"),
    ],
)
def test_an_engine_that_cannot_start_is_a_fault_of_the_service(
    tmp_path: Path, command: tuple[str, ...], why: str
) -> None:
    """No file is at fault, and the reason and a remedy are named."""
    engine = EngineProcess(
        HELLO, EngineStart(tmp_path / "engine.err", command=command), deadline_seconds=5
    )
    with pytest.raises(EngineFailed, match=why) as caught:
        engine.ask(NOTHING)
    assert caught.value.remedy
    assert engine.pid is None
