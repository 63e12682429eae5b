"""Which model decides: the one that is published, until a change of the model is done.

`embedder.model` in the settings is a wish. What is published was scored by the model in force, and
that one goes on until the wish has vectors and a taste of its own. Reads small files.
"""

from tasted.config import Settings
from tasted.embedding.models.weights import ModelFolder, canonical_name, find_model
from tasted.errors import ModelMissing, ServiceFault
from tasted.home.layout import Home
from tasted.home.status import read_current
from tasted.home.switch_file import read_switches
from tasted.plain_dataclass import dataclass
from tasted.records import Current


@dataclass(frozen=True, slots=True)
class ModelInForce:
    """What decides, beside what the settings ask for."""

    settings: Settings
    """With the model in force."""
    wished: str
    """The model of the settings, as they name it."""
    is_wish: bool
    """Whether the model of the settings is the one in force."""
    lost: str | None = None
    """The model that was in force and whose files are gone, so that the settings decide at once."""


def model_in_force(home: Home, wish: Settings, current: Current | None) -> ModelInForce:
    """Tell which model decides.

    Args:
        home: whose models are recorded.
        wish: as loaded.
        current: what is published; None: nothing is, so that the settings decide.
    """
    wished = wish.embedder.model
    if current is None or _is_same(home, wished, current):
        return ModelInForce(wish, wished, is_wish=True)
    former = current.model or current.embedder
    if find_folder(home, former) is None:
        return ModelInForce(wish, wished, is_wish=True, lost=former)
    return ModelInForce(wish.with_model(former), wished, is_wish=False)


def settings_in_force(home: Home, wish: Settings) -> Settings:
    """Return the settings with the model that decides in a home.

    Args:
        home: what it has published is read.
        wish: as loaded.
    """
    return model_in_force(home, wish, read_current(home.current_file)).settings


def is_same_model(home: Home, one: str, other: str) -> bool:
    """Tell whether two names, as settings have them, are of one model."""
    if canonical_name(one) == canonical_name(other):
        return True
    folder, other_folder = find_folder(home, one), find_folder(home, other)
    return folder is not None and other_folder is not None and folder.folder == other_folder.folder


def find_folder(home: Home, model: str) -> ModelFolder | None:
    """Return the files of a model; None where they are missing or do not serve."""
    try:
        return find_model(model, models_file=home.models_file, home_root=home.root)
    except ServiceFault:
        return None


def find_deciding(home: Home, model: str) -> ModelFolder:
    """Return the files of the model that decides.

    Raises:
        ModelMissing, ModelUnusable: as `find_model`; where its files are gone and those of a former
            model are there, the remedy names the way back as well.
    """
    try:
        return find_model(model, models_file=home.models_file, home_root=home.root)
    except ModelMissing as error:
        # `back` goes to the newest
        for former in read_switches(home.switch_file).kept[:1]:
            if find_folder(home, former.model) is not None:
                raise ModelMissing(
                    error.message,
                    remedy=f"{error.remedy} · or let {former.name} decide again at once: "
                    "tasted models back",
                ) from error
        raise


def _is_same(home: Home, wished: str, current: Current) -> bool:
    if current.model:
        return is_same_model(home, wished, current.model)
    if canonical_name(wished) == current.embedder:
        return True
    # published by an older tasted, which did not say how the settings name it
    found = find_folder(home, wished)
    return found is not None and found.name == current.embedder
