"""Compares `convert inspect --safety` with picklescan, fickling, modelscan and modelaudit, as far as they are installed, on labeled files.

Usage: python safety_against_scanners.py CONVERT [FOLDER] [--malicious PATH ...] [--benign PATH ...] [--list]
FOLDER has the subfolders malicious/ and benign/; more files and folders of either label may be named. Nothing is loaded: each scanner runs as a
separate process on one file. Prints a table, and with --list each scanner's answer for each file. Exits 1 if convert calls a malicious file
clean or a benign one dangerous. Scanners are looked for next to this Python, then on the PATH: pip install picklescan fickling modelscan modelaudit
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

FLAGGED, CLEAN, ERROR = "flagged", "clean", "error"


def run(command, folder):
    environment = {**os.environ, "HOME": folder, "NO_COLOR": "1", "MODELAUDIT_NO_ANALYTICS": "1", "PROMPTFOO_DISABLE_TELEMETRY": "1"}
    try:
        done = subprocess.run(command, capture_output=True, cwd=folder, env=environment, timeout=300)
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def convert(program, file, folder):
    code, _ = run([program, "inspect", "--safety", file], folder)
    return {0: CLEAN, 1: "dangerous", 2: "not complete", 3: "unknown"}.get(code, ERROR)


def picklescan(program, file, folder):
    code, _ = run([program, "-p", file], folder)
    return {0: CLEAN, 1: FLAGGED}.get(code, ERROR)


def fickling(program, file, folder):
    report = pathlib.Path(folder) / "fickling.json"
    report.unlink(missing_ok=True)
    run([program, "--check-safety", "--json-output", str(report), file], folder)
    try:
        severity = json.loads(report.read_text())["severity"]
    except (OSError, ValueError, KeyError):
        return ERROR
    return CLEAN if severity == "LIKELY_SAFE" else FLAGGED


def modelscan(program, file, folder):
    code, _ = run([program, "-p", file], folder)
    return {0: CLEAN, 1: FLAGGED}.get(code, ERROR)


def modelaudit(program, file, folder):
    report = pathlib.Path(folder) / "modelaudit.json"
    report.unlink(missing_ok=True)
    code, _ = run([program, "scan", "--format", "json", "--output", str(report), file], folder)
    try:
        found = {issue["severity"] for issue in json.loads(report.read_text())["issues"]}
    except (OSError, ValueError, KeyError):
        return ERROR
    # It warns about each of torch's own rebuild calls, so a warning alone means little.
    return FLAGGED if "critical" in found else "warned" if "warning" in found else {0: CLEAN}.get(code, ERROR)


def files(paths):
    for path in paths:
        path = pathlib.Path(path)
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def installed(name):
    beside = pathlib.Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("convert")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--malicious", nargs="*", default=[])
    parser.add_argument("--benign", nargs="*", default=[])
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    labeled = {"malicious": list(given.malicious), "benign": list(given.benign)}
    if given.folder:
        for label in labeled:
            labeled[label].append(pathlib.Path(given.folder) / label)
    scanners = {"convert": (convert, str(pathlib.Path(given.convert).resolve()))}
    for scanner in (picklescan, fickling, modelscan, modelaudit):
        if program := installed(scanner.__name__):
            scanners[scanner.__name__] = (scanner, program)
        else:
            print(f"{scanner.__name__}: not installed, left out")

    counts, wrong = {}, []
    with tempfile.TemporaryDirectory() as scratch:
        for label, paths in labeled.items():
            for file in files(paths):
                answers = {name: scan(program, str(file.resolve()), scratch) for name, (scan, program) in scanners.items()}
                for name, answer in answers.items():
                    counts.setdefault((label, name), {}).setdefault(answer, []).append(file)
                if label == "malicious" and answers["convert"] in (CLEAN, ERROR) or label == "benign" and answers["convert"] == "dangerous":
                    wrong.append(f"{label} {file}: {answers['convert']}")
                if given.list:
                    print(f"{label:9} {file}: " + ", ".join(f"{name} {answer}" for name, answer in answers.items()))
    for label in labeled:
        total = sum(len(found) for found in counts.get((label, "convert"), {}).values())
        print(f"\n{label}: {total} files")
        for name in scanners:
            found = counts.get((label, name), {})
            print(f"  {name:10} " + ", ".join(f"{len(which)} {answer}" for answer, which in sorted(found.items())))
    for line in wrong:
        print(f"WRONG {line}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
