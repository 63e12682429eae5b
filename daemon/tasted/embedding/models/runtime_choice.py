"""Which runtime computes a model, and in which precision: decided from files alone. Stdlib only.

`openvino` on the CPU, `torch` for the rest. The engine asks before it loads, and `tasted status` to
say why. What openvino turns out to lack when it reads a model that was never compared is found by
the engine alone, which then takes torch.
"""

from typing import Literal

from tasted.embedding.models.fingerprint import DtypeClass, dtype_class
from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.models.verdicts import RuntimeVerdict, read_verdict
from tasted.embedding.models.weights_file import SAFETENSORS
from tasted.errors import ModelUnusable
from tasted.plain_dataclass import dataclass
from tasted.system import processor

RUNTIMES = ("auto", "openvino", "torch")
Runtime = Literal["openvino", "torch"]


@dataclass(frozen=True, slots=True)
class Computer:
    """What the choice hangs on of this computer."""

    has_bfloat16: bool
    may_have_cuda: bool
    is_x86: bool
    """Where the graphs were tested: elsewhere a model is compared before it is trusted."""

    @classmethod
    def here(cls) -> "Computer":
        """Look at this computer."""
        return cls(processor.has_bfloat16(), processor.may_have_cuda(), processor.is_x86())


@dataclass(frozen=True, slots=True)
class RuntimeChoice:
    """The runtime, what it computes in, and why it is not openvino where one expects that."""

    runtime: Runtime
    computing: DtypeClass
    reason: str | None = None


def choose_runtime(
    model: ModelFolder, *, runtime: str, device: str, dtype: str, machine: Computer | None = None
) -> RuntimeChoice:
    """Choose the runtime of a model.

    Args:
        model: the checked folder.
        runtime: as in the settings: `auto`, `openvino` or `torch`.
        device: as in the settings; openvino computes on the CPU alone.
        dtype: as in the settings: `auto`, `float32` or `bfloat16`.
        machine: None looks at this one.

    Raises:
        ModelUnusable: when the settings want openvino for what it cannot do.
    """
    if runtime not in RUNTIMES:
        raise ModelUnusable(
            f"There is no runtime {runtime!r}.", remedy=f"Choose one of: {', '.join(RUNTIMES)}."
        )
    machine = machine or Computer.here()
    verdict = read_verdict(model)
    computing = _computing(dtype, verdict, machine)
    if runtime == "torch" or (runtime == "auto" and device not in {"auto", "cpu"}):
        return RuntimeChoice("torch", computing)
    reason = _why_not(model, device, computing, verdict)
    if runtime == "openvino":
        if reason is not None:
            raise ModelUnusable(
                f"The runtime openvino cannot be used for {model.name}: {reason}.",
                remedy="Let tasted choose: tasted config set embedder.runtime auto",
            )
        return RuntimeChoice("openvino", computing)
    if reason is not None:
        return RuntimeChoice("torch", computing, reason)
    if device == "auto" and machine.may_have_cuda:
        return RuntimeChoice("torch", computing)
    if verdict is None and not machine.is_x86:
        return RuntimeChoice(
            "torch",
            computing,
            f"{model.name} was not compared on this computer yet; tasted models pull does that",
        )
    return RuntimeChoice("openvino", computing)


def _computing(dtype: str, verdict: RuntimeVerdict | None, machine: Computer) -> DtypeClass:
    # neither device nor runtime may count here: the library belongs to what is computed in
    computing = dtype_class(dtype, has_bfloat16=machine.has_bfloat16)
    if dtype != "auto" or verdict is None or verdict.fault(computing) is None:
        return computing
    return "float32"


def _why_not(
    model: ModelFolder, device: str, computing: DtypeClass, verdict: RuntimeVerdict | None
) -> str | None:
    if device not in {"auto", "cpu"}:
        return f"it computes on the processor, and the device is {device}"
    if model.weights_file.name != SAFETENSORS:
        return f"it reads {SAFETENSORS}, and {model.name} has a {model.weights_file.name}"
    return None if verdict is None else verdict.fault(computing)
