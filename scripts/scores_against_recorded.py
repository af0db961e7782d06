"""Embeds all recorded LFW crops with `convert run` and compares the 6,000 pair scores with recorded ones.

Usage: python scores_against_recorded.py CONVERT ORACLE MODEL SCORES.npy [OPTION…]      (needs numpy and Pillow)
ORACLE's faces.py gives the crops; the pairs are in ../lfw/lfw_test_pair.txt, relative to ORACLE. Bound: 5e-6.
"""
import sys

if {"-h", "--help"} & set(sys.argv[1:]):
    sys.exit(print(__doc__))

import os
import subprocess
import tempfile

import numpy as np


def main():
    convert, oracle, model, recorded, *options = sys.argv[1:]
    sys.path.insert(0, oracle)
    import faces
    rows = faces.rows()
    embeddings = []
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(rows), 512):
            pixels = np.stack([faces.crop(row) for row in rows[start:start + 512]]).transpose(0, 3, 1, 2).astype(np.float32)
            np.save(folder + "/x.npy", (pixels - np.float32(127.5)) / np.float32(127.5))
            subprocess.run([convert, "run", model, "-i", folder + "/x.npy", "-o", folder + "/y.npy", "--normalize", "--force", "--quiet", *options], check=True)
            embeddings.append(np.load(folder + "/y.npy"))
    embeddings = np.concatenate(embeddings)
    place = {row["path"]: index for index, row in enumerate(rows)}
    with open(os.path.join(oracle, "..", "lfw", "lfw_test_pair.txt")) as f:
        pairs = [line.split()[:2] for line in f if line.strip()]
    scores = np.array([np.dot(embeddings[place[a]], embeddings[place[b]]) for a, b in pairs], dtype=np.float32)
    far = np.abs(scores - np.load(recorded)).max()
    print(f"{len(rows)} crops, {len(scores)} scores, largest difference {far:.2e}")
    sys.exit(0 if far <= 5e-6 else 1)


if __name__ == "__main__":
    main()
