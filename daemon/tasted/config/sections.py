"""The sections of settings: every key, its default, its bounds and what it does. Touches nothing.

The descriptions, and the docstrings of the sections, are the text of `config/tasted.toml`: they
speak to a person who never saw Python. A key exists only when it acts in this version.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from tasted.config.entries import InterestList, TraitList
from tasted.config.kinds import (
    LanguageList,
    Name,
    NoticeList,
    Share,
    Weight,
    lower_case,
    none_when_blank,
)


class Section(BaseModel):
    """A table of settings: frozen, strict about kinds of values, and without unknown keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        str_strip_whitespace=True,
        allow_inf_nan=False,
        validate_default=True,
    )


class Watch(Section):
    """How the inbox is watched."""

    settle_seconds: float = Field(
        default=0.5,
        ge=0.05,
        le=60,
        description="How long a new file must stay unchanged before it is read. Raise it if "
        "files arrive slowly, over a network for instance.",
    )
    poll: Annotated[Literal["auto", "on", "off"], BeforeValidator(lower_case)] = Field(
        default="auto",
        description="Whether the inbox is looked through every five seconds instead of waiting "
        "for the system to report changes: auto does so on network drives, which report none.",
    )
    rescan_seconds: float = Field(
        default=60,
        ge=0.5,
        le=86_400,
        description="How often the whole inbox is looked through, in case the system forgot to "
        "report a new file.",
    )


class Embedder(Section):
    """The model that looks at pictures, and what it runs on."""

    model: Name = Field(
        default="openai/clip-vit-base-patch32",
        description="The model that looks at your pictures: the name of a CLIP model on Hugging "
        "Face, a folder on this machine that holds one (if it is not an absolute path, it is "
        'looked for in this home), or one of the short names "clip" (the default model), '
        '"resnet50" (pictures only, no words) and "pocket" (tiny, for trying things out). '
        "Download it with: tasted models pull",
    )
    revision: Annotated[Name | None, BeforeValidator(none_when_blank)] = Field(
        default=None,
        description="Which version of the model `tasted models pull` downloads: a branch, a tag or "
        "a commit on Hugging Face. Empty means the newest. What was downloaded last is used.",
    )
    device: Annotated[Literal["auto", "cpu", "cuda", "mps"], BeforeValidator(lower_case)] = Field(
        default="auto",
        description="What computes: cpu (the processor), mps (the graphics of an Apple computer), "
        "cuda (an NVIDIA card), or auto (the best that is there).",
    )
    dtype: Annotated[Literal["auto", "float32", "bfloat16"], BeforeValidator(lower_case)] = Field(
        default="auto",
        description="How exactly numbers are kept: float32 is exact, bfloat16 is faster on some "
        "machines and makes every vector anew; auto is float32.",
    )


class Views(Section):
    """Which parts of a picture are looked at."""

    mode: Annotated[Literal["auto", "center", "whole"], BeforeValidator(lower_case)] = Field(
        default="auto",
        description="auto finds the photographs of a screenshot and looks at each of them, at most "
        "six; where there is none it looks at the screen from top to bottom. center looks at the "
        "middle square alone, whole at everything at once, made smaller. A change makes every "
        "vector anew.",
    )


class Engine(Section):
    """The process that holds the model; it runs only while there is work."""

    idle_seconds: float = Field(
        default=120,
        ge=0.1,
        le=86_400,
        description="How long the model stays in memory when there is nothing to do.",
    )
    batch_size: int = Field(
        default=8,
        ge=1,
        le=256,
        description="How many pictures are worked on at a time. Fewer need less memory.",
    )
    max_memory_mb: int = Field(
        default=4_000,
        ge=100,
        le=1_000_000,
        description="How much memory the model's process may hold, in megabytes, before it is "
        "started anew between two batches. A model that needs more by itself is refused.",
    )
    threads: int = Field(
        default=0,
        ge=0,
        le=256,
        description="How many of the processor's cores the model may keep busy at a time. 0 means "
        "half of them.",
    )
    save_power: bool = Field(
        default=True,
        description="Whether pictures that were there before tasted was started wait while this "
        "machine saves power: in low-power mode, or on a battery below 30 %. New ones are scored "
        "anyway.",
    )
    deadline_seconds: float = Field(
        default=120,
        ge=0.5,
        le=3_600,
        description="How long one picture may take before the model is stopped and started anew.",
    )


