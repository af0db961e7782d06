"""Throughput of `convert run` on the families' networks at their published widths, compared with ONNX Runtime on the same network, batch and threads.

Usage: python family_speed.py CONVERT MODULE.py [MODULE.py ...] [--only NAME ...] [--batch 8] [--threads 2] [--rounds 3]
Each module has a table FAMILIES, as fixtures/face_families.py has. The checkpoint is written as its project writes it, exported to ONNX, and run by
both from separate processes, in turns. Bounds: 1.2 times ONNX Runtime for convolutional networks, 0.9 times for transformers. Exits 1 if one is missed.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

CONVOLUTIONAL, TRANSFORMER = 1.2, 0.9


def peer(folder, threads, repeats):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(folder + "/net.onnx", options, providers=["CPUExecutionProvider"])
    x = {session.get_inputs()[0].name: np.load(folder + "/x.npy")}
    session.run(None, x)
    laps = []
    for _ in range(repeats):
        start = time.perf_counter()
        session.run(None, x)
        laps.append(time.perf_counter() - start)
    print(len(next(iter(x.values()))) / statistics.median(laps))


def own(convert, folder, threads, repeats):
    command = [convert, "run", folder + "/net.flat", "-i", folder + "/x.npy", "--threads", str(threads), "--repeat", str(repeats)]
    text = subprocess.run(command, capture_output=True, text=True).stderr
    found = re.search(r"([\d.]+) images/s", text)
    if not found:
        sys.exit(f"{command}: {text}")
    return float(found[1])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("convert", nargs="?")
    p.add_argument("modules", nargs="*")
    p.add_argument("--only", nargs="+", default=[])
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--repeats", type=int, default=7)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--width", type=int, default=64)
    p.add_argument("--peer", help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.peer:
        return peer(a.peer, a.threads, a.repeats)
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fixtures"))
    import face_families
    from make_families import load

    import torch

    torch.set_num_threads(a.threads)
    missed = []
    print("| network | convert, images/s | ONNX Runtime, images/s | ratio |\n|---|---|---|---|")
    for path in a.modules:
        module = load(path)
        for name, entry in module.FAMILIES.items():
            if a.only and name not in a.only:
                continue
            with tempfile.TemporaryDirectory() as folder:
                net = (getattr(module, "build", None) or face_families.build)(entry, a.width, 1)
                torch.save(entry.save(net), folder + "/net.pth", _use_new_zipfile_serialization=not entry.legacy)
                for target in ("net.flat", "net.onnx"):
                    subprocess.run([a.convert, folder + "/net.pth", f"{folder}/{target}", "--quiet", "--verify", "tensors"], check=True)
                graph = json.loads(subprocess.run([a.convert, "inspect", folder + "/net.flat", "--json"], capture_output=True, text=True, check=True).stdout)
                kinds = {node["operation"] for node in graph["network"]["graph"]["nodes"]}
                shape = graph["network"]["graph"]["inputs"][0]["shape"]
                np.save(folder + "/x.npy", np.random.default_rng(1).uniform(-1, 1, [a.batch, *shape[1:]]).astype(np.float32))
                rates = {"convert": [], "onnxruntime": []}
                for _ in range(a.rounds):
                    rates["convert"].append(own(a.convert, folder, a.threads, a.repeats))
                    call = [sys.executable, __file__, "--peer", folder, "--threads", str(a.threads), "--repeats", str(a.repeats)]
                    rates["onnxruntime"].append(float(subprocess.run(call, capture_output=True, text=True, check=True).stdout))
            middle = {key: statistics.median(values) for key, values in rates.items()}
            ratio = middle["convert"] / middle["onnxruntime"]
            bound = TRANSFORMER if "matrix_product" in kinds else CONVOLUTIONAL
            cells = [f"{middle[key]:.1f} ({min(rates[key]):.1f} to {max(rates[key]):.1f})" for key in rates]
            print(f"| {name} | {cells[0]} | {cells[1]} | {ratio:.2f}{'' if ratio >= bound else f', below {bound}'} |", flush=True)
            if ratio < bound:
                missed.append(name)
    if missed:
        sys.exit("below the bound: " + ", ".join(missed))


if __name__ == "__main__":
    main()
