"""Every mistake is one sentence that names place, key, value and what to write instead."""

from pathlib import Path

import pytest

from kit.homes import home_with
from kit.refused_settings import problems
from tasted.config import load_settings
from tasted.errors import ConfigError


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        (
            "\n[watch]\nsettle_second = 1\n",
            "line 3: unknown key `settle_second` in [watch]. Did you mean `settle_seconds`?",
        ),
        ("[wacth]\n", "line 1: unknown section [wacth]. Did you mean [watch]?"),
        (
            "[watch]\nbatch_size = 1\n",
            "line 2: unknown key `batch_size` in [watch]. Did you mean `batch_size` in [engine]?",
        ),
        (
            "keep = 1\n",
            "line 1: unknown key `keep` outside any section. Did you mean `keep` in [log]?",
        ),
        ("[xyzzy]\nfoo = 1\n", "line 1: unknown section [xyzzy]."),
        (
            "[preferences.weights]\nphysicol = 1\n",
            "line 2: unknown key `physicol` in [preferences.weights]. Did you mean `physical`?",
        ),
        (
            "watch = 3\n",
            (
                "line 1: [watch] is a table of settings, such as `settle_seconds` in [watch], "
                "not a value"
            ),
        ),
        (
            '[watch]\nsettle_seconds = "fast"\n',
            "line 2: `settle_seconds` in [watch] is 'fast': it should be a number",
        ),
        (
            "[watch]\nsettle_seconds = -1\n",
            "line 2: `settle_seconds` in [watch] is -1: it should be greater than or equal to 0.05",
        ),
        (
            "[watch]\nsettle_seconds = nan\n",
            "line 2: `settle_seconds` in [watch] is nan: it should be a finite number",
        ),
        (
            "[engine]\nbatch_size = true\n",
            "line 2: `batch_size` in [engine] is true: it should be a whole number",
        ),
        (
            "[log.keep]\n",
            "line 1: `keep` in [log] is a table: it should be a whole number",
        ),
        (
            f"[log]\nkeep = 0x{'f' * 6000}\n",
            (
                "line 2: `keep` in [log] is a very large number: it should be less than or equal "
                "to 100"
            ),
        ),
        (
            '[embedder]\ndevice = "gpu"\n',
            "line 2: `device` in [embedder] is 'gpu': it should be 'auto', 'cpu', 'cuda' or 'mps'",
        ),
        (
            '[preferences]\ninterests = ["a",\n "  "]\n',
            (
                "line 2: `interests` in [preferences], entry 2, is '  ': it should not be "
                "empty: write words, or remove it"
            ),
        ),
        (
            '[preferences]\ntraits = ["sporty", { name = "kind", opposit = "cruel" }]\n',
            (
                "line 2: `traits` in [preferences], entry 2, `opposit`, is an unknown key. Did you "
                "mean `opposite`?"
            ),
        ),
        (
            '[preferences]\ninterests = [{ name = "smoking", dealbreaker = "yes" }]\n',
            (
                "line 2: `interests` in [preferences], entry 1, `dealbreaker`, is 'yes': it "
                "should be true or false, without quotes"
            ),
        ),
        (
            "[preferences]\ninterests = [{ dealbreaker = true }]\n",
            (
                "line 2: `interests` in [preferences], entry 1, `name`, is missing: a table in "
                "this list has name and dealbreaker"
            ),
        ),
        (
            '[preferences]\ninterests = [{ name = "smoking", dealbraker = true }]\n',
            (
                "line 2: `interests` in [preferences], entry 1, `dealbraker`, is an unknown key. "
                "Did you mean `dealbreaker`?"
            ),
        ),
        (
            '[preferences]\ntraits = [{ name = "kind", xyzzy = 1 }]\n',
            (
                "line 2: `traits` in [preferences], entry 1, `xyzzy`, is an unknown key. The keys "
                "are name and opposite."
            ),
        ),
        (
            "[preferences]\ntraits = [5]\n",
            (
                "line 2: `traits` in [preferences], entry 1, is 5: it should be text, or a table "
                "with name and opposite"
            ),
        ),
        (
            "[preferences]\ninterests = [3]\n",
            (
                "line 2: `interests` in [preferences], entry 1, is 3: it should be text, or a "
                "table with name and dealbreaker"
            ),
        ),
        (
            "[scoring]\nmax_error_rate = 0\n",
            (
                "line 2: `max_error_rate` in [scoring] is 0: it should be greater than or equal "
                "to 0.01"
            ),
        ),
        (
            '[preferences]\ntraits = "kind"\n',
            "line 2: `traits` in [preferences] is 'kind': it should be a list: [\"kind\"]",
        ),
        (
            '[embedder]\nmodel = "a\\nb"\n',
            (
                "line 2: `model` in [embedder] is 'a\\nb': it should be one line of readable "
                "characters"
            ),
        ),
        (
            "[scoring]\nscorer = 'seed'\nmatch_threshold = 0.9\n",
            (
                "line 3: [scoring]: strong_match_threshold, 0.85, should not be "
                "below match_threshold, 0.9"
            ),
        ),
        (
            "[preferences.weights]\nphysical=0\npersonality=0\ninterests=0\n",
            "line 2: `weights` in [preferences]: at least one of the weights should be above 0",
        ),
    ],
)
def test_a_mistake_in_the_settings_file_is_named_with_its_line(
    tmp_path: Path, toml: str, problem: str
) -> None:
    """Unknown names, wrong kinds, bounds and contradictions read alike."""
    assert problems(home_with(tmp_path, toml)) == [f"config/tasted.toml {problem}"]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (
            "TASTED_WATCH__SETTLE_SECOND",
            "1",
            (
                ": unknown name TASTED_WATCH__SETTLE_SECOND. Did you mean "
                "TASTED_WATCH__SETTLE_SECONDS?"
            ),
        ),
        (
            "TASTED_LOG_KEEP",
            "1",
            ": unknown name TASTED_LOG_KEEP. Did you mean TASTED_LOG__KEEP?",
        ),
        (
            "tasted_log__keep",
            "1",
            ": unknown name tasted_log__keep. Did you mean TASTED_LOG__KEEP?",
        ),
        ("TASTED_QQQQQQ", "", ": unknown name TASTED_QQQQQQ."),
        (
            "TASTED_WATCH",
            "{}",
            ": TASTED_WATCH is a table of settings; name one, such as TASTED_WATCH__SETTLE_SECONDS",
        ),
        (
            "TASTED_LOG__KEEP",
            "many",
            " TASTED_LOG__KEEP: `keep` in [log] is 'many': it should be a whole number",
        ),
        (
            "TASTED_PREFERENCES__INTERESTS",
            "a,,b",
            (
                " TASTED_PREFERENCES__INTERESTS: `interests` in [preferences], entry 2, is '': it "
                "should not be empty: write words, or remove it"
            ),
        ),
        (
            "TASTED_PREFERENCES__TRAITS",
            "[unclosed",
            (
                " TASTED_PREFERENCES__TRAITS: `traits` in [preferences] is '[unclosed': it should "
                "be a list"
            ),
        ),
        (
            "TASTED_EMBEDDER__MODEL",
            "\udcff",
            (
                " TASTED_EMBEDDER__MODEL: `model` in [embedder] is '\\udcff': it should be one "
                "line of readable characters"
            ),
        ),
    ],
)
def test_a_mistake_in_environment_or_env_file_is_named_alike(
    tmp_path: Path, name: str, text: str, problem: str
) -> None:
    """The nested part of the name is checked as well."""
    assert problems(home_with(tmp_path / "a"), {name: text}) == [f"environment{problem}"]
    if "\udcff" not in text:
        home = home_with(tmp_path / "b", env=f"\n# mine\n\n{name}={text}\n")
        assert problems(home) == [f"config/.env line 4{problem}"]


