"""Where settings come from, and who wins."""

import os
from pathlib import Path

import pytest

from kit.homes import home_with
from tasted.config import Settings, huggingface_home, load_settings
from tasted.config.entries import InterestEntry, TraitEntry
from tasted.config.template import toml_value
from tasted.errors import ConfigError
from tasted.home.layout import Home


def test_a_home_without_files_has_the_defaults(tmp_path: Path) -> None:
    """Neither a settings file nor a .env is needed."""
    loaded = load_settings(home_with(tmp_path, None), environment={})
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {"default"}
    assert loaded.origins["preferences.weights.physical"] == "default"


def test_each_place_wins_over_those_behind_it(tmp_path: Path) -> None:
    """Flag, TASTED_ environment, older environment, .env, TOML: taken away one by one."""
    home = home_with(
        tmp_path,
        '[embedder]\nmodel = "a/toml"\n',
        "TASTED_EMBEDDER__MODEL=a/file\nCLIP_MODEL_NAME=a/file-older\n",
    )
    environment = {"TASTED_EMBEDDER__MODEL": "a/environment", "CLIP_MODEL_NAME": "a/older"}
    flags = {"embedder.model": "a/flag"}
    expected = [
        ("a/flag", "flag"),
        ("a/environment", "environment TASTED_EMBEDDER__MODEL"),
        ("a/older", "environment CLIP_MODEL_NAME"),
        ("a/file", "config/.env line 1 TASTED_EMBEDDER__MODEL"),
        ("a/file-older", "config/.env line 1 CLIP_MODEL_NAME"),
        ("a/toml", "config/tasted.toml line 2"),
    ]
    seen = []

    def look() -> None:
        loaded = load_settings(home, environment=environment, flags=flags)
        seen.append((loaded.settings.embedder.model, loaded.origins["embedder.model"]))

    look()
    flags["embedder.model"] = None
    look()
    del environment["TASTED_EMBEDDER__MODEL"]
    look()
    environment.clear()
    look()
    home.environment_file.write_text("CLIP_MODEL_NAME=a/file-older\n")
    look()
    home.environment_file.unlink()
    look()
    assert seen == expected


def test_tables_are_merged_key_by_key(tmp_path: Path) -> None:
    """One weight from the environment leaves the others of the file in force."""
    home = home_with(tmp_path, "[preferences]\nweights = { physical = 0.1, interests = 0.2 }\n")
    loaded = load_settings(
        home, environment={"TASTED_PREFERENCES__WEIGHTS__PHYSICAL": "0.9"}, flags={}
    )
    weights = loaded.settings.preferences.weights
    assert (weights.physical, weights.personality, weights.interests) == (0.9, 0.3, 0.2)
    assert loaded.origins["preferences.weights.interests"] == "config/tasted.toml line 2"
    assert (
        loaded.origins["preferences.weights.physical"]
        == "environment TASTED_PREFERENCES__WEIGHTS__PHYSICAL"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('["hiking", "jazz, live"]', ("hiking", "jazz, live")),
        ("hiking,  live  jazz ", ("hiking", "live jazz")),
        ("[]", ()),
    ],
)
def test_lists_in_the_environment_are_json_or_separated_by_commas(
    tmp_path: Path, text: str, expected: tuple[str, ...]
) -> None:
    """A leading bracket tells which."""
    environment = {"TASTED_PREFERENCES__INTERESTS": text}
    loaded = load_settings(home_with(tmp_path), environment=environment)
    assert loaded.settings.preferences.interests == expected


def test_entries_are_words_or_tables_that_say_more(tmp_path: Path) -> None:
    """In the file and in the environment alike; they travel to the engine as they are."""
    home = home_with(
        tmp_path,
        "[preferences]\n"
        'traits = ["sporty", { name = " kind  of ", opposite = "cruel" }, { name = "calm" }]\n'
        'interests = ["hiking", { name = "smoking", dealbreaker = true }]\n',
    )
    settings = load_settings(home, environment={}).settings
    chosen = settings.preferences
    assert chosen.traits == (
        "sporty",
        TraitEntry(name="kind of", opposite="cruel"),
        TraitEntry(name="calm", opposite=""),
    )
    assert chosen.interests == ("hiking", InterestEntry(name="smoking", dealbreaker=True))
    assert Settings.model_validate_json(settings.model_dump_json()) == settings
    text = '["hiking", {"name": "smoking", "dealbreaker": true}]'
    loaded = load_settings(home, environment={"TASTED_PREFERENCES__INTERESTS": text}).settings
    assert loaded == settings
    shown = toml_value(chosen.interests)
    assert shown == '["hiking", { name = "smoking", dealbreaker = true }]'


def test_an_empty_variable_counts_as_not_given(tmp_path: Path) -> None:
    """Service files and compose files pass empty variables on."""
    home = home_with(tmp_path, "[log]\nkeep = 7\n")
    environment = {"TASTED_LOG__KEEP": " ", "CLASSIFIER_MODEL": ""}
    loaded = load_settings(home, environment=environment)
    assert loaded.settings.log.keep == 7
    assert loaded.origins["log.keep"] == "config/tasted.toml line 2"


