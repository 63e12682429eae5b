"""Whatever stands in the files or the environment: there are settings, or a refusal in words."""

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kit.homes import home_with
from tasted.config import Settings, load_settings
from tasted.config.names import SETTINGS
from tasted.errors import ConfigError
from tasted.home.layout import Home

NUMBERS = st.integers() | st.floats(allow_nan=True)
VALUES = st.one_of(
    NUMBERS.map(str),
    st.sampled_from(
        ["true", "[]", "{}", "[1]", "2020-01-01", "[[]]", '""', "'x'", '["a"]', "{a=1}"]
    ),
    st.text(max_size=8).map(lambda text: f"'{text}'"),
)
LINES = st.one_of(
    st.sampled_from([f"[{'.'.join(key[:-1])}]" for key in SETTINGS] + ["[[watch]]", "[a.b]"]),
    st.builds(lambda key, value: f"{key[-1]} = {value}", st.sampled_from(list(SETTINGS)), VALUES),
    st.builds(
        lambda key, value: f"{'.'.join(key)} = {value}", st.sampled_from(list(SETTINGS)), VALUES
    ),
    st.builds(lambda key, value: f'"{key}" = {value}', st.text(max_size=4), VALUES),
)
TEXTS = st.text() | st.lists(LINES, max_size=6).map("\n".join)


def outcome(home: Home, environment: dict[str, str]) -> tuple[str, Settings]:
    """Load, and return the refusal or the settings, with the defaults or "" for the other."""
    try:
        return "", load_settings(home, environment=environment).settings
    except ConfigError as refused:
        return refused.message, Settings()


@given(toml=TEXTS, env=TEXTS)
@example(toml='"watch.settle_seconds" = 1', env="")
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_gives_settings_or_a_refusal(tmp_path: Path, toml: str, env: str) -> None:
    """No text in either file ends in a traceback, and every refusal can be printed."""
    home = home_with(tmp_path, None)
    home.config_file.write_bytes(toml.encode("utf-8", "surrogatepass"))
    home.environment_file.write_bytes(env.encode("utf-8", "surrogatepass"))
    message, loaded = outcome(home, {})
    assert message.encode("utf-8") is not None
    assert all(line.startswith("config/") for line in message.split("\n") if message)
    assert Settings.model_validate_json(loaded.model_dump_json()) == loaded


@given(
    st.dictionaries(
        st.sampled_from([f"TASTED_{'__'.join(k).upper()}" for k in SETTINGS]),
        st.text(max_size=20),
        max_size=4,
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_environment_gives_settings_or_a_refusal(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """Values of the environment are other people's texts as well."""
    message, _loaded = outcome(home_with(tmp_path), environment)
    assert all(line.startswith("environment TASTED_") for line in message.split("\n") if message)