def test_all_mistakes_are_listed_at_once(tmp_path: Path) -> None:
    """One run is enough to see everything that is wrong, wherever it is."""
    home = home_with(tmp_path, "[watch]\nfoo = 1\n[log]\nkeep = 0\n", "TASTED_X=1\nTASTED_ Y\n")
    found = problems(home, {"TASTED_Z": "1", "CLASSIFIER_MODEL": "x", "TASTED_LOG__LEVEL": "loud"})
    places = [line.split(":")[0] for line in found]
    assert sorted(places) == [
        "config/.env line 1",
        "config/.env line 2",
        "config/tasted.toml line 2",
        "config/tasted.toml line 4",
        "environment",
        "environment",
        "environment TASTED_LOG__LEVEL",
    ]


@pytest.mark.parametrize(
    ("data", "start"),
    [
        (b"[watch\n", "config/tasted.toml:1:7: "),
        (b"a = 1\nb = [1,\n", "config/tasted.toml:2:5: "),
        (b'[log]\nlevel = "\xff"\n', "config/tasted.toml:2:10: this is not UTF-8"),
        (b"a = " + b"9" * 5000, "config/tasted.toml:1:1: "),
        (b"a = " + b"[" * 5000, "config/tasted.toml:1:1: "),
        (b"#" * 1_000_001, "config/tasted.toml: it is larger"),
    ],
)
def test_a_malformed_file_is_named_with_line_and_column(
    tmp_path: Path, data: bytes, start: str
) -> None:
    """Whatever is in the file, there is a sentence and no traceback."""
    home = home_with(tmp_path)
    home.config_file.write_bytes(data)
    (problem,) = problems(home)
    assert problem.startswith(start)


def test_a_settings_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    """It is not taken for a missing file."""
    home = home_with(tmp_path, None)
    home.config_file.mkdir()
    assert problems(home) == ["config/tasted.toml: this is not a file"]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    """Some editors put one in front."""
    home = home_with(tmp_path, "\ufeff[log]\nkeep = 4\n")
    assert load_settings(home, environment={}).settings.log.keep == 4


def test_an_unknown_flag_is_refused(tmp_path: Path) -> None:
    """Options of commands are checked like everything else."""
    with pytest.raises(ConfigError, match=r"flag: unknown key `log\.keap`"):
        load_settings(home_with(tmp_path), environment={}, flags={"log.keap": 1})
