"""What `tasted export` and `tasted import` ask the owner of a home for, as it travels. Pure."""

from typing import Any

from tasted.plain_dataclass import dataclass
from tasted.transfer.staging import is_staging_id

EXPORT, IMPORT = "export", "import"


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """An export or import."""

    kind: str
    """`export` or `import`."""
    staging_id: str
    """Of the folder that the command made."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Work of the queue: a command wants something exported or imported."""

    request_id: str
    order: TransferOrder


def parse_transfer(value: dict[str, Any]) -> TransferOrder | None:
    """Parse the fields of a request; None when they are not such an order. Never raises."""
    kind, staging_id = value.get("kind"), value.get("staging_id")
    if kind not in {EXPORT, IMPORT} or not is_staging_id(staging_id):
        return None
    return TransferOrder(str(kind), str(staging_id))
