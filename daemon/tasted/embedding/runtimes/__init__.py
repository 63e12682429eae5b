"""What runs a model: OpenVINO on the CPU, torch for everything else.

`embedding.models.runtime_choice` says which, `embedding.opening` opens it. Everything outside this
folder knows only `embedding.embedder`.

openvino_loading   a model's folder → an embedder on the CPU           maps weights
openvino_embedder  pictures and texts → vectors, in any thread         openvino
openvino_clip, openvino_resnet     one family each, as a graph         openvino
openvino_layers, openvino_pixels   what graphs are built of            openvino
mapped_weights     a safetensors file → arrays, without a copy         reads weights
clip_tokens        texts → token numbers                               tokenizers
torch_loading      a model's folder → an embedder on the device        torch, transformers
torch_devices      which device, and whether it agrees with the CPU    pure
torch_embedder     pictures → vectors, for every family                torch
torch_clip, torch_resnet   one family each                             torch, transformers
torch_checkpoint   weights on disk → a model                           reads weights
picture_processor  how a model wants its pictures; pictures made so    for both
preprocessing      the same for torch, with transformers' where it is unknown
model_config       numbers out of config.json, checked                 pure
comparing          both runtimes on one model: torch judges            both
refusing           how a model is refused                              pure
unit_rows          batches, and rows of length 1                       pure numpy; for both
"""
