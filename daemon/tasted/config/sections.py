"""The sections of settings: every key, its default, its bounds and what it does. Touches nothing.

The descriptions and the docstrings of the sections are the text of `config/tasted.toml`, for people
who do not know Python. Every key has an effect in this version.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from tasted.config.entries import InterestList, TraitList
from tasted.config.kinds import (
    ArgumentList,
    LanguageList,
    Name,
    NoticeList,
    Share,
    Weight,
    lower_case,
    none_when_blank,
)


class SettingsSection(BaseModel):
    """A section of settings: frozen, strict about types, and without unknown keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        str_strip_whitespace=True,
        allow_inf_nan=False,
        validate_default=True,
    )


class WatchSettings(SettingsSection):
    """How the inbox is watched."""

    settle_seconds: float = Field(
        default=0.5,
        ge=0.05,
        le=60,
        description="How long a new file must stay unchanged before tasted reads it. Raise it if "
        "files arrive slowly, for instance over a network.",
    )
    poll: Annotated[Literal["auto", "on", "off"], BeforeValidator(lower_case)] = Field(
        default="auto",
        description="Whether to check the inbox every five seconds instead of waiting for the "
        "system to report changes. auto does that on network drives, which report none.",
    )
    rescan_seconds: float = Field(
        default=60,
        ge=0.5,
        le=86_400,
        description="How often to check the whole inbox, in case the system did not report a new "
        "file.",
    )


class EmbedderSettings(SettingsSection):
    """The model that looks at pictures, and what it runs on."""

    model: Name = Field(
        default="openai/clip-vit-base-patch32",
        description="The model that looks at your pictures: the name of a CLIP model on Hugging "
        "Face, a folder with a model (relative to the tasted folder), or one of the short names "
        '"clip" (the default model), "resnet50" (pictures only) and "pocket" (tiny, to try things '
        "out). `tasted models pull` downloads it.",
    )
    revision: Annotated[Name | None, BeforeValidator(none_when_blank)] = Field(
        default=None,
        description="Which version of the model `tasted models pull` downloads: a branch, tag or "
        "commit on Hugging Face. Empty means the newest. tasted uses the last downloaded one.",
    )
    device: Annotated[Literal["auto", "cpu", "cuda", "mps"], BeforeValidator(lower_case)] = Field(
        default="auto",
        description="What the model runs on: cpu (the processor), mps (Apple graphics), cuda (an "
        "NVIDIA card), or auto (an NVIDIA card if there is one, otherwise the processor).",
    )
    dtype: Annotated[Literal["auto", "float32", "bfloat16"], BeforeValidator(lower_case)] = Field(
        default="auto",
        description="The precision of the model: float32 is exact, bfloat16 is nearly so and "
        "faster on some processors. auto is bfloat16 on those and float32 elsewhere. After a "
        "change, every picture is embedded again.",
    )
    runtime: Annotated[Literal["auto", "openvino", "torch"], BeforeValidator(lower_case)] = Field(
        default="auto",
        description="The library that runs the model. openvino starts sooner and needs less "
        "memory, but runs on the processor only. torch also runs on cards and reads older files of "
        "models. auto takes openvino wherever it can.",
    )


class ViewsSettings(SettingsSection):
    """Which parts of a picture the model looks at."""

    mode: Annotated[Literal["auto", "center", "whole"], BeforeValidator(lower_case)] = Field(
        default="auto",
        description="auto looks at every photo in a screenshot, at most six, or at the screen from "
        "top to bottom if there is none. center looks only at the middle square, whole at "
        "everything at once, made smaller. After a change, every picture is embedded again.",
    )


class EngineSettings(SettingsSection):
    """The process that runs the model. It runs only while there is work."""

    idle_seconds: float = Field(
        default=120,
        ge=0.1,
        le=86_400,
        description="How long the model stays in memory when there is nothing to do.",
    )
    batch_size: int = Field(
        default=32,
        ge=1,
        le=256,
        description="How many pictures the model is given at a time. Each is written as soon as it "
        "is done.",
    )
    max_memory_mb: int = Field(
        default=4_000,
        ge=100,
        le=1_000_000,
        description="How much memory the model's process may use, in megabytes, before it is "
        "restarted between two batches. A model that needs more by itself is refused.",
    )
    threads: int = Field(
        default=0,
        ge=0,
        le=256,
        description="How many processor cores the model may use. 0 means half of them.",
    )
    save_power: bool = Field(
        default=True,
        description="Whether pictures that were there before tasted started wait while the "
        "computer saves power: in low-power mode, or on a battery below 30 %. New ones do not "
        "wait.",
    )
    deadline_seconds: float = Field(
        default=120,
        ge=0.5,
        le=3_600,
        description="How long one picture may take before the model is restarted.",
    )


