"""Throughput of `convert run`, compared with ONNX Runtime, ncnn, OpenVINO and PyTorch on the same network, batch and number of threads.

Usage: python executor_speed.py CONVERT ORACLE CHECKPOINT… [--batch 1 8 32] [--rounds 5] [--peers …] [--avx2]
(needs onnxruntime, and ncnn with pnnx, openvino and torch if they are to be compared; see scripts/exports_against_runtimes.py)
Each runs in a separate process, in turns, because spinning thread pools disturb each other. Reports medians over rounds, the time to compile
and pack from a flat file, and the peak memory at the largest batch. Exits 1 if a bound is missed.

Every peer has its best setting: all graph optimizations, threads that spin and are pinned to cores (ONNX Runtime, OpenVINO), packed layouts and
Winograd (ncnn; a batch image by image on all threads, or an image to a thread, whichever is faster). --avx2 holds convert to its AVX2 loops, and
OpenVINO by oneDNN's ONEDNN_MAX_CPU_ISA and torch by ATEN_CPU_CAPABILITY besides; the packages of ONNX Runtime and ncnn have no such switch.
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

PEERS = ["convert", "onnxruntime", "ncnn", "ncnn-images", "openvino", "torch"]
# Least ratio to a peer, by network and batch.
BOUNDS = {
    "ir_resnet18": {(1, "onnxruntime"): 1.5, (1, "ncnn"): 1.3, (1, "openvino"): 1.3, (8, "onnxruntime"): 1.8, (8, "ncnn"): 1.5, (8, "openvino"): 1.5,
                    (32, "onnxruntime"): 1.8, (32, "ncnn"): 1.5, (32, "openvino"): 1.5},
    "inception_resnet_v1": {(1, "onnxruntime"): 1.0, (1, "openvino"): 1.0, (8, "onnxruntime"): 1.2, (8, "openvino"): 1.2, (32, "onnxruntime"): 1.15,
                            (32, "openvino"): 1.15},
    "mobilefacenet": {(8, "onnxruntime"): 2, (32, "onnxruntime"): 2}}


def runner(peer, folder, threads):
    """A function from float32 [B, 3, 112, 112] to nothing; compiled once."""
    if peer == "onnxruntime":
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "1")
        if threads == 2:
            # ONNX Runtime pins the threads that it creates, not the one that calls it.
            os.sched_setaffinity(0, {0})
            options.add_session_config_entry("session.intra_op_thread_affinities", "2")
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(folder + "/net.onnx", options, providers=["CPUExecutionProvider"])
        return lambda x: session.run(None, {"input": x})
    if peer == "openvino":
        import openvino
        core, compiled = openvino.Core(), {}

        def run(x):
            if len(x) not in compiled:
                model = core.read_model(folder + "/net.onnx")
                model.reshape([len(x), *x.shape[1:]])
                compiled[len(x)] = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32",
                                                                     "ENABLE_CPU_PINNING": True, "PERFORMANCE_HINT": "LATENCY"})
            compiled[len(x)]([x])
        return run
    if peer == "torch":
        sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / "scripts"), open(folder + "/oracle").read()]
        import nets
        import torch
        from exports_against_runtimes import network
        torch.set_num_threads(threads)
        net, _ = network(open(folder + "/checkpoint").read(), nets)

        def run(x):
            with torch.inference_mode():
                net(torch.from_numpy(x))
        return run
    import ncnn
    net = ncnn.Net()
    net.opt.num_threads = threads if peer == "ncnn" else 1
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = net.opt.use_bf16_storage = False
    net.load_param(folder + "/net.ncnn.param")
    net.load_model(folder + "/net.ncnn.bin")

    def one(image):
        extractor = net.create_extractor()
        extractor.input("in0", ncnn.Mat(image))
        extractor.extract("out0")
    if peer == "ncnn":
        return lambda x: [one(image) for image in x]
    from concurrent.futures import ThreadPoolExecutor
    pool = ThreadPoolExecutor(threads)
    return lambda x: list(pool.map(one, x))


def measure(a):
    x = np.load(a.folder + "/x.npy")
    run = runner(a.peer, a.folder, a.threads)
    for batch in a.batch:
        run(x[:batch])
        laps = []
        for _ in range(a.repeats):
            start = time.perf_counter()
            run(x[:batch])
            laps.append(time.perf_counter() - start)
        print(json.dumps({"batch": batch, "rate": batch / statistics.median(laps)}), flush=True)


def own(convert, folder, batch, threads, repeats, loops):
    """Rate, seconds to pack, peak MiB."""
    command = [convert, "run", folder + "/net.flat", "-i", f"{folder}/x{batch}.npy", "--threads", str(threads), "--repeat", str(repeats), *loops]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    text = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    found = re.search(r"([\d.]+) images/s, packed in ([\d.e-]+) seconds", text)
    if status or not found:
        sys.exit(f"{command}: {text}")
    return float(found[1]), float(found[2]), usage.ru_maxrss / 1024


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("convert", nargs="?")
    p.add_argument("oracle", nargs="?")
    p.add_argument("checkpoints", nargs="*")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--batch", type=int, nargs="+", default=[1, 8, 32])
    p.add_argument("--repeats", type=int, default=15)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--avx2", action="store_true", help="without AVX-512, as far as a peer can be held to that")
    p.add_argument("--peers", nargs="+", default=PEERS, choices=PEERS)
    p.add_argument("--peer", help=argparse.SUPPRESS)
    p.add_argument("--folder", help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.peer:
        return measure(a)
    sys.path.insert(0, a.oracle)
    import faces
    x = faces.standardise(np.stack([faces.crop(row) for row in faces.rows()[:max(a.batch)]]))
    missed = []
    for checkpoint in a.checkpoints:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([a.convert, checkpoint, folder + "/net.flat", "--quiet"], check=True)
            subprocess.run([a.convert, checkpoint, folder + "/net.onnx", "--quiet"], check=True)
            network = subprocess.run([a.convert, "inspect", folder + "/net.onnx", "--json"], check=True, capture_output=True, text=True)
            name = json.loads(network.stdout)["network"]["architecture"]
            np.save(folder + "/x.npy", x)
            for batch in a.batch:
                np.save(f"{folder}/x{batch}.npy", x[:batch])
            for key, value in (("checkpoint", os.path.abspath(checkpoint)), ("oracle", os.path.abspath(a.oracle))):
                with open(f"{folder}/{key}", "w") as f:
                    f.write(value)
            if any(peer.startswith("ncnn") for peer in a.peers):
                pnnx = os.path.join(os.path.dirname(sys.executable), "pnnx")
                subprocess.run([pnnx, "net.onnx", "inputshape=[1,3,112,112]", "fp16=0"], cwd=folder, check=True, capture_output=True)
            rates, packed, peak = {}, [], 0
            for _ in range(a.rounds):
                for peer in a.peers:
                    if peer == "convert":
                        for batch in a.batch:
                            rate, seconds, memory = own(a.convert, folder, batch, a.threads, a.repeats, ["--loops", "avx2"] if a.avx2 else [])
                            rates.setdefault((peer, batch), []).append(rate)
                            packed.append(seconds)
                            peak = max(peak, memory)
                        continue
                    call = [sys.executable, __file__, "--peer", peer, "--folder", folder, "--threads", str(a.threads), "--repeats", str(a.repeats),
                            "--batch", *map(str, a.batch)]
                    narrow = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"} if a.avx2 else {}
                    done = subprocess.run(call, capture_output=True, text=True, env=os.environ | narrow)
                    if done.returncode:
                        print(f"{peer}: left out ({done.stderr.strip().splitlines()[-1][:100]})", file=sys.stderr)
                        continue
                    for line in done.stdout.splitlines():
                        row = json.loads(line)
                        rates.setdefault((peer, row["batch"]), []).append(row["rate"])
        middle = {key: statistics.median(values) for key, values in rates.items()}
        peers = [peer for peer in a.peers if any(key[0] == peer for key in middle)]
        print(f"\n{name}, {a.threads} threads, images/s (lowest to highest of {a.rounds} rounds), and convert's ratio to each\n")
        print("| batch | " + " | ".join(peers) + " |\n|---" + "|---" * len(peers) + "|")
        for batch in a.batch:
            cells = []
            for peer in peers:
                values = rates[(peer, batch)]
                ratio = "" if peer == "convert" else f", {middle[('convert', batch)] / middle[(peer, batch)]:.2f} ×"
                cells.append(f"{middle[(peer, batch)]:.1f} ({min(values):.1f} to {max(values):.1f}){ratio}")
            print(f"| {batch} | " + " | ".join(cells) + " |")
            for (bound_batch, peer), least in BOUNDS.get(name, {}).items():
                # ncnn counts in its better mode.
                best = [middle[(other, batch)] for other in peers if other.startswith(peer)]
                if bound_batch == batch and best and not a.avx2 and middle[("convert", batch)] < least * max(best):
                    missed.append(f"{name} batch {batch} against {peer}")
        print(f"\ncompiled and packed in {statistics.median(packed) * 1000:.0f} ms (at most {max(packed) * 1000:.0f}); peak memory {peak:.0f} MiB", flush=True)
        if statistics.median(packed) > 0.150 or peak > 300:
            missed.append(f"{name} packing or memory")
    if missed:
        sys.exit("bounds missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
