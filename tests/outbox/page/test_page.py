"""How the page of results looks, and that nobody's words can steer it."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.pages import page_of, parsed, status_of
from kit.sidecars import NOW, failed, profile, scored
from tasted.home.status import FaultReport, QueueReport
from tasted.outbox.page.templates import picture_link, plain
from tasted.outbox.sidecar import (
    ErrorPart,
    ExtractedData,
    ModelPart,
    NeighbourPart,
    Neighbours,
    Rank,
    Sidecar,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "results.html"
POLICY = "default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'"
BODY = re.compile(r"<body>.*</body>", re.DOTALL)
NAMES = [
    'quote".png',
    "<script>alert(1)<\u2215script>.png",
    "javascript:alert(1).png",
    "line\nbreak.png",
    "turned \u202egnp.exe",
    "100% #1? a&amp;b.png",
    "caf\udce9 \x1b[31m.png",
    "Screenshot at 5.05\u202fPM.png",
    "' onerror='x.png",
]


def near(path: str, similarity: float = 0.5) -> NeighbourPart:
    """Return a neighbour."""
    return NeighbourPart(id="0" * 64, path=path, similarity=similarity)


def documents_saying(text: str) -> list[Sidecar]:
    """Return a scored and a failed sidecar in which everything that can be a text is this one."""
    path = text.replace("/", "\u2215")
    error = ErrorPart(code="damaged", message=text, remedy=text, attempts=1)
    return [
        scored(
            "a.png",
            verdict="unsure",
            summary=text,
            reasons=[text, f"x{text}"],
            next=text,
            neighbours=Neighbours(liked=[near(path)], rejected=[near(path)]),
            extracted_data=ExtractedData(name=text, age=30),
        ),
        failed("b.png").model_copy(update={"error": error, "summary": text}),
    ]


def test_a_page_looks_like_this(golden: Callable[[Path, str], None]) -> None:
    """The golden file shows a card of each kind; times are those of its machine's clock."""
    documents = [
        scored(
            "anna/1.png",
            0.92,
            strong=True,
            calibrated=True,
            rank=Rank(percentile=0.75, of=41),
            summary="Strong match, 92 %: close to 2 of your likes; hiking is in the bio.",
            reasons=["Close to 2 of your likes (0.98, 0.97)", "Hiking is in the bio", "Well lit"],
            neighbours=Neighbours(
                liked=[near("liked/1 a.png", 0.98)], rejected=[near("rejected/2.png", 0.24)]
            ),
            extracted_data=ExtractedData(name="Anna", age=31),
        ),
        scored("gone.png", 0.8, rank=Rank(percentile=0.75, of=41)),
        scored(
            "no-thanks.png",
            0.96,
            calibrated=True,
            rank=Rank(percentile=0.97, of=41),
            judgement="rejected",
            summary="Match, 96 %: close to 3 of your likes.",
            reasons=["Close to 3 of your likes (0.99, 0.98, 0.97)", "Well lit"],
        ),
        scored("yes.png", None, verdict="unsure", judgement="liked", summary="Unsure."),
        scored(
            "rough.png", 0.51, verdict="unsure", summary="Unsure, 51 %.", next="Reject 4 to go on"
        ),
        scored("low.png", 0.2, verdict="no_match", summary="No match, 20 %."),
        failed("empty.png"),
        scored("maya/1.png", 0.7, number=1),
        profile(
            "maya/",
            "maya/1.png",
            "maya/2.png",
            "maya/3.png",
            broken=["maya/0.png"],
            confidence_score=0.75,
            summary="Match, 75 %: close to 2 of your likes.",
            extracted_data=ExtractedData(name="Maya", age=29),
        ),
        scored("liked/1.png", kind="reference", status="learnt", verdict=None),
    ]
    page = page_of(documents, gone=["gone.png", "maya/3.png"])
    body = BODY.search(page)
    assert body is not None
    golden(GOLDEN, re.sub(r"<time .*?</time>", "<time>…</time>", body[0]) + "\n")


def test_the_policy_comes_first_and_forbids_everything_but_pictures_and_style() -> None:
    """A browser reads it before anything that it is about; nothing on the page needs more."""
    page = parsed(page_of([scored("a.png"), failed("b.png")]))
    names = [tag for tag, _attributes in page.elements]
    assert names[:4] == ["html", "head", "meta", "meta"]
    first = dict(page.elements[2][1])
    assert first == {"http-equiv": "Content-Security-Policy", "content": POLICY}
    assert not {"script", "link", "iframe", "object", "form", "base", "svg"} & set(names)
    assert not any(name.startswith("on") for _tag, names in page.shape for name in names)
    assert "url(" not in page.text
    assert "@import" not in page.text


HOSTILE = st.text() | st.lists(
    st.sampled_from([*"<>&\"'/=`! \n\0\u202e%#?;:", "script", "on", "--", "]]>", "&lt"])
).map("".join)


@settings(max_examples=60)
@given(HOSTILE)
def test_no_text_becomes_markup(text: str) -> None:
    """Whatever a text is, the page has the elements and attributes that a harmless one gives."""
    word = f"w{text}w"
    page = parsed(page_of(documents_saying(word)))
    assert page.shape == parsed(page_of(documents_saying("wxw"))).shape
    assert all(link.startswith(("../inbox/", "#")) for link in page.values("a", "href"))
    assert all(link.startswith("../inbox/") for link in page.values("img", "src"))
    # the summary begins with a capital letter
    assert page.text.count(plain(word)) >= 5


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_the_very_file_whatever_its_name(name: str, tmp_path: Path) -> None:
    """Resolved as a browser does, the link of the picture is the path of its bytes."""
    document = scored(f"anna & co/{name}" if "\udce9" not in name else name)
    page = parsed(page_of([document]))
    (source,) = page.values("img", "src")
    assert page.values("a", "href")[1:] == [source]
    parts = urlsplit(source)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    found = os.path.normpath(os.fsencode(tmp_path / "outbox") + b"/" + unquote_to_bytes(parts.path))
    assert found == os.fsencode(tmp_path / "inbox" / document.ledger_entry().path)
    assert plain(document.source.path) in page.values("img", "alt")
    assert not set("\n\x1b\u202e\udce9") & set("".join(page.values("img", "alt")))