class ScoringSettings(SettingsSection):
    """How a score becomes a verdict."""

    scorer: Annotated[Literal["taste", "seed"], BeforeValidator(lower_case)] = Field(
        default="taste",
        description="How scores are made. taste learns from your likes and rejects how likely you "
        "are to like a screenshot, and says when it is unsure. seed is a fixed formula that only "
        "compares pictures.",
    )
    max_error_rate: float = Field(
        default=0.2,
        ge=0.01,
        le=0.5,
        description="For taste: how many of the pictures you would like may become no match, and "
        "how many of the others a match. 0.2 is one in five. This holds on average; one user in "
        "five has more errors, because their labels happen to mislead. At 0.1, hardly anybody has "
        "more than one error in five. A lower rate leaves more pictures unsure, and needs more "
        "likes and rejects before there are verdicts: 4 of each at 0.2, 9 of each at 0.1.",
    )
    match_threshold: Share = Field(
        default=0.6,
        description="Only for seed: a screenshot with at least this confidence is a match. taste "
        "uses max_error_rate instead.",
    )
    strong_match_threshold: Share = Field(
        default=0.85,
        description="A match with at least this confidence is a strong match; with taste, once "
        "there are enough labels to trust the confidence. Not below match_threshold.",
    )

    @model_validator(mode="after")
    def _strong_is_not_below_match(self) -> Self:
        if self.strong_match_threshold < self.match_threshold:
            raise PydanticCustomError(
                "order",
                "strong_match_threshold, {strong}, should not be below match_threshold, {match}",
                {
                    "strong": self.strong_match_threshold,
                    "match": self.match_threshold,
                    "about": ("match_threshold", "strong_match_threshold"),
                },
            )
        return self


class LearningSettings(SettingsSection):
    """What is kept of what was learnt from your likes and rejects."""

    keep_mb: int = Field(
        default=200,
        ge=10,
        le=100_000,
        description="How much the versions of your taste may take on the disk, in megabytes. The "
        "newest are kept whole; older ones are fitted again when you go back to them.",
    )


class TrainingSettings(SettingsSection):
    """How `tasted train` trains the model on your likes and rejects."""

    max_steps: int = Field(
        default=1_500,
        ge=1,
        le=100_000,
        description="How many steps each of the four trainings may make. With few labels they are "
        "fewer, and most end much earlier, when they no longer help.",
    )
    max_memory_mb: int = Field(
        default=8_000,
        ge=500,
        le=1_000_000,
        description="Training ends when it holds more memory than this, in megabytes.",
    )


class WeightsSettings(SettingsSection):
    """How much every part of a score counts."""

    physical: Weight = Field(default=0.6, description="Looks: similarity to your likes.")
    personality: Weight = Field(default=0.3, description="Traits seen in the pictures.")
    interests: Weight = Field(default=0.1, description="Interests named in the text.")

    @model_validator(mode="after")
    def _some_part_counts(self) -> Self:
        if self.physical + self.personality + self.interests <= 0:
            raise PydanticCustomError("weights", "at least one of the weights should be above 0")
        return self


class PreferencesSettings(SettingsSection):
    """What you look for, in words, and how much it counts."""

    traits: TraitList = Field(
        default=(),
        description='What a person should be like, a few words per trait: ["kind", "sporty"]. They '
        "are looked for in pictures and text. taste compares with what is usual, so they count "
        "from 30 pictures on, and in the text from 30 texts on. Naming the opposite helps:"
        '\n\n[{ name = "kind", opposite = "cruel" }, "sporty"]',
    )
    interests: InterestList = Field(
        default=(),
        description='What a person should be interested in: ["hiking", "jazz"]. tasted looks for '
        "them in the text. For taste, a dealbreaker rules a person out:"
        '\n\n["hiking", { name = "smoking", dealbreaker = true }]',
    )
    weights: WeightsSettings = Field(
        default=WeightsSettings(),
        description="How much looks, traits and interests count. Only their proportions matter; 0 "
        "leaves a part out.",
    )


