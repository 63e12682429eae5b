"""Numbers look the same wherever they stand."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tasted
from tasted.amounts import counted, decimal, file_size, percent
from tasted.outbox.page import templates as page_templates

MODULES = sorted(Path(tasted.__file__).parent.rglob("*.py"))


@given(share=st.floats(0, 1))
def test_a_share_is_rounded_down_and_written_in_one_way(share: float) -> None:
    """Nothing shows as more than it is; and the page only keeps the sign from the next line."""
    said = percent(share)
    assert re.fullmatch(r"(100|[1-9]?\d) %", said)
    assert int(said.removesuffix(" %")) <= 100 * share + 1e-6
    assert page_templates.percent(share) == said.replace(" ", "\u202f")


@given(hundredth=st.integers(0, 100))
def test_what_is_a_whole_percent_shows_as_it_is(hundredth: int) -> None:
    """0.29 is a little less than 0.29 in binary."""
    assert percent(hundredth / 100) == f"{hundredth} %"


@given(value=st.floats(-1e6, 1e6), digits=st.integers(0, 4))
def test_nothing_has_no_sign(value: float, digits: int) -> None:
    """There is no -0.00."""
    said = decimal(value, digits)
    assert not re.fullmatch(r"-0(\.0+)?", said)
    assert abs(float(said) - value) <= 0.5001 * 10**-digits


def test_what_is_not_known_is_a_dash() -> None:
    """In every column."""
    assert percent(None) == decimal(None, 2) == "-"


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (12_345, "12,345 files")]
)
def test_things_are_counted(count: int, said: str) -> None:
    """One is one, and thousands are told apart."""
    assert counted(count, "file") == said
    assert counted(count, "copy", "copies").endswith("copy" if count == 1 else "copies")


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (2_000, "2.0 kB"),
        (1_550_000, "1.6 MB"),
        (340_200_000, "340 MB"),
        (5_000_000_000, "5.0 GB"),
    ],
)
def test_sizes_of_files(count: int, said: str) -> None:
    """In the units that file managers use."""
    assert file_size(count) == said


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_module_writes_such_numbers_by_itself(module: Path) -> None:
    """A share with its sign, or a figure with decimals that may be -0.00, comes from one place.

    Whole and tenth seconds and sizes are never negative; a width in CSS has no space before it.
    """
    if module.stem == "amounts":
        return
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if not isinstance(node, ast.JoinedStr):
            continue
        for part, behind in zip(node.values, [*node.values[1:], None], strict=True):
            if not isinstance(part, ast.FormattedValue):
                continue
            spec = ast.unparse(part.format_spec) if part.format_spec is not None else ""
            assert not re.search(r"\.\d+%|\.[2-9]f", spec), f"{module}:{node.lineno}"
            text = str(behind.value) if isinstance(behind, ast.Constant) else ""
            is_percent = re.match(r" ?%(?!\")", text) and "CSS" not in text
            # a battery tells whole percents
            assert not is_percent or module.stem == "power", f"{module}:{node.lineno}"
