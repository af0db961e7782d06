"""Compares `convert evaluate` on five formats with the reference project's evaluation in PyTorch and scikit-learn.

Usage: python evaluation_against_reference.py CONVERT ORACLE CHECKPOINT LFW_FOLDER [--reference FOLDER] [--cache FOLDER]
ORACLE's reference_eval.py computes the reference figures (in some minutes), unless --reference names a folder with them. LFW_FOLDER holds
lfw-deepfunneled/, lfw_test_pair.txt and mtcnn_crops.csv. Requires the same ten fold accuracies and confusion matrix, thresholds within 1e-5,
AUC within 2e-6, and scores within 3e-6 on pairs whose crops are byte-identical to the recorded ones; other pairs are listed.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def different_crops(convert, lfw, scratch):
    """Images whose crop differs from the recorded one."""
    subprocess.run([convert, "align", str(lfw / "lfw-deepfunneled"), "-o", str(scratch / "faces"), "--no-crops", "--quiet"], check=True)
    made = {row["path"]: row["sha256_rgb_hwc"] for row in table(scratch / "faces" / "faces.csv")}
    return {row["path"] for row in table(lfw / "mtcnn_crops.csv") if made.get(row["path"]) != row["sha256_rgb_hwc_112"]}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("convert")
    p.add_argument("oracle", type=pathlib.Path)
    p.add_argument("checkpoint", type=pathlib.Path)
    p.add_argument("lfw", type=pathlib.Path)
    p.add_argument("--reference", type=pathlib.Path)
    p.add_argument("--cache")
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        reference = a.reference or scratch / "reference"
        if not a.reference:
            subprocess.run([sys.executable, str(a.oracle / "reference_eval.py"), "--checkpoint", str(a.checkpoint), "--out", str(reference)], check=True)
        others = different_crops(a.convert, a.lfw, scratch)
        print(f"{len(others)} of the recorded crops differ" + "".join(f"\n  {path}" for path in sorted(others)))
        wanted = json.loads((reference / "metrics.json").read_text())
        wanted_folds, wanted_scores = table(reference / "fold_metrics.csv"), table(reference / "pair_scores.csv")
        print(f"reference: {100 * wanted['ten_fold_accuracy_mean']:.4f} % ± {100 * wanted['ten_fold_accuracy_std']:.4f}, AUC {wanted['roc_auc']:.6f}")
        fine = True
        for ending in ("pth", "onnx", "safetensors", "h5", "flat"):
            model = a.checkpoint
            if ending != "pth":
                model = scratch / f"model.{ending}"
                subprocess.run([a.convert, str(a.checkpoint), str(model), "--quiet"], check=True)
            out = scratch / ending
            subprocess.run([a.convert, "evaluate", str(model), "--lfw-root", str(a.lfw / "lfw-deepfunneled"), "--pairs-file", str(a.lfw / "lfw_test_pair.txt"),
                            "--cache", a.cache or str(scratch / "cache"), "--output-dir", str(out), "--quiet"], check=True)
            found = json.loads((out / "metrics.json").read_text())
            folds, scores = table(out / "fold_metrics.csv"), table(out / "pair_scores.csv")
            same_folds = [float(f["accuracy"]) for f in folds] == [float(f["accuracy"]) for f in wanted_folds]
            same_confusion = found["confusion_matrix_10_fold"] == wanted["confusion_matrix_10_fold"]
            threshold = max(abs(float(x["threshold"]) - float(y["threshold"])) for x, y in zip(folds, wanted_folds))
            area = abs(found["roc_auc"] - wanted["roc_auc"])
            far, compared = 0.0, 0
            for mine, theirs in zip(scores, wanted_scores, strict=True):
                assert (mine["image_a"], mine["image_b"]) == (theirs["image_a"], theirs["image_b"])
                gap = abs(float(mine["cosine_score"]) - float(theirs["cosine_score"]))
                if {mine["image_a"], mine["image_b"]} & others:
                    print(f"  other crops: {mine['image_a']} {mine['image_b']} differ by {gap:.1e}")
                else:
                    far, compared = max(far, gap), compared + 1
            holds = same_folds and same_confusion and threshold <= 1e-5 and area <= 2e-6 and far <= 3e-6 and len(folds) == 10
            fine = fine and holds
            print(f"{ending}: {'holds' if holds else 'DOES NOT HOLD'}: folds {'the same' if same_folds else 'DIFFER'}, confusion matrix "
                  f"{'the same' if same_confusion else 'DIFFERS'}, thresholds within {threshold:.1e}, AUC {area:.1e}, {compared} scores {far:.1e}", flush=True)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