def test_names_of_other_programs_in_the_env_file_are_left_alone(tmp_path: Path) -> None:
    """A .env is shared; later lines win, `export`, quotes and comments are understood."""
    env = (
        "# shared\nDATABASE_URL=x\nnot a pair at all\n\n"
        "export TASTED_LOG__KEEP='4'\nTASTED_LOG__KEEP=\"5\" # last\nTASTED_HOME=/elsewhere\n"
    )
    loaded = load_settings(home_with(tmp_path, env=env), environment={"TASTED_HOME": "/x"})
    assert loaded.settings.log.keep == 5
    assert loaded.origins["log.keep"] == "config/.env line 6 TASTED_LOG__KEEP"


def test_nothing_is_read_from_the_real_environment(tmp_path: Path) -> None:
    """A variable of this very process has no effect unless it is passed in."""
    home = home_with(tmp_path)
    os.environ["TASTED_LOG__KEEP"] = "9"
    try:
        assert load_settings(home, environment={}).settings.log.keep == 3
        assert Settings().log.keep == 3
    finally:
        del os.environ["TASTED_LOG__KEEP"]


@pytest.mark.parametrize(
    ("environment", "env", "expected"),
    [
        ({"CLASSIFIER_MODEL": "resnet50", "CLIP_MODEL_NAME": "a/b"}, "", "resnet50"),
        ({"CLASSIFIER_MODEL": "CLIP", "CLIP_MODEL_NAME": "a/b"}, "", "a/b"),
        ({"CLASSIFIER_MODEL": "clip"}, "", "clip"),
        ({"CLASSIFIER_MODEL": "clip"}, "CLIP_MODEL_NAME=a/b", "a/b"),
        ({"CLIP_MODEL_NAME": "a/b"}, "CLASSIFIER_MODEL=resnet50", "a/b"),
        ({}, "CLASSIFIER_MODEL=resnet50\nTASTED_EMBEDDER__MODEL=pocket", "pocket"),
        ({"CLASSIFIER_MODEL": "resnet50"}, "TASTED_EMBEDDER__MODEL=pocket", "resnet50"),
    ],
)
def test_older_names_choose_the_model(
    tmp_path: Path, environment: dict[str, str], env: str, expected: str
) -> None:
    """CLASSIFIER_MODEL chooses the family, CLIP_MODEL_NAME the CLIP model."""
    loaded = load_settings(home_with(tmp_path, env=env), environment=environment)
    assert loaded.settings.embedder.model == expected


def test_an_unknown_older_family_is_refused(tmp_path: Path) -> None:
    """The two families that exist are named."""
    with pytest.raises(ConfigError) as refused:
        load_settings(home_with(tmp_path), environment={"CLASSIFIER_MODEL": "vgg"})
    assert refused.value.message == (
        "environment: CLASSIFIER_MODEL is 'vgg': it should be 'clip' or 'resnet50'"
    )


def test_local_model_folders_are_relative_to_the_home(tmp_path: Path) -> None:
    """Never to the working folder; ~ is the user's; hub and short names are left alone."""
    home = home_with(tmp_path / "home")
    (home.root / "models" / "mine").mkdir(parents=True)
    (home.root / "pocket").mkdir()
    expected = {
        "models/mine": str(home.root / "models" / "mine"),
        "./missing": str(home.root / "missing"),
        "../beside": str(home.root.parent / "beside"),
        "~/m": "/users/me/m",
        "/absolute/m/": "/absolute/m",
        "pocket": "pocket",
        "openai/clip-vit-base-patch16": "openai/clip-vit-base-patch16",
        "x" * 300: "x" * 300,
    }
    for written, resolved in expected.items():
        loaded = load_settings(
            home, environment={"HOME": "/users/me"}, flags={"embedder.model": written}
        )
        assert loaded.settings.embedder.model == resolved


def test_the_folder_of_hugging_face_is_honoured(tmp_path: Path) -> None:
    """The environment wins over the .env; ~ and relative folders are resolved; none is None."""
    home = home_with(tmp_path, env="HF_HOME=models\n")
    file = home.environment_file
    assert huggingface_home({}, file) == home.root / "models"
    assert huggingface_home({"HF_HOME": "~/hf", "HOME": "/users/me"}, file) == Path("/users/me/hf")
    file.unlink()
    assert huggingface_home({"HF_HOME": ""}, file) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("False", False), ("no", False), ("on", True), ("1", True), ("0", False)],
)
def test_the_environment_can_say_yes_and_no(home: Home, text: str, value: bool) -> None:
    """A switch is written in a word there, for there is nothing but words."""
    loaded = load_settings(home, environment={"TASTED_ENGINE__SAVE_POWER": text})
    assert loaded.settings.engine.save_power is value
