"""How a model is refused: its files are damaged, do not fit together, or are not for this runtime.

Touches nothing but what it is handed.
"""

import contextlib
from collections.abc import Iterator

from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.models.tuned import tuned_number
from tasted.embedding.models.weights import POCKET
from tasted.errors import ModelUnusable, TastedError
from tasted.system.machine_faults import shortage_of


class RuntimeLacks(ModelUnusable):
    """This runtime cannot hold the model, and another one may."""


@contextlib.contextmanager
def loading(model: ModelFolder) -> Iterator[None]:
    """Turn whatever the loaders raise for a bad file into ModelUnusable.

    Raises:
        ModelUnusable: in place of any other exception but those of the machine: too little memory,
            a module that cannot be imported.
    """
    try:
        yield
    except TastedError:
        raise
    except Exception as error:
        if shortage_of(error) is not None:
            raise
        # damaged files raise anything, from KeyError to zlib.error
        reason = _reason(error)
        raise ModelUnusable(
            f"The model {model.name} in {model.folder} cannot be loaded: {reason}",
            remedy=copy_again(model),
        ) from error


def _reason(error: Exception) -> str:
    if "weights_only" in str(error):
        # torch goes on to say how to run the code in a file
        return "it holds program code, which tasted never runs, or is no weights file"
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def copy_again(model: ModelFolder) -> str:
    """Return how to get the files of a model again."""
    if model.name == POCKET:
        return "Reinstall tasted: this model comes with it."
    if tuned_number(model.name) is not None:
        return "It was trained here; train another one: tasted train"
    add = f"`tasted models add FOLDER --name {model.name}`"
    if "/" not in model.name:
        # a folder of the user's own, which no hub has
        return f"Copy its whole folder again and name it with {add}."
    return (
        f"Download it again with `tasted models pull {model.name}`, or copy its whole folder again "
        f"and name it with {add}."
    )


def lacks(model: ModelFolder, what: str) -> RuntimeLacks:
    """Return the error that says what OpenVINO's runtime does not know of a model."""
    return RuntimeLacks(
        f"The runtime openvino cannot hold the model {model.name} in {model.folder}: {what}.",
        remedy="Let tasted choose the runtime: tasted config set embedder.runtime auto",
    )
