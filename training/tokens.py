"""The small vocabulary: byte pairs learnt from the captions, as CLIP's tokenizer reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer
from transformers import CLIPTokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable

START, END = "<|startoftext|>", "<|endoftext|>"


def learn_tokenizer(texts: Iterable[str], *, entries: int, context: int) -> CLIPTokenizer:
    """Learn a byte-pair vocabulary.

    Args:
        texts: What to learn it from.
        entries: How many entries it has, the 512 bytes and the two special ones included.
        context: The most tokens that the model reads.
    """
    empty = CLIPTokenizer()
    learner = Tokenizer(BPE(end_of_word_suffix="</w>", continuing_subword_prefix=""))
    learner.normalizer = empty.backend_tokenizer.normalizer
    learner.pre_tokenizer = empty.backend_tokenizer.pre_tokenizer
    trainer = BpeTrainer(
        vocab_size=entries - 256,
        end_of_word_suffix="</w>",
        initial_alphabet=sorted(ByteLevel.alphabet()),
        show_progress=False,
    )
    # Sorted, because the trainer breaks ties by what it saw first.
    learner.train_from_iterator(sorted(set(texts)), trainer)
    merges = [tuple(merge) for merge in _merges(learner)]
    alphabet = sorted(ByteLevel.alphabet())
    names = [*alphabet, *(letter + "</w>" for letter in alphabet)]
    names += [first + second for first, second in merges]
    names = [*dict.fromkeys(names), START, END]
    vocabulary = {name: number for number, name in enumerate(names)}
    return CLIPTokenizer(
        vocab=vocabulary,
        merges=merges,
        model_max_length=context,
        padding_side="right",
    )


def _merges(learner: Tokenizer) -> list[list[str]]:
    """Read the merges of a learnt tokenizer, in order."""
    import json  # noqa: PLC0415 - the only way out of the library is its JSON

    state = json.loads(learner.to_str())
    return [
        merge if isinstance(merge, list) else merge.split(" ") for merge in state["model"]["merges"]
    ]
