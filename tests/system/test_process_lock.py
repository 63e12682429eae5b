"""A lock that one process holds at a time."""

from pathlib import Path

from kit.children import running_python
from tasted.system.process_lock import held_if_free, is_held

_HOLDS = """
import sys
from pathlib import Path
from tasted.system.process_lock import held_if_free
with held_if_free(Path(sys.argv[1])) as is_free:
    print(is_free, flush=True)
    sys.stdin.read()
"""


def test_one_process_holds_it_and_it_goes_with_the_process(tmp_path: Path) -> None:
    """Also when that is killed; asking makes no file."""
    file = tmp_path / "lock"
    assert not is_held(file)
    assert not file.exists()
    with running_python(_HOLDS, str(file)) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert is_held(file)
        with held_if_free(file) as is_free:
            assert not is_free
        other.kill()
        other.wait()
        assert not is_held(file)
        with held_if_free(file) as is_free:
            assert is_free
    assert file.stat().st_mode & 0o077 == 0
