"""Anything may come from a browser, a script or a web child that was taken over."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kit.fuzzing import bounded, fuzzed
from tasted.daemon.reviewing.card_tokens import ShownCard, card_of, signed_card
from tasted.feedback.events import GuessBefore
from tasted.review.api.problems import RefusedRequest
from tasted.review.api.uploads import MultipartFile
from tasted.review.security.gate import _field_of, _is_plain
from tasted.review.security.sessions import Sessions
from tasted.review.security.visitors import Visitor, visitor_of
from tasted.rpc.framing import FrameError
from tasted.rpc.review_encoding import call_from

SECRET = bytes(range(32))
CARD = ShownCard("0" * 64, "explore", 0.25, GuessBefore("v1", None, 0.5, "unsure", 0.1))
TOKEN = signed_card(CARD, SECRET)
PART = (
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nDATA\r\n--b--\r\n'
)
TEXT = st.text(max_size=200)


@fuzzed(300)
@given(st.one_of(TEXT, st.text(alphabet=TOKEN, max_size=len(TOKEN) + 5)))
def test_no_card_but_ours_is_a_card(token: str) -> None:
    """Whatever else comes is none, and never an error."""
    with bounded("card", token.encode("utf-8", "replace")):
        assert card_of(token, SECRET) is None or token == TOKEN


@fuzzed(200)
@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="utf-8"))
def test_a_card_that_was_changed_says_what_it_said_or_nothing(at: int, letter: str) -> None:
    """A letter that base64 passes over changes nothing; any other makes it worthless."""
    changed = TOKEN[:at] + letter + TOKEN[at + 1 :]
    with bounded("changed-card", changed.encode("utf-8", "replace")):
        assert card_of(changed, SECRET) in {None, CARD}


@fuzzed(300)
@given(st.one_of(TEXT, TEXT.map("tasted-80={}".format)))
def test_no_cookie_but_ours_lets_in(header: str) -> None:
    """And none is an error."""
    with bounded("cookie", header.encode("utf-8", "replace")):
        assert Sessions(SECRET, 80).read(header) is None


@fuzzed(300)
@given(st.lists(st.tuples(st.sampled_from([b"authorization", b"cookie"]), st.binary(max_size=80))))
def test_no_header_but_ours_lets_in(headers: list[tuple[bytes, bytes]]) -> None:
    """Any bytes, any number of them."""
    with bounded("headers", repr(headers).encode()):
        found = visitor_of(headers, Sessions(SECRET, 80), "the-token")
        assert found is None or (found == Visitor() and b"the-token" in headers[0][1])


@fuzzed(300)
@given(st.binary(max_size=200))
def test_any_bytes_as_a_form_or_a_path_are_one_or_none(data: bytes) -> None:
    """A field that is not there is None; a plain path climbs nowhere."""
    with bounded("form", data):
        _field_of(data)
        if _is_plain(data):
            assert data.startswith(b"/")
            assert not {b"..", b"."} & set(data.split(b"/"))
            assert b"%2e" not in data.lower()


MULTIPART = st.one_of(
    st.binary(max_size=300),
    st.lists(st.sampled_from([PART, PART[:60], b"\r\n", b"--b", b"--", b"\0", b"x" * 50])).map(
        b"".join
    ),
    st.tuples(st.integers(0, len(PART)), st.binary(max_size=4)).map(
        lambda cut: PART[: cut[0]] + cut[1] + PART[cut[0] :]
    ),
)


@fuzzed(400)
@given(MULTIPART, st.integers(1, 40))
def test_any_multipart_body_is_a_file_or_refused(data: bytes, size: int) -> None:
    """However it is cut into pieces; nothing but a refusal is raised."""
    with bounded("multipart", data):
        parts: list[bytes] = []
        try:
            multipart = MultipartFile("multipart/form-data; boundary=b")
            for at in range(0, len(data), size):
                parts += multipart.feed(data[at : at + size])
            multipart.finish()
        except RefusedRequest:
            return
        assert len(b"".join(parts)) <= len(data)


@given(st.binary(max_size=500), st.integers(1, 60))
def test_the_file_of_a_multipart_body_is_what_was_sent(data: bytes, size: int) -> None:
    """In whatever pieces it comes."""
    body = PART.replace(b"DATA", data)
    multipart = MultipartFile("multipart/form-data; boundary=b")
    if b"\r\n--b" in body.replace(PART.partition(b"DATA")[2], b""):
        return
    parts: list[bytes] = []
    for at in range(0, len(body), size):
        parts += multipart.feed(body[at : at + size])
    multipart.finish()
    assert b"".join(parts) == data
    assert multipart.received.file_name == "a.png"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@fuzzed(300)
@given(
    st.sampled_from(["GiveAnswer", "TakeBack", "EndUpload", "UploadChunk", "ListResults", "X"]),
    st.integers(),
    st.dictionaries(
        st.sampled_from(["content", "answer", "upload", "data", "limit", "cursor", "keep", "z"]),
        JSON,
    ),
)
def test_a_child_that_raves_is_understood_or_refused(
    name: str, number: int, fields: dict[str, Any]
) -> None:
    """What it asks for is a call, or an error of the frame."""
    with bounded("call", repr(fields).encode("utf-8", "replace")):
        try:
            call_from({"type": name, "number": number, "call": fields})
        except FrameError:
            return
