"""Speed and memory of `inspect`, `slim` and every export of a full-size checkpoint, compared with `cp OUT X && sync X` in the same run, in turns.

Usage: python3 Benchmarks/checkpoint_files.py CHECKPOINT [RUNS]
Needs only Python. Prints the table of docs/benchmarks.md; exits 1 if a bound is missed.
"""
import sys

if {"-h", "--help"} & set(sys.argv[1:]):
    sys.exit(print(__doc__))

import os
import pathlib
import statistics
import subprocess
import tempfile
import time

CONVERT = pathlib.Path(__file__).resolve().parent.parent / ".build/release/convert"


def run(command):
    """Wall seconds and peak resident MiB of one process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command} ended with {process.returncode}")
    return wall, usage.ru_maxrss / 1024


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    checkpoint, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 7
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(checkpoint))) as folder:
        copy = os.path.join(folder, "copy")
        jobs = {"inspect": [str(CONVERT), "inspect", checkpoint]}
        for ending in ("pth", "safetensors"):
            out = os.path.join(folder, "slim." + ending)
            jobs[f"slim to .{ending}"] = [str(CONVERT), "slim", checkpoint, "-o", out, "--force", "--quiet"]
        for ending in ("onnx", "safetensors", "h5", "flat", "pth"):
            out = os.path.join(folder, "export." + ending)
            jobs[f"export to .{ending}"] = [str(CONVERT), checkpoint, out, "--force", "--quiet", "--verify", "tensors"]
            jobs[f"inspect the .{ending}"] = [str(CONVERT), "inspect", out]
        peer = ["sh", "-c", f"cp {folder}/slim.pth {copy} && sync {copy}"]
        for command in jobs.values():
            run(command)
        figures = {name: [] for name in [*jobs, "cp && sync"]}
        for _ in range(runs):
            for name, command in jobs.items():
                figures[name].append(run(command))
            figures["cp && sync"].append(run(peer))
    base = statistics.median(wall for wall, _ in figures["cp && sync"])
    print("| whole process, warm | wall, median (min to max) | against cp && sync | peak memory |")
    print("|---|---|---|---|")
    missed = []
    for name, samples in figures.items():
        walls = [wall for wall, _ in samples]
        median, peak = statistics.median(walls), max(memory for _, memory in samples)
        print(f"| {name} | {median * 1000:.0f} ms ({min(walls) * 1000:.0f} to {max(walls) * 1000:.0f}) | {median / base:.1f} × | {peak:.0f} MiB |")
        is_reading = name.startswith("inspect")
        memory = 250 if name == "export to .onnx" else 120 if name.startswith("export") else 100
        if name != "cp && sync" and (median > (0.060 if is_reading else 4 * base) or peak > memory):
            missed.append(name)
    if missed:
        sys.exit("bounds missed: " + ", ".join(missed))


if __name__ == "__main__":
    main()
