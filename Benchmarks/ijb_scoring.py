"""IJB-shaped verification at full size: writes a synthetic set, scores it with `convert score --ijb` and with NumPy and scikit-learn as
insightface's eval_ijbc.py does, and compares every rate.

Usage: python ijb_scoring.py CONVERT FOLDER [--pictures 469375] [--templates 23124] [--pairs 15658489] [--same 19557] [--width 512]
The set is written once; with the usual numbers it has the sizes of IJB-C and takes 2 GB. Bounds: 60 s and 2 GiB for `convert`. Exits 1 if a
rate differs or a bound is missed.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

import numpy as np

SECONDS, MEMORY = 60, 2 << 30
TARGETS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]


def write(folder, a):
    """People of about six templates each; each template has pictures and videos; vectors scatter around their person's."""
    rng = np.random.default_rng(1)
    people = max(2, a.templates // 6)
    person_of_template = np.sort(rng.integers(0, people, a.templates))
    numbers = rng.permutation(np.arange(1, 2 * a.templates))[: a.templates]
    template_of_picture = np.sort(np.concatenate([np.arange(a.templates), rng.integers(0, a.templates, a.pictures - a.templates)]))
    medium = rng.integers(0, 1 << 20, a.pictures)
    # Half of the pictures are frames of the video that the picture before is from.
    frames = (rng.random(a.pictures) < 0.5) & np.concatenate([[False], template_of_picture[1:] == template_of_picture[:-1]])
    for index in np.flatnonzero(frames):
        medium[index] = medium[index - 1]
    faces = rng.random(a.pictures).astype(np.float32) * 0.5 + 0.5
    centers = rng.standard_normal((people, a.width)).astype(np.float32)
    header = {"descr": "<f4", "fortran_order": False, "shape": (a.pictures, a.width)}
    for name in ("embeddings.npy", "mirrored.npy"):
        with open(folder / name, "wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            for start in range(0, a.pictures, 20000):
                part = slice(start, min(start + 20000, a.pictures))
                noise = rng.standard_normal((part.stop - part.start, a.width)).astype(np.float32) * np.float32(a.noise)
                file.write((centers[person_of_template[template_of_picture[part]]] + noise).tobytes())
    meta = folder / "meta"
    meta.mkdir(exist_ok=True)
    points = rng.random((a.pictures, 10)) * 200
    with open(meta / "ijbc_name_5pts_score.txt", "w") as file:
        for index in range(a.pictures):
            file.write(f"{index}.jpg {' '.join('%.3f' % p for p in points[index])} {faces[index]:.6f}\n")
    with open(meta / "ijbc_face_tid_mid.txt", "w") as file:
        for index in range(a.pictures):
            file.write(f"{index}.jpg {numbers[template_of_picture[index]]} {medium[index]}\n")
    of_person = [np.flatnonzero(person_of_template == person) for person in range(people)]
    with open(meta / "ijbc_template_pair_label.txt", "w") as file:
        first = np.sort(rng.integers(0, a.templates, a.pairs))
        second = rng.integers(0, a.templates, a.pairs)
        for place in rng.choice(a.pairs, a.same, replace=False):
            mates = of_person[person_of_template[first[place]]]
            second[place] = mates[rng.integers(len(mates))]
        labels = person_of_template[first] == person_of_template[second]
        for start in range(0, a.pairs, 1 << 20):
            rows = zip(numbers[first[start:start + (1 << 20)]], numbers[second[start:start + (1 << 20)]], labels[start:start + (1 << 20)])
            file.write("".join(f"{one} {other} {int(same)}\n" for one, other, same in rows))


def read_numpy(folder):
    """Templates and scores as `image2template_feature` and `verification` of eval_ijbc.py define them."""
    meta = folder / "meta"
    faces = np.array([line.split()[-1] for line in open(meta / "ijbc_name_5pts_score.txt")]).astype(np.float32)
    members = np.array([line.split()[1:] for line in open(meta / "ijbc_face_tid_mid.txt")]).astype(int)
    features = np.load(folder / "embeddings.npy", mmap_mode="r") + np.load(folder / "mirrored.npy", mmap_mode="r")
    features = features * faces[:, None]
    order = np.lexsort((members[:, 1], members[:, 0]))
    names, starts = np.unique(members[order, 0], return_index=True)
    templates = np.zeros((len(names), features.shape[1]))
    for row, rows in enumerate(np.split(order, starts[1:])):
        media = [features[rows[members[rows, 1] == medium]].mean(0) for medium in np.unique(members[rows, 1])]
        templates[row] = np.sum(media, axis=0)
    del features
    templates /= np.linalg.norm(templates, axis=1, keepdims=True)
    pairs = np.fromfile(meta / "ijbc_template_pair_label.txt", dtype=np.int64, sep=" ").reshape(-1, 3)
    place = np.zeros(names.max() + 1, int)
    place[names] = np.arange(len(names))
    scores = np.zeros(len(pairs))
    for start in range(0, len(pairs), 100000):
        part = pairs[start:start + 100000]
        scores[start:start + 100000] = np.sum(templates[place[part[:, 0]]] * templates[place[part[:, 1]]], -1)
    return scores, pairs[:, 2]


def judge(scores, labels):
    from sklearn.metrics import roc_auc_score, roc_curve

    rates = {}
    fpr, tpr, _ = roc_curve(labels, scores)
    fpr, tpr = np.flipud(fpr), np.flipud(tpr)
    different = np.sort(scores[labels == 0])[::-1]
    same = scores[labels == 1]
    for target in TARGETS:
        _, nearest = min(zip(abs(fpr - target), range(len(fpr))))
        allowed = int(np.floor(target * len(different) * (1 + 1e-12)))
        bound = different[allowed] if allowed < len(different) else -np.inf
        rates[target] = (tpr[nearest], float(np.mean(same > bound)))
    return rates, roc_auc_score(labels, scores)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("convert")
    p.add_argument("folder", type=pathlib.Path)
    p.add_argument("--pictures", type=int, default=469375)
    p.add_argument("--templates", type=int, default=23124)
    p.add_argument("--pairs", type=int, default=15658489)
    p.add_argument("--same", type=int, default=19557)
    p.add_argument("--width", type=int, default=512)
    p.add_argument("--noise", type=float, default=24.0, help="how far vectors scatter around their person's")
    p.add_argument("--record", action="store_true", help="run NumPy alone and write its rates to FOLDER/rates.json, for the tests")
    a = p.parse_args()
    if not (a.folder / "meta" / "ijbc_template_pair_label.txt").exists():
        a.folder.mkdir(parents=True, exist_ok=True)
        write(a.folder, a)
    if a.record:
        rates, area = judge(*read_numpy(a.folder))
        record = {"roc_auc": float(area), "tar_at_far": [{"far": far, "nearest": float(n), "at_most": c} for far, (n, c) in rates.items()]}
        (a.folder / "rates.json").write_text(json.dumps(record, indent=1) + "\n")
        return
    start = time.perf_counter()
    command = [a.convert, "score", "--ijb", a.folder, "--embeddings", a.folder / "embeddings.npy", "--mirrored", a.folder / "mirrored.npy", "--json"]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
    rates, area = judge(*read_numpy(a.folder))
    failed = seconds > SECONDS or memory > MEMORY
    print(f"{result['num_pictures']} pictures, {result['num_templates']} templates, {result['num_same_pairs']} + {result['num_different_pairs']} pairs: "
          f"{seconds:.1f} s, {memory / 2**20:.0f} MiB")
    print("| FAR | nearest, NumPy | nearest, convert | at most, NumPy | at most, convert |\n|---|---|---|---|---|")
    for entry in result["tar_at_far"]:
        nearest, cautious = rates[entry["far"]]
        found = (entry["nearest"]["tar"], entry["at_most"]["tar"])
        failed |= found != (nearest, cautious)
        print(f"| {entry['far']:g} | {nearest!r} | {found[0]!r} | {cautious!r} | {found[1]!r} |")
    print(f"AUC: scikit-learn {area!r}, convert {result['roc_auc']!r}")
    # Both projects' vectors are float32 up to here, and NumPy's media are too, so that a few of 10^11 comparisons come out otherwise.
    failed |= abs(area - result["roc_auc"]) > 1e-8
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
