"""A set in the form of IJB-C made of photographs of LFW, a hundredth of IJB-C's size: `convert evaluate MODEL --ijb` against NumPy, OpenCV 4 and ONNX
Runtime, which follow insightface's eval_ijbc.py.

Usage: python ijb_pictures.py CONVERT MODEL LFW_ROOT FOLDER [--pictures 4694] [--pairs 156585]
The landmarks are those that `convert align` finds, and FOLDER keeps them. Templates are two pictures of a person, or one. Exits 1 if
a rate differs by more than one pair, or the AUC by more than 1e-6.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

import numpy as np

from ijb_scoring import TARGETS, judge


def draw(a):
    """The lists, with pictures of people who have many first, and links to their photographs."""
    rng = np.random.default_rng(1)
    folders = sorted((p for p in a.root.iterdir() if p.is_dir()), key=lambda p: (-len(list(p.iterdir())), p.name))
    names = [f"{folder.name}/{path.name}" for folder in folders for path in sorted(folder.iterdir())][:a.pictures]
    loose, meta = a.folder / "loose_crop", a.folder / "meta"
    for folder in (loose, meta):
        folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        link = loose / name.replace("/", "_")
        if not link.exists():
            os.symlink(a.root / name, link)
    faces = a.folder / "crops" / "faces.json"
    if not faces.exists():
        subprocess.run([a.convert, "align", loose, "-o", a.folder / "crops", "--crop", "arcface", "--quiet"], check=True)
    found = []
    for image in json.loads(faces.read_text())["images"]:
        taken = [face for face in image.get("faces", []) if face["taken"]]
        if taken:
            points = [taken[0]["landmarks"][key] for key in ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")]
            found.append((image["path"], np.array(points), taken[0]["probability"]))
    people = {}
    for entry in found:
        people.setdefault(entry[0][:-9], []).append(entry)
    # Small ones, as those of many pictures are told apart without a mistake.
    templates = []
    for person, entries in people.items():
        for start in range(0, len(entries), 2):
            templates.append((person, entries[start:start + 2]))
    rows = [(entry, number, int(rng.integers(3))) for number, (_, entries) in enumerate(templates) for entry in entries]
    with open(meta / "ijbc_name_5pts_score.txt", "w") as file:
        for (name, points, score), _, _ in rows:
            file.write(f"{name} {' '.join(repr(float(v)) for v in points.flatten())} {score:.6f}\n")
    with open(meta / "ijbc_face_tid_mid.txt", "w") as file:
        for (name, _, _), template, medium in rows:
            file.write(f"{name} {template} {medium}\n")
    with open(meta / "ijbc_template_pair_label.txt", "w") as file:
        count = len(templates)
        mates = {person: [place for place, entry in enumerate(templates) if entry[0] == person] for person in people}
        for first, second in zip(rng.integers(0, count, a.pairs), rng.integers(0, count, a.pairs)):
            if rng.random() < 0.1:
                second = rng.choice(mates[templates[first][0]])
            file.write(f"{first} {second} {int(templates[first][0] == templates[second][0])}\n")
    return rows


def independent(a, rows):
    """Scores and labels as eval_ijbc.py has them, on 112×112 crops, (x − 127.5) / 127.5, RGB."""
    import cv2
    import onnxruntime

    target = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float32).astype(float)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    network = onnxruntime.InferenceSession(str(a.folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
    entry = network.get_inputs()[0].name
    features = []
    for start in range(0, len(rows), 32):
        batch = []
        for (name, points, _), _, _ in rows[start:start + 32]:
            s, d = points - points.mean(0), target - target.mean(0)
            square = (s ** 2).sum()
            x, y = (s * d).sum() / square, (s[:, 0] * d[:, 1] - s[:, 1] * d[:, 0]).sum() / square
            matrix = np.array([[x, -y], [y, x]])
            matrix = np.hstack([matrix, (target.mean(0) - matrix @ points.mean(0))[:, None]])
            picture = cv2.cvtColor(cv2.imread(str(a.folder / "loose_crop" / name)), cv2.COLOR_BGR2RGB)
            crop = cv2.warpAffine(picture, matrix, (112, 112), borderValue=0.0)
            batch += [crop, crop[:, ::-1]]
        x = (np.stack(batch).transpose(0, 3, 1, 2).astype(np.float32) - 127.5) / 127.5
        y = network.run(None, {entry: x})[0]
        features.append(y[0::2] + y[1::2])
    features = np.concatenate(features).astype(float) * np.array([score for (_, _, score), _, _ in rows], np.float32)[:, None]
    numbers = np.array([row[1] for row in rows])
    media = np.array([row[2] for row in rows])
    vectors = []
    for template in range(numbers.max() + 1):
        mine = numbers == template
        vectors.append(sum(features[mine & (media == medium)].mean(0) for medium in np.unique(media[mine])))
    vectors = np.stack(vectors)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = np.loadtxt(a.folder / "meta" / "ijbc_template_pair_label.txt", dtype=int)
    return (vectors[pairs[:, 0]] * vectors[pairs[:, 1]]).sum(1), pairs[:, 2]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("convert")
    p.add_argument("model")
    p.add_argument("root", type=pathlib.Path)
    p.add_argument("folder", type=pathlib.Path)
    p.add_argument("--pictures", type=int, default=4694)
    p.add_argument("--pairs", type=int, default=156585)
    a = p.parse_args()
    a.root, a.folder = a.root.resolve(), a.folder.resolve()
    rows = draw(a)
    subprocess.run([a.convert, "export", a.model, "-o", a.folder / "model.onnx", "--force", "--quiet"], check=True)
    made = subprocess.run([a.convert, "evaluate", a.model, "--ijb", a.folder, "--json"], check=True, capture_output=True, text=True)
    result = json.loads(made.stdout)
    scores, labels = independent(a, rows)
    rates, area = judge(scores, labels)
    same = result["num_same_pairs"]
    print(f"{result['num_pictures']} pictures, {result['num_templates']} templates, {same} + {result['num_different_pairs']} pairs")
    print("| FAR | nearest, NumPy | nearest, convert | at most, NumPy | at most, convert |\n|---|---|---|---|---|")
    failed = len(scores) != same + result["num_different_pairs"]
    for entry in result["tar_at_far"]:
        expected, found = rates[entry["far"]], (entry["nearest"]["tar"], entry["at_most"]["tar"])
        failed |= any(abs(one - other) * same > 1.5 for one, other in zip(expected, found))
        print(f"| {entry['far']:g} | {float(expected[0]):.6f} | {found[0]:.6f} | {expected[1]:.6f} | {found[1]:.6f} |")
    print(f"AUC: scikit-learn {area:.9f}, convert {result['roc_auc']:.9f}")
    failed |= abs(area - result["roc_auc"]) > 1e-6
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
