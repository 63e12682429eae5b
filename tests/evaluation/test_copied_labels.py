"""Which labels are copies of one picture, and which of those count."""

from tasted.evaluation.evaluate import Evaluation
from tasted.evaluation.references import FoundReferences, LabelledItem
from tasted.evaluation.report import as_json
from tasted.records import Label, LabelCounts, Origin, Reference
from tasted.scoring.taste.label_stages import Stage


def item(path: str) -> LabelledItem:
    """Make the label of a picture in one of the folders."""
    label = Label(path.partition("/")[0])
    return LabelledItem(path, (Reference(path, path, label, Origin.REFERENCE),))


def test_copies_count_once_or_not_at_all() -> None:
    """By their bytes or by what they show; none that is of a picture in both folders counts."""
    found = FoundReferences(
        items=(),
        contradictions=(("liked/x.png", "rejected/x.png"),),
        repeated=(("liked/a2.png", "liked/a.png"), ("liked/c2.png", "liked/c.png")),
        unreadable=(),
        curated=frozenset(),
        present=frozenset(),
    )
    evaluation = Evaluation(
        found=found,
        items=(),
        failed=(),
        current="taste",
        embedders=(),
        stage=next(iter(Stage)),
        next=None,
        curve=None,
        doubts=(),
        counts=LabelCounts(),
        copied=(
            (item("rejected/b.png"), item("rejected/b2.png"), item("rejected/b3.png")),
            (item("liked/c.png"), item("rejected/d.png")),
        ),
    )
    assert evaluation.twofold == (
        ("liked/x.png", "rejected/x.png"),
        ("liked/c.png", "rejected/d.png"),
    )
    assert evaluation.repeated == (
        ("rejected/b2.png", "rejected/b.png"),
        ("rejected/b3.png", "rejected/b.png"),
        ("liked/a2.png", "liked/a.png"),
    )
    told = as_json(evaluation)
    assert told["copied"][0] == {"path": "rejected/b2.png", "with": "rejected/b.png"}
    assert told["twofold"][1] == ["liked/c.png", "rejected/d.png"]
