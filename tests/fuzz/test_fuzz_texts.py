"""Texts of users: the settings, and what lies beside a screenshot."""

import re
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from kit.fuzzing import bounded, fuzzed
from tasted.config import load_settings
from tasted.config.template import render_toml
from tasted.errors import ConfigError
from tasted.home.layout import Home
from tasted.reading.companion import BYTES_MAX, parse_companion

TEMPLATE = re.sub(r"(?m)^#(?=\w+ = )", "", render_toml())
_PLACE = re.compile(r"config/tasted\.toml( line \d+|:\d+:\d+): .")
PIECES = (
    "[watch]", "[[watch]]", "[watch", "]", "=", '"', '"""', "'", "{", "}", "[", "inf", "nan",
    "-1", "1e999", "0x", "9" * 5000, "\ufeff", "\0", "\r", "\x1b[31m", "\ud800", "[" * 2000,
    "a.b.c = 1", "watch = 1", "watch.settle_seconds = 1", "1979-05-27", "true", "#",
)  # fmt: skip


@st.composite
def mangled_settings(draw: st.DrawFn) -> bytes:
    """Draw the settings file with everything named, and with pieces put in and cut out."""
    text = TEMPLATE
    for _change in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        end = at + draw(st.integers(0, 30))
        text = text[:at] + draw(st.sampled_from(PIECES) | st.text(max_size=5)) + text[end:]
    return text.encode("utf-8", "surrogatepass")


@given(st.one_of(st.binary(max_size=200), mangled_settings()))
@fuzzed(150)
def test_any_settings_file_acts_or_is_refused_with_its_line(home: Home, content: bytes) -> None:
    """The only failure is ConfigError, each of its sentences with file and line, and printable."""
    home.config_file.write_bytes(content)
    with bounded("settings", content):
        try:
            load_settings(home, environment={})
        except ConfigError as error:
            for line in error.message.split("\n"):
                assert _PLACE.match(line), line
                assert line.isprintable(), line


MARKS = (b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe\0\0")
WORDS = (
    b"Name: ", b"Age: ", b"name:", b"\n", b"\r\n", b"\r", b"\xe2\x80\xa8", b"\xc2\x85", b"\0",
    b"29", b"999", "\u0662\u0669".encode(), b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"\x1b[2J",
    "\u202e".encode(), b" " * 500, b"\n" * 500, b"a" * 30_000,
)  # fmt: skip


@given(
    mark=st.sampled_from(MARKS),
    words=st.lists(st.sampled_from(WORDS) | st.binary(max_size=12), max_size=12),
    wide=st.sampled_from(["", "utf-16-le", "utf-16-be"]),
)
@example(mark=b"\xff\xfe", words=[b"Age: ", b"29"], wide="")
@fuzzed(200)
def test_any_companion_text_is_read(mark: bytes, words: list[bytes], wide: str) -> None:
    """Reading never fails, never takes long, and gives clean text that a sidecar can hold."""
    body = b"".join(words)
    if wide:
        body = body.decode("utf-8", "replace").encode(wide)
    with bounded("companion", mark + body):
        read = parse_companion(mark + body)
    for text in filter(None, (read.name, read.bio)):
        text.encode("utf-8")
        assert len(text) <= BYTES_MAX
        assert text == text.strip()
        assert not {c for c in text if unicodedata.category(c) in {"Cc", "Cs"}} - {"\n"}
    assert read.age is None or 0 <= read.age <= 999
    assert read.name is None or "\n" not in read.name
