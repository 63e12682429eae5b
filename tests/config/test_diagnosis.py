"""A settings file that is not TOML: the mistake is named with its place."""

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasted.config import load_settings
from tasted.config.diagnosis import mistake_at
from tasted.config.foreign_files import foreign_kind
from tasted.errors import ConfigError
from tasted.home.layout import Home

QUOTES = "\u201ckind\u201d"


def problem(home: Home, data: bytes) -> str:
    """Write the settings file, and return the refusal without the name of the file."""
    home.config_file.write_bytes(data)
    with pytest.raises(ConfigError) as refused:
        load_settings(home, environment={})
    return refused.value.message.removeprefix("config/tasted.toml")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[embedder]\nmodel = pocket\n", ':2:9: words need quotes; write "pocket"'),
        ("traits = [kind, sporty]\n", ':1:11: words need quotes; write "kind"'),
        ("traits = [\n  kind,\n]\n", ':2:3: words need quotes; write "kind"'),
        ("model = /home/me/my model # mine\n", 'write "/home/me/my model"'),
        (f"traits = [{QUOTES}]\n", ":1:11: curly quotes \u201c; use straight ones"),
        ('model = "pocket\u201d\n', ":1:16: curly quotes \u201d; use straight ones"),
        ("model = \u2018x\u2019\n", ":1:9: curly quotes \u2018; use straight ones: '"),
        ("#\n\n\u00a0keep = 3\n", ":3:1: a no-break space (U+00A0); use an ordinary one"),
        ("keep\u00a0= 3\n", ":1:5: a no-break space"),
        ("keep = 3\u202f\n", ":1:9: a narrow no-break space"),
        ("\u200bkeep = 3\n", ":1:1: an invisible space (U+200B); delete it"),
        ("keep = \u22125\n", ":1:8: \u2212 only looks like -"),
        ("keep = 3\x07\n", ":1:9: an invisible control character (U+0007)"),
        (
            'traits = ["kind",\n  "sporty"\n\n[scoring]\nscorer = "taste"\n',
            ":1:10: the list that begins here is not closed: ] is missing",
        ),
        ('traits = ["kind",\n[scoring]\n', ":1:10: the list that begins here is not closed"),
        ('a = 1\ntraits = ["kind"', ":2:10: the list that begins here is not closed"),
        ("weights = { physical = 1\n", ":1:11: the table that begins here is not closed: }"),
        ('a = "kind\nb = 3\n', ':1:5: the text that begins here is not closed: " is missing'),
        ('a = 1\nb = """kind\n[x]\n', ':2:5: the text that begins here is not closed: """'),
        ('a = ["b" "c"]\n', ':1:10: a comma is missing before "c"'),
        ("[log\nkeep = 3\n", ":1:5: ] is missing after the name of the section"),
        ("[[log]\nkeep = 3\n", ":1:1: a section has one bracket on each side"),
        ("[lo g]\n", ":1:5: a section is one word in brackets, not [lo g]"),
        ("[log]\nkeep = 1\n[x]\n[log]\n", ":4:1: [log] appears twice, first on"),
        ("[x]\nkeep = 1\n[log]\nkeep = 1\nkeep = 2\n", ":5:1: `keep` is set twice, first on"),
        ("keep: 3\n", ":1:5: write = between a setting and its value, not :"),
        ("log:\n  keep: 3\n", ":1:1: write a section in brackets: [log]"),
        ("keep 3\n", ":1:6: write keep = value"),
        ("Keep it short!\n", "write Keep = value, or # in front to make it a comment"),
        ('{"log": {"keep": 3}}\n', ":1:1: this looks like JSON"),
        ("max_mb = 0,5\n", ":1:11: write the number with a point, not a comma"),
        ("settle_seconds = 2s\n", ":1:19: write only the number, without s"),
        ("settle_seconds = 02\n", ":1:19: a number must not begin with 0"),
        ("settle_seconds = .5\n", ":1:18: a number must begin with a digit; write 0.5"),
        ("settle_seconds = 5.\n", ":1:19: a number must end with a digit"),
        ("keep = 1 level = 2\n", ":1:10: nothing may follow the value: level = 2"),
        ("save_power = True\n", ":1:14: True is not a value; write true"),
        ("save_power = yes\n", ":1:14: yes is not a value; write true"),
        ("revision = None\n", ':1:12: None is not a value; write "" for nothing'),
        ("keep =\n", ":1:7: a value is missing here"),
        ('model = "C:\\Users\\me"\n', ':1:12: a backslash in "double quotes" has'),
        ("<<<<<<< HEAD\nkeep = 1\n", ":1:1: this is a merge conflict marker"),
    ],
)  # fmt: skip
def test_what_stands_there_is_named(home: Home, toml: str, said: str) -> None:
    """With the line and column where a person has to look, also when the parser gave up later."""
    for ends in ("\n", "\r\n"):
        assert said in problem(home, toml.replace("\n", ends).encode())
    # what stands in comments opens nothing
    below = problem(home, f"# it's \"open [\n{toml}".encode())
    assert re.sub(r"line \d+|^.*:\d+: ", "", said) in below


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{\\rtf1\\ansi\\f0 model = "pocket"}', "this is rich text (RTF); in TextEdit choose"),
        ('model = "x"'.encode("utf-16"), "this is UTF-16 text; save it as plain text in UTF-8"),
        ('model = "x"'.encode("utf-16-be"), "this is UTF-16 text"),
        ('model = "x"'.encode("utf-32"), "this is UTF-32 text"),
        (b"<!DOCTYPE html>\n<html>", "this is a web page (HTML)"),
        (b"\xef\xbb\xbf\n<HTML><body>", "this is a web page (HTML)"),
        (b'<?xml version="1.0"?>', "this is XML"),
        (b"PK\x03\x04word/document.xml", "this is a word processor document"),
        (b"%PDF-1.7", "this is a PDF document"),
        (b"[log]\nkeep = 3\0\0", "this is not text"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_named(home: Home, data: bytes, said: str) -> None:
    """It looked like a text in the program that saved it."""
    assert problem(home, data).startswith(f":1:1: {said}")
    (home.root / "config" / ".env").write_bytes(data)
    home.config_file.write_text("")
    with pytest.raises(ConfigError, match=r"config/\.env:1:1: this is"):
        load_settings(home, environment={})


def test_other_encodings_are_told_with_the_place(home: Home) -> None:
    """One letter of an old encoding, somewhere."""
    said = problem(home, '[log]\nlevel = "caf\xe9"\n'.encode("latin-1"))
    assert said == ":2:13: this is not UTF-8 text; save it again with the encoding UTF-8"


@given(
    toml=st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from([*"[]{}=\"',.#\n\\: ab01\u201c\u00a0", '"""', "[log]\n", "keep = 3\n"]),
            max_size=40,
        ).map("".join),
    )
)
def test_a_mistake_lies_within_the_text(toml: str) -> None:
    """Whatever was written: the place that is named is one of the file, and the words are shown."""
    assert foreign_kind(toml.encode("utf-8", "surrogatepass")) is None or toml
    try:
        tomllib.loads(toml)
    except tomllib.TOMLDecodeError:
        lines = toml.replace("\r\n", "\n").split("\n")
        for line in (1, len(lines)):
            for column in (1, len(lines[line - 1]) + 1):
                found = mistake_at(toml, line, column)
                if found is not None:
                    assert 1 <= found.line <= len(lines)
                    assert 1 <= found.column <= len(lines[found.line - 1]) + 1
                    assert found.sentence


def test_a_fine_file_with_marks_of_windows_is_fine(home: Home) -> None:
    """A byte order mark and line ends of Windows; and curly quotes where they belong: in a text."""
    text = f'[preferences]\r\ntraits = ["{QUOTES}"] # {QUOTES}\u00a0\r\n'
    home.config_file.write_bytes(text.encode("utf-8-sig"))
    assert load_settings(home, environment={}).settings.preferences.traits == (QUOTES,)


def test_a_list_of_two_hundred_lines_without_end_is_found_at_its_beginning(home: Home) -> None:
    """However far away the parser gave up."""
    lines = "".join(f'  "word {number}",\n' for number in range(250))
    home.config_file.write_text(f"[preferences]\ntraits = [\n{lines}interests = []\n")
    with pytest.raises(ConfigError, match=r"tasted\.toml:2:10: the list that begins here"):
        load_settings(home, environment={})
