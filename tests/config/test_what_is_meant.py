"""A value that is nearly right: what was probably meant is named, unless it may be meant so.

Models may have any name: only what is close to a known one is taken for a slip.
"""

import pytest

from kit.refused_settings import problems
from tasted.config import load_settings
from tasted.config.model_names import SHORT_NAMES
from tasted.embedding.models.weights import ALIASES, POCKET
from tasted.home.layout import Home


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (
            '[scoring]\nscorer = "tase"\n',
            "'tase': did you mean 'taste'? It can be",
        ),
        ('[notify]\non = ["mach"]\n', "entry 1, is 'mach': did you mean 'match'? It can be"),
        (
            '[hooks]\non_match = ["notify", "x"]\n',
            "its first entry should be the full path of a program",
        ),
        ('[engine]\nthreads = "2"\n', "it should be a whole number, without quotes"),
        ('[engine]\nsave_power = "true"\n', "it should be true or false, without quotes"),
        ("[engine]\nthreads = 2.5\n", "is 2.5: it should be a whole number"),
        ("[embedder]\nmodel = 5\n", 'is 5: it should be words in "quotes"'),
        (
            '[reading]\nlanguages = ["e!"]\n',
            "it should be a code of letters and hyphens",
        ),
        ('[embedder]\nmodel = "pokcet"\n', "no such model. Did you mean 'pocket'?"),
        ('[embedder]\nmodel = "CLIP"\n', "no such model. Did you mean 'clip'?"),
        ('[embedder]\nmodel = "resnet-50"\n', "no such model. Did you mean 'resnet50'?"),
        ('[embedder]\nmodel = "\u201cpocket\u201d"\n', "Did you mean 'pocket'?"),
        ('[embedder]\nmodel = "mien"\n', "Did you mean 'mine'?"),
    ],
)
def test_what_was_probably_meant_is_named(home: Home, toml: str, said: str) -> None:
    """The nearest choice, model or form of a value; one sentence and no second one about it."""
    home.models_file.write_text('{"version": 1, "models": {"mine": {"folder": "m"}}}')
    home.config_file.write_text(toml)
    (problem,) = problems(home)
    assert said in problem


@pytest.mark.parametrize("model", ["pocket", "mine", "clap/clip", "./pokcet", "quite-another"])
def test_a_model_that_may_be_meant_as_it_is_written_is_right(home: Home, model: str) -> None:
    """Names of the hub, folders, what was added, and words like no other."""
    home.models_file.write_text('{"version": 1, "models": {"mine": {"folder": "m"}}}')
    home.config_file.write_text(f'[embedder]\nmodel = "{model}"\n')
    assert load_settings(home, environment={}).settings.embedder.model.endswith(model.lstrip("./"))


def test_the_short_names_are_those_of_the_models() -> None:
    """The room of settings knows them without the room of models."""
    assert {POCKET, *ALIASES} == SHORT_NAMES
