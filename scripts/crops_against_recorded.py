"""Compares `convert align` with recorded crops of facenet-pytorch 2.6.0 with Pillow: detections, boxes, and every byte of every crop.

Usage: python crops_against_recorded.py CONVERT LFW_FOLDER [CROPS_FOLDER]
LFW_FOLDER holds lfw-deepfunneled/ and mtcnn_crops.csv. Prints each picture that differs, and exits 1 if fewer than 99.9 % agree.
"""
import sys

if {"-h", "--help"} & set(sys.argv[1:]):
    sys.exit(print(__doc__))

import csv
import pathlib
import subprocess
import tempfile


def main():
    convert, lfw = sys.argv[1], pathlib.Path(sys.argv[2])
    recorded = list(csv.DictReader(open(lfw / "mtcnn_crops.csv", newline="")))
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else scratch + "/crops")
        subprocess.run([convert, "align", str(lfw / "lfw-deepfunneled"), "-o", str(folder), "--force"], check=True)
        found = {row["path"]: row for row in csv.DictReader(open(folder / "faces.csv", newline=""))}
    detected = same_faces = same_crops = near = 0
    farthest = 0.0
    for row in recorded:
        mine = found.get(row["path"])
        if mine is None:
            print(f"{row['path']}: no crop")
            continue
        detected += mine["detected"] == "1"
        same_faces += mine["faces"] == row["faces"]
        same = mine["sha256_rgb_hwc"] == row["sha256_rgb_hwc_112"]
        same_crops += same
        far = 0.0
        if mine["detected"] != row["detected"]:
            far = float("inf")
        elif row["detected"] == "1":
            far = max(abs(float(mine[k]) - float(row[k])) for k in ("x1", "y1", "x2", "y2"))
        near += far <= 1e-3
        if far <= 1e-3:
            farthest = max(farthest, far)
        if not same or far > 1e-3 or mine["faces"] != row["faces"]:
            print(f"{row['path']}: crop {'same' if same else 'differs'}, box {far:.3g} away, faces {mine['faces']} (recorded {row['faces']})")
    count = len(recorded)
    print(f"{count} pictures: {detected} detections (recorded {sum(r['detected'] == '1' for r in recorded)}), {same_faces} with as many faces, "
          f"{same_crops} crops byte for byte the same, {near} boxes within 1e-3 (those at most {farthest:.2g} away)")
    if same_crops < 0.999 * count or near < 0.999 * count:
        sys.exit("fewer than 99.9 % agree")


if __name__ == "__main__":
    main()
