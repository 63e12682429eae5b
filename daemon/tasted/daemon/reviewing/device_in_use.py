"""What computes vectors, as far as it is known without an engine. Reads the model's folder.

The settings may say `auto`; openvino computes on the CPU alone, and so does torch where there is no
card. Which one torch finds only the engine knows, which is not started to be asked.
"""

from collections.abc import Callable

from tasted.config import Settings
from tasted.embedding.models.weights import choose_runtime, find_model
from tasted.errors import ServiceFault
from tasted.home.layout import Home
from tasted.system.processor import may_have_card


def device_in_use(
    home: Home, settings: Settings, *, has_card: Callable[[], bool] = may_have_card
) -> str:
    """Return `cpu`, `cuda`, `mps`, or what the settings say where that cannot be told.

    Args:
        home: whose models are looked at.
        settings: as they are in force.
        has_card: tells whether torch may find a card.
    """
    chosen = settings.embedder
    if chosen.device != "auto":
        return chosen.device
    try:
        model = find_model(chosen.model, models_file=home.models_file, home_root=home.root)
        choice = choose_runtime(
            model, runtime=chosen.runtime, device=chosen.device, dtype=chosen.dtype
        )
    except (ServiceFault, OSError):
        # that the model is missing is told elsewhere
        return chosen.device
    return "cpu" if choice.runtime == "openvino" or not has_card() else chosen.device
