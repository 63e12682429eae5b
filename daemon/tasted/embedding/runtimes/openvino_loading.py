"""A model's folder → an embedder that computes with OpenVINO on the CPU. Maps the weights.

Compiling takes most of its time, and prepares a copy of the weights in the order in which the
processor reads them. The pages of the file are given back meanwhile, and with the first run of so
many pictures at a time.
"""

from collections.abc import Callable

import numpy as np

from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.runtimes import openvino_clip, openvino_resnet
from tasted.embedding.runtimes.clip_tokens import ClipTokens
from tasted.embedding.runtimes.mapped_weights import MappedWeights
from tasted.embedding.runtimes.openvino_clip import ClipShape, read_clip_shape
from tasted.embedding.runtimes.openvino_embedder import OpenvinoEmbedder, TextTower, Tower
from tasted.embedding.runtimes.openvino_resnet import read_resnet_shape
from tasted.embedding.runtimes.picture_processor import read_processor
from tasted.embedding.runtimes.refusing import lacks, loading
from tasted.embedding.runtimes.unit_rows import unit_rows
from tasted.native.openvino import Model, Precision, compile_graph

_ALL_CORES = 0


def load_embedder(
    model: ModelFolder,
    *,
    precision: Precision,
    fingerprint: str,
    threads: int | None,
    at_compiling: Callable[[], None] = lambda: None,
) -> OpenvinoEmbedder:
    """Build the graph that looks, compile it and try it once.

    Args:
        model: the checked folder.
        precision: that it computes in.
        fingerprint: what its vectors are comparable by.
        threads: how many threads may compute at a time; None leaves OpenVINO's choice.
        at_compiling: called before the graph is compiled: what is left hardly runs Python.

    Raises:
        RuntimeLacks: when this runtime does not know something that the model needs.
        ModelUnusable: when files are damaged, or the numbers are not finite.
    """
    loader = _Loader(model, precision, threads, at_compiling)
    build = loader.clip if model.family == "clip" else loader.resnet
    return build(fingerprint=fingerprint)


class _Loader:
    def __init__(
        self,
        model: ModelFolder,
        precision: Precision,
        threads: int | None,
        at_compiling: Callable[[], None],
    ) -> None:
        self._model = model
        self._at_compiling = at_compiling
        self._precision = precision
        self._threads = _ALL_CORES if threads is None else threads
        self._processor = read_processor(model)

    def clip(self, *, fingerprint: str) -> OpenvinoEmbedder:
        model, processor = self._model, self._processor
        shape = read_clip_shape(model)
        if processor.side != shape.side:
            raise lacks(
                model,
                f"its pictures are made {processor.side} pixels large, and it takes {shape.side}",
            )
        weights = MappedWeights(model)
        graph = openvino_clip.vision_graph(shape, weights, processor)
        # built for its checks, and dropped: it costs milliseconds, and copies nothing
        openvino_clip.text_graph(shape, weights)
        weights.refuse_leftovers(openvino_clip.UNUSED)
        tower = self._compiled(graph, weights)
        embedder = OpenvinoEmbedder(
            tower,
            processor,
            lambda: self._text_tower(shape, weights),
            name=model.name,
            fingerprint=fingerprint,
            dimensions=shape.dimensions,
        )
        self._warm_up(tower)
        return embedder

    def resnet(self, *, fingerprint: str) -> OpenvinoEmbedder:
        model, processor = self._model, self._processor
        shape = read_resnet_shape(model)
        weights = MappedWeights(model)
        if weights.has(f"{openvino_resnet.CLASSIFIER_PREFIX}{openvino_resnet.FIRST}"):
            weights = MappedWeights(model, prefix=openvino_resnet.CLASSIFIER_PREFIX)
        graph = openvino_resnet.resnet_graph(shape, weights, processor)
        weights.refuse_leftovers(openvino_resnet.UNUSED)
        tower = self._compiled(graph, weights)
        embedder = OpenvinoEmbedder(
            tower,
            processor,
            None,
            name=model.name,
            fingerprint=fingerprint,
            dimensions=shape.channels[-1],
        )
        self._warm_up(tower)
        return embedder

    def _compiled(self, graph: Model, weights: MappedWeights) -> Tower:
        self._at_compiling()
        with loading(self._model), weights.releasing_pages():
            compiled = compile_graph(graph, precision=self._precision, threads=self._threads)
        return Tower(compiled, weights.releasing_pages)

    def _warm_up(self, tower: Tower) -> None:
        side = self._processor.side
        noise = np.random.default_rng(7).integers(0, 256, (1, side, side, 3), dtype=np.uint8)
        rows = tower.run(noise)
        # NaN is found here, before a picture is embedded
        unit_rows(rows, model=self._model.name)

    def _text_tower(self, shape: ClipShape, weights: MappedWeights) -> TextTower:
        tokens = ClipTokens(self._model, context=shape.context, vocabulary_size=shape.vocabulary)
        graph = openvino_clip.text_graph(shape, weights)
        tower = TextTower(self._compiled(graph, weights), tokens, end_id=shape.end_id)
        tower.run([""])
        return tower