@pytest.mark.parametrize("path", ["../../etc/passwd.png", "/etc/a.png", "", "a//b", "\ud800.png"])
def test_a_path_out_of_the_inbox_is_no_link(path: str) -> None:
    """A sidecar that was edited by hand cannot make the page show other files."""
    assert picture_link(path) is None


def test_a_bar_is_drawn_only_for_what_was_computed() -> None:
    """Without a confidence there is no bar; one that is not calibrated says so and looks so."""
    calibrated = page_of([scored("a.png", 0.839, calibrated=True)])
    assert "<b>83\u202f%</b> chance that you like it" in calibrated
    assert '<div class="bar" ' in calibrated
    rough = page_of([scored("a.png", 0.839)])
    made = ModelPart(embedder="clip", embedder_fingerprint="e", dimensions=4, scorer="seed")
    seed = scored("a.png", 0.839, model=made)
    assert "83\u202f% rough estimate (needs 30 labels)" in parsed(rough).text
    assert "<b>83\u202f%</b> confidence (not a probability)" in page_of([seed])
    assert '<div class="bar rough" ' in rough
    none = page_of([scored("a.png", None, verdict="unsure", summary="Unsure.")])
    assert 'class="bar' not in none
    assert "\u202f%" not in none


def test_what_holds_work_up_stands_on_top_with_its_remedy() -> None:
    """Faults, invalid settings, no likes, no daemon, and the step that most results ask for."""
    fault = FaultReport("model_missing", "No model <x>.", "tasted models pull")
    page = parsed(page_of([], status_of("blocked", fault=fault, settings_error=fault))).text
    assert "On hold" in page
    assert page.count("No model <x>.") == 2
    assert page.count("tasted models pull") == 2
    assert "No results yet" in page
    assert "Nothing liked yet" in page_of([], status_of(liked=0))
    assert "tasted run" in page_of([], status_of("stopped"))
    queue = QueueReport(backlog=1234, seconds_left=600.0)
    assert "Working: 1,234 left, about 10 min" in page_of([], status_of("working", queue=queue))
    unsure = [
        scored(f"{index}.png", None, verdict="unsure", next=step)
        for index, step in enumerate(["Reject 4", "Reject 4", "Like 1"])
    ]
    assert "Reject 4" in page_of(unsure)
    assert "Like 1" not in page_of(unsure)
    assert "Reject 4" not in page_of(unsure, status_of(liked=0))


def test_what_the_figures_are_worth_is_said() -> None:
    """The model for demonstrations is named once, and so is what a judged picture's score is."""
    two = [scored("a.png"), scored("b.png", judgement="rejected")]
    page = parsed(page_of(two)).text
    assert page.count("Scored with pocket") == 1
    assert page.count("what tasted would think without your label") == 1
    made = ModelPart(embedder="clip", embedder_fingerprint="e", dimensions=4)
    other = parsed(page_of([scored("a.png", model=made)])).text
    assert "pocket" not in other
    assert "what tasted would think without your label" not in other


@pytest.mark.parametrize(
    ("summary", "shown"),
    [
        ("Strong match, 92 %: close to 2 of your likes.", "Close to 2 of your likes."),
        ("Match, 72 %, although it is far.", "Although it is far."),
        ("Unsure, not close to any of your likes.", "Not close to any of your likes."),
        ("Unsure, 48 %: too close to call; NASA.", "Too close to call; NASA."),
        ("Probably not (2 %), but not certain: looks like it.", "Not certain: looks like it."),
        ("Probably a match (79 %), but not certain.", "Not certain."),
        ("Unsure. To get verdicts: 10 labels.", "To get verdicts: 10 labels."),
        ("No match, 20 %.", None),
        ("Unsure.", None),
        ("Match made in heaven: 7 % better.", "Match made in heaven: 7 % better."),
    ],
)
def test_a_summary_does_not_say_again_what_stands_above_it(summary: str, shown: str | None) -> None:
    """Verdict and figure have places of their own; what is left of the sentence is shown."""
    said = re.findall('<p class="summary">(.*?)</p>', page_of([scored(summary=summary)]))
    assert said == ([shown] if shown is not None else [])


def test_a_failure_shows_its_remedy_and_its_next_try() -> None:
    """An error card says what happened, what to do, and when it is tried again."""
    error = failed("a.png")
    assert error.error is not None
    again = error.error.model_copy(update={"retry_at": NOW + timedelta(hours=1)})
    page = parsed(page_of([error.model_copy(update={"error": again})])).text
    assert "a.png is empty." in page
    assert "What to do: Take it again." in page
    assert "Next attempt" in page


def test_a_judgement_is_told_first_and_no_chance_above_it() -> None:
    """What tasted would say without it stands small beneath, with its reason."""
    page = page_of([scored("a.png", 0.96, calibrated=True, judgement="rejected",
                           summary="Match, 96 %: close to 3 of your likes.")])  # fmt: skip
    text = parsed(page).text
    assert "You rejected this" in text
    assert "Without your label: match, 96 %. Close to 3 of your likes." in text
    assert "chance that you like it" not in text
    assert 'class="bar' not in page
    assert "1 judged by you" in text
    assert "Matches" not in text
