"""What is said to the engine of the batch that it has in hand. Pure.

The only requests that are sent while another one is not answered. They have no answer of their own,
and one that comes when the batch is over is passed over.

    AddFiles    → (FileScored of that batch)     more files of the same kind wait
    EndBatch    → (BatchScored of that batch)    something more urgent waits
"""

from tasted.plain_dataclass import dataclass
from tasted.rpc.messages import BatchScored, EngineRequest, RequestedFile


@dataclass(frozen=True, slots=True)
class AddFiles(EngineRequest[BatchScored]):
    """The batch is to go on with these, so that no core rests between two batches.

    Where it is over already they are asked for again.
    """

    answer_types = (BatchScored,)

    files: tuple[RequestedFile, ...]


@dataclass(frozen=True, slots=True)
class EndBatch(EngineRequest[BatchScored]):
    """The batch is to end with the files that are being worked on."""

    answer_types = (BatchScored,)
