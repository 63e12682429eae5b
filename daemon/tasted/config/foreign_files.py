"""Recognises a settings file that is not plain UTF-8 text, and says how to save it as one. Pure.

A word processor saves rich text, a browser saves a page, Windows saves UTF-16. They all look like
a text file in the program that wrote them.
"""

_PLAIN = "save it as plain text in UTF-8"
_MARKS: tuple[tuple[bytes, str], ...] = (
    (
        b"{\\rtf",
        f"rich text (RTF); in TextEdit choose Format > Make Plain Text, or {_PLAIN}",
    ),
    (b"PK\x03\x04", f"a word processor document, or an archive; {_PLAIN}"),
    (b"\xd0\xcf\x11\xe0", f"a word processor document; {_PLAIN}"),
    (b"%PDF", f"a PDF document; {_PLAIN}"),
    (b"bplist", f"a macOS property list; {_PLAIN}"),
    (b"\x89PNG", "a picture, not text; to create new settings, move it away and run: tasted init"),
    (b"\xff\xfe\x00\x00", f"UTF-32 text; {_PLAIN}"),
    (b"\x00\x00\xfe\xff", f"UTF-32 text; {_PLAIN}"),
    (b"\xff\xfe", f"UTF-16 text; {_PLAIN}"),
    (b"\xfe\xff", f"UTF-16 text; {_PLAIN}"),
)
_PAGES = (b"<!doctype html", b"<html")
_BEGINNING = 256


def foreign_kind(data: bytes) -> str | None:
    """Return what the bytes are if not plain text, and what to do; else None."""
    kind = next((kind for mark, kind in _MARKS if data.startswith(mark)), None)
    if kind is not None:
        return f"this is {kind}"
    beginning = data[:_BEGINNING].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if beginning.startswith(_PAGES):
        return f"this is a web page (HTML); {_PLAIN}"
    if beginning.startswith(b"<?xml"):
        return f"this is XML; {_PLAIN}"
    if b"\0" in data[:_BEGINNING]:
        # UTF-16 may lack its mark; every other byte of Latin letters is 0
        beginning = data[:_BEGINNING]
        is_wide = beginning.count(0) >= len(beginning) // 4
        return f"this is {'UTF-16 text' if is_wide else 'not text'}; {_PLAIN}"
    return None
