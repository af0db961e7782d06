#!/usr/bin/env python3
"""Accept rates of long lists of pairs: seconds and peak memory of `convert score --rates` on synthetic embeddings, for growing lists.

    python3 Benchmarks/pair_rates.py BINARY FOLDER [--images 1000000] [--pairs 10000000]

FOLDER gets an .npz of unit-length float32 embeddings under paths, and lists of a quarter, a half and all of the pairs. For the shortest list the
counts are compared with those of NumPy. Peak memory is given twice: what the process allocated (anonymous), and everything that was resident,
which includes pages of the embeddings' file that the system may take back.
"""

import argparse
import json
import os
import resource
import subprocess
import threading
import time

import numpy


def embeddings(path, count, width=512, shots=10):
    random = numpy.random.default_rng(1)
    rows = numpy.empty((count, width), numpy.float32)
    for start in range(0, count, 10000):
        part = min(10000, count - start)
        people = random.standard_normal((-(-part // shots), width), numpy.float32).repeat(shots, 0)[:part]
        rows[start : start + part] = people + 2 * random.standard_normal((part, width), numpy.float32)
    rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
    names = numpy.array([f"person-{index // shots:07d}/picture-{index % shots:03d}.jpg" for index in range(count)])
    numpy.savez(path, paths=names, embeddings=rows)


def pairs(path, images, count, shots=10):
    random = numpy.random.default_rng(2)
    with open(path, "w") as out:
        for start in range(0, count, 100000):
            part = min(100000, count - start)
            one = random.integers(0, images, part)
            other = random.integers(0, images, part)
            same = random.random(part) < 0.1
            other[same] = one[same] // shots * shots + random.integers(0, shots, same.sum())
            other = numpy.minimum(other, images - 1)
            name = "person-{:07d}/picture-{:03d}.jpg".format
            out.writelines(
                f"{name(a // shots, a % shots)} {name(b // shots, b % shots)} {int(a // shots == b // shots)}\n"
                for a, b in zip(one.tolist(), other.tolist())
            )


def measured(command):
    start = time.time()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    peaks = {"RssAnon": 0, "VmHWM": 0}

    def watch():
        while process.poll() is None:
            try:
                for line in open(f"/proc/{process.pid}/status"):
                    key, _, value = line.partition(":")
                    if key in peaks:
                        peaks[key] = max(peaks[key], int(value.split()[0]))
            except (FileNotFoundError, ProcessLookupError, IndexError):
                break
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output = process.stdout.read()
    status = process.wait()
    watcher.join()
    if status:
        raise SystemExit(f"{command}: exit code {status}")
    seconds = time.time() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(output), seconds, processor, peaks


def check(result, vectors, list_path):
    """Counts at each rate, by sorting all scores in NumPy."""
    archive = numpy.load(vectors)
    rows, names = archive["embeddings"], archive["paths"]
    row = {name: index for index, name in enumerate(names.tolist())}
    first, second, labels = [], [], []
    for line in open(list_path):
        a, b, label = line.split()
        first.append(row[a])
        second.append(row[b])
        labels.append(label == "1")
    labels = numpy.array(labels)
    scores = numpy.empty(len(labels), numpy.float32)
    for start in range(0, len(labels), 20000):
        part = slice(start, start + 20000)
        one, other = rows[first[part]].astype(numpy.float64), rows[second[part]].astype(numpy.float64)
        # Summed from first to last, as convert does.
        total = numpy.zeros(len(one))
        for column in range(one.shape[1]):
            total += one[:, column] * other[:, column]
        scores[part] = total.astype(numpy.float32)
    different = numpy.sort(scores[~labels])
    same = numpy.sort(scores[labels])
    assert result["num_same_pairs"] == len(same) and result["num_different_pairs"] == len(different)
    wins = int(numpy.searchsorted(different, same, "left").sum()) + int(numpy.searchsorted(different, same, "right").sum())
    assert result["roc_auc_doubled_wins"] == wins, (result["roc_auc_doubled_wins"], wins)
    for point in result["tar_at_far"]:
        step = point["at_most"]
        if step["threshold"] is None:
            continue
        threshold = numpy.float32(step["threshold"])
        assert step["false_accepts"] == int((different >= threshold).sum()) <= point["far"] * len(different) * (1 + 1e-12)
        assert step["true_accepts"] == int((same >= threshold).sum())
    print("counts and AUC equal NumPy's")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("binary")
    arguments.add_argument("folder")
    arguments.add_argument("--images", type=int, default=1_000_000)
    arguments.add_argument("--pairs", type=int, default=10_000_000)
    asked = arguments.parse_args()
    vectors = os.path.join(asked.folder, "embeddings.npz")
    if not os.path.exists(vectors):
        embeddings(vectors, asked.images)
    lists = []
    for share in (4, 2, 1):
        path = os.path.join(asked.folder, f"pairs-{asked.pairs // share}.txt")
        if not os.path.exists(path):
            pairs(path, asked.images, asked.pairs // share)
        lists.append(path)
    for path in lists:
        command = [asked.binary, "score", "--rates", "--pairs-file", path, "--embeddings", vectors, "--json"]
        result, seconds, processor, peaks = measured(command)
        count = result["num_same_pairs"] + result["num_different_pairs"]
        print(
            f"{count:>12,} pairs: {seconds:6.1f} s, {processor:6.1f} s of processor time, {peaks['RssAnon'] / 1024:7.0f} MiB allocated, "
            f"{peaks['VmHWM'] / 1024:7.0f} MiB resident, AUC {result['roc_auc']:.6f}",
            flush=True,
        )
        if path == lists[0]:
            check(result, vectors, path)


main()
