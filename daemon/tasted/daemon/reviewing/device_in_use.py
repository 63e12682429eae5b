"""What computes vectors, as far as it is known without an engine. Reads the model's folder.

The settings may say `auto`; openvino computes on the CPU alone, and which accelerator torch finds
only the engine knows, which is not started to be asked.
"""

from tasted.config import Settings
from tasted.embedding.models.weights import choose_runtime, find_model
from tasted.errors import ServiceFault
from tasted.home.layout import Home


def device_in_use(home: Home, settings: Settings) -> str:
    """Return `cpu`, `cuda`, `mps`, or what the settings say where that cannot be told."""
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
    return "cpu" if choice.runtime == "openvino" else chosen.device