class ReadingSettings(SettingsSection):
    """How to read the text in a screenshot: name, age and bio.

    A text file with the same name beside a screenshot always comes first.
    """

    engine: Annotated[
        Literal["auto", "companion", "rapidocr", "vision", "tesseract", "none"],
        BeforeValidator(lower_case),
    ] = Field(
        default="auto",
        description="What reads the text in pictures: vision (part of macOS), rapidocr, tesseract, "
        "or auto (the first of these that is installed). companion reads only text files, none "
        "reads nothing. `tasted doctor` shows how to install one.",
    )
    languages: LanguageList = Field(
        default=("en",),
        description='The languages of the texts, the most likely first: ["en", "pt-BR"]. rapidocr '
        "always reads Latin, Chinese and Japanese letters, and no others. tesseract reads the "
        "languages it has data for. `tasted doctor` shows what cannot be read.",
    )
    keep_text: Annotated[Literal["all", "fields", "none"], BeforeValidator(lower_case)] = Field(
        default="all",
        description="What to keep of a text, in the outbox and in .tasted: all of it, only the "
        "fields name and age (in the outbox), or none. Scores are the same, but text that is not "
        "kept in .tasted must be read again for every new score.",
    )


class OutboxSettings(SettingsSection):
    """How long results are kept."""

    keep_gone_days: int = Field(
        default=30,
        ge=0,
        le=36_500,
        description="How long to keep the result of a deleted picture, in days. It disappears from "
        "results, counts and page at once, and returns if the picture does; `tasted results "
        "--gone` lists it. 0 keeps none.",
    )


class NotifySettings(SettingsSection):
    """Notifications on the desktop. They contain only counts: no names, words or files."""

    on: NoticeList = Field(
        default=(),
        description='What to announce: "match" (new matches), "strong_match" (only strong ones), '
        '"blocked" (nothing is scored until you do something). Several matches are one '
        "notification, at most every ten minutes."
        '\n\n["match", "blocked"]',
    )


class HooksSettings(SettingsSection):
    """A program of yours that tasted runs."""

    on_match: ArgumentList = Field(
        default=(),
        description="What to run for each new match: the full path of a program and its "
        "arguments, as they are; no shell reads them. The program reads one line of JSON from its "
        "standard input: the path of the picture, and its result. It runs for one match at a time "
        "and is ended after ten seconds; at most a hundred matches wait. Its output is not kept. "
        "A new score of a known picture is no new match."
        '\n\n["/usr/local/bin/tell-me", "--quietly"]',
    )


class WebSettings(SettingsSection):
    """The page on which you judge, and the programming interface.

    Both can be reached from this computer only, and only by whoever may read the tasted folder.
    """

    port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="The port they are at. 0 takes a free one, and the same again from then on.",
    )
    always: bool = Field(
        default=False,
        description="Whether they can be reached whenever tasted runs. Otherwise that begins when "
        "you type `tasted review` or `tasted token` for the first time.",
    )


class LimitsSettings(SettingsSection):
    """What to refuse, so that one bad file cannot harm the computer."""

    max_bytes: int = Field(
        default=100_000_000,
        ge=1_000,
        le=10_000_000_000,
        description="The largest file to open, in bytes.",
    )
    max_pixels: int = Field(
        default=80_000_000,
        ge=1_000,
        # Pillow refuses more, whatever this says
        le=178_956_970,
        description="The largest picture to open, in pixels: width times height.",
    )
    min_free_mb: int = Field(
        default=200,
        ge=0,
        le=1_000_000,
        description="Scoring pauses while the disk has less free space than this, in megabytes.",
    )


class LogSettings(SettingsSection):
    """Log files, for when something goes wrong."""

    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(lower_case)] = (
        Field(
            default="info",
            description="How much to write to .tasted/logs: error is the least, debug the most.",
        )
    )
    max_mb: float = Field(
        default=5,
        ge=0.01,
        le=1_000,
        description="The size of a log file, in megabytes, before a new one begins.",
    )
    keep: int = Field(default=3, ge=1, le=100, description="How many old log files to keep.")
