"""Types of settings beyond numbers: names, lists of words, choices. Pure."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

_NAME_LENGTH_MAX = 1000
_WORDS_LENGTH_MAX = 200
LIST_LENGTH_MAX = 200
_ARGUMENTS_MAX = 32


def _one_line(text: str) -> str:
    # an undecodable byte of the environment becomes a surrogate, which JSON cannot carry
    if any(ord(letter) < ord(" ") or "\ud800" <= letter <= "\udfff" for letter in text):
        raise PydanticCustomError("one_line", "it should be one line of readable characters")
    return text


def _not_empty(text: str) -> str:
    if not text:
        raise PydanticCustomError("not_empty", "it should not be empty")
    return text


def _words(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise PydanticCustomError("not_empty", "it should not be empty: write words, or remove it")
    return words


def _starts_with_a_path(arguments: tuple[str, ...]) -> tuple[str, ...]:
    # a login item has another PATH than a terminal, and no shell reads the ~
    if arguments and not arguments[0].startswith("/"):
        raise PydanticCustomError(
            "absolute_program", "its first entry should be the full path of a program"
        )
    return arguments


def none_when_blank(value: object) -> object:
    """Return None for an empty text."""
    # TOML has no null
    return None if isinstance(value, str) and not value.strip() else value


def lower_case(value: object) -> object:
    """Return a choice in lower case: INFO is info."""
    return value.strip().lower() if isinstance(value, str) else value


Name = Annotated[
    str, Field(max_length=_NAME_LENGTH_MAX), AfterValidator(_not_empty), AfterValidator(_one_line)
]
Words = Annotated[
    str, Field(max_length=_WORDS_LENGTH_MAX), AfterValidator(_words), AfterValidator(_one_line)
]
# codes become arguments of Tesseract, and must not look like an option or a path
LanguageList = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}([_-][A-Za-z0-9]{2,8}){0,3}$")], ...],
    Field(strict=False, min_length=1, max_length=20),
]
NoticeList = Annotated[
    tuple[Annotated[Literal["match", "strong_match", "blocked"], BeforeValidator(lower_case)], ...],
    Field(strict=False, max_length=10),
]
ArgumentList = Annotated[
    tuple[Annotated[str, Field(max_length=_NAME_LENGTH_MAX), AfterValidator(_one_line)], ...],
    Field(strict=False, max_length=_ARGUMENTS_MAX),
    AfterValidator(_starts_with_a_path),
]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=100)]
