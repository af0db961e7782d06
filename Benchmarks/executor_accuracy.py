"""Relative L2 distance of embeddings to a float64 forward pass: this executor (default and --exact), its float64 reference, PyTorch and
ONNX Runtime, on the same crops and checkpoint in one run.

Usage: python executor_accuracy.py CONVERT ORACLE CHECKPOINT…     (needs torch and onnxruntime; see scripts/exports_against_runtimes.py)
Bounds: default 1.25 × torch float32; --exact 1.1 × ONNX Runtime; the float64 reference, on two crops, 1e-12.
"""
import sys

if {"-h", "--help"} & set(sys.argv[1:]):
    sys.exit(print(__doc__))

import copy
import os
import pathlib
import subprocess
import tempfile

import numpy as np
import onnxruntime
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from exports_against_runtimes import network, unit


def main():
    convert, oracle, *files = sys.argv[1:]
    sys.path.insert(0, oracle)
    import faces
    import nets
    crops = np.stack([faces.crop(row) for row in faces.rows()[::120][:64]])
    missed = []
    print("| network | torch float32 | ONNX Runtime | convert | against torch | convert --exact | against ONNX Runtime | float64 reference |")
    print("|---|---|---|---|---|---|---|---|")
    for file in files:
        name = os.path.basename(file)
        net, _ = network(file, nets)
        x = faces.standardise(crops)
        if "mobilefacenet" in name:
            x = (x * np.float32(128) / np.float32(127.5)).astype(np.float32)
        with torch.inference_mode():
            truth = copy.deepcopy(net).double()(torch.from_numpy(x).double()).numpy()
            single = np.concatenate([net(part).numpy() for part in torch.from_numpy(x).split(8)])
        with tempfile.TemporaryDirectory() as folder:
            path = lambda part: os.path.join(folder, part)
            np.save(path("x.npy"), x)
            np.save(path("x2.npy"), x[:2])
            subprocess.run([convert, file, path("net.onnx"), "--quiet"], check=True)
            run = lambda source, *options: (subprocess.run(
                [convert, "run", file, "-i", path(source), "-o", path("y.npy"), "--force", "--quiet", *options], check=True),
                np.load(path("y.npy")))[1]
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            session = onnxruntime.InferenceSession(path("net.onnx"), options, providers=["CPUExecutionProvider"])
            peer = np.concatenate([session.run(None, {"input": part})[0] for part in np.split(x, 8)])
            fast, exact, plain = run("x.npy"), run("x.npy", "--exact"), run("x2.npy", "--float64")
        far = lambda found, expected=truth: np.linalg.norm(found.astype(np.float64) - expected) / np.linalg.norm(expected)
        ratios = far(fast) / far(single), far(exact) / far(peer)
        print(f"| {name} | {far(single):.2e} | {far(peer):.2e} | {far(fast):.2e} | {ratios[0]:.2f} × | {far(exact):.2e} | {ratios[1]:.2f} × "
              f"| {far(plain, truth[:2]):.1e} |", flush=True)
        if ratios[0] > 1.25 or ratios[1] > 1.1 or far(plain, truth[:2]) > 1e-12:
            missed.append(name)
    if missed:
        sys.exit("bounds missed: " + ", ".join(missed))


if __name__ == "__main__":
    main()
