"""Compares `convert slim` with a real PyTorch: every state dict bit for bit, including strides and sharing.

Usage: python slim_against_torch.py CONVERT FILE…     (needs torch and safetensors)
"""
import sys

if {"-h", "--help"} & set(sys.argv[1:]):
    sys.exit(print(__doc__))

import os
import subprocess
import tempfile

import safetensors.torch
import torch

NAMES = ["backbone_state_dict", "model_state_dict", "state_dict", "net_state_dict", "model", "net"]


def state_dict(loaded):
    for name in NAMES:
        if isinstance(loaded, dict) and name in loaded:
            return loaded[name]
    return loaded


def bits(tensor):
    tensor = tensor.detach().contiguous()
    return tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""


def same(source, other, strides):
    assert list(source) == list(other) if strides else set(source) == set(other), "keys differ"
    for key, tensor in source.items():
        copy = other[key]
        assert copy.dtype == tensor.dtype and copy.shape == tensor.shape, key
        assert not strides or copy.stride() == tensor.stride(), f"{key}: strides {copy.stride()} for {tensor.stride()}"
        assert bits(copy) == bits(tensor), f"{key}: bits differ"


def main():
    convert, *files = sys.argv[1:]
    failed = 0
    for file in files:
        source = state_dict(torch.load(file, map_location="cpu", weights_only=False))
        with tempfile.TemporaryDirectory() as folder:
            try:
                for ending in ("pth", "safetensors"):
                    out = os.path.join(folder, "slim." + ending)
                    subprocess.run([convert, "slim", file, "-o", out, "--quiet"], check=True)
                    if ending == "pth":
                        loaded = torch.load(out, weights_only=True)
                        same(source, state_dict(loaded), strides=True)
                        extra = [k for k in loaded if "optimizer" in str(k) or "scheduler" in str(k)] if isinstance(loaded, dict) else []
                        assert not extra, extra
                    else:
                        same(source, safetensors.torch.load_file(out), strides=False)
                print(f"same bits  {len(source):4} tensors  {os.path.basename(file)}")
            except (AssertionError, subprocess.CalledProcessError) as error:
                failed += 1
                print(f"DIFFERENT  {os.path.basename(file)}: {error}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
