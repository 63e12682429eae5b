"""`tasted backfill --ray` where there is no cluster, or no use for one: nothing is begun."""

import pytest

from kit.commands import run
from tasted.home.layout import Home


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["s3://pictures/albums"], "s3://pictures/albums lies in an object store"),
        (["s3://pictures", "--ray", "local"], "'local' is no address of a Ray cluster"),
        (["s3://pictures", "--ray", "ray://head:10001"], "is no address of a Ray cluster"),
        (["s3://pictures", "--ray", "127.0.0.1:1"], "Nothing answers at 127.0.0.1:1"),
        (
            ["photos", "--ray", "10.0.0.5:6379", "--pause-on-battery"],
            "for engines of this computer",
        ),
    ],
)
def test_what_cannot_be_is_said_before_anything_begins(
    home: Home, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """In words, with what to do; and no backfill is left behind."""
    assert run(home, "backfill", *words) != 0
    assert said in capsys.readouterr().err
    assert not home.backfills.exists()
