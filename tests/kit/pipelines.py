"""Takes files through a pipeline."""

from tasted.engine.pipeline import Pipeline
from tasted.rpc.messages import FileResult, RequestedFile


def results_of(pipeline: Pipeline, *files: RequestedFile) -> list[FileResult]:
    """Return the results of a batch, in the order in which they were answered."""
    results: list[FileResult] = []
    pipeline.process(files, lambda _file, result: results.append(result))
    return results
