"""Texts → token numbers, by the library tokenizers alone. Reads the model's vocabulary.

The same numbers as transformers' CLIPTokenizer: of tokenizer.json both take the vocabulary and the
merges, and normalise and split as CLIP does. A test compares them on odd texts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers
from tokenizers.processors import RobertaProcessing

from tasted.embedding.models.folder import ModelFolder, read_json
from tasted.embedding.runtimes.refusing import lacks, loading

START, END = "<|startoftext|>", "<|endoftext|>"
# github.com/openai/CLIP, clip/simple_tokenizer.py
_WORDS = (
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
)
_NAMED = {"bos_token": START, "eos_token": END, "unk_token": END}


class ClipTokens:
    """A model's tokenizer.

    Args:
        model: the checked folder.
        context: the most tokens of a text.
        vocabulary_size: how many tokens the model knows.

    Raises:
        RuntimeLacks: when its special tokens are other ones than CLIP's.
        ModelUnusable: when its files are damaged.
    """

    def __init__(self, model: ModelFolder, *, context: int, vocabulary_size: int) -> None:
        with loading(model):
            files = _Files(model)
            specials = files.specials()
            vocabulary, merges = files.vocabulary()
            if not {START, END} <= set(vocabulary):
                raise lacks(model, f"its vocabulary has no {START} or no {END}")
            tokenizer = Tokenizer(
                models.BPE(
                    vocab=vocabulary, merges=merges, end_of_word_suffix="</w>", unk_token=END
                )
            )
            tokenizer.normalizer = normalizers.Sequence(
                [
                    normalizers.NFC(),
                    normalizers.Replace(Regex(r"\s+"), " "),
                    normalizers.Lowercase(),
                ]
            )
            tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
                [
                    pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
                    pre_tokenizers.ByteLevel(add_prefix_space=False),
                ]
            )
            tokenizer.add_tokens(specials)
            tokenizer.post_processor = RobertaProcessing(
                (END, vocabulary[END]),
                (START, vocabulary[START]),
                trim_offsets=False,
                add_prefix_space=False,
            )
            tokenizer.enable_truncation(context)
            # read by nobody: a token sees only those before it
            tokenizer.enable_padding(pad_id=vocabulary[END], pad_token=END)
        if max(tokenizer.get_vocab().values()) >= vocabulary_size:
            raise lacks(model, "its tokenizer has more tokens than the model knows")
        self._tokenizer = tokenizer

    def ids(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Return the numbers of the tokens, padded to the longest of the texts.

        Returns:
            Shape (n, t), int32.
        """
        found = self._tokenizer.encode_batch(list(texts))
        return np.array([encoding.ids for encoding in found], np.int32)


class _Files:
    """What a folder says of its tokenizer, in the newer or the older files."""

    def __init__(self, model: ModelFolder) -> None:
        self._model = model
        whole = model.folder / "tokenizer.json"
        self._whole = read_json(whole) if whole.exists() else None

    def vocabulary(self) -> tuple[dict[str, int], list[tuple[str, str]]]:
        """Return the tokens with their numbers, and which two are merged, in order."""
        if self._whole is not None:
            vocabulary, merges = self._whole["model"]["vocab"], self._whole["model"]["merges"]
        else:
            vocabulary = read_json(self._model.folder / "vocab.json")
            lines = (self._model.folder / "merges.txt").read_text(encoding="utf-8").splitlines()
            merges = [line for line in lines if line and not line.startswith("#version")]
        pairs = [tuple(merge.split(" ") if isinstance(merge, str) else merge) for merge in merges]
        return vocabulary, [(first, second) for first, second in pairs]

    def specials(self) -> list[AddedToken]:
        """Return the tokens that are found whole in a text, before it is split."""
        named = _NAMED.keys()
        config = self._optional("tokenizer_config.json")
        config = {**self._optional("special_tokens_map.json"), **config}
        for key in named:
            token = config.get(key)
            content = token.get("content") if isinstance(token, dict) else token
            if content not in (None, _NAMED[key]):
                raise lacks(self._model, f"its {key} is {str(content)[:40]!r}")
        entries: list[dict[str, Any]]
        if self._whole is not None:
            entries = self._whole.get("added_tokens") or []
        else:
            entries = list((config.get("added_tokens_decoder") or {}).values())
        tokens = {entry["content"]: _added(entry) for entry in entries}
        for key in named:
            entry = config.get(key)
            tokens.setdefault(
                _NAMED[key],
                _added(entry if isinstance(entry, dict) else {"content": _NAMED[key]}),
            )
        return list(tokens.values())

    def _optional(self, name: str) -> dict[str, Any]:
        file = self._model.folder / name
        return read_json(file) if file.exists() else {}


def _added(entry: dict[str, Any]) -> AddedToken:
    flags = {
        name: bool(entry[name])
        for name in ("single_word", "lstrip", "rstrip", "normalized")
        if name in entry
    }
    return AddedToken(entry["content"], special=True, **{"normalized": False, **flags})
