"""What the library and the versions keep of models that were trained on a forgotten picture.

Such a model goes as a whole: each of its vectors comes from all pictures that it was trained on, so
do the tastes that were fitted to them. Touches the library folder and `.tasted/tastes`.
"""

from collections.abc import Collection
from itertools import product
from typing import get_args

from tasted.decoding.pictures import PREPROCESSING
from tasted.decoding.views import MODES, VIEWS_VERSION
from tasted.embedding.models.fingerprint import DtypeClass, fingerprint_of
from tasted.embedding.models.folder import verify_folder
from tasted.embedding.models.tuned import TunedModel, tuned_models
from tasted.errors import ServiceFault
from tasted.home.layout import Home
from tasted.judging.versions import TasteVersions
from tasted.library.dropping import drop_tables


def forget_models(
    home: Home, versions: TasteVersions, contents: Collection[str], *, is_dry: bool
) -> int:
    """Erase what is kept of the models that owe something to these pictures.

    Their folders stay: by them the rest is found again by a second run.

    Args:
        home: nobody else may have its library open.
        versions: of the home.
        contents: content ids.
        is_dry: only count.

    Returns:
        How many taste versions go with them.

    Raises:
        LibraryUnusable: when a table cannot be removed.
        OSError: when a version cannot be.
    """
    owing = [
        model for model in tuned_models(home.tuned_models) if model.owes_something_to(contents)
    ]
    fingerprints = {found for model in owing for found in _fingerprints(model, versions)}
    for fingerprint in sorted(fingerprints) if not is_dry else ():
        drop_tables(home.library, fingerprint)
    return versions.erase_made_with(fingerprints, is_dry=is_dry) if fingerprints else 0


def _fingerprints(model: TunedModel, versions: TasteVersions) -> set[str]:
    """Return every fingerprint that vectors of a model may have had, whatever the settings were."""
    found = {
        row.recipe.embedder_fingerprint
        for row in versions.rows()
        if row.recipe.embedder == model.name
    }
    try:
        folder = verify_folder(model.folder, name=model.name)
        found |= {
            fingerprint_of(
                folder,
                dtype_class=computing,
                views=f"{mode}-{VIEWS_VERSION}",
                preprocessing=PREPROCESSING,
            )
            for computing, mode in product(get_args(DtypeClass), MODES)
        }
    except (ServiceFault, OSError):
        # half written or damaged: it never looked at a picture, or the versions name it
        pass
    return found - {""}
