"""Entries of the ledger as rows of bytes."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tasted.packing.entries import Entries, ranked_rows
from tasted.packing.entry_rows import SharedTexts, packed_entry, unpacked_entry
from tasted.records import Companion, FileStamp, LedgerEntry, Origin, Part, RankingFacts

STAMP = bytes(32)
NUMBERS = st.integers(0, 2**70)
FIGURES = st.none() | st.floats(0, 1)
TIMES = st.none() | st.floats(0, 4e9)
TEXTS = st.none() | st.sampled_from(["e1", "t1", "\udcff"])
DIGESTS = st.none() | st.sampled_from(["0" * 64, "f" * 64])
STAMPS = st.builds(FileStamp, NUMBERS, NUMBERS, NUMBERS, st.none() | NUMBERS)
ENTRIES = st.builds(
    LedgerEntry,
    path=st.just("a.png"),
    status=st.sampled_from(["scored", "learnt", "error"]),
    stamp=STAMPS,
    companion=st.none() | st.builds(Companion, st.sampled_from(["a.txt", "\udcff.md"]), STAMPS),
    content_id=DIGESTS,
    text_id=DIGESTS,
    embedder_fingerprint=TEXTS,
    taste_fingerprint=TEXTS,
    attempts=st.integers(0, 9),
    retry_at=TIMES,
    tasted_version=st.sampled_from(["1", ""]),
    origin=st.none() | st.sampled_from(Origin),
    ranking_facts=st.none()
    | st.builds(
        RankingFacts,
        verdict=st.sampled_from([None, "match", "no_match", "unsure"]),
        needs_labels=st.booleans(),
        percentile=FIGURES,
        confidence=FIGURES,
        physical=FIGURES,
        scored_at=st.floats(0, 4e9),
        judgement=st.sampled_from([None, "liked", "rejected"]),
        first_scored_at=TIMES,
        verdict_changed_at=TIMES,
    ),
    parts=st.lists(st.builds(Part, st.just("a/1.png"), DIGESTS, DIGESTS), max_size=2).map(tuple),
    error_code=TEXTS,
    blank=st.booleans(),
    text_pending=st.booleans(),
    name=st.none() | st.text(max_size=3),
    age=st.none() | st.integers(0, 99),
    gone_since=TIMES,
)


@given(entry=ENTRIES)
def test_any_entry_survives_its_row(entry: LedgerEntry) -> None:
    """Packed and unpacked it is the same, numbers that no disk has included."""
    shared = SharedTexts()
    row = packed_entry(entry, STAMP, shared)
    assert unpacked_entry("a.png", row, shared) == entry
    assert packed_entry(entry, STAMP, shared) == row
    assert packed_entry(replace(entry, blank=not entry.blank), STAMP, shared) != row


def test_two_texts_never_share_a_number() -> None:
    """The scanner reads sidecars while the worker writes some: each brings texts of its own."""
    shared = SharedTexts()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            texts = [f"{number // 2}" for number in range(40_000)]
            numbers = list(threads.map(shared.number_of, texts, chunksize=1))
    finally:
        sys.setswitchinterval(interval)
    assert [shared.texts[number] for number in numbers] == texts
    assert len(shared.texts) == 1 + len(texts) // 2


@given(entry=ENTRIES)
def test_the_facts_of_a_list_are_those_of_the_entry(entry: LedgerEntry) -> None:
    """Also of rows that are too wide or changed, which are unpacked for them."""
    shared = SharedTexts()
    rows = {entry.path: packed_entry(entry, STAMP, shared)}
    listed = [(path, facts) for path, _flags, facts in ranked_rows(Entries(rows, shared))]
    facts = entry.ranking_facts
    assert listed == ([] if facts is None else [(entry.path, facts)])
