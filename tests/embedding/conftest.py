"""Checkpoints with random weights, each built once per session."""

from pathlib import Path

import pytest

from kit.checkpoints import (
    save_clip_of_real_shape,
    save_resnet_of_real_shape,
    save_tiny_clip,
    save_tiny_resnet,
)


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIP of 16 dimensions; not to be changed."""
    return save_tiny_clip(tmp_path_factory.mktemp("models") / "tiny-clip")


@pytest.fixture(scope="session")
def tiny_resnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ResNet classifier of 32 pooled features; not to be changed."""
    return save_tiny_resnet(tmp_path_factory.mktemp("models") / "tiny-resnet")


@pytest.fixture(scope="session")
def real_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIP of the shape of ViT-B/32; not to be changed."""
    return save_clip_of_real_shape(tmp_path_factory.mktemp("models") / "real-clip")


@pytest.fixture(scope="session")
def real_resnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ResNet-50; not to be changed."""
    return save_resnet_of_real_shape(tmp_path_factory.mktemp("models") / "real-resnet")