class Scoring(Section):
    """How a score becomes a verdict."""

    scorer: Annotated[Literal["taste", "seed"], BeforeValidator(lower_case)] = Field(
        default="taste",
        description="How scores are made. taste learns from what you liked and rejected how likely "
        "you are to like a screenshot, and says when it does not know. seed is the fixed formula "
        "that tasted began with: it only compares.",
    )
    max_error_rate: float = Field(
        default=0.2,
        ge=0.01,
        le=0.5,
        description="For taste: how many of the pictures that you would like may be called no "
        "match, and of the others a match: 0.2 is one in five. With less, more stay unsure, and "
        "more must be liked and rejected before there are verdicts: 4 of each at 0.2, 9 at 0.1.",
    )
    match_threshold: Share = Field(
        default=0.6,
        description="With seed alone: from this confidence on, a screenshot is a match. taste goes "
        "by max_error_rate.",
    )
    strong_match_threshold: Share = Field(
        default=0.85,
        description="From this confidence on, a match is called a strong one; with taste once "
        "confidences can be taken at their word. Not below match_threshold.",
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


class Weights(Section):
    """How much each part of a score counts beside the others."""

    physical: Weight = Field(
        default=0.6, description="Looks: likeness to the pictures that you liked."
    )
    personality: Weight = Field(default=0.3, description="Traits that can be seen in the pictures.")
    interests: Weight = Field(default=0.1, description="Interests that are named in the text.")

    @model_validator(mode="after")
    def _some_part_counts(self) -> Self:
        if self.physical + self.personality + self.interests <= 0:
            raise PydanticCustomError("weights", "one of the weights at least should be above 0")
        return self


class Preferences(Section):
    """What you look for, in words, and what counts how much."""

    traits: TraitList = Field(
        default=(),
        description='What a person should be like, in a few words each: ["kind", "sporty"]. They '
        "are looked for in the pictures and in the text. taste compares them with what is usual: "
        "that takes 30 pictures, and for the text 30 texts; until then they do not count there. "
        "Naming the contrary helps it:"
        '\n\n[{ name = "kind", opposite = "cruel" }, "sporty"]',
    )
    interests: InterestList = Field(
        default=(),
        description='What a person should care for: ["hiking", "jazz"]. They are looked for in '
        "the text. For taste, what must not be there rules a person out:"
        '\n\n["hiking", { name = "smoking", dealbreaker = true }]',
    )
    weights: Weights = Field(
        default=Weights(),
        description="How much looks, traits and interests count beside each other. Only their "
        "proportions matter; 0 leaves a part out.",
    )


class Reading(Section):
    """How the text of a screenshot is read: name, age and bio.

    A text file of the same name beside a screenshot always comes first.
    """

    engine: Annotated[
        Literal["auto", "companion", "rapidocr", "vision", "tesseract", "none"],
        BeforeValidator(lower_case),
    ] = Field(
        default="auto",
        description="What reads the text in pictures: vision (built into macOS), rapidocr, "
        "tesseract, or auto (the first of these that is installed). companion reads only text "
        "files, none reads nothing at all. What is not installed yet: tasted doctor says how.",
    )
    languages: LanguageList = Field(
        default=("en",),
        description='The languages of the texts, the likeliest first: ["en", "pt-BR"]. rapidocr '
        "reads those with Latin letters, whatever this says.",
    )
    keep_text: Annotated[Literal["all", "fields", "none"], BeforeValidator(lower_case)] = Field(
        default="all",
        description="What is kept of a text, in the outbox and in .tasted: all of it, only the "
        "fields name and age (in the outbox), or nothing. Scores are the same, but what is not "
        "kept in .tasted is read again for every new score.",
    )


class Notify(Section):
    """Notifications on the desktop. They hold counts alone: no name, no word and no file."""

    on: NoticeList = Field(
        default=(),
        description='What is announced: "match" (new pictures are matches), "strong_match" (only '
        'those that are strong ones), "blocked" (nothing is scored until you do something). Many '
        "at a time are one notification, and there is one in ten minutes at most."
        '\n\n["match", "blocked"]',
    )


class Limits(Section):
    """What is refused, so that one odd file cannot harm the machine."""

    max_bytes: int = Field(
        default=100_000_000,
        ge=1_000,
        le=10_000_000_000,
        description="The largest file that is opened, in bytes.",
    )
    max_pixels: int = Field(
        default=80_000_000,
        ge=1_000,
        # Pillow refuses more, whatever this says
        le=178_956_970,
        description="The largest picture that is opened, in pixels: its width times its height.",
    )
    min_free_mb: int = Field(
        default=200,
        ge=0,
        le=1_000_000,
        description="Scoring pauses while the disk has less room than this, in megabytes.",
    )


class Log(Section):
    """What is written down for the day when something goes wrong."""

    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(lower_case)] = (
        Field(
            default="info",
            description="How much is written to .tasted/logs: error the least, debug the most.",
        )
    )
    max_mb: float = Field(
        default=5,
        ge=0.01,
        le=1_000,
        description="A log file of this size, in megabytes, is put aside.",
    )
    keep: int = Field(
        default=3, ge=1, le=100, description="How many log files that were put aside are kept."
    )
