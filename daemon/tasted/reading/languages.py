"""Which languages an engine reads, by the letters that they are written in.

Pure, but for a look at which data of Tesseract lie on the disk.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LATIN = "Latin"
_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "Arabic": ("ar", "fa", "ps", "ug", "ur"),
    "Armenian": ("hy",),
    "Bengali": ("as", "bn"),
    "Chinese": ("yue", "zh"),
    "Cyrillic": ("be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "tg", "uk"),
    "Devanagari": ("hi", "mr", "ne"),
    "Ethiopic": ("am", "ti"),
    "Georgian": ("ka",),
    "Greek": ("el",),
    "Gujarati": ("gu",),
    "Gurmukhi": ("pa",),
    "Hebrew": ("he", "iw", "yi"),
    "Japanese": ("ja",),
    "Kannada": ("kn",),
    "Khmer": ("km",),
    "Korean": ("ko",),
    "Lao": ("lo",),
    "Malayalam": ("ml",),
    "Burmese": ("my",),
    "Sinhala": ("si",),
    "Tamil": ("ta",),
    "Telugu": ("te",),
    "Thai": ("th",),
    "Vietnamese": ("vi",),
}
"""Writings by the languages of ISO 639 that use them; Vietnamese has Latin letters of its own."""
_SCRIPT_OF = {code: script for script, codes in _SCRIPTS.items() for code in codes}

RAPIDOCR_READS = frozenset({LATIN, "Chinese", "Japanese"})
"""What the model in its wheel knows: 18,708 signs, of Greek only those of mathematics."""
VISION_READS = frozenset(
    {LATIN, "Arabic", "Chinese", "Cyrillic", "Japanese", "Korean", "Thai", "Vietnamese"}
)
"""What Apple documents for VNRecognizeTextRequest; older systems read fewer."""

_TESSERACT_NAMES = {
    "ar": "ara",
    "be": "bel",
    "bg": "bul",
    "cs": "ces",
    "da": "dan",
    "de": "deu",
    "el": "ell",
    "en": "eng",
    "es": "spa",
    "et": "est",
    "fa": "fas",
    "fi": "fin",
    "fr": "fra",
    "he": "heb",
    "hi": "hin",
    "hr": "hrv",
    "hu": "hun",
    "hy": "hye",
    "is": "isl",
    "it": "ita",
    "ja": "jpn",
    "ka": "kat",
    "kk": "kaz",
    "ko": "kor",
    "lt": "lit",
    "lv": "lav",
    "mk": "mkd",
    "nl": "nld",
    "no": "nor",
    "pl": "pol",
    "pt": "por",
    "ro": "ron",
    "ru": "rus",
    "sk": "slk",
    "sl": "slv",
    "sr": "srp",
    "sv": "swe",
    "th": "tha",
    "tr": "tur",
    "uk": "ukr",
    "vi": "vie",
    "zh": "chi_sim",
    "zh-hant": "chi_tra",
    "zh-hk": "chi_tra",
    "zh-tw": "chi_tra",
}
"""From ISO 639-1 to the names of Tesseract's data; other codes are passed on as they are."""
_DATA_FOLDERS = (
    "../share/tessdata",
    "../share/tesseract-ocr/5/tessdata",
    "../share/tesseract-ocr/4.00/tessdata",
)
"""Where packages put them, from the folder of the program: Homebrew and most, Debian's."""
_DATA_EXTENSION = ".traineddata"


def tesseract_name(language: str) -> str:
    """Return what Tesseract calls a language: `por` for `pt-BR`; its own names stay."""
    whole = _TESSERACT_NAMES.get(language.lower())
    return whole if whole is not None else _TESSERACT_NAMES.get(_primary(language), language)


def script_of_language(language: str) -> str:
    """Return what a language is written in: `Cyrillic` for `ru`; Latin for all that are unknown."""
    return _SCRIPT_OF.get(_primary(language), LATIN)


def not_written_in(languages: Sequence[str], scripts: frozenset[str]) -> tuple[str, ...]:
    """Return the languages that are written in none of these scripts."""
    return tuple(code for code in languages if script_of_language(code) not in scripts)


def not_in_data(languages: Sequence[str], data: frozenset[str] | None) -> tuple[str, ...]:
    """Return the languages that Tesseract has no data for.

    Args:
        languages: codes.
        data: the names of its data; None: not known.
    """
    if data is None:
        return ()
    return tuple(code for code in languages if tesseract_name(code) not in data)


def tesseract_data(
    program: Path, environment: Callable[[str], str | None] = lambda _name: None
) -> frozenset[str] | None:
    """Return the names of the data that a Tesseract has; None when they are not found.

    Args:
        program: its path.
        environment: tells the value of a variable; `TESSDATA_PREFIX` says where data lie.
    """
    prefix = environment("TESSDATA_PREFIX")
    folder = program.parent
    places = [Path(prefix)] if prefix else [folder / place for place in _DATA_FOLDERS]
    for place in places:
        names = frozenset(file.stem for file in place.glob(f"*{_DATA_EXTENSION}"))
        if names:
            return names
    return None


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
