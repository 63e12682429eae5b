"""Write the picture tower of a CLIP as ONNX, for fastembed and rclip. Needs torch and onnx."""

import argparse
from pathlib import Path

import torch
from transformers import CLIPVisionModelWithProjection


class Tower(torch.nn.Module):
    """Pixels in, features out."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return one row for each picture."""
        return self.model(pixel_values=pixels).image_embeds


def main() -> None:
    """Export one model with the names of its input and output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("names", nargs=2, help="of the input and of the output")
    given = parser.parse_args()
    tower = Tower(CLIPVisionModelWithProjection.from_pretrained(given.model).eval())
    source, result = given.names
    with torch.inference_mode():
        torch.onnx.export(
            tower,
            (torch.zeros(2, 3, 224, 224),),
            given.target,
            input_names=[source],
            output_names=[result],
            dynamic_axes={source: {0: "n"}, result: {0: "n"}},
            dynamo=False,
        )


main()
